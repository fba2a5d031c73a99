"""Rights end with the right: every use case, called by who could do it until yesterday.

Each case says how what it needs comes about, and the call. The walk rehearses the call while the right holds, lets
it end the day before, and calls again: first the person moved to a section that has no part in it, then they left."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import pytest
from pyotp import TOTP
from sqlalchemy import select, update

from definitions.chain import Chain
from definitions.load import shipped
from definitions.terms import Outcome, Role
from notifications import kept_calendars, notices, resending, webhooks
from notifications.sending import State
from tests.notifications.test_notices import letters_about
from tests.support.authenticator import Passkey
from tests.support.chains import asking_before_writing, open_to_citizens, where_held_comments_count
from tests.support.mailbox import mailed
from tests.support.scenario import LONG_AGO, House
from tests.support.takeover import Takeover, let_tanto_record
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.actions import DepartmentLine, GivenRsvp, Newcomer, Seated, SeatLine, Spoken
from workflow.actions.invitations import mint
from workflow.actions.rsvp import mint_rsvp_link
from workflow.actions.sessions import begin_session
from workflow.actions.spread import compute_spread
from workflow.cli.demo.docx import docx
from workflow.domain.accounts import LinkPurpose, Scope, StepsDemanded
from workflow.domain.agenda_marks import Mark
from workflow.domain.calendar import tokyo_day
from workflow.domain.closed_days import NamedDay
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.cover import TextKind
from workflow.domain.errors import (
    BadInput,
    HasLeft,
    LinkUnusable,
    NotAllowed,
    NotFound,
    ReplyNotTaken,
    RsvpLinkUnusable,
    SakuteiError,
    SignInRefused,
)
from workflow.domain.inquiries import GivenRemark, Silence, Verdict
from workflow.domain.kept_calendars import CalendarKind
from workflow.domain.meetings import MeetingForm
from workflow.domain.minutes import MinutesKind, Speaker
from workflow.domain.passkeys import PasskeyUse, RelyingParty
from workflow.domain.rights import PaperAudience, PlanReaders
from workflow.domain.rsvp import CalendarReply, Intent
from workflow.domain.schedules import Line
from workflow.domain.sheets import SheetKind
from workflow.domain.votes import Choice, Part
from workflow.queries.calendar_feeds import feed_shown
from workflow.queries.kept_forms import KeptField
from workflow.queries.people import person_id
from workflow.queries.spread import newest_proposal
from workflow.store.database import DryRunOffice, Office
from workflow.store.tables import (
    ApiToken,
    Auditor,
    Delivery,
    Deputy,
    Feed,
    MailedLink,
    Membership,
    Opinion,
    Person,
    Posting,
    Record,
)
from workflow.wire.sheets.documents import ours

SECRETARIAT, CHAIR, MEMBER = "joho_bukai_office", "joho_bukai_chair", "joho_bukai_1"
PASSWORD, NEWER = "みどりの 橋を わたる あさ", "あおい 坂道の うえに ゆき"

Call = Callable[[Office], object]

NEEDS_NO_RIGHT = {
    "current_tally": "a question",
    "check_invitations": "a question, as `hand_over_links` asks it",
    "check_newcomers": "a question",
    "must_be_attended": "a question",
    "outcome_of_votes": "a question",
    "read_newcomers": "a question",
    "read_seats": "a question",
    "read_departments": "a question",
    "read_staff": "a question",
    "find_seats": "a question",
    "signs_as": "a question",
    "set_mail_aside": "the scheduler notes it",
    "linked_rsvp": "a question, as `give_rsvp_by_link` asks it",
    "claim_call": "for a token whose holder was just asked by `holder_of`",
    "keep_answer": "as `claim_call`",
    "release_call": "as `claim_call`",
    "begin": "there is nobody yet",
    "set_up": "there is nobody yet",
    "new_device": "a known device opens nothing: the password is asked for all the same",
    "receive_from_public": "the public writes",
    "erase_authors_due": "the scheduler does it on the day",
    "take_entries": "the scheduler reads the calendars",
    "tell_agenda_changes_due": "the scheduler does it in time",
    "confirm_identity": "opens nothing by itself: the act it is for asks for its own right",
    "end_session": "ends a session of one's own",
    "end_other_sessions": "as `end_session`",
    "sign_out": "as `end_session`",
    "note_refusal": "enters into the security log that somebody was refused",
    "note_reading": "enters into the security log what the page let them read",
    "prolong_sessions": "a demonstration's, whose clock jumps",
}

OPENS_NO_DOOR_TO_WHO_LEFT = (
    "ask_reset", "holder_of", "link_holder", "set_password_by_link", "sign_in", "sign_in_by_provider", "signed_in", "was_signed_in",
)  # fmt: skip
"""Use cases by which somebody comes in: they know who left no more (their own tests, below)."""


@dataclass(frozen=True)
class Case:
    """`by` may do it until yesterday. `own`: what is everybody's own, and ends only with the service here."""

    use: str
    by: str
    prepare: Callable[[House], Call]
    chain: str | Chain = "itabashi_dx_2025"
    own: bool = False
    refusal: type[SakuteiError] = NotAllowed


CASES: list[Case] = []


def case(by: str, **how: object) -> Callable[[Callable[[House], Call]], Callable[[House], Call]]:
    """A case of the use case its function is named for; what follows two underscores tells cases apart."""

    def keep(prepare: Callable[[House], Call]) -> Callable[[House], Call]:
        CASES.append(Case(prepare.__name__.partition("__")[0], by, prepare, **how))  # type: ignore[arg-type]
        return prepare

    return keep


# --- plans: the staff of the section ---------------------------------------------------------------------


@case("tanto")
def open_plan(house: House) -> Call:
    return lambda o: actions.open_plan(
        o, "tanto", "dx2", "新しい計画", house.chain, department="it", now=house.now
    )


@case("tanto")
def take_over(house: House) -> Call:
    takeover = _a_takeover(house)
    return lambda o: takeover.done(office=o)


@case("tanto")
def rehearse_takeover(house: House) -> Call:
    takeover = _a_takeover(house)
    return lambda o: takeover.rehearse(office=o)


@case("tanto")
def add_version(house: House) -> Call:
    house.a_plan()
    return lambda o: actions.add_version(o, "tanto", "dx", "案.txt", b"text", now=house.now)


@case("tanto")
def advance(house: House) -> Call:
    house.a_plan()
    house.open_every_gate()
    return lambda o: actions.advance(o, "tanto", "dx", seen=1, now=house.now)


@case("tanto")
def send_back(house: House) -> Call:
    seen = house.a_plan(at="outline").revision
    return lambda o: actions.send_back(o, "tanto", "dx", "policy", "見直し", seen=seen, now=house.now)


@case("tanto")
def suspend(house: House) -> Call:
    house.a_plan()
    return lambda o: actions.suspend(o, "tanto", "dx", "国の動きを待つ", seen=1, now=house.now)


@case("tanto")
def resume(house: House) -> Call:
    suspend(house)(house.office)
    return lambda o: actions.resume(o, "tanto", "dx", "再開する", seen=2, now=house.now)


@case("tanto")
def withdraw(house: House) -> Call:
    house.a_plan()
    return lambda o: actions.withdraw(o, "tanto", "dx", "取りやめ", seen=1, now=house.now)


# --- public comment ----------------------------------------------------------------------------------------


@case("tanto")
def open_comment(house: House) -> Call:
    house.a_plan(at="public_comment")
    return lambda o: actions.open_comment(
        o, "tanto", "dx", "comment_period", tokyo_day(house.now), now=house.now
    )


@case("tanto")
def receive_opinions(house: House) -> Call:
    open_comment(house)(house.office)
    return lambda o: _letter(o, house)


@case("tanto")
def split_opinion(house: House) -> Call:
    [opinion] = _opinions(house, "一つ目\n\n二つ目")
    return lambda o: actions.split_opinion(o, "tanto", "dx", opinion, ["一つ目", "二つ目"], now=house.now)


@case("tanto")
def answer_opinions(house: House) -> Call:
    opinions = _opinions(house, "意見")
    return lambda o: _answer(o, house, opinions)


@case("tanto")
def group_opinions(house: House) -> Call:
    first, second = _opinions(house, "一", "二")
    answer = _answer(house.office, house, [first])
    return lambda o: actions.group_opinions(o, "tanto", "dx", answer, [second], now=house.now)


@case("tanto")
def edit_answer(house: House) -> Call:
    answer = _answer(house.office, house, _opinions(house, "意見"))
    return lambda o: actions.edit_answer(
        o,
        "tanto",
        "dx",
        answer,
        summary="概要",
        text="直した",
        disposition=Disposition.FOR_REFERENCE,
        now=house.now,
    )


