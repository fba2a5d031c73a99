"""Network addresses: of this machine, of other systems to call, and grouped by subscriber for rate limiting."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from workflow.domain.errors import BadInput
from workflow.domain.language import say

_LAST_32_BITS = tuple(
    IPv6Network(network) for network in ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
"""Networks whose addresses are IPv4 addresses in another form: mapped (RFC 4291), translated (RFC 2765), behind
NAT64 (RFC 6052, 8215)."""


def is_loopback(host: str) -> bool:
    """Return whether a host, a name or an address, is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def a_url(place: str, url: str) -> str:
    """A URL to call: https, or http on this very machine. Raises `BadInput`."""
    mend = say("https://example.lg.jp/… の形で、500 文字以内で入力してください。")
    if len(url) > 500 or not re.fullmatch(r"[!-~]+", url):
        raise BadInput(place, "長すぎるか、使えない文字があります", mend)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadInput(place, "URL として読めません", mend) from None
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise BadInput(place, "URL として読めません", mend)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadInput(place, "利用者名・パスワードや # を含んでいます", mend)
    if parts.scheme == "http" and not is_loopback(host):
        raise BadInput(place, "暗号化されていません", mend)
    return url


def host_of(url: str) -> str:
    """The system that a URL calls, for those who need not know the rest of it: that may be a secret."""
    return urlsplit(url).netloc


def subscriber(address: str) -> str:
    """Return the value that an address is counted under: an IPv4 address in any notation by itself, an IPv6
    address by its network of 64 bits, because one subscriber holds all of it. Text that is no address is returned
    unchanged."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    inner = _ipv4_in(parsed)
    return str(inner) if inner else str(IPv6Network((int(parsed) >> 64 << 64, 64)))


def _ipv4_in(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address an IPv6 address was made of; None when it was made of none."""
    if any(address in network for network in _LAST_32_BITS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo else None)
