"""An office in which people wrote markup wherever anybody can write: in every column of text, in the data of events,
and in the labels of its chain."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, String, Text, func, insert, select, text, update

from definitions.chain import Chain, SignoffGate
from definitions.terms import Outcome, Role
from notifications import pulse
from notifications.scheduler import tick
from notifications.transport import MailRefused
from tests.support.api_client import a_token
from tests.support.chains import asking_before_writing, where_held_comments_count
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import PASSWORD, mail_settings
from workflow import actions, queries
from workflow.actions import Spoken
from workflow.actions.search import rebuild_index
from workflow.domain.agenda_marks import Mark
from workflow.domain.calendar import at_tokyo, tokyo_day
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.inquiries import GivenRemark, Silence, Verdict
from workflow.domain.kept_calendars import CalendarKind
from workflow.domain.kept_calendars import Entry as CalendarEntry
from workflow.domain.meetings import MeetingForm
from workflow.domain.minutes import MinutesKind, Speaker
from workflow.domain.rights import PaperAudience
from workflow.domain.rsvp import Intent
from workflow.domain.schedules import Line
from workflow.domain.sheets import SheetKind
from workflow.domain.votes import Choice
from workflow.queries.kept_forms import KeptField
from workflow.queries.people import person_id
from workflow.store.database import Office
from workflow.store.tables import APPEND_ONLY, Event, HeldEvent, Passkey, Pulse, Record
from workflow.store.tables.base import Sentence
from workflow.wire.sheets.documents import ours

PEOPLES_WORDS = (
    *(
        "chain_text.text",
        "body.name",
        "closed_day.name",
        "closing_rule.name",
        "kept_calendar.name",
        "kept_calendar.room",
        "kept_calendar.url",
        "calendar_entry.title",
        "department.name",
        "person.name",
        "person.email",
    ),
    *("posting.office", "plan.title", "version.filename", "version.note", "step.reason"),
    *("meeting.title", "meeting.place", "agenda_item.removed_why"),
    *("agenda_item.title", "agenda_item.result"),
    *("vote.remark", "late_answer.remark", "written_terms.why", "written_terms.asks"),
    *("paper.title", "paper.filename", "paper.why", "paper.withdrawn_why", "paper.audience_why"),
    *(
        "meeting.guests",
        "speech.name",
        "speech.text",
        "sitting_draft.fields",
        "late_form.fields",
        "late_form.reason",
        "agenda_mark.memo",
    ),
    *("closing.reason", "closing.basis", "publication.reason"),
    *("schedule_version.reason", "schedule_version.agreed"),
    *("minutes_text.text", "minutes_text.reason", "minutes_text.note"),
    *(
        "decision.note",
        "condition.text",
        "condition.closed_note",
        "signoff.note",
        "review.note",
        "confirmation_review.note",
    ),
    *("decision.late_text_why", "version.counts_why", "declaration.why", "confirmation.note"),
    *("secretariat_contact.name", "secretariat_contact.email", "secretariat_contact.telephone"),
    *("circulation.note", "remark.text", "rsvp.deputy_name", "rsvp.remark"),
    *("inquiry.title", "inquiry.text", "inquiry.withdrawn_why", "inquiry_question.text"),
    *("inquiry_remark.page", "inquiry_remark.section", "inquiry_remark.text", "inquiry_response.reason"),
    *("set_aside_mail.sender", "set_aside_mail.subject", "set_aside_mail.why"),
    *("comment_period.shortened_why", "comment_period.places", "comment_period.contact"),
    *("comment_period.cancelled_why", "comment_period.counts_why"),
    *("submitter.name", "submitter.address", "submitter.telephone", "submitter.affiliation"),
    *("opinion.text", "answer.summary", "answer.text"),
    *("api_token.name", "webhook.url", "sign_in.agent", "passkey.name", "sheet_template.filename"),
    *("event.data", "delivery.address", "delivery.error", "pulse.trouble", "held_event.error"),
)
"""The columns that hold what people or other systems wrote."""

OUR_WORDS = (
    *("closing_rule.first_on", "closing_rule.last_on", "kept_calendar.kind", "kept_calendar.etag"),
    *("chain_text.key", "department.key", "person.key", "body.key", "plan.key", "plan.stage", "plan.status"),
    *(
        "late_form.action",
        "late_form.page",
        "plan.first_month",
        "plan.document",
        "schedule_version.rows",
        "spread_proposal.result",
        "version.document",
        "version.stage",
        "step.trigger",
        "step.from_stage",
        "step.to_stage",
    ),
    *(
        "meeting.form",
        "meeting.status",
        "membership.role",
        "vote.choice",
        "late_answer.choice",
        "item_attendance.part",
        "speech.speaker",
        "agenda_mark.mark",
        "minutes_text.kind",
        "minutes_text.state",
    ),
    *("rsvp.intent", "rsvp.way", "rsvp_link.token_sha256"),
    *("agenda_item.gate_key", "agenda_item.stage", "agenda_item.purpose", "paper.kind", "paper.audience"),
    *("decision.stage", "decision.gate_key", "decision.outcome", "decision.manner", "decision.sha256"),
    "decision.counts",
    *("declaration.kind", "declaration.conditions", "plan.path"),
    *("confirmation.stage", "confirmation.gate_key", "confirmation.result", "confirmation.manner"),
    *("confirmation.sha256", "confirmation.base_sha256"),
    *("signoff.stage", "signoff.gate_key", "signoff.result", "signoff.manner", "signoff.sha256"),
    *("comment_period.stage", "comment_period.gate_key", "submission.route", "answer.disposition"),
    *(
        "event.tag",
        "event.hash",
        "event.wrote",
        "touched.name",
        "touched.key",
        "touched.held",
        "submitter.salt",
        "security_entry.kind",
        "security_entry.route",
        "security_entry.hash",
    ),
    *("search_entry.kind", "search_entry.key", "search_entry.title", "search_entry.audience"),
    *("search_entry.link", "search_entry.unread", "search_piece.text"),
    *("cursor.name", "pulse.name", "chain_text.sha256", "document.sha256"),
    *("delivery.claim", "delivery.kind", "delivery.rule", "delivery.state", "delivery.message"),
    *("mailed_link.purpose", "link_token.token_sha256", "feed.token_sha256", "sign_in.token_sha256"),
    *("api_token.token_sha256", "api_token.scopes", "credential.password_hash", "webhook.secret"),
    *("sign_in.waits_for", "authenticator.secret", "recovery_code.code_sha256", "second_step_demand.whom"),
    *("plans_opened.whom", "sheet_template.kind"),
    *("inquiry.silence", "inquiry_response.verdict"),
    *("passkey.credential_id", "passkey.public_key", "passkey_challenge.session_sha256"),
    *("passkey_challenge.purpose", "passkey_challenge.value"),
    *("provider_identity.issuer", "provider_identity.subject"),
    *("failed_sign_in.name", "failed_sign_in.place", "public_try.sender_sha256", "office_secret.value"),
    *("answered_call.key", "answered_call.request_sha256", "answered_call.body"),
)
"""The columns of text that hold keys, members of closed lists, digests and secrets, and what we made of the rest."""

ROLES = ("tanto", "admin", "mayor", "joho_bukai_office", "joho_bukai_chair", "joho_bukai_1", "deputy", None)
"""The people who visit the pages in the tests; None is a member of the public."""

PASSKEY_OWNER = "joho_bukai_2"
"""None of the roles: whoever has a passkey is asked for it at each sign-in."""

_CHAIN_WORDS = (
    "title",
    "office",
    "source",
    "name",
    "chair",
    "basis",
    "label",
    "work",
    "event",
    "delegate",
    "observers",
)
_KINDS = (String, Text, Sentence, JSON, LargeBinary)


def markup(column: str) -> str:
    """Markup, and what templates and formats would fill in, marked with the number of the column it is for."""
    number = PEOPLES_WORDS.index(column)
    if column in ("webhook.url", "kept_calendar.url"):
        return f"https://zq{number}q.example/\"'><i/hx-post=x/onclick=a()>&{{{{7*7}}}}{{x}}%(y)s%s"
    return f"zq{number}q\"'><i hx-post=x onclick=a()>&{{{{7*7}}}}{{x}}%(y)s%s"


def marks(words: str) -> set[str]:
    """The columns whose markup appears in the text."""
    return {PEOPLES_WORDS[int(number)] for number in re.findall(r"zq(\d+)q", words)}


def columns_of_text() -> dict[str, Column[Any]]:
    """Every column that could hold text, but for those that refer to another."""
    return {
        f"{table.name}.{column.name}": column
        for table in Record.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, _KINDS) and not column.foreign_keys
    }


def scribbled_house(office: Office) -> House:
    """Plans in many a stage, and everything around them, with markup wherever people wrote."""
    house = full_house(office)
    _scribble(office)
    rebuild_index(office)
    return house


def full_house(office: Office) -> House:
    """Plans in many a stage, and everything around them."""
    house = House(office, _scribbled_chain())
    _people(house)
    _a_plan_whose_comment_counts_again(house)
    _a_plan_after_its_comment(house)
    settings = mail_settings(office.files.parent)
    tick(office, _Refusing(), settings, lambda: house.now)
    _a_plan_at_work(house)
    house.a_plan("asking", at="public_comment")
    _meetings(house)
    _a_corrected_text(house)
    _a_running_comment(house)
    _a_stopped_plan(house)
    _a_template_of_its_own(house)
    _inquiries(house)
    _doors(house)
    _mail_that_does_not_go(house)
    late = [KeptField("title", "第2回")]
    actions.keep_form(office, "tanto", "/meetings/new", "/meetings/new", late, now=house.now)
    return house


def written(office: Office) -> dict[str, int]:
    """Return the number of rows that hold markup, for each column that people write."""
    known = columns_of_text()
    with office.reading() as db:
        return {
            name: db.scalar(select(func.count()).where(known[name].cast(Text).like("%zq%q%"))) or 0
            for name in PEOPLES_WORDS
        }


def _scribbled_chain() -> Chain:
    """The shipped chain with markup for every word in it."""
    chain = asking_before_writing(where_held_comments_count("itabashi_dx_2025"))
    kept = json.loads(chain.canonical_json())
    kept["bodies"][0] |= {"public": True, "observers": "先着10人"}
    kept["bodies"][0]["minutes"] = {"summary_days": 2, "full_days": 2}
    kept["reminders"] += [
        {"key": kind, "kind": kind, "audience": "secretariat", "when": "当日 09:00"}
        for kind in ("summary_deadline", "minutes_deadline")
    ]
    scribbled = Chain.from_canonical_json(json.dumps(_with_markup(kept)))
    return scribbled.model_copy(update={"key": "scribbled"})


def _with_markup(value: Any, name: str = "") -> Any:
    match value:
        case dict():
            return {key: _with_markup(each, key) for key, each in value.items()}
        case list():
            return [_with_markup(each, name) for each in value]
        case str() if name in _CHAIN_WORDS:
            return markup("chain_text.text")
        case _:
            return value


def _people(house: House) -> None:
    office, now = house.office, house.now
    house.a_person("deputy")
    actions.name_auditor(office, "admin", "deputy", LONG_AGO, proof=actions.OwnMachine(), now=now)
    actions.name_deputy(office, "admin", "mayor", "deputy", LONG_AGO, now=now)
    actions.name_deputy(office, "admin", "joho_bukai_1", "deputy", LONG_AGO, now=now)
    actions.seat(office, "admin", "tanto", "joho_bukai", Role.SECRETARIAT, LONG_AGO, now=now)
    signing = next(
        gate for stage in house.chain.stages for gate in stage.gates if isinstance(gate, SignoffGate)
    )
    actions.post(office, "admin", "mayor", "mayor", LONG_AGO, position=signing.position, now=now)


def _a_plan_after_its_comment(house: House) -> None:
    """Its comment is published, its decision corrected, a condition closed, and the mayor's deputy signed it."""
    house.a_plan("done", at="public_comment")
    _a_comment(house, "done")
    house.advance("done")
    house.a_version(key="done")
    house.agree("proposal_bukai", "done", Outcome.CONDITIONAL, conditions=["図を直す"], note="急ぐこと")
    actions.close_condition(house.office, "tanto", 1, "直した", now=house.now)
    house.agree("proposal_honbu", "done")
    house.agree("proposal_iinkai", "done")
    signed = actions.sign(
        house.office,
        "deputy",
        "done",
        "decision_mayor",
        note="代わって",
        seen=house.text("done"),
        now=house.now,
    )
    actions.review_signoff(house.office, "mayor", signed, note="見た", now=house.now)


