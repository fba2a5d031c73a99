"""One meeting: entered, shown, moved, cancelled, closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, TypedDict

from fastapi import APIRouter, Form, Path, Request, Response
from starlette.datastructures import FormData

from definitions.chain import Body, PresiderVotes
from definitions.terms import Outcome, Role
from workflow import actions
from workflow.domain.agenda_changes import TELLING, told_by_itself_at, untold
from workflow.domain.agenda_marks import LONGEST_MEMO, Mark
from workflow.domain.calendar import (
    TOKYO,
    parse_moment,
    shown_clock,
    shown_day,
    tokyo_day,
)
from workflow.domain.errors import BadInput
from workflow.domain.language import label, say
from workflow.domain.meeting_warnings import Planned, closed_day_words
from workflow.domain.meetings import (
    TAKES_ITEMS,
    MeetingForm,
    Phase,
    Purpose,
    allowed_outcomes,
    is_open,
    phase_of,
)
from workflow.domain.minutes import MinutesKind, Speaker
from workflow.domain.rights import Act, Actor
from workflow.domain.rsvp import Intent, why_no_rsvp
from workflow.domain.votes import ANOTHER_TIME, Choice, Part, counts_words, presider_votes
from workflow.queries.agenda import Item, Line, agenda, agenda_lines
from workflow.queries.agenda_changes import (
    NamedChanges,
    agenda_events,
    agendas_told,
    items_late,
    named_changes,
)
from workflow.queries.agenda_marks import marks_of
from workflow.queries.attendance import Apart, Place, apart, places, polls, presider_of
from workflow.queries.bodies import body_names, places_of
from workflow.queries.carrying import lines_to_carry
from workflow.queries.chains import chain_of
from workflow.queries.closed_days import closed_day_names, closed_days
from workflow.queries.in_writing import consent, late_answers, terms
from workflow.queries.meeting_warnings import draft_warnings, warnings_about
from workflow.queries.meetings import MeetingFact, meetings_after
from workflow.queries.minutes import MinutesVersion, minutes_versions, summary_draft
from workflow.queries.plan_problem import Touched, touched
from workflow.queries.reading_rights import ReadMeeting, meeting_to_read, plans_readable
from workflow.queries.rsvp import Invited, expected_at, with_answers
from workflow.queries.sitting_drafts import sitting_draft
from workflow.queries.speeches import besides, newest_of, speeches
from workflow.store.database import Reading
from workflow.web.confirm import SURE, confirmed
from workflow.web.guide import Refusal
from workflow.web.meeting_opening import opening_of
from workflow.web.meeting_papers import PapersShown, papers_shown
from workflow.web.permissions import needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor
from workflow.web.sitting_form import foreseen
from workflow.wire.sheets.offered import sheets_offered

router = APIRouter(route_class=Page)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""A number in an address, as large as the database counts."""


@router.get("/meetings/entered", openapi_extra=needs(Act.CALL_MEETING))
def entered(request: Request, who: Reader) -> Response:
    return _form_page(request, who, {})


@router.post("/meetings/entered", openapi_extra=needs(Act.CALL_MEETING))
def enter(request: Request, who: FormUser, form: Filled) -> Response:
    """Enter a meeting that was already held. Nobody is notified."""
    return _write(request, who, form)


@router.get("/meetings/{number}", openapi_extra=needs(Act.SEE_MEETINGS, Act.READ_PLAN))
def meeting(request: Request, who: Reader, number: Number) -> Response:
    return meeting_page(request, who, number)


@router.post("/meetings/{number}/move", openapi_extra=needs(Act.CALL_MEETING))
def move(
    request: Request, who: FormUser, number: Number, form: Filled, reason: Annotated[str, Form()] = ""
) -> Response:
    """Move the meeting: show the recipients of the notices first, then move."""
    held = known(who, number)
    starts_at, ends_at = _span(form)
    place = str(form.get("place", "")) or held.place

    def act(office: Any) -> None:
        actions.move_meeting(
            office, who.key, number, starts_at=starts_at, ends_at=ends_at, place=place, reason=reason, now=who.now
        )  # fmt: skip

    when = shown_day(tokyo_day(starts_at))
    with who.office.reading() as db:
        planned = Planned(held.form, starts_at, ends_at, place)
        warnings = warnings_about(db, held, planned, who.now)
        moved, more = ([], 0) if form.get(SURE) else _plans_touched(db, who, held, tokyo_day(starts_at))
    return confirmed(
        request,
        who,
        form,
        act,
        title=say("{title}を{when}に変更", title=held.title, when=f"{when} {shown_clock(starts_at)}"),
        button=say("変更する"),
        back=f"/meetings/{number}",
        said=say("会議を変更しました。"),
        warning="".join([*warnings, *([too_many_words(more)] if more else [])]),
        facts=[
            (say("{plan}への影響", plan=each.plan.title), "\n".join(each.words))
            for each in moved
            if each.words
        ],
    )