@case("tanto")
def publish_result(house: House) -> Call:
    open_comment(house)(house.office)
    house.later(days=40)
    return lambda o: actions.publish_result(o, "tanto", "dx", now=house.now)


@case("tanto")
def publish_addendum(house: House) -> Call:
    publish_result(house)(house.office)
    found = actions.receive_opinions(
        house.office, "tanto", "dx", Author("区民"), ["届いていた意見"], route=Route.POST,
        received_at=house.now - timedelta(days=30), now=house.now,
    )  # fmt: skip
    assert found == "1-0001"
    with house.office.reading() as db:
        _answer(house.office, house, list(db.scalars(select(Opinion.id))))
    return lambda o: actions.publish_addendum(o, "tanto", "dx", now=house.now)


@case("tanto")
def erase_authors(house: House) -> Call:
    publish_addendum(house)(house.office)
    house.later(days=366)
    return lambda o: actions.erase_authors(o, "tanto", "dx", 12, now=house.now)


@case("tanto")
def extend_comment(house: House) -> Call:
    last = open_comment(house)(house.office)
    later = last + timedelta(days=7)  # type: ignore[operator]
    return lambda o: actions.extend_comment(o, "tanto", "dx", later, "連休のため", now=house.now)


@case("tanto")
def correct_comment(house: House) -> Call:
    open_comment(house)(house.office)
    return lambda o: actions.correct_comment(
        o, "tanto", "dx", "番号の誤り", contact="ファクス 03", now=house.now
    )


@case("tanto")
def cancel_comment(house: House) -> Call:
    open_comment(house)(house.office)
    return lambda o: actions.cancel_comment(o, "tanto", "dx", "文書の誤り", now=house.now)


@case("tanto", chain=where_held_comments_count("itabashi_dx_2025"))
def count_held_comment(house: House) -> Call:
    publish_result(house)(house.office)
    house.send_back("draft")
    house.open_every_gate()
    house.advance()
    return lambda o: actions.count_held_comment(
        o, "tanto", "dx", "comment_period", "軽微な修正のため", now=house.now
    )


# --- 供覧 and the discussion -------------------------------------------------------------------------------


@case("tanto")
def circulate(house: House) -> Call:
    _with_text(house)
    return lambda o: actions.circulate(o, "tanto", "dx", [MEMBER], now=house.now)


@case(MEMBER)
def give_rsvp(house: House) -> Call:
    meeting = house.a_meeting(days=9)
    return lambda o: actions.give_rsvp(o, MEMBER, meeting, GivenRsvp(Intent.ATTENDS), now=house.now)


@case(SECRETARIAT)
def give_rsvp__entered(house: House) -> Call:
    meeting = house.a_meeting(days=9)
    return lambda o: actions.give_rsvp(
        o, SECRETARIAT, meeting, GivenRsvp(Intent.ATTENDS), member=MEMBER, now=house.now
    )


@case("deputy")
def give_rsvp__as_deputy(house: House) -> Call:
    meeting = house.a_meeting(days=9)
    actions.name_deputy(house.office, "admin", MEMBER, "deputy", LONG_AGO, now=house.now)
    return lambda o: actions.give_rsvp(
        o, "deputy", meeting, GivenRsvp(Intent.ATTENDS), member=MEMBER, now=house.now
    )


@case(MEMBER, refusal=RsvpLinkUnusable)
def give_rsvp_by_link(house: House) -> Call:
    meeting = house.a_meeting(days=9)
    with house.office.writing() as db:
        token = mailed(db, mint_rsvp_link(meeting, person_id(db, MEMBER), house.now))
    return lambda o: actions.give_rsvp_by_link(o, token, GivenRsvp(Intent.ATTENDS), now=house.now)


@case(MEMBER, refusal=ReplyNotTaken)
def give_rsvp_by_calendar(house: House) -> Call:
    meeting = house.a_meeting(days=9)
    reply = CalendarReply(
        meeting, "joho-bukai-1@city.example.jp", Intent.ATTENDS, "", 0, starts_at=None, stamped_at=None
    )
    return lambda o: actions.give_rsvp_by_calendar(o, reply, now=house.now)


@case("tanto", own=True)
def name_deputy__for_an_absence(house: House) -> Call:
    until = tokyo_day(house.now) + timedelta(days=30)
    return lambda o: actions.name_deputy(
        o, "tanto", "tanto", "clerk", LONG_AGO, until=until, absence=True, now=house.now
    )


@case(SECRETARIAT)
def set_contact(house: House) -> Call:
    return lambda o: actions.set_contact(
        o, SECRETARIAT, "joho_bukai", name="", email="", telephone="03-0000-0000", now=house.now
    )


@case(SECRETARIAT)
def revoke_rsvp_links(house: House) -> Call:
    meeting = house.a_meeting(days=9)
    return lambda o: actions.revoke_rsvp_links(o, SECRETARIAT, meeting, now=house.now)


@case(MEMBER)
def mark_read(house: House) -> Call:
    circulate(house)(house.office)
    return lambda o: actions.mark_read(o, MEMBER, 1, now=house.now)


@case(MEMBER)
def remark(house: House) -> Call:
    house.a_plan()
    return lambda o: actions.remark(o, MEMBER, "dx", "一言", now=house.now)


@case(MEMBER)
def take_back_remark(house: House) -> Call:
    remark(house)(house.office)
    return lambda o: actions.take_back_remark(o, MEMBER, 1, now=house.now)


# --- 照会 ----------------------------------------------------------------------------------------------------


@case("tanto")
def inquire(house: House) -> Call:
    _with_text(house)
    return lambda o: _inquire(o, house, departments=["mayor"])


@case("tanto")
def add_addressees(house: House) -> Call:
    inquire(house)(house.office)
    return lambda o: actions.add_addressees(o, "tanto", "dx", 1, people=["deputy"], now=house.now)


@case("mayor")
def answer_inquiry(house: House) -> Call:
    inquire(house)(house.office)
    remarks = [GivenRemark("高い")]
    return lambda o: actions.answer_inquiry(o, "mayor", "dx", 1, remarks, has_opinion=True, now=house.now)


@case("deputy", own=True)
def answer_inquiry__as_a_person(house: House) -> Call:
    _with_text(house)
    _inquire(house.office, house, people=["deputy"])
    return lambda o: actions.answer_inquiry(o, "deputy", "dx", 1, has_opinion=False, now=house.now)


@case("tanto")
def respond_to_remark(house: House) -> Call:
    answer_inquiry(house)(house.office)
    return lambda o: actions.respond_to_remark(
        o, "tanto", "dx", 1, 1, Verdict.ADOPTED, "直した", now=house.now
    )


@case("tanto")
def extend_inquiry(house: House) -> Call:
    inquire(house)(house.office)
    later = tokyo_day(house.now) + timedelta(days=20)
    return lambda o: actions.extend_inquiry(o, "tanto", "dx", 1, later, "連休のため", now=house.now)


@case("tanto")
def withdraw_inquiry(house: House) -> Call:
    inquire(house)(house.office)
    return lambda o: actions.withdraw_inquiry(o, "tanto", "dx", 1, "宛先の誤り", now=house.now)


# --- meetings and agendas: the 事務局 of the body ----------------------------------------------------------


@case(SECRETARIAT)
def call_meeting(house: House) -> Call:
    return lambda o: actions.call_meeting(
        o, SECRETARIAT, "joho_bukai", "部会", starts_at=house.now + timedelta(days=7),
        ends_at=house.now + timedelta(days=7, hours=1), place="室", now=house.now,
    )  # fmt: skip


@case(SECRETARIAT)
def enter_meeting(house: House) -> Call:
    """A meeting of a day on which they still were the 事務局."""
    held = house.now - timedelta(days=10)
    return lambda o: actions.enter_meeting(
        o, SECRETARIAT, "joho_bukai", "部会", starts_at=held, ends_at=held + timedelta(hours=1), place="室",
        now=house.now,
    )  # fmt: skip


def _a_draft(house: House) -> int:
    starts_at = house.now + timedelta(days=20)
    return actions.prepare_meeting(
        house.office, SECRETARIAT, "joho_bukai", "部会", starts_at=starts_at, ends_at=starts_at, place="室",
        now=house.now,
    )  # fmt: skip


@case(SECRETARIAT)
def prepare_meeting(house: House) -> Call:
    starts_at = house.now + timedelta(days=20)
    return lambda o: actions.prepare_meeting(
        o,
        SECRETARIAT,
        "joho_bukai",
        "部会",
        starts_at=starts_at,
        ends_at=starts_at,
        place="室",
        now=house.now,
    )