def _a_comment(house: House, plan: str) -> None:
    office, today = house.office, tokyo_day(house.now)
    last = actions.open_comment(
        office, "tanto", plan, "comment_period", today, places=["図書館"], contact="IT推進課", now=house.now
    )
    writer = Author("区民 一郎", "本町 1", "03-0000-0000", "本町小学校")
    for route in (Route.POST, Route.FAX):
        actions.receive_opinions(
            office, "tanto", plan, writer, ["木を増やす", "道を直す"], route=route, received_at=house.now, now=house.now
        )  # fmt: skip
    house.now = at_tokyo(last + timedelta(days=1), house.now.time())
    actions.answer_opinions(
        office, "tanto", plan, [1, 2, 3, 4], summary="木と道", answer="そうする",
        disposition=Disposition.REFLECTED, now=house.now,
    )  # fmt: skip
    actions.publish_result(office, "tanto", plan, now=house.now)


def _a_plan_whose_comment_counts_again(house: House) -> None:
    """Of the year before, so that the others stand where they stood."""
    now = house.now
    house.at("2022-03-01 09:00")
    house.a_plan("yet", at="public_comment")
    house.a_comment("comment_period", "yet")
    house.send_back("draft", "yet")
    house.open_every_gate("yet")
    house.advance("yet")
    actions.count_held_comment(house.office, "tanto", "yet", "comment_period", "軽微な修正", now=house.now)
    house.now = now


