"""What a test needs and this machine has not: said aloud where a person looks, a failure where a machine decides."""

from __future__ import annotations

import os
import warnings
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test with a warning, or fail in CI; `what` is a sentence with the way out."""
    if os.environ.get("CI"):
        pytest.fail(what)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn(what, stacklevel=2)
    pytest.skip(what)