@case(SECRETARIAT)
def prepare_series(house: House) -> Call:
    days = [tokyo_day(house.now) + timedelta(days=20)]
    return lambda o: actions.prepare_series(
        o,
        SECRETARIAT,
        "joho_bukai",
        "第{n}回部会",
        days,
        begins=time(14),
        ends=time(16),
        place="室",
        now=house.now,
    )


@case(SECRETARIAT)
def change_draft(house: House) -> Call:
    meeting, starts_at = _a_draft(house), house.now + timedelta(days=21)
    return lambda o: actions.change_draft(
        o, SECRETARIAT, meeting, "部会", starts_at=starts_at, ends_at=starts_at, place="室", now=house.now
    )


@case(SECRETARIAT)
def discard_draft(house: House) -> Call:
    meeting = _a_draft(house)
    return lambda o: actions.discard_draft(o, SECRETARIAT, meeting, "都合", now=house.now)


@case(SECRETARIAT)
def summon(house: House) -> Call:
    meeting = _a_draft(house)
    return lambda o: actions.summon(o, SECRETARIAT, meeting, now=house.now)


@case(SECRETARIAT)
def carry_over(house: House) -> Call:
    held = house.a_meeting()
    item = actions.list_matter(house.office, SECRETARIAT, held, "その他", now=house.now)
    house.later(days=8)
    to = house.a_meeting()
    return lambda o: actions.carry_over(o, SECRETARIAT, held, to, [item], now=house.now)


@case(SECRETARIAT)
def tell_agenda_changes(house: House) -> Call:
    meeting = house.a_meeting()
    letters_about(house, "")
    actions.list_matter(house.office, SECRETARIAT, meeting, "その他", now=house.now)
    return lambda o: actions.tell_agenda_changes(o, SECRETARIAT, meeting, now=house.now)


@case(SECRETARIAT)
def move_meeting(house: House) -> Call:
    meeting = house.a_meeting()
    moved = house.now + timedelta(days=20)
    return lambda o: actions.move_meeting(
        o, SECRETARIAT, meeting, starts_at=moved, ends_at=moved, reason="都合", now=house.now
    )


@case(SECRETARIAT)
def cancel_meeting(house: House) -> Call:
    meeting = house.a_meeting()
    return lambda o: actions.cancel_meeting(o, SECRETARIAT, meeting, "都合", now=house.now)


@case(SECRETARIAT)
def close_meeting(house: House) -> Call:
    meeting = house.a_meeting()
    house.later(days=8).everybody_attends("joho_bukai", meeting)
    return lambda o: actions.close_meeting(o, SECRETARIAT, meeting, "議題なし", now=house.now)


@case(SECRETARIAT)
def enter_attendance(house: House) -> Call:
    meeting = house.a_meeting()
    house.later(days=8)
    return lambda o: actions.enter_attendance(
        o, SECRETARIAT, meeting, {MEMBER: Seated(present=True)}, now=house.now
    )


@case(SECRETARIAT)
def correct_meeting_time(house: House) -> Call:
    close_meeting(house)(house.office)
    starts_at = house.now - timedelta(hours=3)
    ends_at = starts_at + timedelta(hours=1)
    return lambda o: actions.correct_meeting_time(
        o, SECRETARIAT, 1, starts_at=starts_at, ends_at=ends_at, reason="誤記", now=house.now
    )


@case(SECRETARIAT)
def correct_minutes(house: House) -> Call:
    close_meeting(house)(house.office)
    return lambda o: actions.correct_minutes(o, SECRETARIAT, 1, "議題なし。", "誤字", now=house.now)


@case(SECRETARIAT)
def draft_minutes(house: House) -> Call:
    close_meeting(house)(house.office)
    return lambda o: actions.draft_minutes(o, SECRETARIAT, 1, MinutesKind.FULL, now=house.now)


@case(SECRETARIAT)
def edit_minutes(house: House) -> Call:
    close_meeting(house)(house.office)
    short = MinutesKind.SUMMARY
    return lambda o: actions.edit_minutes(o, SECRETARIAT, 1, short, "議題なし。", seen=0, now=house.now)


@case(SECRETARIAT)
def compare_minutes(house: House) -> Call:
    close_meeting(house)(house.office)
    sent = house.office.files.parent / "edited.docx"
    sent.write_bytes(docx("議題なし。"))
    short = MinutesKind.SUMMARY
    return lambda o: actions.compare_minutes(o, SECRETARIAT, 1, short, sent.name, sent, now=house.now)


@case(SECRETARIAT)
def put_minutes(house: House) -> Call:
    close_meeting(house)(house.office)
    return lambda o: actions.put_minutes(o, SECRETARIAT, 1, MinutesKind.SUMMARY, now=house.now)


@case(CHAIR)
def confirm_minutes(house: House) -> Call:
    put_minutes(house)(house.office)
    return lambda o: actions.confirm_minutes(o, CHAIR, 1, MinutesKind.SUMMARY, seen=0, now=house.now)


@case(SECRETARIAT)
def confirm_minutes__on_paper(house: House) -> Call:
    put_minutes(house)(house.office)
    short, how = MinutesKind.SUMMARY, "書面で確認"
    return lambda o: actions.confirm_minutes(o, SECRETARIAT, 1, short, seen=0, note=how, now=house.now)


@case(CHAIR)
def return_minutes(house: House) -> Call:
    put_minutes(house)(house.office)
    return lambda o: actions.return_minutes(o, CHAIR, 1, MinutesKind.SUMMARY, "直す", now=house.now)


@case(SECRETARIAT)
def list_minutes(house: House) -> Call:
    confirm_minutes(house)(house.office)
    house.a_meeting()
    return lambda o: actions.list_minutes(o, SECRETARIAT, 1, MinutesKind.SUMMARY, now=house.now)


OPEN = open_to_citizens(shipped("itabashi_dx_2025"))


@case(SECRETARIAT, chain=OPEN)
def close_to_public(house: House) -> Call:
    meeting = house.a_meeting()
    return lambda o: actions.close_to_public(o, SECRETARIAT, meeting, "人事", "第7条", now=house.now)


@case(SECRETARIAT, chain=OPEN)
def open_to_public(house: House) -> Call:
    close_to_public(house)(house.office)
    return lambda o: actions.open_to_public(o, SECRETARIAT, 1, "公表済み", now=house.now)


@case(SECRETARIAT, chain=OPEN)
def publish_minutes(house: House) -> Call:
    confirm_minutes(house)(house.office)
    return lambda o: actions.publish_minutes(o, SECRETARIAT, 1, MinutesKind.SUMMARY, 1, now=house.now)


@case(SECRETARIAT, chain=OPEN)
def withdraw_minutes(house: House) -> Call:
    publish_minutes(house)(house.office)
    return lambda o: actions.withdraw_minutes(o, SECRETARIAT, 1, MinutesKind.SUMMARY, "誤記", now=house.now)


@case(SECRETARIAT)
def enter_parts(house: House) -> Call:
    _with_text(house)
    item = house.an_item("policy_bukai")
    return lambda o: actions.enter_parts(o, SECRETARIAT, item, {MEMBER: Part.RECUSED}, now=house.now)


@case("shingikai_office", chain="shingikai_gian")
def take_back_vote__entered(house: House) -> Call:
    enter_votes(house)(house.office)
    return lambda o: actions.take_back_vote(o, "shingikai_office", 1, member="shingikai_1", now=house.now)


@case("shingikai_office", chain="shingikai_gian")
def cast_deciding_vote__entered(house: House) -> Call:
    _with_text(house)
    item = house.an_item("consultation_shingikai")
    hands = {"shingikai_1": Choice.FOR, "shingikai_2": Choice.AGAINST}
    actions.enter_votes(house.office, "shingikai_office", item, hands, now=house.now)
    return lambda o: actions.cast_deciding_vote(o, "shingikai_office", item, Choice.FOR, now=house.now)


@case(SECRETARIAT)
def list_item(house: House) -> Call:
    _with_text(house)
    meeting = house.a_meeting()
    return lambda o: actions.list_item(o, SECRETARIAT, meeting, "dx", "policy_bukai", now=house.now)


@case(SECRETARIAT)
def list_ratification(house: House) -> Call:
    decide_alone(house)(house.office)
    meeting = house.a_meeting()
    return lambda o: actions.list_ratification(o, SECRETARIAT, meeting, 1, now=house.now)