def _a_running_comment(house: House) -> None:
    """Begun again after one that was cancelled."""
    office, today = house.office, tokyo_day(house.now)
    actions.open_comment(office, "tanto", "asking", "comment_period", today, now=house.now)
    actions.cancel_comment(office, "tanto", "asking", "文書の誤り", now=house.now)
    closes_on = today + timedelta(days=9)
    actions.open_comment(
        office, "tanto", "asking", "comment_period", today, closes_on=closes_on, shortened_why="急ぐ",
        places=["図書館"], contact="IT推進課", now=house.now,
    )  # fmt: skip
    house.a_correction(key="asking")
    writer = Author("区民 二郎", "本町 2", "03-0000-0001", "本町中学校")
    actions.receive_from_public(office, "asking", writer, ["長い意見", "もう一つ"], sender="a", now=house.now)


def _a_plan_at_work(house: House) -> None:
    """Sent back once; a decision on it was taken back, another made by the chair alone."""
    office = house.office
    house.a_plan("dx", at="outline")
    house.a_version()
    house.agree("outline_bukai")
    actions.close_meeting(
        office, "joho_bukai_office", _newest(office, "meeting"), "議事の次第", now=house.now
    )
    house.send_back("policy")
    actions.add_version(office, "tanto", "dx", "計画.docx", b"dx", note="図を直した", now=house.now)
    held = house.an_item("policy_bukai")
    actions.record_outcome(office, "joho_bukai_office", held, Outcome.APPROVED, note="よい", now=house.now)
    actions.take_back_decision(
        office, "joho_bukai_office", _newest(office, "decision"), "誤り", now=house.now
    )
    actions.remove_item(office, "joho_bukai_office", held, "急がない", now=house.now)
    alone = actions.decide_alone(
        office,
        "joho_bukai_chair",
        "dx",
        "policy_bukai",
        Outcome.APPROVED,
        "急ぐ",
        seen=house.text(),
        now=house.now,
    )
    actions.list_ratification(office, "joho_bukai_office", house.a_meeting(), alone, now=house.now)
    for key in ("tanto", "joho_bukai_1"):
        actions.remark(office, key, "dx", "図がよい", now=house.now)
    house.a_plan("back", at="outline")
    house.a_plan("resting")
    seen = house.plan("resting").revision
    actions.suspend(office, "tanto", "resting", "予算を待つ", seen=seen, now=house.now)


