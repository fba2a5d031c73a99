"""A program at the API, over HTTP, with a token of its own."""

from datetime import timedelta
from typing import Any

from httpx import Response

from tests.support.scenario import House
from tests.support.web_client import SITE, Client, mail_settings
from workflow import actions
from workflow.domain.accounts import Scope
from workflow.web.app import build


def a_token(house: House, key: str, *scopes: Scope) -> str:
    """A token of that person for a month, for everything or for the scopes named."""
    return actions.make_token(
        house.office,
        key,
        "試験",
        scopes or list(Scope),
        expires_at=house.now + timedelta(days=30),
        now=house.now,
    )


class Program:
    def __init__(self, house: House, key: str, *scopes: Scope) -> None:
        self.house = house
        self.app = build(house.office, mail_settings(house.office.files.parent), clock=lambda: house.now)
        self.client = Client(self.app, base_url=f"{SITE}/api/v1/", raise_server_exceptions=False)
        self.client.headers["authorization"] = f"Bearer {a_token(house, key, *scopes)}"

    def ask(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.client.get(path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, status: int = 201, *, idempotency_key: str = "", **body: Any) -> Response:
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        answer = self.client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer

    def do(self, path: str, status: int = 201, **body: Any) -> Any:
        return self.post(path, status, **body).json()
