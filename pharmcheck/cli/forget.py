"""`pharmcheck forget`: delete what is kept about a site, or what is too old."""

from __future__ import annotations

from pathlib import Path

import typer


def forget(
    domain: str | None = typer.Argument(None, help="A site; without one, captures that are too old or too many go."),
    data_dir: Path | None = typer.Option(None, metavar="DIR", help="Where verdicts and captures are kept."),
) -> None:
    """Delete everything about a site, or the captures that are past their time."""
    from datetime import UTC, datetime, timedelta

    from pharmcheck.address import parse_address
    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.store import Pruning, Store

    settings = options.settings_for(data_dir)
    with Store.open(settings) as store:
        pruning = Pruning(store, settings.data_dir)
        if domain is not None:
            site = parse_address(domain).registrable_domain
            count = pruning.forget(site)
            say(f"{site}: {count} {'check' if count == 1 else 'checks'} deleted.")
            return
        done = pruning.prune(
            datetime.now(UTC), timedelta(days=settings.capture_days), settings.capture_budget_mb * 1_000_000
        )
    say(f"{done.captures} captures deleted, {done.bytes / 1e6:.1f} MB. Their verdicts stay.")
