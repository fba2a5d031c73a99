"""Letters that ask a member whether they attend: each with a link of its recipient's own, which stands nowhere else."""

import re
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from notifications import resending
from tests.support.outbox_scenario import PostRoom
from workflow import actions
from workflow.actions import GivenRsvp
from workflow.domain.errors import RsvpLinkUnusable
from workflow.domain.meetings import MeetingForm
from workflow.domain.rsvp import Intent, Way
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.rsvp import answers
from workflow.store.tables import Delivery, Event, RsvpLink

HEAD, ONE, SECRETARY = "head@city.example.jp", "one@city.example.jp", "secretary@city.example.jp"


def mail_to(room: PostRoom, address: str) -> EmailMessage:
    """The newest mail to that address."""
    return [mail for mail, to in zip(room.sink.mails, room.sink.to, strict=True) if to == address][-1]


def text_of(mail: EmailMessage, part: str = "plain") -> str:
    return str(mail.get_body((part,)).get_content())  # type: ignore[union-attr]


def token_in(mail: EmailMessage) -> str:
    [plain] = re.findall(r"/answer/([0-9a-f]{64})", text_of(mail))
    assert f"/answer/{plain}" in text_of(mail, "html")
    return str(plain)


def test_an_invitation_and_a_reminder_have_a_link_each_that_answers(room: PostRoom) -> None:
    meeting = room.meeting()
    room.tick()
    invitation = mail_to(room, ONE)
    room.at("2023-06-07 09:00").tick()
    reminder = mail_to(room, ONE)
    assert "【会議の御案内】" in invitation["Subject"] and "【会議のお知らせ】" in reminder["Subject"]
    assert token_in(invitation) != token_in(reminder)
    for mail, intent in ((reminder, Intent.ABSENT), (invitation, Intent.ATTENDS)):
        actions.give_rsvp_by_link(room.office, token_in(mail), GivenRsvp(intent), now=room.now)
    with room.office.reading() as db:
        [(member, answer)] = answers(db, meeting_of(db, meeting)).items()
    assert (member, answer.intent, answer.way) == (2, Intent.ATTENDS, Way.LINK)


def test_letters_that_are_made_together_name_their_own_recipient(room: PostRoom) -> None:
    room.change(2, name='部会員 <b>"一"</b>')
    room.meeting()
    room.quiet().at("2023-06-07 09:00").tick()
    tokens = {token_in(mail) for mail in room.sink.mails}
    assert len(tokens) == len(room.sink.mails) == 3
    mine, theirs = mail_to(room, ONE), mail_to(room, HEAD)
    assert '部会員 <b>"一"</b> 様は' in text_of(mine) and "職員 head 様は" in text_of(theirs)
    assert "部会員 &lt;b&gt;&#34;一&#34;&lt;/b&gt; 様" in text_of(mine, "html")
    assert "職員 head" not in text_of(mine) and "部会員" not in text_of(theirs)


def test_a_reminder_says_what_was_answered_or_that_nothing_was(room: PostRoom) -> None:
    meeting = room.meeting()
    room.quiet()
    actions.give_rsvp(room.office, "one", meeting, GivenRsvp(Intent.ABSENT), now=room.now)
    room.at("2023-06-07 09:00").tick()
    asked, told = text_of(mail_to(room, HEAD)), text_of(mail_to(room, ONE))
    assert "出欠の御回答を、まだいただいておりません" in asked and "いずれかを御回答ください" in asked
    assert "職員 one 様の御回答は「欠席」です" in told and "いただいておりません" not in told


def test_after_a_move_the_members_are_asked_anew(room: PostRoom) -> None:
    meeting = room.meeting()
    actions.give_rsvp(room.office, "one", meeting, GivenRsvp(Intent.ABSENT), now=room.now)
    room.quiet().move(meeting, "2023-06-20 14:00")
    room.tick()
    assert "いずれかを御回答ください" in text_of(mail_to(room, ONE))


def test_who_is_no_member_and_who_answers_in_writing_is_not_asked(room: PostRoom) -> None:
    room.meeting()
    room.tick()
    assert "/answer/" not in text_of(mail_to(room, SECRETARY))
    room.meeting(form=MeetingForm.IN_WRITING, ends="2023-06-20 17:00")
    room.quiet()
    assert not [mail for mail in room.sink.mails if "/answer/" in text_of(mail)]


def test_a_token_stands_in_its_mail_and_nowhere_else(room: PostRoom) -> None:
    room.meeting()
    room.tick()
    tokens = [token_in(mail_to(room, address)) for address in (HEAD, ONE)]
    with room.office.reading() as db:
        kept = [*db.scalars(select(RsvpLink.token_sha256)), *db.scalars(select(Event.data))]
        stored = [message for message in db.scalars(select(Delivery.message)) if message]
    assert len(kept) >= 3 and not stored
    assert not [token for token in tokens if token in " ".join(kept)]


def test_a_letter_sent_again_has_a_new_link_and_a_revoked_one_stays_dead(room: PostRoom) -> None:
    meeting = room.meeting()
    room.tick()
    old = token_in(mail_to(room, ONE))
    actions.revoke_rsvp_links(room.office, "secretary", meeting, now=room.now)
    delivery = next(line.id for line in room.lines() if line.address == ONE)
    resending.resend(room.office, "secretary", delivery, now=room.now)
    room.tick()
    actions.give_rsvp_by_link(
        room.office, token_in(mail_to(room, ONE)), GivenRsvp(Intent.ATTENDS), now=room.now
    )
    with pytest.raises(RsvpLinkUnusable):
        actions.give_rsvp_by_link(room.office, old, GivenRsvp(Intent.ABSENT), now=room.now)
