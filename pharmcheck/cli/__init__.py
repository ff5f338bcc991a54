"""The command line.  Data on stdout, progress and messages on stderr, and never a traceback.

Importing this room is cheap: every command imports what it needs when it runs.
"""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run `pharmcheck`; ends in SystemExit with the code that `docs/cli.md` promises."""
    try:
        from pharmcheck.cli.app import command

        command().main(prog_name="pharmcheck")
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # as shells say it: 128 + SIGINT
