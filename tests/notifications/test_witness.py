"""A mail proves later what the log was when it was written."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifications import witness
from notifications.mail import mailer_of
from notifications.scheduler import tick
from tests.support.scenario import House
from tests.support.web_client import mail_settings
from workflow import actions
from workflow.domain.errors import BadInput
from workflow.store.proof import prove


def _mail(place: Path, foot: str = "", header: str = "") -> Path:
    message = EmailMessage()
    if header:
        name, _, value = header.partition(": ")
        message[name] = value
    message.set_content(f"会議のお知らせ\n\n{foot}\n")
    place.write_bytes(message.as_bytes())
    return place


def test_a_mail_is_a_witness_by_its_header_or_its_foot(house: House, tmp_path: Path) -> None:
    house.a_plan()
    known = prove(house.office)
    by_header = _mail(tmp_path / "header.eml", header=witness.header(known.seq, known.head))
    by_foot = _mail(tmp_path / "foot.eml", foot=f"X-Sakutei-Log: {known.seq} {known.head[:32]}")
    house.a_version()
    for mail in (by_header, by_foot):
        assert prove(house.office, [witness.witness_in(mail)]).findings == []


def test_every_mail_sent_bears_the_head_of_the_log(house: House, tmp_path: Path) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting()
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    settings = mail_settings(tmp_path)
    tick(house.office, mailer_of(settings), settings, lambda: house.now)
    known = prove(house.office)
    mails = [mail for mail in settings.maildir.rglob("*") if mail.is_file()]
    assert len(mails) >= 3
    for mail in mails:
        by_header = witness.witness_in(mail)
        assert (by_header.seq, by_header.hash) == (known.seq, known.head)
        message = message_from_bytes(mail.read_bytes(), policy=policy.default)
        del message[witness.HEADER]
        (tmp_path / "bare.eml").write_bytes(message.as_bytes())
        assert witness.witness_in(tmp_path / "bare.eml").hash == known.head[:32]


def test_a_mail_that_knows_another_log_is_named_in_the_finding(house: House, tmp_path: Path) -> None:
    house.a_plan()
    rewritten = _mail(tmp_path / "a.eml", header=witness.header(3, "a" * 64))
    (finding,) = prove(house.office, [witness.witness_in(rewritten)]).findings
    assert finding.startswith("3 番までの記録が書き換えられています: メール「a.eml」")
    cut = _mail(tmp_path / "b.eml", foot=f"X-Sakutei-Log: 9999 {'a' * 32}")
    (finding,) = prove(house.office, [witness.witness_in(cut)]).findings
    assert "メール「b.eml」は 9999 番の出来事を知っています" in finding


def test_a_mail_that_says_nothing_of_the_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="番号とハッシュがありません"):
        witness.witness_in(_mail(tmp_path / "c.eml"))
