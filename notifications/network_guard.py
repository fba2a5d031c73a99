"""Calls to other machines: at addresses that may be called, and to an end. The addresses are public ones, and those in
the internal networks named in the settings; the name is resolved for each connection, and the very address that was
checked is connected to, so that it cannot mean another one a moment later. TLS still asks for the name's certificate."""

import ipaddress
import logging
import socket
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from workflow.domain.errors import BadInput
from workflow.domain.language import say

# It writes each address in full, and an address may be a secret.
logging.getLogger("httpx").setLevel(logging.WARNING)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
"""IANA's special-purpose addresses and multicast. A list of our own: what Python calls global changes with its
versions."""

_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
"""All that is given out to be reached from everywhere; loopback, private, translated and old forms stand outside."""

_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(each)
    for each in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
"""IANA's special-purpose addresses within it, with Teredo and 6to4: they contain an IPv4 address."""

_WITH_IPV4 = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("64:ff9b::/96"))
"""IPv4 addresses as IPv6 writes them (RFC 4291), and as an IPv6 network reaches them (NAT64, RFC 6052)."""


TIMEOUT = 10.0
"""Seconds for each part of a call: connecting, sending, the answer."""

WHOLE_CALL = 20.0
"""Seconds for a whole call, however slowly its answer drips."""


class Refused(Exception):
    """The address may not be called. `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotReached(Exception):
    """The other system did not answer now. `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@contextmanager
def reaching() -> Iterator[None]:
    """Name what keeps a call from its end. Raises `NotReached`."""
    try:
        yield
    except OSError as error:
        raise NotReached(say("相手先の名前を引けません")) from error
    except httpx.TimeoutException as error:
        raise NotReached(say("時間内に応答がありません")) from error
    except httpx.ConnectError as error:
        why = " ".join(str(error).split())[:200]
        raise NotReached(say("接続できません（{error}）", error=why)) from error
    except httpx.HTTPError as error:
        raise NotReached(say("途中で接続が切れました")) from error


def address_of(host: str, port: int, allowed: tuple[Network, ...]) -> str:
    """The address to connect to. Raises `Refused` when any address of the name may not be called, `OSError` when
    the name has none."""
    addresses = _resolved(host, port)
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
    if isinstance(real, ipaddress.IPv4Address):
        return not any(real in network for network in _NOT_PUBLIC_4)
    return real in _PUBLIC_6 and not any(real in network for network in _NOT_PUBLIC_6)


def must_be_callable(place: str, url: str, allowed: tuple[Network, ...]) -> None:
    """Raises `BadInput` when the URL leads to no address, or to one that may not be called."""
    try:
        asked = httpx.URL(url)
        address_of(asked.host, asked.port or {"https": 443, "http": 80}[asked.scheme], allowed)
    except Refused as error:
        raise BadInput(place, error.words, "URL を確かめてください。") from error
    except (OSError, UnicodeError, httpx.InvalidURL) as error:
        raise BadInput(
            place, say("「{host}」の名前を引けません", host=url), "綴りを確かめてください。"
        ) from error


def redirected(status: int) -> str:
    """The words of a call that was to go elsewhere."""
    return say("転送を求められました（{status}）。転送には従いません", status=status)


def client(
    allowed: tuple[Network, ...], *, timeout: float = TIMEOUT, trusted: Collection[str] = (), **options: Any
) -> "GuardedClient":
    """A client that calls nothing else. `timeout` is for each part of a call, in seconds; `trusted` are hosts that an
    administrator named in the settings, wherever they are."""
    return GuardedClient(_Backend(allowed, frozenset(trusted)), timeout, options)


class GuardedClient(httpx.Client):
    """Sends requests at addresses that may be called. Raises `Refused`, and `OSError` for a name without address."""

    def __init__(self, backend: "_Backend", timeout: float, options: dict[str, Any]) -> None:
        super().__init__(
            timeout=timeout, follow_redirects=False, trust_env=False, transport=_Transport(backend), **options
        )
        self._backend = backend

    def opened(self, method: str, url: str, **request: Any) -> httpx.Response:
        """Send a request, which ends with all of its answer within `WHOLE_CALL`; the answer is still to be read, and to be
        closed. Raises `Refused`, `NotReached`."""
        self.until(WHOLE_CALL)
        with reaching():
            return self.send(self.build_request(method, url, **request), stream=True)

    def until(self, seconds: float) -> None:
        """Let everything from now on end within the seconds, however slowly the other side goes on."""
        self._backend.deadline = time.monotonic() + seconds


def _resolved(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]


def _real(address: Address) -> Address:
    """The IPv4 address that an IPv6 address contains, if any."""
    if isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _WITH_IPV4):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


class _Transport(httpx.HTTPTransport):
    def __init__(self, backend: "_Backend") -> None:
        super().__init__(verify=_certificates(), trust_env=False)
        self._pool = httpcore.ConnectionPool(ssl_context=_certificates(), network_backend=backend)


@cache
def _certificates() -> SSLContext:
    """Read once in a process: that takes longer than all else of a round in which nothing is due."""
    return httpx.create_ssl_context(trust_env=False)


class _Backend(httpcore.NetworkBackend):
    """Connects to the address that was checked; `deadline` is when everything ends, in monotonic seconds."""

    def __init__(self, allowed: tuple[Network, ...], trusted: frozenset[str]) -> None:
        self._allowed, self._trusted, self._below = allowed, trusted, httpcore.SyncBackend()
        self.deadline = float("inf")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = host if host in self._trusted else address_of(host, port, self._allowed)
        left = self.left(timeout, httpcore.ConnectTimeout)
        return _Stream(
            self._below.connect_tcp(address, port, left, local_address, socket_options),
            self,
        )

    def left(self, timeout: float | None, over: type[Exception]) -> float:
        """The seconds for the next part. Raises that error when there are none."""
        seconds = min(self.deadline - time.monotonic(), timeout or float("inf"))
        if seconds <= 0:
            raise over
        return min(seconds, 3600.0)


class _Stream(httpcore.NetworkStream):
    def __init__(self, below: httpcore.NetworkStream, backend: _Backend) -> None:
        self._below, self._backend = below, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._below.read(max_bytes, self._backend.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._below.write(buffer, self._backend.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._below.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._backend.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._below.start_tls(ssl_context, server_hostname, left), self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._below.get_extra_info(info)