def _plans_touched(db: Reading, who: Visitor, held: MeetingFact, day: date) -> tuple[list[Touched], int]:
    """The plans on the agenda that the person may read, with what another day does to them; none on the same day."""
    if held.in_writing or day == tokyo_day(held.starts_at):
        return [], 0
    return touched(db, plans_readable(db, who.person), meeting=held.id, day=day, now=who.now)


def too_many_words(more: int) -> str:
    """The plans of a meeting that are not compared, in words."""
    return say(
        "この会議には、ほかに {count} 件の計画の議題があります。影響は、計画ごとに確かめてください。",
        count=more,
    )


@router.post("/meetings/{number}/time", openapi_extra=needs(Act.CALL_MEETING))
def correct_time(
    who: FormUser, number: Number, form: Filled, reason: Annotated[str, Form()] = ""
) -> Response:
    starts_at, ends_at = _span(form)
    actions.correct_meeting_time(
        who.office, who.key, number, starts_at=starts_at, ends_at=ends_at, reason=reason, now=who.now
    )
    return redirect(
        f"/meetings/{number}", said=say("会議の日時を訂正しました。前のものは記録に残っています。")
    )


@router.post("/meetings/{number}/cancel", openapi_extra=needs(Act.CALL_MEETING))
def cancel(
    request: Request, who: FormUser, number: Number, form: Filled, reason: Annotated[str, Form()] = ""
) -> Response:
    """Cancel the meeting: show the recipients of the notices first, then cancel."""
    held = known(who, number)
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.cancel_meeting(office, who.key, number, reason, now=who.now),
        title=say("{title}の中止", title=held.title),
        button=say("中止する"),
        back=f"/meetings/{number}",
        said=say("会議を中止しました。議題は、ほかの会議に載せ直せます。"),
    )


@router.post("/meetings/{number}/close", openapi_extra=needs(Act.CALL_MEETING))
def close(
    request: Request, who: FormUser, number: Number, form: Filled, minutes: Annotated[str, Form()] = ""
) -> Response:
    """Close the meeting, with the draft of its 概要: ask first, then close."""
    held = known(who, number)
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.close_meeting(office, who.key, number, minutes, now=who.now),
        title=say("{title}の終了", title=held.title),
        button=say("会議を終了する"),
        back=f"/meetings/{number}",
        said=say("会議を終了しました。"),
        warning=_draft_left(who, number),
        facts=[(say("概要の案"), minutes)] if minutes.strip() else [],
    )


def _draft_left(who: Visitor, number: int) -> str:
    """A warning while the person has something in the form of the sitting that is not recorded; empty otherwise."""
    with who.office.reading() as db:
        left = sitting_draft(db, who.person.id, number)
    return (
        say("会議の進行に、まだ記録していない下書きがあります。終了すると、記録できません。") if left else ""
    )


def known(who: Visitor, number: int) -> MeetingFact:
    """The meeting of that number, for who may read it. Raises `NotFound`, `NotAllowed`."""
    with who.office.reading() as db:
        return meeting_to_read(db, who.person, number).meeting


