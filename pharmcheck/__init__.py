"""pharmcheck tells whether an online pharmacy can be trusted, and proves it."""

__version__ = "0.1.0"
