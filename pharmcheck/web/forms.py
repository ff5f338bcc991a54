"""A word in every form of the desk that only our own page could know: another site's page cannot write one that counts.

The word is made from a secret that the browser keeps in a cookie: that of the session, and before there is one, that of
the form.  It beside the check of where a form comes from (`pages.foreign`): old browsers say nothing of that.
"""

from __future__ import annotations

import hmac
import secrets

from fastapi import Request, Response

SESSION, FORM = "desk", "desk_form"
"""Cookies: who is at the desk, and what belongs to a form before anybody is."""
PATH = "/desk"
_LONGEST = 200  # characters of a cookie that are looked at


def form_token(request: Request) -> str:
    """The word for the forms of a page; makes a secret for it where there is none."""
    secret = _secret(request)
    if not secret:
        secret = getattr(request.state, "form_secret", None) or secrets.token_urlsafe(24)
        request.state.form_secret = secret
    return _word(secret)


def is_token(request: Request, given: str) -> bool:
    """Whether a form came with the word of a page that we gave to this browser."""
    secret = _secret(request)
    return bool(secret) and hmac.compare_digest(_word(secret).encode(), given.encode("utf-8", "replace"))


def keep_form_secret(request: Request, answer: Response) -> None:
    """Let the browser keep the secret that a page's word was made from, where it was made for this page."""
    secret = getattr(request.state, "form_secret", None)
    if secret is not None:
        keep_cookie(request, answer, FORM, secret, None)


def keep_cookie(request: Request, answer: Response, name: str, value: str, seconds: int | None) -> None:
    """A cookie that only the desk gets, that no script reads and that no other site's form carries."""
    secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=seconds, path=PATH, httponly=True, samesite="strict", secure=secure)


def _secret(request: Request) -> str:
    return (request.cookies.get(SESSION) or request.cookies.get(FORM) or "")[:_LONGEST]


def _word(secret: str) -> str:
    return hmac.new(secret.encode("utf-8", "replace"), b"form of the desk", "sha256").hexdigest()