def meeting_page(
    request: Request,
    who: Visitor,
    number: int,
    *,
    code: int = 200,
    typed: Mapping[str, str] | None = None,
    refused: Mapping[int, str] | None = None,
    done: str = "",
) -> Response:
    """The page of a meeting as this person sees it. `typed` are the values of a form that was not taken whole,
    `refused` says why, by item, and `done` what was taken of it."""
    with who.office.reading() as db:
        found = meeting_to_read(db, who.person, number)
        if not found.whole:
            lines = found.of(agenda_lines(db, number, agenda(db, number)))
            return _items_only(request, who, found, lines, papers_shown(db, who, found, lines))
        held = found.meeting
        shown = _shown(db, who, who.person, held)
        papers = papers_shown(db, who, found, shown["lines"])
    return page(
        request,
        "meeting.html",
        code=code,
        who=who,
        meeting=held,
        typed=typed or {},
        refused=refused or {},
        done=done,
        clock=shown_clock,
        Choice=Choice,
        Outcome=Outcome,
        ANOTHER_TIME=ANOTHER_TIME,
        LONGEST_MEMO=LONGEST_MEMO,
        counts_words=counts_words,
        Purpose=Purpose,
        Role=Role,
        Phase=Phase,
        papers=papers,
        **shown,
    )


def _items_only(
    request: Request, who: Visitor, found: ReadMeeting, lines: Sequence[Line], papers: PapersShown
) -> Response:
    """The page for who is not of the body: day, place, and the items about plans they may read, with their outcomes."""
    phase = phase_of(found.meeting, who.now)
    return page(
        request,
        "meeting_items.html",
        who=who,
        meeting=found.meeting,
        phase=phase,
        lines=lines,
        papers=papers,
    )


def _shown(db: Reading, who: Visitor, person: Actor, held: MeetingFact) -> dict[str, Any]:
    rule = chain_of(db, held.chain_sha256).body(held.body_key)
    phase = phase_of(held, who.now)
    members = places(db, held)
    keeps = person.may(Act.CALL_MEETING, body=held.body_key)
    called = held.status in TAKES_ITEMS
    running = phase in (Phase.ANSWERING, Phase.BEGUN)
    votes = held.in_writing or rule.reaches == "tallied"
    may_vote = votes and (is_open(held.status) if rule.written_votes else running)
    late_now = held.in_writing and phase is Phase.BEGUN
    items = agenda(db, held.id)
    lines = agenda_lines(db, held.id, items)
    return {
        "rule": rule,
        "phase": phase,
        "called": called,
        "running": running,
        "items": items,
        "lines": lines,
        "numbers": {line.id: line.number for line in lines},
        "marks": {} if keeps else marks_of(db, person.id, held.id),
        "mark_choices": [("", say("なし")), *((each.value, label(each)) for each in Mark)],
        "late": items_late(db, held),
        "planned": sum(line.planned_minutes or 0 for line in lines),
        "length": (held.ends_at - held.starts_at) // timedelta(minutes=1),
        "places": members,
        "polls": polls(db, held, rule, members) if votes else {},
        "late_now": late_now,
        **_in_writing(db, held, rule, members, person),
        "mine": _mine(db, members, rule, person, in_writing=held.in_writing) if may_vote else [],
        "keeps": keeps,
        "forms": form_choices(),
        "opening": opening_of(db, person, rule, held, lines, who.now),
        "warnings": draft_warnings(db, held, who.now),
        "may_record": running and person.may(Act.RECORD_OUTCOME, body=held.body_key),
        "may_enter_votes": running
        and not held.in_writing
        and person.may(Act.ENTER_ATTENDANCE, body=held.body_key),
        **_attending(db, rule, phase, held, members),
        **_rsvps(db, who, person, rule, held, members),
        **_notes(db, person, phase, held, items),
        "may_correct": person.may(Act.RECORD_OUTCOME, body=held.body_key),
        "may_enter_ties": running and person.may(Act.ENTER_ATTENDANCE, body=held.body_key),
        **sheets_offered(phase),
        "presides": presider_votes(rule) is PresiderVotes.TIES,
        "answers": {purpose: allowed_outcomes(purpose, rule) for purpose in Purpose},
        "untold": _untold(db, held) if keeps and is_open(held.status) and held.ends_at > who.now else None,
        **_carrying(db, held, keeps=keeps and phase in (Phase.BEGUN, Phase.CLOSED)),
        "starts": held.starts_at.astimezone(TOKYO),
        "ends": held.ends_at.astimezone(TOKYO),
    }


def _carrying(db: Reading, held: MeetingFact, *, keeps: bool) -> dict[str, Any]:
    """Return the values of the form by which items go to the next meeting of the body."""
    lines = lines_to_carry(db, held) if keeps else []
    return {"to_carry": lines, "next_meetings": meetings_after(db, held) if lines else []}


