"""Addresses that a webhook may call: public ones, and those in the internal networks named in the settings. The
host name is resolved again for each call."""

import ipaddress
import socket

from workflow.domain.language import say

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses as an IPv6 network reaches them (RFC 6052)."""


class Refused(Exception):
    """The address may not be called. `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def address_of(host: str, port: int, allowed: tuple[Network, ...]) -> str:
    """The address to connect to. Raises `Refused` when any address of the name may not be called, `OSError` when
    the name has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    for address in addresses:
        if not may_call(address, allowed):
            raise Refused(
                say(
                    "{address} は庁内またはこの機械のアドレスです。"
                    "呼び出してよいなら、設定 SAKUTEI_WEBHOOK_NETWORKS に加えてください",
                    address=address,
                )
            )
    return str(addresses[0])


def may_call(address: Address, allowed: tuple[Network, ...]) -> bool:
    """Return whether the address is public or in an allowed network."""
    real = _real(address)
    if any(real in network for network in allowed):
        return True
    return real.is_global and not real.is_multicast


def _real(address: Address) -> Address:
    """The IPv4 address that an IPv6 address contains, if any."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
