"""Rules are data: this room loads, lints, tests and matches them."""

from __future__ import annotations

from pharmcheck.ruleset.load import Ruleset, default_directory, load_ruleset

__all__ = ["Ruleset", "default_directory", "load_ruleset"]