@dataclass(frozen=True, slots=True)
class Untold:
    """The changes of an agenda that nobody was told of, and when they are told by themselves."""

    changes: NamedChanges
    by_itself_at: datetime


def _untold(db: Reading, held: MeetingFact) -> Untold | None:
    events = agenda_events(db, held.id)
    if not events or events[-1].tag in TELLING:
        return None
    changes = untold(events, agendas_told(db, held.id))
    if not changes:
        return None
    at = told_by_itself_at(held.starts_at, events[-1].at, closed_days(db))
    return Untold(named_changes(db, changes), at)


def _attending(
    db: Reading, rule: Body, phase: Phase, held: MeetingFact, members: list[Place]
) -> dict[str, Any]:
    """Return the values of the page on who presided and who takes no part in which item, and the choices of its forms."""
    parted: dict[int, list[Apart]] = {}
    for each in apart(db, held.id) if phase.begun else ():
        parted.setdefault(each.item, []).append(each)
    presider = None if held.in_writing else presider_of(rule, members)
    choices = [(place.seat.key, place.seat.name) for place in members]
    taken = [part for part in Part if not held.in_writing or part in (Part.RECUSED, Part.PRESENT)]
    return {
        "apart": parted,
        "presider": presider.acting if presider else None,
        "named_presider": next((place.seat.key for place in members if place.presided), ""),
        "presiders": [("", say("規則のとおり")), *choices],
        "members": [("", say("選んでください")), *choices],
        "parts": [("", say("選んでください")), *((part.value, label(part)) for part in taken)],
    }


def _notes(
    db: Reading, person: Actor, phase: Phase, held: MeetingFact, items: Sequence[Item]
) -> dict[str, Any]:
    """Return the values of the page on the minutes, and what they are made of: remarks, guests and 傍聴者."""
    reads = phase.begun and person.may(Act.READ_DRAFTS, body=held.body_key)
    closing = phase in (Phase.BEGUN, Phase.ANSWERING) and person.may(Act.CALL_MEETING, body=held.body_key)
    closing = closing and all(item.decided for item in items)
    said = speeches(db, held.id) if reads else {}
    return {
        "reads_notes": reads,
        "in_one_form": phase is Phase.BEGUN
        and not held.in_writing
        and person.may(Act.KEEP_MINUTES, body=held.body_key),
        "takes_notes": phase.begun and person.may(Act.KEEP_MINUTES, body=held.body_key),
        "minutes": _summary(db, held, drafts=reads) if phase is Phase.CLOSED else None,
        "summary_draft": summary_draft(db, held) if closing else "",
        "speeches": said,
        "newest_speech": newest_of(said),
        "besides": besides(db, held.id) if reads else None,
        "Speaker": Speaker,
    }


def _summary(db: Reading, held: MeetingFact, *, drafts: bool) -> MinutesVersion | None:
    found = minutes_versions(db, held.id, drafts=drafts)
    return next((each for each in found if each.kind is MinutesKind.SUMMARY), None)


def _rsvps(
    db: Reading, who: Visitor, person: Actor, rule: Body, held: MeetingFact, there: Sequence[Place]
) -> dict[str, Any]:
    """Return the values of the page on who said they would come, while it is of use."""
    takes = why_no_rsvp(held, who.now) is None
    members = [] if held.in_writing else with_answers(db, held, there)
    return {
        "rsvp_shown": bool(members) and (takes or any(each.answer for each in members)),
        "rsvp_open": takes,
        "invited": members,
        "expected": expected_at(rule, members),
        "foreseen": foreseen(members) if all(each.present is None for each in there) else {},
        "mine_invited": [each for each in members if each.seat.person_id in {person.id, *person.principals}],
        **_secretariat_choices(members),
    }