@case(SECRETARIAT)
def order_items(house: House) -> Call:
    list_item(house)(house.office)
    return lambda o: actions.order_items(o, SECRETARIAT, 1, [1], now=house.now)


@case(SECRETARIAT)
def remove_item(house: House) -> Call:
    list_item(house)(house.office)
    return lambda o: actions.remove_item(o, SECRETARIAT, 1, "取下げ", now=house.now)


@case(SECRETARIAT)
def list_matter(house: House) -> Call:
    meeting = house.a_meeting()
    return lambda o: actions.list_matter(o, SECRETARIAT, meeting, "会長の選出", now=house.now)


@case(SECRETARIAT)
def plan_minutes(house: House) -> Call:
    list_matter(house)(house.office)
    return lambda o: actions.plan_minutes(o, SECRETARIAT, 1, 10, now=house.now)


@case(SECRETARIAT)
def record_result(house: House) -> Call:
    list_matter(house)(house.office)
    house.later(days=8)
    return lambda o: actions.record_result(o, SECRETARIAT, 1, "選出した", now=house.now)


# --- papers: the 事務局 of the body, and the staff of the plan for its item ---------------------------------


@case(SECRETARIAT)
def add_paper(house: House) -> Call:
    meeting = house.a_meeting()
    return lambda o: actions.add_paper(o, SECRETARIAT, meeting, "a.txt", b"a", now=house.now)


@case("tanto")
def add_paper__of_the_staff(house: House) -> Call:
    meeting, item = _an_item_of_the_plan(house)
    return lambda o: actions.add_paper(o, "tanto", meeting, "a.txt", b"a", item=item, now=house.now)


@case(SECRETARIAT)
def replace_paper(house: House) -> Call:
    paper = _a_paper(house)
    return lambda o: actions.replace_paper(o, SECRETARIAT, paper, "b.txt", b"b", "誤り", now=house.now)


@case(SECRETARIAT)
def withdraw_paper(house: House) -> Call:
    paper = _a_paper(house)
    return lambda o: actions.withdraw_paper(o, SECRETARIAT, paper, "誤り", now=house.now)


@case(SECRETARIAT)
def retitle_paper(house: House) -> Call:
    paper = _a_paper(house)
    return lambda o: actions.retitle_paper(o, SECRETARIAT, paper, "名簿", now=house.now)


@case(SECRETARIAT)
def open_paper_to(house: House) -> Call:
    paper = _a_paper(house)
    return lambda o: actions.open_paper_to(
        o, SECRETARIAT, paper, PaperAudience.BODY, "個人の名", now=house.now
    )


@case(SECRETARIAT)
def renumber_papers(house: House) -> Call:
    starts = house.now + timedelta(days=7)
    meeting = actions.prepare_meeting(
        house.office,
        SECRETARIAT,
        "joho_bukai",
        "部会",
        starts_at=starts,
        ends_at=starts,
        place="室",
        now=house.now,
    )
    item = actions.list_matter(house.office, SECRETARIAT, meeting, "件", now=house.now)
    for text, about in (("a", item), ("b", None)):
        actions.add_paper(
            house.office, SECRETARIAT, meeting, f"{text}.txt", text.encode(), item=about, now=house.now
        )
    return lambda o: actions.renumber_papers(o, SECRETARIAT, meeting, now=house.now)


@case(SECRETARIAT)
def set_papers_due(house: House) -> Call:
    meeting = house.a_meeting()
    return lambda o: actions.set_papers_due(o, SECRETARIAT, meeting, tokyo_day(house.now), now=house.now)


def _an_item_of_the_plan(house: House) -> tuple[int, int]:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting()
    item = actions.list_item(house.office, SECRETARIAT, meeting, "dx", "policy_bukai", now=house.now)
    return meeting, item


def _a_paper(house: House) -> int:
    """Open to whoever sees the meeting, so that who lost the right is refused for that."""
    return actions.add_paper(
        house.office,
        SECRETARIAT,
        house.a_meeting(),
        "a.txt",
        b"a",
        audience=PaperAudience.PUBLIC,
        now=house.now,
    )


@case(SECRETARIAT)
def record_speech(house: House) -> Call:
    _with_text(house)
    item = house.an_item("policy_bukai")
    said = Spoken(Speaker.CHAIR, "始める。")
    return lambda o: actions.record_speech(o, SECRETARIAT, item, said, now=house.now)


@case(SECRETARIAT)
def correct_speech(house: House) -> Call:
    record_speech(house)(house.office)
    said = Spoken(Speaker.CHAIR, "開会する。")
    return lambda o: actions.correct_speech(o, SECRETARIAT, 1, said, now=house.now)


@case(SECRETARIAT)
def remove_speech(house: House) -> Call:
    record_speech(house)(house.office)
    return lambda o: actions.remove_speech(o, SECRETARIAT, 1, now=house.now)


@case(SECRETARIAT)
def enter_guests(house: House) -> Call:
    record_speech(house)
    return lambda o: actions.enter_guests(o, SECRETARIAT, 1, ["課長 山田"], 2, now=house.now)


@case(SECRETARIAT)
def enter_times(house: House) -> Call:
    record_speech(house)
    times = {"arrived_at": None, "left_at": house.now}
    return lambda o: actions.enter_times(o, SECRETARIAT, 1, MEMBER, **times, now=house.now)


@case(SECRETARIAT)
def save_sitting_draft(house: House) -> Call:
    record_speech(house)
    return lambda o: actions.save_sitting_draft(o, SECRETARIAT, 1, {"guests": "課長 山田"}, now=house.now)


@case("tanto", own=True)
def keep_form(house: House) -> Call:
    fields = [KeptField("reason", "方針の見直し")]
    return lambda o: actions.keep_form(o, "tanto", "/plans/dx/suspend", "/plans/dx", fields, now=house.now)


@case(SECRETARIAT, own=True)
def discard_sitting_draft(house: House) -> Call:
    save_sitting_draft(house)(house.office)
    return lambda o: actions.discard_sitting_draft(o, SECRETARIAT, 1, now=house.now)


@case(MEMBER)
def mark_item(house: House) -> Call:
    record_speech(house)
    return lambda o: actions.mark_item(o, MEMBER, 1, Mark.READ, "費用を聞く", now=house.now)


# --- decisions ---------------------------------------------------------------------------------------------


@case(SECRETARIAT)
def record_outcome(house: House) -> Call:
    _with_text(house)
    item = house.an_item("policy_bukai")
    return lambda o: actions.record_outcome(o, SECRETARIAT, item, Outcome.APPROVED, now=house.now)


@case(CHAIR)
def decide_alone(house: House) -> Call:
    _with_text(house)
    return lambda o: actions.decide_alone(
        o, CHAIR, "dx", "policy_bukai", Outcome.APPROVED, "緊急", seen=house.text(), now=house.now
    )


@case(CHAIR)
def confirm_text(house: House) -> Call:
    _corrected(house)
    return lambda o: actions.confirm_text(o, CHAIR, "dx", "policy_bukai", seen=2, now=house.now)


@case(CHAIR)
def review_confirmation(house: House) -> Call:
    actions.name_deputy(house.office, "admin", CHAIR, "deputy", LONG_AGO, now=house.now)
    _corrected(house)
    house.confirm("policy_bukai", by="deputy")
    return lambda o: actions.review_confirmation(o, CHAIR, 1, now=house.now)


@case(CHAIR)
def take_back_confirmation(house: House) -> Call:
    confirm_text(house)(house.office)
    return lambda o: actions.take_back_confirmation(o, CHAIR, 1, "誤り", now=house.now)


@case("tanto")
def declare_version(house: House) -> Call:
    _corrected(house)
    return lambda o: actions.declare_version(o, "tanto", "dx", 2, TextKind.MINOR, why="誤字", now=house.now)


@case("tanto")
def correct_plan(house: House) -> Call:
    house.a_plan()
    return lambda o: actions.correct_plan(o, "tanto", "dx", "改称", title="新しい名称", now=house.now)


@case("tanto")
def change_schedule(house: House) -> Call:
    house.a_plan()
    begun = house.plan().schedule
    later = replace(begun, lines=(*begun.lines, Line("2023-04", event="説明会")))
    return lambda o: actions.change_schedule(o, "tanto", "dx", later, "追加", "部長", seen=0, now=house.now)


@case("tanto", own=True)
def ask_spread(house: House) -> Call:
    return lambda o: actions.ask_spread(o, "tanto", now=house.now)


@case("tanto", own=True)
def discard_spread(house: House) -> Call:
    number = actions.ask_spread(house.office, "tanto", now=house.now)
    return lambda o: actions.discard_spread(o, "tanto", number, now=house.now)