def _meetings(house: House) -> None:
    """One that is on, one whose outcome has an open condition, one in writing, one to come, one moved, one
    cancelled, one in preparation; and other news of the day."""
    office, by = house.office, "joho_bukai_office"
    for key in ("met", "asked"):
        house.a_plan(key)
        house.a_version(key=key)
    house.agree("policy_bukai", "met", Outcome.CONDITIONAL, conditions=["図を直す"])
    actions.save_sitting_draft(office, by, _newest(office, "meeting"), {"guests": "課長 山田"}, now=house.now)
    house.an_item("policy_honbu", "met")
    asked = house.an_item("policy_bukai", "asked", form=MeetingForm.IN_WRITING)
    written = _newest(office, "meeting")
    for member in ("joho_bukai_chair", "joho_bukai_2"):
        actions.give_consent(office, member, written, agrees=True, now=house.now)
    actions.cast_vote(office, "joho_bukai_2", asked, Choice.FOR, remark="図を直すこと", now=house.now)
    actions.explain_writing(office, by, written, "急ぐため", "賛否をお答えください", now=house.now)
    too_late = house.now + timedelta(days=7, hours=2)
    actions.cast_vote(office, "joho_bukai_1", asked, Choice.AGAINST, remark="図がない", now=too_late)
    until = too_late + timedelta(days=7)
    actions.extend_answering(office, by, written, until, "回答が少ない", now=house.now)
    actions.cancel_meeting(office, by, house.a_meeting(days=21), "台風", now=house.now)
    starts_at, ends_at = house.now + timedelta(days=22), house.now + timedelta(days=22, hours=1)
    actions.move_meeting(
        office,
        by,
        house.a_meeting(days=20),
        starts_at=starts_at,
        ends_at=ends_at,
        reason="会場",
        now=house.now,
    )
    coming = house.a_meeting(days=8)
    item = actions.list_matter(office, by, coming, "進み具合", plan="dx", planned_minutes=5, now=house.now)
    _papers(house, coming, item)
    actions.add_paper(office, by, coming, "次第.txt", b"x", audience=PaperAudience.PUBLIC, now=house.now)
    for reader in (by, "joho_bukai_1"):
        actions.mark_item(office, reader, item, Mark.ASK, "費用を聞く", now=house.now)
    secret = actions.list_matter(office, by, coming, "人事", now=house.now)
    actions.close_to_public(office, by, coming, "個人の情報", "条例第7条第3号", item=secret, now=house.now)
    by_deputy = actions.GivenRsvp(Intent.BY_DEPUTY, deputy_name="財政課 主査", remark="出張のため")
    actions.give_rsvp(office, "joho_bukai_1", coming, by_deputy, now=house.now)
    actions.prepare_meeting(
        office, by, "joho_bukai", "準備中", starts_at=starts_at, ends_at=ends_at, place="室", now=house.now
    )
    actions.set_contact(office, by, "joho_bukai", name="係", email="a@x.jp", telephone="1", now=house.now)
    actions.set_mail_aside(office, "誰か", "件名", "回答ではない", now=house.now)
    house.send_back("policy", "back")
    actions.circulate(
        office, "tanto", "dx", ["joho_bukai_1", "joho_bukai_chair"], note="お目通しを", now=house.now
    )


