"""A person at the pages without JavaScript, over HTTP."""

import re
from pathlib import Path

from fastapi.testclient import TestClient
from httpx import Response

from notifications.mail import MailSettings
from tests.house import House
from workflow import engine
from workflow.web.app import build

PASSWORD = "いろはにほへとちりぬるを"
SITE = "http://office.example.jp"


def mail_settings(folder: Path) -> MailSettings:
    """Mail goes into the folder: no server is configured."""
    return MailSettings("sakutei@example.jp", "板橋区", "example.jp", folder / "mail", site=SITE)


class Browser:
    def __init__(self, house: House, key: str | None = None) -> None:
        self.house = house
        app = build(house.office, mail_settings(house.office.files.parent), clock=lambda: house.now)
        self.client = TestClient(app, base_url=SITE, raise_server_exceptions=False)
        self.csrf = ""
        if key:
            self.key = key
            engine.set_password(house.office, "admin", key, PASSWORD, now=house.now)
            self.sign_in()

    def sign_in(self) -> None:
        """Also the morning after: a session lasts a working day."""
        answer = self.client.post("/sign-in", data={"key": self.key, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.csrf = re.findall(r'name="csrf" value="([0-9a-f]{64})"', answer.text)[0]

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

    def post(self, path: str, status: int = 200, **form: object) -> Response:
        answer = self.client.post(path, data={"csrf": self.csrf, **form})
        assert answer.status_code == status, answer.text
        return answer