def _secretariat_choices(invited: Sequence[Invited]) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of the form by which the 事務局 records an answer: members, answers, registered deputies."""
    return {
        "rsvp_members": [
            ("", say("選んでください")),
            *((each.seat.key, each.seat.name) for each in invited),
        ],
        "rsvp_intents": [("", say("選んでください")), *((each.value, label(each)) for each in Intent)],
        "rsvp_deputies": [
            ("", say("選んでください")),
            *(
                (
                    deputy.key,
                    say("{name}（{principal}さんの代理者）", name=deputy.name, principal=each.seat.name),
                )
                for each in invited
                for deputy in each.deputies
            ),
        ],
    }


def _in_writing(
    db: Reading, held: MeetingFact, rule: Body, members: list[Place], person: Actor
) -> dict[str, Any]:
    """Return the values of the page that only a 持ち回り has."""
    if not held.in_writing:
        return {"answered_late": {}}
    asks = rule.written_consent
    return {
        "terms": terms(db, held.id),
        "answered_late": late_answers(db, held.id),
        "consent": consent(db, held.id, held.body_key, tokyo_day(held.starts_at)) if asks else None,
        "may_consent": _mine(db, members, rule, person, in_writing=True) if asks else [],
    }


def _mine(db: Reading, members: list[Place], rule: Body, person: Actor, *, in_writing: bool) -> list[Place]:
    """The places the person votes from: their own, and those they sit in for, while they may today."""
    filled = [
        place
        for place in members
        if place.filled_by(person.key, in_writing=in_writing or (rule.written_votes and not place.present))
    ]
    theirs = places_of(db, person, rule.key) if filled else set()
    return [place for place in filled if place.seat.person_id in theirs]


def _form_page(
    request: Request,
    who: Visitor,
    typed: Mapping[str, str],
    *,
    problem: str = "",
    code: int = 200,
) -> Response:
    """The form of a meeting already held, with what was typed."""
    with who.office.reading() as db:
        mine = bodies_called_by(db, who.person)
    return page(
        request,
        "meeting_form.html",
        code=code,
        who=who,
        kind="entered",
        typed=typed,
        problem=problem,
        bodies=mine,
        forms=form_choices(),
    )


def bodies_called_by(db: Reading, person: Actor) -> list[tuple[str, str]]:
    """The bodies whose meetings the person may call, as (key, name)."""
    return [(key, name) for key, name in body_names(db) if person.may(Act.CALL_MEETING, body=key)]


def form_choices() -> list[tuple[str, str]]:
    """The forms a meeting may have, as the choices of a field."""
    return [(form.value, label(form)) for form in MeetingForm]


def _write(request: Request, who: Visitor, form: FormData) -> Response:
    typed = typed_in(form)
    try:
        terms = terms_of(form)

        def act(office: Any) -> int:
            return actions.enter_meeting(office, who.key, typed.get("body", ""), now=who.now, **terms)

        if form.get(SURE) == "yes":
            number = act(who.office)
            return redirect(
                f"/meetings/{number}", said=say("会議を登録しました。続いて、議題を載せてください。")
            )
        starts_at = terms["starts_at"]
        when = f"{shown_day(tokyo_day(starts_at))} {shown_clock(starts_at)}"
        return confirmed(
            request,
            who,
            form,
            act,
            title=say("{title}（{when}）", title=terms["title"], when=when),
            button=say("登録する"),
            back="/meetings/entered",
            said="",
            warning=_closed_words(who, starts_at),
        )
    except BadInput as error:
        return _form_page(request, who, typed, problem=Refusal(error), code=422)


class Terms(TypedDict):
    """The title, form, time and place of a meeting."""

    title: str
    form: MeetingForm
    starts_at: datetime
    ends_at: datetime
    place: str


def terms_of(form: FormData) -> Terms:
    """The terms of a meeting, as its form says them. Raises `BadInput`."""
    starts_at, ends_at = _span(form)
    way = str(form.get("form", ""))
    return {
        "title": str(form.get("title", "")),
        "form": MeetingForm(way) if way in set(MeetingForm) else MeetingForm.IN_PERSON,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "place": str(form.get("place", "")),
    }


def typed_in(form: FormData) -> dict[str, str]:
    """The texts of a form, to be shown again."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _span(form: FormData) -> tuple[datetime, datetime]:
    """From when until when, as the form says: the end is on the first day unless it names its own. Raises
    `BadInput`."""
    day = str(form.get("day", ""))
    until = str(form.get("until", "")) or day
    starts_at = parse_moment(f"{day} {form.get('begins', '')}", "開催日時")
    return starts_at, parse_moment(f"{until} {form.get('ends', '')}", "終了日時")


def _closed_words(who: Visitor, moment: datetime) -> str:
    with who.office.reading() as db:
        return closed_day_words(tokyo_day(moment), closed_day_names(db))