def _papers(house: House, meeting: int, item: int) -> None:
    """A paper of the item that was replaced, one of the meeting that was opened to fewer people, and one withdrawn."""
    office, by, now = house.office, "joho_bukai_office", house.now
    actions.set_papers_due(office, by, meeting, tokyo_day(now), now=now)

    def add(text: str, **how: Any) -> int:
        return actions.add_paper(office, by, meeting, f"{text}.txt", text.encode(), now=now, **how)

    actions.replace_paper(office, by, add("収支", item=item), "訂正.txt", b"new", "数字の誤り", now=now)
    actions.open_paper_to(office, by, add("名簿"), PaperAudience.BODY, "個人の名", now=now)
    actions.withdraw_paper(office, by, add("案", item=item), "要らない", now=now)


def _a_corrected_text(house: House) -> None:
    """One correction was confirmed, another waits; the body had seen a text that was registered after it met. A guest spoke
    there, and what the chair said was corrected."""
    office, by = house.office, "joho_bukai_office"
    house.a_plan("mended")
    starts_at = house.later(hours=1).now
    actions.add_version(
        office,
        "tanto",
        "mended",
        "前.docx",
        b"before",
        on=tokyo_day(starts_at),
        reason="紙の文書",
        now=house.later(days=1).now,
    )
    ends_at = starts_at + timedelta(hours=1)
    meeting = actions.enter_meeting(
        office, by, "joho_bukai", "会議", starts_at=starts_at, ends_at=ends_at, place="会議室", now=house.now
    )
    house.everybody_attends("joho_bukai", meeting)
    item = actions.list_item(office, by, meeting, "mended", "policy_bukai", now=house.now)
    actions.record_outcome(office, by, item, Outcome.APPROVED, late_text="席で配った", now=house.now)
    matter = actions.list_matter(office, by, meeting, "進み具合", plan="mended", now=house.now)
    actions.record_result(office, by, matter, "聞いた", now=house.now)
    actions.enter_guests(office, by, meeting, ["課長 山田"], 2, now=house.now)
    for spoken in (Spoken(Speaker.GUEST, "三百万円", name="課長 山田"), Spoken(Speaker.CHAIR, "ほかには")):
        number = actions.record_speech(office, by, matter, spoken, now=house.now)
    actions.correct_speech(office, by, number, Spoken(Speaker.CHAIR, "ほかにあるか"), now=house.now)
    _minutes(house, meeting)
    _a_changed_schedule(house, "mended")
    house.a_correction(key="mended")
    actions.name_deputy(house.office, "admin", "joho_bukai_chair", "deputy", LONG_AGO, now=house.now)
    given = house.confirm("policy_bukai", "mended", by="deputy", note="よい")
    actions.review_confirmation(house.office, "joho_bukai_chair", given, note="見た", now=house.now)
    house.later(minutes=1).a_correction(key="mended")


