"""Reads scripted pages with a sealed Chromium behind a guarded proxy.  Optional: `pharmcheck[render]`.

Importing this imports no browser and no Playwright; what a renderer is to a visit says `pharmcheck.capture.rendering`.
"""

from pharmcheck.capture.render.browser import ChromiumRenderer
from pharmcheck.capture.render.limits import Limits, Refusal
from pharmcheck.capture.render.proxy import GuardProxy

__all__ = ["ChromiumRenderer", "GuardProxy", "Limits", "Refusal"]
