"""From a new office to its first administrator before the screen, and the next person invited."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from notifications.mail_settings import MailSettings
from tests.support.shell import Shell
from tests.support.web_client import Client
from workflow.store.database import Office
from workflow.web.app import build

PASSWORD = "はるはあけぼの やうやう白く"


@contextmanager
def _pages(shell: Shell) -> Iterator[Client]:
    office = Office(f"sqlite:///{shell.folder}/data/sakutei.db", shell.folder / "data" / "documents")
    settings = MailSettings("sakutei@example.jp", "板橋区", "example.jp", shell.folder / "mail")
    yield Client(build(office, settings), follow_redirects=False)
    office.close()


def test_a_new_office_lets_its_administrator_in(shell: Shell) -> None:
    said = shell.run("init", "--admin", "admin", "--name", "管理 太郎", "--email", "admin@example.jp")
    assert "sakutei people password admin --as admin" in said
    asked = [("新しいパスワード: ", PASSWORD), ("もう一度: ", PASSWORD)]
    shown = shell.type("people", "password", "admin", "--as", "admin", answers=asked)
    assert "設定しました" in shown and PASSWORD not in shown
    with _pages(shell) as client:
        assert client.post("/sign-in", data={"key": "admin", "password": PASSWORD}).status_code == 303


def test_the_administrator_invites_the_next_person(shell: Shell) -> None:
    shell.run("init", "--admin", "admin", "--name", "管理 太郎", "--email", "admin@example.jp")
    shell.run("people", "add", "hanako", "担当 花子", "hanako@example.jp", "--as", "admin")
    said = shell.run("people", "invite", "hanako", "--as", "admin", "--dry-run")
    assert "利用の御案内" in said and "hanako@example.jp" in said
    assert "送信 0 件" in shell.run("mail", "send")
    shell.run("people", "invite", "hanako", "--as", "admin")
    assert "送信 1 件" in shell.run("mail", "send")
    assert "利用の御案内" in shell.run("mail", "list")


def test_a_half_configured_provider_is_named_at_the_start(shell: Shell) -> None:
    shell.run("init")
    shell.env["SAKUTEI_OIDC_ISSUER"] = "https://login.example.jp"
    with pytest.raises(subprocess.CalledProcessError) as refused:
        shell.run("serve", "--port", "1")
    assert "SAKUTEI_OIDC_CLIENT_ID" in refused.value.stderr and "Traceback" not in refused.value.stderr


def test_a_provider_without_encryption_is_not_taken(shell: Shell) -> None:
    shell.env["SAKUTEI_OIDC_ISSUER"] = "http://login.example.jp"
    with pytest.raises(subprocess.CalledProcessError) as refused:
        shell.run("init")
    assert "SAKUTEI_OIDC_ISSUER" in refused.value.stderr