def _a_changed_schedule(house: House, plan: str) -> None:
    begun = house.plan(plan).schedule
    event = Line("2023-05", event=markup("schedule_version.reason"), label=markup("schedule_version.agreed"))
    new = replace(begun, lines=(*begun.lines, event))
    actions.change_schedule(house.office, "tanto", plan, new, "説明会を加える", "部長", seen=0, now=house.now)


def _minutes(house: House, meeting: int) -> None:
    """The 概要 was confirmed on paper and corrected, and the 会議録 waits for the chair."""
    how, now, (short, whole) = (house.office, "joho_bukai_office", meeting), house.now, MinutesKind
    actions.close_meeting(*how, "議事の次第", now=now)
    actions.put_minutes(*how, short, now=now)
    actions.confirm_minutes(*how, short, seen=0, note="書面で確認", now=now)
    actions.publish_minutes(*how, short, 1, now=now)
    actions.withdraw_minutes(*how, short, "誤字", now=now)
    actions.publish_minutes(*how, short, 1, now=now)
    actions.correct_minutes(*how, "議事の次第、正", "誤字", now=now)
    actions.draft_minutes(*how, whole, now=now)
    actions.put_minutes(*how, whole, now=now)


def _a_stopped_plan(house: House) -> None:
    """A decision that the plan passed long ago is corrected."""
    with house.office.reading() as db:
        given = queries.gate_answers(db, house.plan("done"))
    (passed,) = [each.number for each in given if each.gate == "policy_honbu"]
    actions.correct_decision(
        house.office, "ict_honbu_office", passed, Outcome.RETURNED, "見間違い", now=house.now
    )


def _inquiries(house: House) -> None:
    """One that is extended and nobody answers, one with a remark to respond to, one that was withdrawn."""
    office, today = house.office, tokyo_day(house.now)

    def asked(**whom: list[str]) -> int:
        return actions.inquire(
            office, "tanto", "asking", "素案への意見", "御意見をください。", ["用語は正しいか"],
            due_on=today + timedelta(days=8), silence=Silence.NO_OBJECTION, now=house.now, **whom,
        )  # fmt: skip

    extended, answered, withdrawn = (
        asked(departments=["mayor"]),
        asked(people=["mayor"]),
        asked(people=["mayor"]),
    )
    actions.extend_inquiry(
        office, "tanto", "asking", extended, today + timedelta(days=10), "連休", now=house.now
    )
    remarks = [
        GivenRemark(text, question=1, page="3", section="第2章") for text in ("用語が古い", "図がない")
    ]
    actions.answer_inquiry(office, "mayor", "asking", answered, remarks, has_opinion=True, now=house.now)
    for remark, verdict in ((1, Verdict.ADOPTED), (2, Verdict.NOT_ADOPTED)):
        actions.respond_to_remark(
            office, "tanto", "asking", answered, remark, verdict, "改めた", now=house.now
        )
    actions.withdraw_inquiry(office, "tanto", "asking", withdrawn, "宛先の誤り", now=house.now)