@case("tanto")
def take_part(house: House) -> Call:
    for number in range(10):
        house.a_plan(f"plan{number}")
    asked = actions.ask_spread(house.office, "tanto", now=house.now)
    compute_spread(house.office, now=house.now)
    with house.office.reading() as db:
        newest = newest_proposal(db)
    assert newest and newest.found
    plan = newest.found.parts[0].plan
    return lambda o: actions.take_part(o, "tanto", plan, asked, "会議を分ける", "部長", now=house.now)


@case("tanto")
def finish(house: House) -> Call:
    house.a_plan(at="printing")
    seen = house.plan().revision
    return lambda o: actions.finish(o, "tanto", "dx", seen=seen, now=house.now)


def _corrected(house: House) -> None:
    _with_text(house)
    house.agree("policy_bukai")
    house.a_correction()


@case("shingikai_office", chain="shingikai_gian")
def decide_by_votes(house: House) -> Call:
    enter_votes(house)(house.office)
    return lambda o: actions.decide_by_votes(o, "shingikai_office", 1, now=house.now)


@case(SECRETARIAT)
def correct_decision(house: House) -> Call:
    record_outcome(house)(house.office)
    return lambda o: actions.correct_decision(o, SECRETARIAT, 1, Outcome.CONTINUED, "誤記", now=house.now)


@case(CHAIR)
def correct_decision__alone(house: House) -> Call:
    decide_alone(house)(house.office)
    return lambda o: actions.correct_decision(o, CHAIR, 1, Outcome.APPROVED, "字句", now=house.now)


@case(SECRETARIAT)
def take_back_decision(house: House) -> Call:
    record_outcome(house)(house.office)
    return lambda o: actions.take_back_decision(o, SECRETARIAT, 1, "誤り", now=house.now)


@case(CHAIR)
def take_back_decision__alone(house: House) -> Call:
    decide_alone(house)(house.office)
    return lambda o: actions.take_back_decision(o, CHAIR, 1, "誤り", now=house.now)


@case(SECRETARIAT)
def close_condition(house: House) -> Call:
    _with_text(house)
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    return lambda o: actions.close_condition(o, SECRETARIAT, 1, "直した", now=house.now)


# --- votes -------------------------------------------------------------------------------------------------


@case(MEMBER)
def cast_vote(house: House) -> Call:
    """A 持ち回り that began while they were a member."""
    _with_text(house)
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    return lambda o: actions.cast_vote(o, MEMBER, item, Choice.FOR, now=house.now)


@case(MEMBER, chain=asking_before_writing(shipped("itabashi_dx_2025")))
def give_consent(house: House) -> Call:
    meeting = house.a_meeting(form=MeetingForm.IN_WRITING)
    return lambda o: actions.give_consent(o, MEMBER, meeting, agrees=True, now=house.now)


@case(SECRETARIAT)
def explain_writing(house: House) -> Call:
    meeting = house.a_meeting(form=MeetingForm.IN_WRITING)
    return lambda o: actions.explain_writing(o, SECRETARIAT, meeting, "急ぐ", "賛否", now=house.now)


@case(SECRETARIAT)
def extend_answering(house: House) -> Call:
    meeting = house.a_meeting(form=MeetingForm.IN_WRITING)
    until = house.now + timedelta(days=30)
    return lambda o: actions.extend_answering(o, SECRETARIAT, meeting, until, "遅れ", now=house.now)


@case("shingikai_1", chain="shingikai_gian")
def cast_vote__at_a_sitting(house: House) -> Call:
    """A meeting of yesterday that nobody closed: they were there."""
    _with_text(house)
    item = house.an_item("consultation_shingikai")
    return lambda o: actions.cast_vote(o, "shingikai_1", item, Choice.FOR, now=house.now)


@case("deputy")
def cast_vote__as_deputy(house: House) -> Call:
    cast_vote(house)
    actions.name_deputy(house.office, "admin", MEMBER, "deputy", LONG_AGO, now=house.now)
    return lambda o: actions.cast_vote(o, "deputy", 1, Choice.FOR, member=MEMBER, now=house.now)


@case(MEMBER)
def take_back_vote(house: House) -> Call:
    cast_vote(house)(house.office)
    return lambda o: actions.take_back_vote(o, MEMBER, 1, now=house.now)


@case("deputy")
def take_back_vote__as_deputy(house: House) -> Call:
    cast_vote__as_deputy(house)(house.office)
    return lambda o: actions.take_back_vote(o, "deputy", 1, member=MEMBER, now=house.now)


@case("shingikai_office", chain="shingikai_gian")
def enter_votes(house: House) -> Call:
    _with_text(house)
    item = house.an_item("consultation_shingikai")
    hands = {"shingikai_1": Choice.FOR, "shingikai_2": Choice.FOR}
    return lambda o: actions.enter_votes(o, "shingikai_office", item, hands, now=house.now)


@case("shingikai_chair", chain="shingikai_gian")
def cast_deciding_vote(house: House) -> Call:
    _with_text(house)
    item = house.an_item("consultation_shingikai")
    hands = {"shingikai_1": Choice.FOR, "shingikai_2": Choice.AGAINST}
    actions.enter_votes(house.office, "shingikai_office", item, hands, now=house.now)
    return lambda o: actions.cast_deciding_vote(o, "shingikai_chair", item, Choice.FOR, now=house.now)


@case("shingikai_chair", chain="shingikai_gian")
def take_back_vote__deciding(house: House) -> Call:
    cast_deciding_vote(house)(house.office)
    return lambda o: actions.take_back_vote(o, "shingikai_chair", 1, now=house.now)


# --- 決裁 --------------------------------------------------------------------------------------------------


@case("mayor")
def sign(house: House) -> Call:
    _before_signing(house)
    return lambda o: actions.sign(o, "mayor", "dx", "decision_mayor", seen=house.text(), now=house.now)


@case("deputy")
def sign__as_deputy(house: House) -> Call:
    _before_signing(house)
    actions.name_deputy(house.office, "admin", "mayor", "deputy", LONG_AGO, now=house.now)
    return lambda o: actions.sign(o, "deputy", "dx", "decision_mayor", seen=house.text(), now=house.now)


@case("mayor")
def take_back_signoff(house: House) -> Call:
    sign(house)(house.office)
    return lambda o: actions.take_back_signoff(o, "mayor", 1, "誤り", now=house.now)


@case("deputy")
def take_back_signoff__as_deputy(house: House) -> Call:
    sign__as_deputy(house)(house.office)
    return lambda o: actions.take_back_signoff(o, "deputy", 1, "誤り", now=house.now)


@case("mayor")
def review_signoff(house: House) -> Call:
    sign__as_deputy(house)(house.office)
    return lambda o: actions.review_signoff(o, "mayor", 1, now=house.now)


# --- the list of people: an administrator ------------------------------------------------------------------


@case("clerk")
def add_chain(house: House) -> Call:
    return lambda o: actions.add_chain(o, "clerk", house.chain, now=house.now)


@case("clerk")
def add_department(house: House) -> Call:
    return lambda o: actions.add_department(o, "clerk", "law", "法務課", now=house.now)


@case("clerk")
def put_departments(house: House) -> Call:
    with house.office.reading() as db:
        held = [(key, f"新しい{name}") for key, name in queries.departments(db)]
    lines = [DepartmentLine(line, name, key) for line, (key, name) in enumerate(held, 1)]
    return lambda o: actions.put_departments(o, "clerk", lines, now=house.now)


@case("clerk")
def add_people(house: House) -> Call:
    people = [Newcomer(1, "新人", "new", "new@city.example.jp")]
    return lambda o: actions.add_people(o, "clerk", people, LONG_AGO, now=house.now)


@case("clerk")
def add_person(house: House) -> Call:
    return lambda o: actions.add_person(o, "clerk", "new", "新人", "new@city.example.jp", now=house.now)


@case("clerk")
def change_person(house: House) -> Call:
    return lambda o: actions.change_person(o, "clerk", "tanto", name="別の名", now=house.now)


@case("clerk")
def invite_people(house: House) -> Call:
    return lambda o: actions.invite_people(o, "clerk", ["tanto"], now=house.now)


@case("clerk")
def hand_over_links(house: House) -> Call:
    proof = actions.OwnMachine()
    return lambda o: actions.hand_over_links(o, "clerk", ["tanto"], after=0, proof=proof, now=house.now)


@case("clerk")
def hand_over_reset(house: House) -> Call:
    house.has_password("tanto", PASSWORD)
    proof = actions.OwnMachine()
    return lambda o: actions.hand_over_reset(o, "clerk", "tanto", after=0, proof=proof, now=house.now)


