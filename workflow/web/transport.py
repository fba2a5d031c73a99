"""The connection between browser and office: encrypted where the site's address says so, and what hangs on it."""

from urllib.parse import urlsplit

from workflow.domain.addresses import is_loopback
from workflow.domain.language import say

HSTS = "max-age=31536000"
"""For a year a browser asks this host by https only."""


def is_https(site: str) -> bool:
    """Return whether people open the pages by https. The office's settings say so, and no request."""
    return site.startswith("https://")


def secured(cookie: bytes) -> bytes:
    """A `Set-Cookie` header that is sent over https only."""
    return cookie if b"; secure" in cookie.lower() else cookie + b"; Secure"


def warning(site: str) -> str:
    """The words for a site whose passwords cross the network unencrypted. Empty: they do not."""
    parts = urlsplit(site)
    if parts.scheme == "https" or is_loopback(parts.hostname or ""):
        return ""
    return say(
        "{site} は暗号化されていません。パスワードと文書が、ネットワークをそのまま流れます。https で開けるようにし、環境変数 SAKUTEI_SITE にその所在を指定してください。",
        site=site,
    )
