"""A person at the pages without JavaScript, over HTTP."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from fastapi.testclient import TestClient
from httpx import Response

from notifications.mail_settings import MailSettings
from tests.support.scenario import House
from workflow.actions.sessions import begin_session
from workflow.queries.people import person_id
from workflow.web.app import build
from workflow.web.session import csrf_of

PASSWORD = "いろはにほへとちりぬるを"
SITE = "http://office.example.jp"


def mail_settings(folder: Path) -> MailSettings:
    """Mail goes into the folder: no server is configured."""
    return MailSettings("sakutei@example.jp", "板橋区", "example.jp", folder / "mail", site=SITE)


class Browser:
    """With a key, that person's browser, signed in: by a session begun for them, or with a `password` by the page."""

    def __init__(self, house: House, key: str | None = None, *, password: str | None = None) -> None:
        self.house = house
        app = build(house.office, mail_settings(house.office.files.parent), clock=lambda: house.now)
        self.client = TestClient(app, base_url=SITE, raise_server_exceptions=False)
        self.csrf = ""
        self.password = password
        if key:
            self.key = key
            if password:
                house.has_password(key, password)
            self.sign_in()

    def sign_in(self) -> None:
        """Also the morning after: a session lasts a working day."""
        if self.password:
            answer = self.client.post("/sign-in", data={"key": self.key, "password": self.password})
            assert answer.status_code == 200, answer.text
            self.csrf = re.findall(r'name="csrf" value="([0-9a-f]{64})"', answer.text)[0]
            return
        with self.house.office.writing() as db:
            token = begin_session(db, person_id(db, self.key), "", self.house.now)
        self.client.cookies.set("sakutei", token, domain=urlsplit(SITE).hostname or "")
        self.csrf = csrf_of(token)

    def see(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, status: int = 200, **form: object) -> str:
        """Send a form; the page it leads to."""
        return self.post(path, status, **form).text

    def do(self, path: str, **form: object) -> str:
        """Send a form that asks first who will get which mail, and say yes."""
        return self.send(path, **form, sure="yes")

    def call(self, **form: object) -> str:
        """Prepare a meeting by its form, and call it at once; its page."""
        shown = self.send("/meetings/new", **form)
        number = re.findall(r'action="/meetings/(\d+)/discard"', shown)[0]
        return self.send(f"/meetings/{number}/summon")

    def post(self, path: str, status: int = 200, **form: object) -> Response:
        answer = self.client.post(path, data={"csrf": self.csrf, **form})
        assert answer.status_code == status, answer.text
        return answer
