"""Passkeys (WebAuthn): the site they are for, and the acts they are given for."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

CHALLENGE_LIFE = timedelta(minutes=5)
"""Time in which a passkey must be given after it was asked for."""


class PasskeyUse(StrEnum):
    """The act that a passkey is asked for. An answer given for one serves no other."""

    ENROLMENT = "enrolment"
    SECOND_STEP = "second_step"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site that passkeys are for: its host, what an authenticator calls it, and the origin a browser reports."""

    host: str
    name: str
    origin: str


def relying_party(site: str, name: str) -> RelyingParty | None:
    """Return the party of a site, by the address that the office's settings give; None when its host is an IP address,
    for which no browser has passkeys."""
    parts = urlsplit(site)
    host = parts.hostname or ""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return None if _is_address(host) else RelyingParty(host, name, f"{parts.scheme}://{host}{port}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
