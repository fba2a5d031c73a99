"""Mails with a one-time link: sent over real SMTP, kept nowhere else."""

import re
from datetime import timedelta
from email.message import EmailMessage
from traceback import format_exception

import pytest
from sqlalchemy import text

from notifications import outbox
from notifications.kinds import Kind, State
from notifications.outbox import PAUSES
from notifications.rehearsal import rehearse
from tests.notifications.post_room import PostRoom
from workflow import engine
from workflow.engine import LinkPurpose
from workflow.errors import LinkUnusable, NotAllowed

PASSWORD = "はるはあけぼの やうやう白く"


@pytest.fixture
def invited(room: PostRoom) -> PostRoom:
    engine.invite(room.office, "admin", "one", now=room.now)
    return room.set(site="https://sakutei.city.example.jp")


def _token(mail: EmailMessage) -> str:
    """The token in the mail's text; its HTML has the same."""
    parts = [mail.get_body((kind,)) for kind in ("plain", "html")]
    found = {
        token
        for part in parts
        if part is not None
        for token in re.findall(
            r"https://sakutei\.city\.example\.jp/(?:welcome|reset)/([0-9a-f]{64})\b", part.get_content()
        )
    }
    assert len(found) == 1 and None not in parts
    return found.pop()


def _holder(room: PostRoom, token: str, purpose: LinkPurpose = LinkPurpose.WELCOME) -> str:
    with room.office.reading() as db:
        return engine.link_holder(db, purpose, token, room.now).key


def _everything_kept(room: PostRoom) -> str:
    with room.office.reading() as db:
        tables = ("delivery", "event", "mailed_link", "sign_in", "failed_sign_in")
        return "".join(str(db.execute(text(f"SELECT * FROM {table}")).all()) for table in tables)


def test_an_invitation_reaches_the_person_with_a_link_that_works(invited: PostRoom) -> None:
    assert invited.tick().sent == 1
    [mail] = invited.sink.mails
    assert invited.sink.to == ["one@city.example.jp"]
    assert "利用の御案内" in mail["Subject"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "職員 one 様" in body.get_content() and "令和5年6月8日（木）09:00まで" in body.get_content()
    assert _holder(invited, _token(mail)) == "one"


def test_who_would_be_invited_is_known_before(room: PostRoom) -> None:
    mails = rehearse(room.office, lambda at: engine.invite(at, "admin", "one", now=room.now))
    assert [(kind, seat.email) for kind, seat in mails] == [(Kind.INVITATION, "one@city.example.jp")]
    assert room.tick().sent == 0


def test_a_reset_is_mailed_to_the_person_whoever_asked(invited: PostRoom) -> None:
    engine.ask_reset(invited.office, "ONE@city.example.jp", now=invited.now)
    invited.tick()
    welcome, reset = invited.sink.mails
    assert "再設定" in reset["Subject"] and invited.sink.to == ["one@city.example.jp"] * 2
    assert _holder(invited, _token(reset), LinkPurpose.RESET) == "one"
    assert _holder(invited, _token(welcome)) == "one"


def test_once_sent_the_link_is_nowhere_but_in_the_mail(invited: PostRoom) -> None:
    invited.tick()
    token = _token(invited.sink.mails[0])
    assert invited.stored() == [None]
    assert token not in _everything_kept(invited)


def test_once_refused_for_good_the_link_is_wiped_too(invited: PostRoom) -> None:
    invited.sink.mode = "refuse"
    invited.tick()
    assert (invited.states(), invited.stored()) == ([State.FAILED], [None])


def test_after_the_last_try_the_link_is_wiped(invited: PostRoom) -> None:
    invited.sink.mode = "delay"
    for pause in PAUSES:
        invited.tick()
        assert invited.stored() != [None], "the same bytes are tried again"
        invited.now += pause
    invited.tick()
    assert (invited.states(), invited.stored()) == ([State.FAILED], [None])


def test_other_mails_are_kept_as_they_were_sent(room: PostRoom) -> None:
    room.meeting()
    room.tick()
    assert None not in room.stored()


def test_a_repeated_mail_has_the_same_link(invited: PostRoom) -> None:
    invited.sink.mode = "hang_up"
    invited.tick()
    invited.sink.mode = "accept"
    invited.now = invited.due()
    invited.tick()
    first, second = invited.sink.mails
    assert _token(first) == _token(second)
    assert _holder(invited, _token(first)) == "one"


def test_a_mail_sent_again_by_hand_has_a_new_link_and_the_old_one_ends(invited: PostRoom) -> None:
    invited.tick()
    invited.now += timedelta(days=30)
    with pytest.raises(NotAllowed):
        outbox.resend(invited.office, "tanto", 1, now=invited.now)
    outbox.resend(invited.office, "admin", 1, now=invited.now)
    assert invited.tick().sent == 1
    old, new = (_token(mail) for mail in invited.sink.mails)
    with pytest.raises(LinkUnusable):
        _holder(invited, old)
    assert _holder(invited, new) == "one"
    assert invited.stored() == [None]


def test_a_person_who_has_set_a_password_gets_no_more_links(invited: PostRoom) -> None:
    engine.set_password(invited.office, "admin", "one", PASSWORD, now=invited.now)
    assert invited.tick().dropped == 1
    outbox.resend(invited.office, "admin", 1, now=invited.now)
    assert invited.tick().dropped == 1
    assert invited.sink.mails == []


def test_a_link_that_ended_while_the_mail_server_was_away_is_not_sent(room: PostRoom) -> None:
    engine.set_password(room.office, "admin", "one", PASSWORD, now=room.now)
    engine.ask_reset(room.office, "one", now=room.now)
    room.set(smtp_port=1).tick()
    room.now += timedelta(hours=1, minutes=1)
    room.set(smtp_port=room.sink.port).tick()
    assert (room.states(), room.stored(), room.sink.mails) == ([State.MISSED], [None], [])


def test_an_error_of_the_database_does_not_tell_what_was_to_be_kept(invited: PostRoom) -> None:
    kept = {"mail": "リンク" + "のあるメール"}
    with pytest.raises(Exception) as failed, invited.office.writing() as db:
        db.execute(text("INSERT INTO nowhere VALUES (:mail)"), kept)
    told = "".join(format_exception(failed.value))
    assert "nowhere" in told and kept["mail"] not in told