@case("clerk")
def seat_people(house: House) -> Call:
    lines = [SeatLine(1, "tanto", "事務局")]
    return lambda o: actions.seat_people(o, "clerk", "joho_bukai", lines, LONG_AGO, now=house.now)


@case("clerk")
def lift_wait(house: House) -> Call:
    return lambda o: actions.lift_wait(o, "clerk", "tanto", now=house.now)


@case("clerk")
def close_day(house: House) -> Call:
    return lambda o: actions.close_day(o, "clerk", date(2023, 12, 29), "年末", now=house.now)


@case("clerk")
def close_days(house: House) -> Call:
    days = [NamedDay(date(2023, 8, 14), "夏季の閉庁"), NamedDay(date(2023, 8, 15), "夏季の閉庁")]
    return lambda o: actions.close_days(o, "clerk", days, now=house.now)


@case("clerk")
def remove_closed_day(house: House) -> Call:
    actions.close_day(house.office, "admin", date(2033, 12, 28), "年末", now=house.now)
    return lambda o: actions.remove_closed_day(o, "clerk", date(2033, 12, 28), "誤り", now=house.now)


@case("clerk")
def order_staff(house: House) -> Call:
    return lambda o: actions.order_staff(o, "clerk", "it", ["tanto"], now=house.now)


@case("clerk")
def keep_calendar(house: House) -> Call:
    return lambda o: actions.keep_calendar(o, "clerk", "庁舎", CalendarKind.CLOSED, now=house.now)


@case("clerk")
def upload_calendar(house: House) -> Call:
    number = actions.keep_calendar(house.office, "admin", "庁舎", CalendarKind.CLOSED, now=house.now)
    return lambda o: actions.upload_calendar(o, "clerk", number, [], now=house.now)


@case("clerk")
def remove_calendar(house: House) -> Call:
    number = actions.keep_calendar(house.office, "admin", "庁舎", CalendarKind.CLOSED, now=house.now)
    return lambda o: actions.remove_calendar(o, "clerk", number, now=house.now)


@case("clerk")
def read_again(house: House) -> Call:
    url = "https://example.lg.jp/calendar.ics"
    number = actions.keep_calendar(house.office, "admin", "庁舎", CalendarKind.CLOSED, url=url, now=house.now)
    return lambda o: kept_calendars.read_again(o, "clerk", number, now=house.now)


@case("clerk")
def set_closing_rule(house: House) -> Call:
    return lambda o: actions.set_closing_rule(
        o, "clerk", "年末年始の休日", "12/29", "1/3", 2033, now=house.now
    )


@case("clerk")
def end_closing_rule(house: House) -> Call:
    rule = actions.set_closing_rule(house.office, "admin", "年末年始", "12/29", "1/3", 2033, now=house.now)
    return lambda o: actions.end_closing_rule(o, "clerk", rule, 2034, now=house.now)


@case("clerk")
def note_trial(house: House) -> Call:
    return lambda o: actions.note_trial(o, "clerk", now=house.now)


@case("clerk")
def end_deputyship(house: House) -> Call:
    actions.name_deputy(house.office, "admin", "mayor", "deputy", LONG_AGO, now=house.now)
    number = _first(house, Deputy)
    return lambda o: actions.end_deputyship(o, "clerk", number, LONG_AGO, now=house.now)


@case("clerk")
def end_posting(house: House) -> Call:
    number = _first(house, Posting)
    return lambda o: actions.end_posting(o, "clerk", number, LONG_AGO, now=house.now)


@case("clerk")
def end_seat(house: House) -> Call:
    number = _first(house, Membership)
    return lambda o: actions.end_seat(o, "clerk", number, LONG_AGO, now=house.now)


@case("clerk")
def end_terms(house: House) -> Call:
    return lambda o: actions.end_terms(o, "clerk", "tanto", LONG_AGO, now=house.now)


@case("clerk")
def name_administrator(house: House) -> Call:
    return lambda o: actions.name_administrator(
        o, "clerk", "tanto", LONG_AGO, proof=actions.OwnMachine(), now=house.now
    )


@case("clerk")
def unbind_provider(house: House) -> Call:
    user = actions.ProviderUser("https://login.example", "hanako", "tanto@city.example.jp")
    actions.sign_in_by_provider(house.office, user, now=house.now)
    return lambda o: actions.unbind_provider(o, "clerk", "tanto", proof=actions.OwnMachine(), now=house.now)


@case("clerk")
def name_auditor(house: House) -> Call:
    return lambda o: actions.name_auditor(
        o, "clerk", "tanto", LONG_AGO, proof=actions.OwnMachine(), now=house.now
    )


@case("clerk")
def end_auditor(house: House) -> Call:
    actions.name_auditor(house.office, "admin", "tanto", LONG_AGO, proof=actions.OwnMachine(), now=house.now)
    number = _first(house, Auditor)
    return lambda o: actions.end_auditor(o, "clerk", number, LONG_AGO, now=house.now)


@case("clerk")
def demand_second_step(house: House) -> Call:
    whom, proof = StepsDemanded.EVERYBODY, actions.OwnMachine()
    return lambda o: actions.demand_second_step(o, "clerk", whom, proof=proof, now=house.now)


@case("clerk")
def open_plans_to(house: House) -> Call:
    whom, proof = PlanReaders.STAFF, actions.OwnMachine()
    return lambda o: actions.open_plans_to(o, "clerk", whom, proof=proof, now=house.now)


@case("clerk")
def put_template(house: House) -> Call:
    kind = SheetKind.AGENDA
    return lambda o: actions.put_template(o, "clerk", kind, "次第.docx", ours(kind), now=house.now)


@case("clerk")
def use_our_template(house: House) -> Call:
    kind = SheetKind.AGENDA
    actions.put_template(house.office, "clerk", kind, "次第.docx", ours(kind), now=house.now)
    return lambda o: actions.use_our_template(o, "clerk", kind, now=house.now)


@case("clerk")
def reset_second_step(house: House) -> Call:
    confirm_authenticator(house)(house.office)
    proof = actions.OwnMachine()
    return lambda o: actions.reset_second_step(o, "clerk", "tanto", proof=proof, now=house.now)


@case("tanto", own=True)
def reset_second_step__own(house: House) -> Call:
    confirm_authenticator(house)(house.office)
    proof = actions.OwnMachine()
    return lambda o: actions.reset_second_step(o, "tanto", "tanto", proof=proof, now=house.now)


@case("tanto", own=True)
def begin_authenticator(house: House) -> Call:
    return lambda o: actions.begin_authenticator(o, "tanto", proof=actions.OwnMachine(), now=house.now)


@case("tanto", own=True)
def confirm_authenticator(house: House) -> Call:
    app = TOTP(actions.begin_authenticator(house.office, "tanto", proof=actions.OwnMachine(), now=house.now))
    proof = actions.OwnMachine()
    return lambda o: actions.confirm_authenticator(o, "tanto", app.at(house.now), proof=proof, now=house.now)


@case("tanto", own=True)
def give_second_step(house: House) -> Call:
    app = TOTP(actions.begin_authenticator(house.office, "tanto", proof=actions.OwnMachine(), now=house.now))
    proof = actions.OwnMachine()
    actions.confirm_authenticator(house.office, "tanto", app.at(house.now), proof=proof, now=house.now)
    house.later(minutes=1)
    return lambda o: actions.give_second_step(o, "tanto", "", app.at(house.now), now=house.now)


PARTY = RelyingParty("localhost", "策定", "http://localhost")


@case("tanto", own=True)
def begin_passkey(house: House) -> Call:
    proof = _confirmed(house, house.now + timedelta(days=1))
    return lambda o: actions.begin_passkey(o, "tanto", PARTY, proof=proof, now=house.now)


@case("tanto", own=True)
def add_passkey(house: House) -> Call:
    then = house.now + timedelta(days=1)
    proof = _confirmed(house, then)
    ask = actions.begin_passkey(house.office, "tanto", PARTY, proof=proof, now=then)
    answer = Passkey().make(ask, PARTY.origin)
    return lambda o: actions.add_passkey(o, "tanto", PARTY, "鍵", answer, proof=proof, now=house.now)


@case("tanto", own=True)
def ask_passkey(house: House) -> Call:
    use = PasskeyUse.SECOND_STEP
    return lambda o: actions.ask_passkey(o, "tanto", "", PARTY, use, now=house.now)


