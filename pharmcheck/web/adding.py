"""Adds the pages to an application: their routes, their templates, what they are made of."""

from __future__ import annotations

from importlib import resources

from fastapi import FastAPI
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.staticfiles import StaticFiles

from pharmcheck.discretion import without_query
from pharmcheck.web import appealing, desk, identity, managing, networks, pages, reviews, signing_in, watch


def add_pages(app: FastAPI) -> None:
    """Add the pages and what they are made of to an application."""
    app.state.templates = _environment()
    app.add_exception_handler(identity.NotAdmittedError, identity.not_admitted)
    # The desk's lists last: the name of any other page of it could be the id of a list.
    for part in (pages, appealing, signing_in, reviews, managing, networks, watch, desk):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=str(resources.files("pharmcheck.web") / "static")), name="static")


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("pharmcheck.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,  # a misspelt name is an error here, not an empty place on a page
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["without_query"] = without_query
    return made
