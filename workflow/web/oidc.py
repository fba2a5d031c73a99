"""The conversation with the office's own OpenID Connect provider: authorization code flow with PKCE, and the ID
token checked in full (OpenID Connect Core 1.0, 3.1; RFC 7636)."""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from pydantic import BaseModel

from notifications.network_guard import Network, Refused
from notifications.network_guard import client as guarded
from workflow.actions import ProviderUser
from workflow.domain.errors import SakuteiError
from workflow.domain.language import say, translate

FLOW_LIFE = timedelta(minutes=10)
"""Time allowed at the provider."""

LONGEST_SUBJECT = 255
"""Characters of a provider's name for a user (OpenID Connect Core 1.0, 2)."""

SKEW = 60
"""Seconds by which the provider's clock may differ from ours."""

SIGNED_WITH = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
]
"""Allowed signature algorithms of an ID token: with the provider's private key, never with a shared secret."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Provider:
    """An OIDC provider. `name` is shown on the button; `timeout` is in seconds, for all that one step of a sign-in asks
    it; what it names on other machines is called where it is public, or in `networks`."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    timeout: float = 10.0
    networks: tuple[Network, ...] = ()


class ProviderFailed(SakuteiError):
    """Nobody could be signed in through the provider. `why` is for the person, who may try again."""

    def __init__(self, why: str) -> None:
        self.why = why

    @property
    def message(self) -> str:
        return say(
            "{why}もう一度お試しになるか、利用者IDとパスワードでサインインしてください。",
            why=translate(self.why),
        )


@dataclass(frozen=True, slots=True)
class _Flow:
    """The state of one sign-in, which this browser must return: kept in its cookie, signed and dated, while it is
    at the provider."""

    state: str
    nonce: str
    verifier: str


class _Metadata(BaseModel):
    """The provider's metadata (OpenID Connect Discovery 1.0, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


def begin(provider: Provider, back: str, now: datetime) -> tuple[str, str]:
    """Return the provider's URL for the browser, and the cookie to set; `back` is the URL of return. Raises
    `ProviderFailed`."""
    flow = _Flow(*(secrets.token_urlsafe(32) for _ in range(3)))
    with _asking(provider) as client:
        metadata = _discover(provider, client)
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": "openid email",
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": create_s256_code_challenge(flow.verifier),
        "code_challenge_method": "S256",
    }
    endpoint = metadata.authorization_endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", _sealed(provider, flow, now)


def finish(
    provider: Provider, cookie: str, answer: Mapping[str, str], back: str, now: datetime
) -> ProviderUser:
    """The provider's user who came back. `answer` is what the URL says. Raises `ProviderFailed`."""
    flow = _unsealed(provider, cookie, now)
    if flow is None or not hmac.compare_digest(flow.state.encode(), answer.get("state", "").encode()):
        raise ProviderFailed("サインインの途中で時間が経ったか、別の画面から始められたものです。")
    if "code" not in answer:
        log.warning("OIDC: the provider answered %.100r", answer.get("error"))
        raise ProviderFailed(
            say("「{provider}」でのサインインが取りやめられました。", provider=provider.name)
        )
    with _asking(provider) as client:
        metadata = _discover(provider, client)
        token = _token(provider, client, metadata, flow, answer["code"], back)
        claims = _claims(provider, client, metadata, flow, token, now)
        if "email" not in claims and metadata.userinfo_endpoint:
            claims = _userinfo(client, metadata.userinfo_endpoint, token, claims["sub"])
        subject = str(claims["sub"])
        if not 0 < len(subject) <= LONGEST_SUBJECT:
            raise ValueError("the subject is longer than OpenID Connect allows")
    verified = claims.get("email") and _is_true(claims.get("email_verified"))
    return ProviderUser(metadata.issuer, subject, str(claims["email"]) if verified else None)


