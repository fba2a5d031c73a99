"""A real OpenID Connect provider on this machine, which can be made to lie, and a browser that goes there."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from oidc_provider_mock import User
from oidc_provider_mock import app as provider_app
from oidc_provider_mock._server import _threaded_server

from tests.support.scenario import House
from tests.support.web_client import SITE, Client, mail_settings
from workflow.web.app import build
from workflow.web.oidc import Provider

CLIENT, SECRET = "sakutei", "庁内の秘密 & /=?"
NAME = "庁内アカウント"
HANAKO = {"email": "Tanto@city.example.jp", "email_verified": True}

Lie = Callable[[bytes], tuple[str, bytes]]
"""From what the provider would have answered to a status and another answer."""


@dataclass
class Desk:
    """The provider's desk. It knows `hanako`, whose address is that of 担当 花子. `asked` is what came to its token
    endpoint."""

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    lies: dict[str, Lie] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048))

    def knows(self, sub: str, **claims: object) -> str:
        httpx.put(f"{self.url}/users/{sub}", json=claims).raise_for_status()
        return sub

    def answers(self, path: str, status: str = "200 OK", body: bytes = b"") -> None:
        self.lies[path] = lambda _: (status, body)

    def gives(self, change: Callable[[str], str]) -> None:
        """ID tokens changed on their way."""

        def lie(body: bytes) -> tuple[str, bytes]:
            told = json.loads(body)
            return "200 OK", json.dumps({**told, "id_token": change(told["id_token"])}).encode()

        self.lies["/oauth2/token"] = lie

    def claims(self, **otherwise: object) -> None:
        """ID tokens with other claims (None: without the claim), signed with a key of the provider."""
        self.answers("/jwks", body=json.dumps({"keys": [self.key.as_dict(private=False)]}).encode())
        self.gives(lambda token: signed(self._other(claims_of(token), otherwise), self.key))

    @staticmethod
    def _other(claims: dict[str, Any], otherwise: dict[str, object]) -> dict[str, Any]:
        return {name: value for name, value in (claims | otherwise).items() if value is not None}


@contextmanager
def provider_running(desk: Desk) -> Iterator[None]:
    truth = provider_app(require_nonce=True, user_claims=[User(sub="hanako", claims=dict(HANAKO))])

    def heard(environ: dict[str, Any], start: Any) -> Any:
        path = environ["PATH_INFO"]
        if path == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = BytesIO(body)
            form = {key: value[0] for key, value in parse_qs(body.decode()).items()}
            desk.asked.append({**form, "authorization": environ.get("HTTP_AUTHORIZATION", "")})
        if path not in desk.lies:
            return truth(environ, start)
        status, answer = desk.lies[path](b"".join(truth(environ, lambda *_: None)))
        start(status, [("content-type", "application/json")])
        return [answer]

    with _threaded_server(app=heard) as server:
        desk.url = f"http://localhost:{server.server_port}"
        yield


class Traveller:
    """A browser that goes to the provider and comes back."""

    def __init__(self, house: House, desk: Desk, issuer: str | None = None) -> None:
        house.now = datetime.now(UTC)
        self.house, self.desk = house, desk
        provider = Provider(issuer or desk.url, CLIENT, SECRET, NAME)
        settings = mail_settings(house.office.files.parent)
        app = build(house.office, settings, clock=lambda: house.now, oidc=provider)
        self.client = Client(app, base_url=SITE, follow_redirects=False)

    def another(self) -> "Traveller":
        return Traveller(self.house, self.desk)

    def leaves(self) -> str:
        """To the provider; the URL it is sent to."""
        answer = self.client.get("/sign-in/oidc")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def agrees(self, url: str, sub: str = "hanako") -> str:
        """Says yes at the provider; the path it is sent back to."""
        answer = httpx.post(url, data={"sub": sub})
        assert answer.status_code == 302, answer.text
        assert answer.headers["location"].startswith(f"{SITE}/sign-in/oidc/back?")
        return answer.headers["location"].removeprefix(SITE)

    def comes_back(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def travels(self, sub: str = "hanako") -> httpx.Response:
        return self.comes_back(self.agrees(self.leaves(), sub))

    def is_in(self) -> bool:
        return self.client.get("/").status_code == 200


def settle_at(app: Any, url: str) -> None:
    """The application's address, known once it is served."""
    app.state.mail = replace(app.state.mail, site=url)


def query_of(url: str) -> dict[str, str]:
    return {key: value[0] for key, value in parse_qs(urlsplit(url).query).items()}


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def signed(claims: dict[str, Any], key: Any, alg: str = "RS256") -> str:
    return jwt.encode({"alg": alg}, claims, key, algorithms=[alg])


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."