@case("tanto", own=True)
def give_passkey(house: House) -> Call:
    passkey, use, then = _a_passkey(house), PasskeyUse.SECOND_STEP, house.now + timedelta(days=1)
    answer = passkey.sign(actions.ask_passkey(house.office, "tanto", "", PARTY, use, now=then), PARTY.origin)
    return lambda o: actions.give_passkey(o, "tanto", "", PARTY, use, answer, now=house.now)


@case("tanto", own=True)
def remove_passkey(house: House) -> Call:
    _a_passkey(house)
    return lambda o: actions.remove_passkey(o, "tanto", 1, proof=actions.OwnMachine(), now=house.now)


@case("clerk")
def name_deputy(house: House) -> Call:
    return lambda o: actions.name_deputy(o, "clerk", "mayor", "tanto", LONG_AGO, now=house.now)


@case("clerk")
def post(house: House) -> Call:
    return lambda o: actions.post(o, "clerk", "tanto", "mayor", LONG_AGO, now=house.now)


@case("clerk")
def seat(house: House) -> Call:
    return lambda o: actions.seat(o, "clerk", "tanto", "joho_bukai", Role.MEMBER, LONG_AGO, now=house.now)


@case("clerk")
def invite(house: House) -> Call:
    return lambda o: actions.invite(o, "clerk", "tanto", now=house.now)


@case("clerk")
def set_password__of_another(house: House) -> Call:
    return lambda o: actions.set_password(o, "clerk", "tanto", PASSWORD, now=house.now)


# --- other systems and the post ----------------------------------------------------------------------------


@case("clerk")
def add_webhook(house: House) -> Call:
    return lambda o: actions.add_webhook(o, "clerk", "https://example.lg.jp/hook", now=house.now)


@case("clerk")
def revoke_webhook(house: House) -> Call:
    add_webhook(house)(house.office)
    return lambda o: actions.revoke_webhook(o, "clerk", 1, now=house.now)


@case("clerk")
def try_out(house: House) -> Call:
    add_webhook(house)(house.office)
    return lambda o: webhooks.try_out(o, "clerk", 1, now=house.now)


@case(SECRETARIAT)
def resend(house: House) -> Call:
    house.a_meeting()
    notices.claim(house.office, house.now)
    with house.office.writing() as db:
        db.execute(update(Delivery).values(state=State.FAILED))
        number = db.scalars(select(Delivery.id).where(Delivery.meeting_id.is_not(None)).limit(1)).one()
    return lambda o: resending.resend(o, SECRETARIAT, number, now=house.now)


@case(SECRETARIAT)
def resend_all(house: House) -> Call:
    resend(house)
    return lambda o: resending.resend_all(o, SECRETARIAT, now=house.now)


@case("clerk")
def revoke_token__of_another(house: House) -> Call:
    _token(house, house.office, "tanto")
    number = _first(house, ApiToken)
    return lambda o: actions.revoke_token(o, "clerk", number, now=house.now)


# --- what is everybody's own -------------------------------------------------------------------------------


@case("tanto", own=True)
def make_token(house: House) -> Call:
    return lambda o: _token(house, o, "tanto")


@case("tanto", own=True)
def revoke_token(house: House) -> Call:
    _token(house, house.office, "tanto")
    number = _first(house, ApiToken)
    return lambda o: actions.revoke_token(o, "tanto", number, now=house.now)


@case("tanto", own=True)
def make_feed(house: House) -> Call:
    return lambda o: actions.make_feed(o, "tanto", now=house.now)


@case(MEMBER, refusal=SakuteiError)
def make_feed__of_a_body(house: House) -> Call:
    return lambda o: actions.make_feed(o, MEMBER, "joho_bukai", now=house.now)


@case("tanto", own=True)
def revoke_feed(house: House) -> Call:
    make_feed(house)(house.office)
    number = _first(house, Feed)
    return lambda o: actions.revoke_feed(o, "tanto", number, now=house.now)


@case("tanto", own=True)
def set_password(house: House) -> Call:
    return lambda o: actions.set_password(o, "tanto", "tanto", PASSWORD, now=house.now)


@case("tanto", own=True)
def change_password(house: House) -> Call:
    set_password(house)(house.office)
    return lambda o: actions.change_password(o, "tanto", PASSWORD, NEWER, now=house.now)


# --- the walk ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("each", CASES, ids=[each.prepare.__name__ for each in CASES])
def test_who_could_until_yesterday_cannot_today(office: Office, each: Case) -> None:
    house = House(office, each.chain)
    _more_people(house)
    act = each.prepare(house)
    house.later(days=1)
    act(DryRunOffice(office, _nothing))
    _moves(house, each.by)
    if each.own:
        act(DryRunOffice(office, _nothing))
    else:
        _refused(office, each, act)
    _leaves(house, each.by)
    _refused(office, each, act)


def _refused(office: Office, each: Case, act: Call) -> None:
    before = _everything(office)
    with pytest.raises(each.refusal) as refused:
        act(office)
    assert _everything(office) == before
    if isinstance(refused.value, NotAllowed) and not isinstance(refused.value, HasLeft):
        assert refused.value.needed, "the refusal says who may"
    if each.use.startswith("take_back"):
        assert "終わっています" in refused.value.message


def test_every_use_case_is_in_the_walk_or_says_why_not() -> None:
    uses = {name for name in actions.__all__ if inspect.isfunction(getattr(actions, name))}
    walked = {each.use for each in CASES}
    assert {"resend", "try_out"} <= walked
    assert uses - walked - {*NEEDS_NO_RIGHT, *OPENS_NO_DOOR_TO_WHO_LEFT} == set()
    assert not walked & {*NEEDS_NO_RIGHT, *OPENS_NO_DOOR_TO_WHO_LEFT}
    assert {*NEEDS_NO_RIGHT, *OPENS_NO_DOOR_TO_WHO_LEFT} <= uses


# --- who left comes in no more -----------------------------------------------------------------------------


def test_no_session_token_or_link_lets_in_who_left(house: House) -> None:
    office = house.office
    actions.invite(office, "admin", "tanto", now=house.now)
    with office.writing() as db:
        link = mailed(db, mint(db.scalars(select(MailedLink)).one(), house.now))
    with office.reading() as db:
        assert actions.link_holder(db, LinkPurpose.WELCOME, link, house.now).key == "tanto"
    actions.set_password(office, "admin", "mayor", PASSWORD, now=house.now)
    session = actions.sign_in(office, "mayor", PASSWORD, now=house.now)
    token = _token(house, office, "mayor")
    kucho = actions.ProviderUser("https://login.example", "kucho", "mayor@city.example.jp")
    assert actions.sign_in_by_provider(office, kucho, now=house.now)
    actions.ask_reset(office, "mayor", now=house.now)
    with office.reading() as db:
        assert actions.signed_in(db, session, house.now)
        assert actions.holder_of(db, token, house.now)
    for person in ("tanto", "mayor"):
        _leaves(house, person)
    asked = _everything(office)
    actions.ask_reset(office, "mayor", now=house.now)
    assert _everything(office) == asked
    with pytest.raises(SignInRefused):
        actions.sign_in(office, "mayor", PASSWORD, now=house.now)
    assert actions.sign_in_by_provider(office, kucho, now=house.now) is None
    with pytest.raises(LinkUnusable, match="異動・退職"):
        actions.set_password_by_link(office, LinkPurpose.WELCOME, link, NEWER, now=house.now)
    with office.reading() as db:
        assert actions.signed_in(db, session, house.now) is None
        assert actions.holder_of(db, token, house.now) is None
        with pytest.raises(LinkUnusable, match="異動・退職"):
            actions.link_holder(db, LinkPurpose.WELCOME, link, house.now)
    with pytest.raises(BadInput, match="すべて終わっています"):
        actions.invite(office, "admin", "tanto", now=house.now)


def test_the_calendar_of_who_left_shows_nothing(house: House) -> None:
    house.a_meeting()
    token = actions.make_feed(house.office, MEMBER, now=house.now)
    with house.office.reading() as db:
        assert feed_shown(db, token, house.now).entries
    _leaves(house, MEMBER)
    with house.office.reading() as db, pytest.raises(NotFound):
        feed_shown(db, token, house.now)


# --- what goes with another's right, and who comes after ---------------------------------------------------


def test_a_deputy_votes_no_more_when_the_seat_of_their_principal_ended(house: House) -> None:
    _more_people(house)
    vote = cast_vote__as_deputy(house)
    house.later(days=1)
    with house.office.reading() as db:
        theirs = select(Membership.id).join(Person, Person.id == Membership.person_id)
        seat = db.scalars(theirs.where(Person.key == MEMBER)).one()
    actions.end_seat(house.office, "admin", seat, _yesterday(house), now=house.now)
    with pytest.raises(NotAllowed):
        vote(house.office)


