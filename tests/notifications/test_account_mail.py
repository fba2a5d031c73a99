"""Mails with a one-time link: sent over real SMTP, kept nowhere else."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from traceback import format_exception

import pytest
from sqlalchemy import text

from notifications import resending
from notifications.dry_run import rehearse
from notifications.kinds import Kind
from tests.support.outbox_scenario import PostRoom
from workflow import actions
from workflow.domain.accounts import LinkPurpose
from workflow.domain.deliveries import State
from workflow.domain.errors import LinkUnusable, NotAllowed

PASSWORD = "はるはあけぼの やうやう白く"


@pytest.fixture
def invited(room: PostRoom) -> PostRoom:
    actions.invite(room.office, "admin", "one", now=room.now)
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
        return actions.link_holder(db, purpose, token, room.now).key


def _everything_kept(room: PostRoom) -> str:
    with room.office.reading() as db:
        tables = ("delivery", "event", "mailed_link", "link_token", "sign_in", "failed_sign_in")
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
    mails = rehearse(room.office, lambda at: actions.invite(at, "admin", "one", now=room.now))
    assert [(kind, seat.email) for kind, seat in mails] == [(Kind.INVITATION, "one@city.example.jp")]
    assert room.tick().sent == 0


def test_a_reset_is_mailed_to_the_person_whoever_asked(invited: PostRoom) -> None:
    actions.ask_reset(invited.office, "ONE@city.example.jp", now=invited.now)
    invited.tick()
    welcome, reset = invited.sink.mails
    assert "再設定" in reset["Subject"] and invited.sink.to == ["one@city.example.jp"] * 2
    assert _holder(invited, _token(reset), LinkPurpose.RESET) == "one"
    assert _holder(invited, _token(welcome)) == "one"


@pytest.mark.parametrize("mode", ["accept", "hang_up", "delay"])
def test_the_link_is_never_anywhere_but_in_the_mail(invited: PostRoom, mode: str) -> None:
    invited.sink.mode = mode
    invited.tick()
    [raw] = invited.sink.raw or invited.sink.delayed
    token = _token(message_from_bytes(raw, policy=policy.default))
    assert invited.stored() == [None]
    assert token not in _everything_kept(invited)
    kept = [place for place in invited.office.files.parent.rglob("*") if place.is_file()]
    assert not any(token.encode() in place.read_bytes() for place in kept), "nor in the WAL"


def test_a_mail_refused_for_good_is_not_kept_either(invited: PostRoom) -> None:
    invited.sink.mode = "refuse"
    invited.tick()
    assert (invited.states(), invited.stored()) == ([State.FAILED], [None])


def test_each_try_has_a_link_of_its_own_and_all_that_may_have_arrived_work(invited: PostRoom) -> None:
    invited.sink.mode = "hang_up"
    for _ in range(2):
        invited.tick()
        invited.now = invited.due()
    invited.sink.mode = "accept"
    invited.tick()
    tokens = [_token(mail) for mail in invited.sink.mails]
    assert len(set(tokens)) == 3
    assert [_holder(invited, token) for token in tokens] == ["one"] * 3
    assert len({mail["Message-ID"] for mail in invited.sink.mails}) == 1
    actions.set_password_by_link(invited.office, LinkPurpose.WELCOME, tokens[0], PASSWORD, now=invited.now)
    for token in tokens:
        with pytest.raises(LinkUnusable):
            _holder(invited, token)


def test_an_address_mended_while_the_mail_waits_gets_the_link_and_the_old_one_none(invited: PostRoom) -> None:
    invited.sink.mode = "hang_up"
    invited.tick()
    actions.change_person(
        invited.office,
        "admin",
        "one",
        email="right@city.example.jp",
        proof=actions.OwnMachine(),
        now=invited.now,
    )
    invited.sink.mode = "accept"
    invited.now = invited.due()
    invited.tick()
    invitations = [
        (mail, to)
        for mail, to in zip(invited.sink.mails, invited.sink.to, strict=True)
        if "御案内" in mail["Subject"]
    ]
    old, new = (_token(mail) for mail, _ in invitations)
    assert invitations[-1][1] == "right@city.example.jp"
    with pytest.raises(LinkUnusable):
        _holder(invited, old)
    assert _holder(invited, new) == "one"


def test_a_mail_of_an_older_invitation_is_not_sent_any_more(invited: PostRoom) -> None:
    invited.set(smtp_port=1).tick()
    actions.invite(invited.office, "admin", "one", now=invited.now)
    invited.now = invited.due()
    invited.set(smtp_port=invited.sink.port).tick()
    assert invited.states() == [State.DROPPED, State.SENT]
    assert _holder(invited, _token(invited.sink.mails[0])) == "one"


def test_other_mails_are_kept_as_they_were_sent(room: PostRoom) -> None:
    meeting = room.meeting()
    room.quiet().cancel(meeting)
    room.tick()
    kept = [line.kind for line, message in zip(room.lines(), room.stored(), strict=True) if message]
    assert set(kept) == {Kind.MEETING_CANCELLED}


def test_a_mail_sent_again_by_hand_has_a_link_of_its_own(invited: PostRoom) -> None:
    invited.tick()
    invited.now += timedelta(days=30)
    with pytest.raises(NotAllowed):
        resending.resend(invited.office, "tanto", 1, now=invited.now)
    resending.resend(invited.office, "admin", 1, now=invited.now)
    assert invited.tick().sent == 1
    old, new = (_token(mail) for mail in invited.sink.mails)
    with pytest.raises(LinkUnusable, match="期限"):
        _holder(invited, old)
    assert _holder(invited, new) == "one"
    assert invited.stored() == [None]


def test_a_person_who_has_set_a_password_gets_no_more_links(invited: PostRoom) -> None:
    actions.set_password(invited.office, "admin", "one", PASSWORD, now=invited.now)
    assert invited.tick().dropped == 1
    resending.resend(invited.office, "admin", 1, now=invited.now)
    assert invited.tick().dropped == 1
    assert not [mail for mail in invited.sink.mails if "御案内" in mail["Subject"]]


def test_a_link_that_ended_while_the_mail_server_was_away_is_not_sent(room: PostRoom) -> None:
    actions.set_password(room.office, "admin", "one", PASSWORD, now=room.now)
    actions.ask_reset(room.office, "one", now=room.now)
    room.set(smtp_port=1).tick()
    room.now += timedelta(hours=1, minutes=1)
    room.set(smtp_port=room.sink.port).tick()
    missed = [line.kind for line in room.lines() if line.state is State.MISSED]
    assert missed == [Kind.PASSWORD_RESET]
    assert not [mail for mail in room.sink.mails if "再設定" in mail["Subject"]]


def test_an_error_of_the_database_does_not_tell_what_was_to_be_kept(invited: PostRoom) -> None:
    kept = {"mail": "リンク" + "のあるメール"}
    with pytest.raises(Exception) as failed, invited.office.writing() as db:
        db.execute(text("INSERT INTO nowhere VALUES (:mail)"), kept)
    told = "".join(format_exception(failed.value))
    assert "nowhere" in told and kept["mail"] not in told
