"""`sakutei serve` sends what is due by itself; with `--no-scheduler` it leaves that to another process."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import IO

import pytest

from tests.support.ports import free_port, until_it_answers
from tests.support.shell import SAKUTEI, Shell


@contextmanager
def serving(shell: Shell, *options: str, stdout: IO[bytes] | None = None) -> Iterator[int]:
    port = free_port()
    command = [*SAKUTEI, "serve", "--port", str(port), *options]
    env = {**shell.env, "SAKUTEI_TICK_SECONDS": "1"}
    with subprocess.Popen(command, env=env, cwd=shell.folder, stdout=stdout or subprocess.DEVNULL) as server:
        try:
            until_it_answers(port)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=30)


def _mails(shell: Shell) -> list[Path]:
    return list((Path(shell.env["SAKUTEI_DATA"]) / "mail").glob("*.eml"))


def _invited(shell: Shell) -> None:
    shell.run("init", "--admin", "admin", "--name", "管理 太郎", "--email", "admin@example.jp")
    shell.run("people", "add", "hanako", "担当 花子", "hanako@example.jp", "--as", "admin")
    shell.run("people", "department", "it", "IT推進課", "--as", "admin")
    shell.run("people", "post", "hanako", "it", "--since", "2020-04-01", "--as", "admin")
    shell.run("people", "invite", "hanako", "--as", "admin")


def test_the_pages_send_what_is_due(shell: Shell) -> None:
    _invited(shell)
    with serving(shell) as port:
        deadline = time.monotonic() + 30
        while not _mails(shell) and time.monotonic() < deadline:
            time.sleep(0.2)
    [mail] = _mails(shell)
    sent = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("plain",))
    assert sent is not None and f"http://localhost:{port}/welcome/" in sent.get_content()


@pytest.mark.parametrize(
    ("site", "options", "warned"),
    [
        ("http://office.example.jp", (), True),
        ("http://localhost:8000", ("--host", "0.0.0.0"), True),
        ("https://office.example.jp", ("--host", "0.0.0.0"), False),
        ("http://localhost:8000", (), False),
    ],
)
def test_whoever_opens_the_pages_in_clear_to_others_is_warned(
    shell: Shell, site: str, options: tuple[str, ...], warned: bool
) -> None:
    _invited(shell)
    shell.env["SAKUTEI_SITE"] = site
    said = shell.folder / "said"
    with said.open("wb") as stdout, serving(shell, "--no-scheduler", *options, stdout=stdout):
        pass
    assert ("暗号化されていません" in said.read_text("utf-8")) is warned


def test_the_demonstration_is_open_to_other_machines_only_when_that_is_meant(shell: Shell) -> None:
    command = [*SAKUTEI, "serve", "--demo", "--host", "0.0.0.0"]
    refused = subprocess.run(command, env=shell.env, cwd=shell.folder, capture_output=True, text=True)
    assert (refused.returncode, "--public" in refused.stderr) == (2, True)
    assert not (shell.folder / "sakutei-demo-web").exists()
    said = shell.folder / "said"
    with said.open("wb") as stdout, serving(shell, "--demo", "--host", "0.0.0.0", "--public", stdout=stdout):
        pass
    assert "誰でも" in said.read_text("utf-8")


def test_without_its_scheduler_the_pages_leave_it_to_another_process(shell: Shell) -> None:
    _invited(shell)
    with serving(shell, "--no-scheduler"):
        time.sleep(3)
    assert _mails(shell) == []
    assert "送信 1 件" in shell.run("mail", "send")
