"""`pharmcheck networks`: which shops are probably run by one hand, and what shows it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pharmcheck.errors import UsageError

if TYPE_CHECKING:
    from pharmcheck.store.network_views import Detail

networks = typer.Typer(help="See which shops are probably run by one hand.", no_args_is_help=True,
                       rich_markup_mode=None, add_completion=False)  # fmt: skip

_DATA_DIR = typer.Option(None, metavar="DIR", help="Where verdicts and captures are kept.")
_ID = typer.Argument(..., metavar="ID", help="A network; `networks list` shows them.")


@networks.command()
def build(
    *,
    everything: bool = typer.Option(False, "--all", help="Do all again, not only what checks have changed since."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Bring the networks up to date with what checks saw.  `serve` does this by itself."""
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.networks import known_things
    from pharmcheck.ruleset import load_ruleset
    from pharmcheck.store import Networks, NetworkViews, Store

    known = known_things(load_ruleset())
    with Store.open(options.settings_for(data_dir)) as store:
        built = Networks(store).build(known, datetime.now(UTC), everything=everything)
        say(f"{built.looked_at:,} sites looked at again; there are {NetworkViews(store).count():,} networks.")


@networks.command("list")
def show_all(
    most: int = typer.Option(50, "--most", min=1, max=10_000, help="How many."), data_dir: Path | None = _DATA_DIR
) -> None:
    """List the networks, those with the most dangerous sites first."""
    from rich.table import Table

    from pharmcheck.address.defanging import defang
    from pharmcheck.cli import options
    from pharmcheck.cli.screen import console, plain
    from pharmcheck.store import NetworkViews, Store

    table = Table("id", "sites", "danger", "caution", "last seen", "for example", box=None)
    with Store.open(options.settings_for(data_dir)) as store:
        for one in NetworkViews(store).all(0, most):
            caution = str(one.categories.get("caution", 0))
            example = plain(defang(one.examples[0], one.examples[0]))
            table.add_row(one.id, str(one.sites), str(one.danger), caution, f"{one.seen_at:%Y-%m-%d}", example)
    console(sys.stdout).print(table)


@networks.command()
def show(
    network: str = _ID,
    *,
    as_json: bool = typer.Option(False, "--json", help="One JSON document, with the page behind every tie."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Show a network: its sites, what ties them, and on which page."""
    import json

    from rich.table import Table

    from pharmcheck.address.defanging import defang
    from pharmcheck.cli.screen import console, plain, safe_json, say, write_line
    from pharmcheck.exports.networks import LARGE, NOTE, network_document

    detail = _detail(network, data_dir)
    if as_json:
        write_line(safe_json(json.dumps(network_document(detail), ensure_ascii=False)))
        return
    sites = Table("site", "verdict", "first seen", "last seen", box=None)
    for one in detail.members:
        name = plain(defang(one.domain, one.domain))
        sites.add_row(name, one.category.replace("_", " "), f"{one.first_seen:%Y-%m-%d}", f"{one.seen_at:%Y-%m-%d}")
    things = Table("what they share", "sites here", "sites of all", "bits", "for example on", box=None)
    for thing in detail.things:
        where = plain(defang(thing.on[0].page_url))
        words = plain(f"{thing.name}: {thing.shown}")
        things.add_row(words, str(len(thing.on)), str(thing.everywhere), f"{thing.hundredths / 100:.1f}", where)
    screen = console(sys.stdout)
    screen.print(sites)
    screen.print(things)
    say(NOTE)
    if detail.summary.sites > LARGE:
        say(f"It has more than {LARGE} sites: a person should look whether a provider is behind it.")


@networks.command()
def export(
    network: str = _ID,
    *,
    form: str = typer.Option("graphml", "--format", help="graphml, json or stix."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Where to; without it, stdout."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Write a network for other programs: GraphML for Gephi, yEd and Maltego, JSON, or a STIX 2.1 bundle."""
    if form not in _FORMS:
        raise UsageError(f"--format {form}: choose graphml, json or stix.")
    body = _FORMS[form](_detail(network, data_dir), data_dir)
    if out is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(body)
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror}).") from None


def _graphml(detail: Detail, _: Path | None) -> bytes:
    from pharmcheck.exports.graphml import graphml_bytes
    from pharmcheck.exports.networks import NOTE

    return graphml_bytes(detail, NOTE)


def _json(detail: Detail, _: Path | None) -> bytes:
    import json

    from pharmcheck.exports.networks import network_document

    return json.dumps(network_document(detail)).encode() + b"\n"


def _stix(detail: Detail, data_dir: Path | None) -> bytes:
    """With the last verdict about each of its sites."""
    import json

    from pharmcheck.cli import options
    from pharmcheck.exports import Source, cluster_bundle
    from pharmcheck.exports.networks import cluster_of
    from pharmcheck.store import Store

    settings = options.settings_for(data_dir)
    with Store.open(settings) as store:
        found = [store.latest(member.domain, member.domain, None) for member in detail.members]
    documents = [json.loads(one.document) for one in found if one]
    return b"".join(cluster_bundle(cluster_of(detail), Source(settings.operator, settings.tlp), documents)) + b"\n"


_FORMS = {"graphml": _graphml, "json": _json, "stix": _stix}


def _detail(network: str, data_dir: Path | None) -> Detail:
    from pharmcheck.cli import options
    from pharmcheck.networks import known_things
    from pharmcheck.ruleset import load_ruleset
    from pharmcheck.store import NetworkViews, Store

    with Store.open(options.settings_for(data_dir)) as store:
        detail = NetworkViews(store).get(network, known_things(load_ruleset()))
    if detail is None:
        raise UsageError(f"There is no network {network}; `pharmcheck networks list` shows them.")
    return detail
