"""Network addresses: of this machine, and grouped by subscriber for rate limiting."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

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
