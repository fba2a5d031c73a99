"""`sakutei serve` in an empty folder: whoever has the link of the terminal sets up the office in the browser."""

import re
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.support.ports import free_port, until_it_answers
from tests.support.shell import SAKUTEI, Shell

PASSWORD = "はるはあけぼの やうやう白く"
FORM = {
    "office": "板橋区",
    "name": "管理 太郎",
    "key": "admin",
    "email": "admin@example.jp",
    "password": PASSWORD,
    "again": PASSWORD,
}
HIDDEN = {"origin": "null"}
"""A browser hides the address of the page, and so the origin of its form."""


@contextmanager
def _served(shell: Shell) -> Iterator[tuple[httpx.Client, str]]:
    """A browser before a server, and what the terminal says."""
    port, said = free_port(), shell.folder / "said"
    with said.open("wb") as stdout:
        command = [*SAKUTEI, "serve", "--port", str(port), "--no-scheduler"]
        with subprocess.Popen(command, env=shell.env, cwd=shell.folder, stdout=stdout) as server:
            try:
                until_it_answers(port)
                with httpx.Client(base_url=f"http://localhost:{port}", timeout=30) as browser:
                    yield browser, said.read_text("utf-8")
            finally:
                server.terminate()
                server.wait(timeout=30)


def _link(said: str) -> str:
    found = re.search(r"(/setup/[\w-]{32})\n", said)
    assert found, said
    return found[1]


def test_who_has_the_link_sets_up_the_office_and_goes_on_signed_in(shell: Shell) -> None:
    with _served(shell) as (browser, said):
        link = _link(said)
        assert "庁名" in browser.get(link).text
        answer = browser.post(link, data=FORM, headers=HIDDEN)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        first = browser.get("/").text
        assert "管理 太郎" in first and "庁の準備" in first
        assert "<span>板橋区</span>" in first and "板橋区　sakutei@" in browser.get("/settings").text
        assert browser.get(link).status_code == 404
        assert browser.post(link, data=FORM, headers=HIDDEN).status_code == 404
    kept = shell.folder / ".env"
    assert 'SAKUTEI_OFFICE_NAME="板橋区"' in kept.read_text("utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    shell.run("log", "verify")
    with _served(shell) as (browser, said):
        assert "/setup/" not in said
        assert browser.post("/sign-in", data={"key": "admin", "password": PASSWORD}).status_code == 303


def test_a_stranger_finds_nothing_before(shell: Shell) -> None:
    with _served(shell) as (browser, said):
        for path in ("/", "/sign-in", "/people", "/setup/", "/setup/x", "/api/v1/plans", "/reset"):
            answer = browser.get(path)
            assert (answer.status_code, "端末" in answer.text) == (503, True), path
        for path in ("/sign-in", "/setup/x", "/reset", "/people"):
            assert browser.post(path, data=FORM).status_code == 503, path
        assert _link(said) not in browser.get("/").text
        assert browser.get(_link(said)).headers["referrer-policy"] == "no-referrer"
    assert not (shell.folder / "data" / "documents").exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "itabashi-admin", "again": "itabashi-admin"}, "パスワード"),
        ({"again": "別のもの"}, "2回の入力が一致しません"),
        ({"key": "Admin A"}, "利用者ID"),
        ({"email": "nowhere"}, "電子メール"),
        ({"office": ""}, "庁名"),
        ({"office": "${HOME}区"}, "庁名"),
    ],
)
def test_a_refusal_loses_nothing_but_the_password(shell: Shell, wrong: dict[str, str], words: str) -> None:
    with _served(shell) as (browser, said):
        answer = browser.post(_link(said), data=FORM | wrong)
        assert answer.status_code == 422
        assert words in answer.text and "管理 太郎" in answer.text and PASSWORD not in answer.text
        assert browser.get("/").status_code == 503
        assert browser.post(_link(said), data=FORM).status_code == 303


def test_a_refusal_of_something_else_does_not_ask_for_the_password_again(shell: Shell) -> None:
    with _served(shell) as (browser, said):
        shown = browser.post(_link(said), data=FORM | {"email": "nowhere"}).text
        assert "パスワードは入力済みです" in shown and PASSWORD not in shown
        assert not re.search(r'name="(password|again)"[^>]*required', shown)
        shown = browser.post(_link(said), data=FORM | {"email": "nowhere", "again": "別のもの"}).text
        assert "入力済み" not in shown and re.search(r'name="again"[^>]*required', shown)
        browser.post(_link(said), data=FORM | {"email": "nowhere"})
        assert browser.post(_link(said), data=FORM | {"password": "", "again": ""}).status_code == 303
        assert browser.post("/sign-in", data={"key": "admin", "password": PASSWORD}).status_code == 303


def test_an_office_prepared_without_an_administrator_is_set_up_too(shell: Shell) -> None:
    shell.run("init")
    with _served(shell) as (browser, said):
        assert browser.post(_link(said), data=FORM).status_code == 303


def test_two_who_send_the_form_at_once_set_it_up_once(shell: Shell) -> None:
    with _served(shell) as (browser, said):
        url = str(browser.base_url.join(_link(said)))
        forms = [FORM, FORM | {"key": "other", "email": "other@example.jp", "name": "別 人"}]
        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(lambda form: httpx.post(url, data=form, timeout=30), forms))
        assert {each.status_code for each in answers} <= {303, 404}
        signed_in = [each for each in answers if "sakutei" in each.cookies]
    assert len(signed_in) == 1
    with sqlite3.connect(shell.folder / "data" / "sakutei.db") as db:
        assert db.execute("SELECT count(*) FROM person").fetchone() == (1,)