def test_who_left_is_nobodys_deputy_though_the_deputyship_was_forgotten(house: House) -> None:
    _more_people(house)
    act = sign__as_deputy(house)
    house.later(days=1)
    with house.office.reading() as db:
        posting = db.scalars(select(Posting.id).order_by(Posting.id.desc()).limit(1)).one()
    actions.end_posting(house.office, "admin", posting, _yesterday(house), now=house.now)
    with pytest.raises(NotAllowed):
        act(house.office)


def test_a_chair_who_is_a_member_now_does_not_take_back_what_they_decided_as_chair(house: House) -> None:
    act = take_back_decision__alone(house)
    house.later(days=1)
    _leaves(house, CHAIR)
    actions.seat(house.office, "admin", CHAIR, "joho_bukai", Role.MEMBER, tokyo_day(house.now), now=house.now)
    with pytest.raises(
        NotAllowed, match="「専決」を行う権限は、終わっています。いま行えるのは: 会議体の会長"
    ):
        act(house.office)


def test_the_next_secretary_corrects_what_the_former_one_recorded_and_takes_nothing_back(
    house: House,
) -> None:
    record_outcome(house)(house.office)
    house.later(days=1)
    house.a_person("next")
    actions.seat(house.office, "admin", "next", "joho_bukai", Role.SECRETARIAT, LONG_AGO, now=house.now)
    _leaves(house, SECRETARIAT)
    with pytest.raises(SakuteiError, match="記録した本人だけ"):
        actions.take_back_decision(house.office, "next", 1, "誤り", now=house.now)
    assert actions.correct_decision(house.office, "next", 1, Outcome.CONTINUED, "誤記", now=house.now)


def test_the_next_mayor_reviews_what_was_signed_for_the_former_one(house: House) -> None:
    _more_people(house)
    review_signoff(house)
    house.a_person("successor", "次の 区長")
    house.later(days=1)
    actions.post(house.office, "admin", "successor", "mayor", LONG_AGO, position="区長", now=house.now)
    assert not _waits(house, "successor", queries.Waiting.REVIEW)
    with pytest.raises(NotAllowed):
        actions.review_signoff(house.office, "successor", 1, now=house.now)
    _moves(house, "mayor")
    assert not _waits(house, "mayor", queries.Waiting.REVIEW)
    assert _waits(house, "successor", queries.Waiting.REVIEW)
    actions.review_signoff(house.office, "successor", 1, now=house.now)
    assert not _waits(house, "successor", queries.Waiting.REVIEW)


# --- what the pages offer ----------------------------------------------------------------------------------


def test_the_plans_pages_offer_nothing_whose_right_ended(house: House) -> None:
    record_outcome(house)(house.office)
    actions.circulate(house.office, "tanto", "dx", [SECRETARIAT], now=house.now)
    actions.remark(house.office, SECRETARIAT, "dx", "一言", now=house.now)
    house.later(days=1)
    offered = ("/remarks/1/take-back", "/circulations/1/read")
    page = Browser(house, SECRETARIAT).see("/plans/dx")
    assert all(each in page for each in offered)
    assert "/decisions/1/take-back" in Browser(house, SECRETARIAT).see("/plans/dx/decisions/1")
    assert _waits(house, SECRETARIAT, queries.Waiting.READ)
    _more_people(house)
    _moves(house, SECRETARIAT)
    page = Browser(house, SECRETARIAT).see("/plans/dx")
    assert not any(each in page for each in offered)
    answer = Browser(house, SECRETARIAT).see("/plans/dx/decisions/1")
    assert "記録したときの権限が終わったため、引き戻せません。" in answer
    assert "/decisions/1/take-back" not in answer and "/decisions/1/correct" not in answer
    assert not _waits(house, SECRETARIAT, queries.Waiting.READ)


def test_the_meetings_page_offers_no_vote_whose_seat_ended(house: House) -> None:
    cast_vote(house)
    house.later(days=1)
    assert "/items/1/vote" in Browser(house, MEMBER).see("/meetings/1")
    _more_people(house)
    _moves(house, MEMBER)
    assert "/items/1/vote" not in Browser(house, MEMBER).see("/meetings/1")


# --- the house -----------------------------------------------------------------------------------------------


def _more_people(house: House) -> None:
    """An administrator `clerk`, somebody `deputy` who serves elsewhere, and a section that has no part in it."""
    actions.add_department(house.office, "admin", "other", "別の課", now=house.now)
    house.a_person("clerk")
    actions.name_administrator(
        house.office, "admin", "clerk", LONG_AGO, proof=actions.OwnMachine(), now=house.now
    )
    house.a_person("deputy")
    actions.post(house.office, "admin", "deputy", "other", LONG_AGO, now=house.now)


def _yesterday(house: House) -> date:
    return tokyo_day(house.now) - timedelta(days=1)


def _leaves(house: House, person: str) -> None:
    """Everything they held ended yesterday."""
    actions.end_terms(house.office, "admin", person, _yesterday(house), now=house.now)


def _moves(house: House, person: str) -> None:
    """Everything they held ended yesterday, when their next posting was known, which has no part in it."""
    today, yesterday = tokyo_day(house.now), house.now - timedelta(days=1)
    actions.end_terms(house.office, "admin", person, tokyo_day(yesterday), now=yesterday)
    actions.post(house.office, "admin", person, "other", today, now=yesterday)


def _nothing(_: object) -> None:
    """What a rehearsal looks at."""


def _everything(office: Office) -> dict[str, list[str]]:
    with office.reading() as db:
        return {
            table.name: sorted(str(tuple(row)) for row in db.execute(select(table)))
            for table in Record.metadata.sorted_tables
        }


def _a_passkey(house: House) -> Passkey:
    passkey, proof = Passkey(), _confirmed(house, house.now)
    ask = actions.begin_passkey(house.office, "tanto", PARTY, proof=proof, now=house.now)
    answer = passkey.make(ask, PARTY.origin)
    actions.add_passkey(house.office, "tanto", PARTY, "鍵", answer, proof=proof, now=house.now)
    return passkey


def _confirmed(house: House, at: datetime) -> actions.InSession:
    """A session of tanto's in which they confirmed at that moment who they are."""
    with house.office.writing() as db:
        return actions.InSession(begin_session(db, person_id(db, "tanto"), "", at, confirmed_at=at))


def _first(house: House, table: type) -> int:
    with house.office.reading() as db:
        return int(db.scalars(select(table.id).order_by(table.id).limit(1)).one())  # type: ignore[attr-defined]


def _waits(house: House, person: str, kind: queries.Waiting) -> bool:
    with house.office.reading() as db:
        return kind in {task.kind for task in queries.worklist(db, person, house.now)}


def _a_takeover(house: House) -> Takeover:
    let_tanto_record(house.at("2023-09-04 09:00"))
    return Takeover(house, house.office.files.parent)


def _with_text(house: House) -> None:
    house.a_plan()
    house.a_version()


def _inquire(office: Office, house: House, **whom: list[str]) -> int:
    due_on = tokyo_day(house.now) + timedelta(days=14)
    return actions.inquire(
        office, "tanto", "dx", "照会", "御意見を", due_on=due_on, silence=Silence.NO_OBJECTION, now=house.now, **whom
    )  # fmt: skip


def _before_signing(house: House) -> None:
    house.a_plan(at="proposal")
    house.a_version()
    for gate in ("proposal_bukai", "proposal_honbu", "proposal_iinkai"):
        house.agree(gate)


def _letter(office: Office, house: House, *opinions: str) -> str:
    return actions.receive_opinions(
        office, "tanto", "dx", Author("区民"), opinions or ("意見",), route=Route.POST, received_at=house.now,
        now=house.now,
    )  # fmt: skip


def _opinions(house: House, *texts: str) -> list[int]:
    open_comment(house)(house.office)
    _letter(house.office, house, *texts)
    with house.office.reading() as db:
        return list(db.scalars(select(Opinion.id).order_by(Opinion.id)))


def _answer(office: Office, house: House, opinions: list[int]) -> int:
    return actions.answer_opinions(
        office, "tanto", "dx", opinions, summary="概要", answer="考え方", disposition=Disposition.REFLECTED,
        now=house.now,
    )  # fmt: skip


def _token(house: House, office: Office, by: str) -> str:
    ends = house.now + timedelta(days=30)
    return actions.make_token(office, by, "連携", [Scope.READ], expires_at=ends, now=house.now)
