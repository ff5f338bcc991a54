"""Text, place, links, forms and counts: what a reader sees, wherever it hides."""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

import pytest

from pharmcheck.model import BlockKind, Region

SECRET = "no prescription needed here"


def test_inline_tags_do_not_split_a_block_and_breaks_do(reading):
    """One sentence stays one block; `<br>` ends a line, unless the next goes on in lower case."""
    blocks = reading("<p>one <b>two</b><i> three</i><br>Four<br>five</p><div>six</div>").blocks
    assert [block.text for block in blocks] == ["one two three", "Four five", "six"]


def test_blocks_know_what_they_are(reading):
    """Kind by element, region by landmark, heading above, place in the source."""
    body = (
        "<title>T</title>\n<meta name=description content='D'>\n<header><a href=/>Home</a></header><h1>Head</h1><p>Text</p>"
        "<ul><li>Item<li>Item2</ul><p>After</p><table><tr><td>Cell</table><blockquote>Quote</blockquote><button>Go</button>"
        "<a class='btn' href=/b>Styled</a><footer><p>Foot</p></footer><p>Last</p>"
    )
    seen = {block.text: (block.kind, block.region, block.heading) for block in reading(body).blocks}
    assert seen == {
        "T": (BlockKind.TITLE, Region.HEAD, ""),
        "D": (BlockKind.META, Region.HEAD, ""),
        "Home": (BlockKind.TEXT, Region.HEADER, ""),
        "Head": (BlockKind.HEADING, Region.MAIN, ""),
        "Text": (BlockKind.TEXT, Region.MAIN, "Head"),
        "Item": (BlockKind.ITEM, Region.MAIN, "Head"),
        "Item2": (BlockKind.ITEM, Region.MAIN, "Head"),
        "After": (BlockKind.TEXT, Region.MAIN, "Head"),
        "Cell": (BlockKind.CELL, Region.MAIN, "Head"),
        "Quote": (BlockKind.QUOTE, Region.MAIN, "Head"),
        "Go": (BlockKind.CONTROL, Region.MAIN, "Head"),
        "Styled": (BlockKind.CONTROL, Region.MAIN, "Head"),
        "Foot": (BlockKind.TEXT, Region.FOOTER, "Head"),
        "Last": (BlockKind.TEXT, Region.MAIN, "Head"),
    }
    assert [block.line for block in reading(body).blocks][:3] == [1, 2, 3]


@pytest.mark.parametrize(
    ("attributes", "region"),
    [
        ("class='site-footer dark'", Region.FOOTER),
        ("id=footer", Region.FOOTER),
        ("role=contentinfo", Region.FOOTER),
        ("role=navigation", Region.NAV),
        ("class=breadcrumb", Region.NAV),
        ("class='card-footer'", Region.MAIN),
    ],
)
def test_a_div_may_be_a_landmark_by_its_names(reading, attributes, region):
    """Role and the usual class names count, and the region ends with its own div."""
    blocks = reading(f"<div><div {attributes}><div>a</div>in</div>out</div>").blocks
    assert [(block.text, block.region) for block in blocks] == [("a", region), ("in", region), ("out", Region.MAIN)]


def test_links_carry_words_image_and_block(reading):
    """Absolute address, visible words, image, and the block the words went to."""
    body = (
        "<p>See <a href='../x?a=1'>our <b>shop</b></a> or</p><a href=mailto:a@b.example><img src=/i.png alt=Mail></a>"
    )
    result = reading(body, url="https://shop.example/a/b/")
    first, second = result.links
    assert (first.url, first.text, result.blocks[first.block].text) == (
        "https://shop.example/a/x?a=1", "our shop", "See our shop or"
    )  # fmt: skip
    assert (second.url, second.text, second.image) == ("mailto:a@b.example", "Mail", "https://shop.example/i.png")


def test_base_moves_links_once(reading):
    """The first `<base>` counts."""
    result = reading("<base href=https://cdn.example/d/><base href=https://other.example/><a href=x>y</a>")
    assert result.links[0].url == "https://cdn.example/d/x"


def test_forms_know_their_fields_and_labels(reading):
    """Labels by `for`, by nesting, by placeholder, by the words before."""
    body = (
        "<form action=/send method=POST><label for=a>Upload prescription</label><input type=file id=a name=f>"
        "<label>Doctor <input name=d></label><input name=e placeholder='Your e-mail' type=email>"
        "Date of birth: <input name=dob><textarea name=m></textarea><input type=hidden name=h><button>Send</button></form>"
    )
    (form,) = reading(body).forms
    assert (form.action, form.method) == ("https://shop.example/send", "post")
    assert [(item.kind, item.name, item.label) for item in form.fields][:4] == [
        ("file", "f", "Upload prescription"),
        ("text", "d", "Doctor"),
        ("email", "e", "Your e-mail"),
        ("text", "dob", "Date of birth:"),
    ]
    assert "Upload prescription" in form.text


def test_shape_tells_a_page_from_a_shell(reading):
    """Script bytes and visible characters."""
    body = "<title>x</title><script src=a.js></script><script>abc</script><p>hi</p>"
    shape = reading(body).shape
    assert (shape.text_chars, shape.scripts, shape.script_bytes) == (2, 2, 3)


def test_counts_are_capped_and_the_cut_is_said(reading):
    """A flood of blocks is cut, and the reading says so."""
    result = reading("<p>x" * 25_000)
    assert len(result.blocks) == 20_000
    assert "blocks" in (result.problem or "")


def test_a_very_long_run_of_text_is_cut_into_blocks(reading):
    """No words are lost behind a length cap."""
    result = reading("<p>" + "word " * 5_000 + SECRET)
    assert SECRET in result.blocks[-1].text
    assert all(len(block.text) <= 8_000 for block in result.blocks)


@pytest.mark.parametrize("opening", ["<a class=btn href=/x>", "<button>", "<h2>", "<label>"])
def test_an_element_left_open_does_not_turn_prose_into_a_control(reading, opening):
    """A rogue cannot hide a statement by calling the rest of the page a button."""
    words = "We send every medicine without a prescription, as our customers have known for years. " * 5
    assert reading(f"{opening}go<p>{words}</p>").blocks[-1].kind is BlockKind.TEXT
