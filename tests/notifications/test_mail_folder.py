"""Mails that are kept in a folder: whoever sees to the server opens them with a double-click, or reads them in an editor."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifications.composing import Letter, Stationery
from notifications.kinds import Kind
from notifications.mail_folder import keep_mail
from tests.support.outbox_scenario import PostRoom
from tests.support.web_client import mail_settings

NOW = datetime(2023, 3, 1, 0, 5, tzinfo=UTC)


def _trial(folder: Path, address: str = "sato@city.example.jp") -> bytes:
    letter = Letter(Kind.TRIAL, "佐藤 一郎", address, {"name": "佐藤 一郎", "sent_at": "令和5年3月1日"})
    return Stationery(mail_settings(folder)).write(letter, "trial", NOW)


def test_a_file_is_named_by_the_time_in_japan_the_subject_and_the_addressee(tmp_path: Path) -> None:
    kept = keep_mail(tmp_path / "mail", _trial(tmp_path))
    assert re.fullmatch(r"2023-03-01_0905_【送信の確認】\w+_sato@city\.example\.jp\.eml", kept.name), (
        kept.name
    )
    assert [each.name for each in (tmp_path / "mail").iterdir()] == [kept.name]


def test_its_texts_are_read_in_an_editor_and_the_mail_says_the_same_as_one_that_is_sent(
    room: PostRoom,
) -> None:
    room.set(smtp_host=None).meeting()
    assert room.tick().sent == 4
    for file in (room.folder / "mail_folder").glob("*.eml"):
        text = file.read_bytes().decode("utf-8")
        assert "事務局" in text and "<html" in text and "BEGIN:VCALENDAR" in text
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        plain = mail.get_body(("plain",))
        assert isinstance(plain, EmailMessage)
        assert plain["Content-Transfer-Encoding"] == "8bit" and plain.get_content().strip() in text
        assert [part.get_filename() for part in mail.iter_attachments()] == ["invite.ics"]


@pytest.mark.parametrize(
    "address", ["../../etc/x@city.example.jp", "a/b@city.example.jp", f"{'a' * 64}@b.jp"]
)
def test_an_address_never_leads_out_of_the_folder(tmp_path: Path, address: str) -> None:
    kept = keep_mail(tmp_path / "mail", _trial(tmp_path, address))
    assert kept.parent == tmp_path / "mail" and len(kept.name.encode()) <= 255


def test_two_mails_of_the_same_minute_are_two_files_that_only_the_own_user_reads(
    tmp_path: Path,
) -> None:
    first, second = (keep_mail(tmp_path / "mail", _trial(tmp_path)) for _ in range(2))
    assert second.name == first.name.replace(".eml", "_2.eml")
    assert {file.stat().st_mode & 0o777 for file in (first, second)} == {0o600}