class _Refusing:
    """A mail server that takes nothing and says so at length."""

    description = ""

    def send(self, address: str, message: bytes) -> None:
        raise MailRefused(f"<{address}>: 550 no such person")

    def close(self) -> None:
        pass


def _mail_that_does_not_go(house: House) -> None:
    pulse.mark(house.office, house.now, timedelta(hours=1))
    with house.office.writing() as db:
        db.execute(update(Pulse).values(trouble="550 not allowed", trouble_since=house.now))
        db.execute(
            insert(HeldEvent).values(
                event_seq=1,
                since=house.now,
                tries=1,
                next_try_at=house.now + timedelta(days=9),
                error="KeyError",
            )
        )


def _a_template_of_its_own(house: House) -> None:
    actions.put_template(
        house.office, "admin", SheetKind.AGENDA, "次第.docx", ours(SheetKind.AGENDA), now=house.now
    )


def _doors(house: House) -> None:
    """A closed day, and every way in."""
    office, now = house.office, house.now
    actions.close_day(office, "admin", tokyo_day(now) + timedelta(days=1), "創立記念日", now=now)
    actions.set_closing_rule(office, "admin", "年末年始の休日", "12/29", "1/3", 2033, now=now)
    taken = CalendarEntry(now + timedelta(days=2), now + timedelta(days=2, hours=1), "職員研修")
    actions.keep_calendar(
        office, "admin", "会議室の予定表", CalendarKind.ROOM, room="大会議室", entries=[taken], now=now
    )
    actions.keep_calendar(
        office,
        "admin",
        "区議会の予定表",
        CalendarKind.SESSIONS,
        url="https://calendar.example/?token=a",
        now=now,
    )
    actions.add_webhook(office, "admin", "https://hook.example/", now=now)
    actions.make_feed(office, "tanto", now=now)
    a_token(house, "tanto")
    actions.invite(office, "admin", "deputy", now=now)
    actions.set_password(office, "admin", "tanto", PASSWORD, now=now)
    actions.ask_reset(office, "tanto", now=now)
    user = actions.ProviderUser("https://login.example", "hanako", "tanto@city.example.jp")
    actions.sign_in_by_provider(office, user, agent="Firefox", now=now)
    with office.writing() as db:
        kept = {"person_id": person_id(db, PASSKEY_OWNER), "name": "青い鍵", "sign_count": 0, "added_at": now}
        db.execute(insert(Passkey).values(credential_id="AAAA", public_key="AAAA", **kept))


def _newest(office: Office, table: str) -> int:
    with office.reading() as db:
        return int(db.execute(text(f"SELECT max(id) FROM {table}")).scalar_one())


def _scribble(office: Office) -> None:
    """Markup in place of everything people wrote. Who signs by a position of the chain keeps its name."""
    known = columns_of_text()
    with office.writing() as db:
        for table in APPEND_ONLY:
            db.execute(text(f"DROP TRIGGER {table}_no_update"))
        for seq, data in db.execute(select(Event.seq, Event.data)).all():
            scribbled = json.dumps(_in_place_of_words(json.loads(data)), ensure_ascii=False)
            db.execute(update(Event).where(Event.seq == seq).values(data=scribbled))
        for name in PEOPLES_WORDS:
            column = known[name]
            value: Any = [markup(name)] if isinstance(column.type, JSON) else markup(name)
            if name == "sitting_draft.fields":
                value = {"guests": markup(name)}
            if name == "late_form.fields":
                value = [["title", markup(name)]]
            if name == "person.email":
                value = known["person.key"] + f"zq{PEOPLES_WORDS.index(name)}q'&{{{{7*7}}}}%s@x.jp"
            written = column.is_not(None)
            if name == "secretariat_contact.email":
                value = f"zq{PEOPLES_WORDS.index(name)}q'&{{{{7*7}}}}%s@x.jp"
            if name == "posting.office":
                written &= ~column.like("%zq%q%")
            if name not in ("event.data", "chain_text.text"):
                db.execute(update(column.table).where(written).values({column.name: value}))


def _in_place_of_words(value: Any) -> Any:
    """Keys, days and numbers stay as they are."""
    match value:
        case dict():
            return {key: _in_place_of_words(each) for key, each in value.items()}
        case list():
            return [_in_place_of_words(each) for each in value]
        case str() if not re.fullmatch(r"[a-z0-9_.:+TZ-]*", value):
            return markup("event.data")
        case _:
            return value
