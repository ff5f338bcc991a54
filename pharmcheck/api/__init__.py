"""The service: a small, versioned API over the store.  Conventions: DESIGN of the contracts in docs/api.md."""

from pharmcheck.api.app import make_app, make_service
from pharmcheck.api.service import Service

__all__ = ["Service", "make_app", "make_service"]