@contextmanager
def _asking(provider: Provider) -> Iterator[httpx.Client]:
    """A client to ask the provider with. Whatever goes wrong is logged for the administrator, without secrets."""
    try:
        host = httpx.URL(provider.issuer).host
        with guarded(
            provider.networks,
            timeout=provider.timeout,
            trusted=(host,),
            headers={"accept": "application/json"},
        ) as client:
            client.until(provider.timeout)
            yield client
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        Refused,
        OSError,
        JoseError,
        ValueError,
        KeyError,
        TypeError,
    ) as error:
        log.warning("OIDC: %s: %.300s", type(error).__name__, error)
        raise ProviderFailed(
            say("「{provider}」に確かめることができませんでした。", provider=provider.name)
        ) from error


def _discover(provider: Provider, client: httpx.Client) -> _Metadata:
    issuer = provider.issuer.rstrip("/")
    found = _Metadata.model_validate(_answer(client.get(f"{issuer}/.well-known/openid-configuration")))
    if found.issuer.rstrip("/") != issuer:
        raise ValueError(f"the provider calls itself {found.issuer!r}")
    named = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint)
    for endpoint in filter(None, named):
        if issuer.startswith("https:") and not endpoint.startswith("https:"):
            raise ValueError(f"{endpoint} is not https")
    return found


def _token(
    provider: Provider, client: httpx.Client, metadata: _Metadata, flow: _Flow, code: str, back: str
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": flow.verifier,
    }
    if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        # The parts are form-encoded before they are joined (RFC 6749, 2.3.1).
        login = (quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))
        return _answer(client.post(metadata.token_endpoint, data=form, auth=login))
    login_form = {"client_id": provider.client_id, "client_secret": provider.client_secret}
    return _answer(client.post(metadata.token_endpoint, data=form | login_form))


def _claims(
    provider: Provider,
    client: httpx.Client,
    metadata: _Metadata,
    flow: _Flow,
    token: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Return the claims of the ID token, after its signature, issuer, audience, times and nonce were checked."""
    keys = KeySet.import_key_set(_answer(client.get(metadata.jwks_uri)))  # type: ignore[arg-type]
    read = jwt.decode(token["id_token"], keys, algorithms=SIGNED_WITH)
    claims = CodeIDToken(
        read.claims,
        read.header,
        {
            "iss": {"essential": True, "value": metadata.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        {"nonce": flow.nonce, "client_id": provider.client_id, "access_token": token.get("access_token")},
    )
    claims.validate(now=int(now.timestamp()), leeway=SKEW)
    return dict(claims)


def _userinfo(client: httpx.Client, endpoint: str, token: Mapping[str, Any], subject: str) -> dict[str, Any]:
    bearer = {"authorization": f"Bearer {token['access_token']}"}
    found = _answer(client.get(endpoint, headers=bearer))
    if found["sub"] != subject:
        raise ValueError("the userinfo is of somebody else")
    return found


def _answer(response: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object. Raises `ValueError` when it is none, or an error."""
    if response.status_code != 200:
        raise ValueError(f"{response.request.url.copy_with(query=None)} answered {response.status_code}")
    found = response.json()
    if not isinstance(found, dict):
        raise ValueError(f"{response.request.url.copy_with(query=None)} answered no object")
    return found


def _is_true(claim: object) -> bool:
    """Some providers write booleans as words."""
    return claim is True or claim == "true"


def _sealed(provider: Provider, flow: _Flow, now: datetime) -> str:
    claims = {**asdict(flow), "exp": int((now + FLOW_LIFE).timestamp())}
    return jwt.encode({"alg": "HS256"}, claims, _seal(provider))


def _unsealed(provider: Provider, cookie: str, now: datetime) -> _Flow | None:
    try:
        claims = jwt.decode(cookie, _seal(provider), algorithms=["HS256"]).claims
        jwt.JWTClaimsRegistry(now=int(now.timestamp()), exp={"essential": True}).validate(claims)
        return _Flow(claims["state"], claims["nonce"], claims["verifier"])
    except (JoseError, ValueError, KeyError):
        return None


def _seal(provider: Provider) -> OctKey:
    return OctKey.import_key(hashlib.sha256(b"sakutei flow " + provider.client_secret.encode()).digest())
