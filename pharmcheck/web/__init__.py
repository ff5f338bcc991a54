"""The page for people: paste an address, get an answer in words, with what to do next.

Works without scripts; htmx only saves reloading while a check runs.  Says nothing that the API does not say.
"""

from pharmcheck.web.adding import add_pages

__all__ = ["add_pages"]
