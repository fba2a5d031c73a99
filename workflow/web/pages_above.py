"""The page above an address, from our own table of pages."""

import re

from fastapi import Request

SECRET_PATHS = ("/welcome/", "/reset/", "/feeds/", "/answer/", "/setup/")
"""Pages whose address is a secret, which must not appear anywhere, not even in our own log."""


def page_above(request: Request) -> str:
    """The page above the address that was asked for: /plans/dx for a form sent to /plans/dx/suspend. Nothing the browser says is
    believed. Empty: none, or its address is a secret."""
    path = request.url.path
    if path.startswith(SECRET_PATHS):
        return ""
    parts = path.split("/")
    above = ("/".join(parts[:end]) for end in range(len(parts), 1, -1))
    asked = path if request.method == "GET" else None
    pages: list[re.Pattern[str]] = request.app.state.pages
    return next((each for each in above if each != asked and any(p.match(each) for p in pages)), "")
