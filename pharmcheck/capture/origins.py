"""The scheme and host of a canonical URL, and changing them."""

from __future__ import annotations

from urllib.parse import urlsplit


def origin(url: str) -> str:
    """Scheme, host and port of a canonical URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def first_scheme(url: str) -> str:
    """https, unless the person named a port: then the scheme belongs to it."""
    return url if urlsplit(url).port is not None else "https" + url[url.index(":") :]


def like(model: str, url: str) -> str:
    """`url` under the scheme that `model` answered on."""
    return url if urlsplit(url).port is not None else model[: model.index(":")] + url[url.index(":") :]
