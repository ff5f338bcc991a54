"""Rows of the tables of a web page."""

from __future__ import annotations

import time

import pytest

from pharmcheck.reading.tables import table_rows


def rows(html: str) -> list[tuple[int, list[str]]]:
    return [(row.table, [cell.text for cell in row.cells]) for row in table_rows(html)]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", [(1, ["A", "B"]), (1, ["1", "2"])]),
        ("<table><tr><td>a <b>b</b>c<br>d<td></table>", [(1, ["a bc d", ""])]),
        ("<table><tr><td colspan=2>x<td>y</table>", [(1, ["x", "x", "y"])]),
        ("<table><tr><td rowspan=2>s<td>1<tr><td>2<tr><td>t<td>3</table>",
         [(1, ["s", "1"]), (1, ["s", "2"]), (1, ["t", "3"])]),
        ("<table><tr><td>1<td rowspan=2>s<tr><td>2</table>", [(1, ["1", "s"]), (1, ["2", "s"])]),
        ("<table><tr><td>out<table><tr><td>in</table>side</table>", [(2, ["in"]), (1, ["outside"])]),
        ("<table><tr><td>a<script>b()</script><template><td>c</template></table>", [(1, ["a"])]),
        ("<table><td>no row<td>tag</table>", [(1, ["no row", "tag"])]),
        ("<table><tr><td>never closed", [(1, ["never closed"])]),
        ("</table></tr></td>text<td>outside", []),
        ("", []),
    ],
)  # fmt: skip
def test_rows_are_what_a_reader_sees(html: str, found: list[tuple[int, list[str]]]) -> None:
    """Cells in their columns, whatever spans them, with what is shown and nothing else."""
    assert rows(html) == found


def test_a_cell_knows_where_its_links_lead() -> None:
    """Each address once, decoded."""
    (row,) = table_rows(
        '<table><tr><td><a href="https://a.example/?x=1&amp;y=2">A</a> <a href=/b>B</a> <a href=/b>B</a></table>'
    )

    assert row.cells[0].links == ("https://a.example/?x=1&y=2", "/b")


@pytest.mark.parametrize(
    "unit",
    ["<table>", "<tr>", "<td>", "<td rowspan=100>", "<table><tr><td>", "<td colspan=100>", "</table>", "<template>"],
)
def test_time_grows_with_the_length_of_the_page_only(unit: str) -> None:
    """Ten times a flood takes about ten times as long, not a hundred times."""

    def cost(times: int) -> float:
        page = "<table><tr><td>" + unit * times
        start = time.process_time()
        for _ in table_rows(page):
            pass
        return time.process_time() - start

    cost(1_000)
    assert cost(40_000) < 60 * max(cost(4_000), 0.005)
