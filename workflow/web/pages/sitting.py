"""A sitting in one form: who is there, and in the order of the agenda what was said, voted and decided."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.datastructures import FormData

from definitions.terms import Outcome
from notifications.dry_run import rehearse
from workflow import actions
from workflow.domain.calendar import shown_clock
from workflow.domain.errors import SakuteiError
from workflow.domain.language import label, say
from workflow.domain.meetings import Phase, Purpose, allowed_outcomes, phase_of
from workflow.domain.minutes import Speaker
from workflow.domain.rights import Act
from workflow.domain.validation import typed_number
from workflow.domain.votes import ANOTHER_TIME, Choice, Part, counts_words
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.attendance import Apart, Place, apart, places, polls
from workflow.queries.chains import chain_of
from workflow.queries.meetings import MeetingFact
from workflow.queries.people import Contact
from workflow.queries.reading_rights import meeting_to_read
from workflow.queries.rsvp import with_answers
from workflow.queries.sitting_drafts import Draft, besides_with_draft
from workflow.queries.speeches import newest_of, speeches
from workflow.store.database import JoinedOffice, Office, Reading
from workflow.web.confirm import SURE
from workflow.web.guide import Refusal
from workflow.web.http_status import status_of
from workflow.web.limits import Load, takes
from workflow.web.one_by_one import refusal_of
from workflow.web.pages.meetings import Number
from workflow.web.permissions import needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled as FilledForm
from workflow.web.session import FormUser, Page, Reader, Visitor
from workflow.web.sitting_form import (
    COUNTED,
    MOST_LINES,
    Filled,
    OnRecord,
    Step,
    filled_in,
    steps_of,
    without_recorded,
)

router = APIRouter(route_class=Page)

NO_FIELDS = ("csrf", "sure", "more", "seen")

CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Opened:
    """The sitting as its form is made from: the record, who is apart by item, and the draft of the person, None while
    they have none."""

    record: OnRecord
    apart: dict[int, list[Apart]]
    draft: Draft | None


@router.get("/meetings/{number}/sitting", openapi_extra=needs(Act.KEEP_MINUTES))
def sitting(request: Request, who: Reader, number: Number) -> Response:
    """The form, with the draft of the person where they have one."""
    opened = _open(who, number)
    if isinstance(opened, Response):
        return opened
    typed = opened.draft.fields if opened.draft else {}
    return _form(request, who, opened, filled_in(opened.record, typed))


@router.post("/meetings/{number}/sitting", openapi_extra=needs(Act.KEEP_MINUTES) | takes(Load.LONG_FORM))
def record(request: Request, who: FormUser, number: Number, form: FilledForm) -> Response:
    """Record what is new, in the order of the page, each part on its own. Where people are told of an outcome, show the
    outcomes and the recipients first. What is refused stays in the form, and in the draft. A form that is sent again is
    recorded once."""
    opened = _open(who, number)
    if isinstance(opened, Response):
        return opened
    typed, seen = _typed(form), typed_number(form.get("seen"))
    if seen is not None:
        typed = without_recorded(opened.record, typed, seen)
    filled = filled_in(opened.record, typed)
    steps = steps_of(opened.record, filled, who.key, who.now)
    too_long = _save(who, number, filled)
    if form.get(SURE) == "no":
        return redirect(f"/meetings/{number}/sitting")
    if not steps:
        return redirect(f"/meetings/{number}/sitting", said=say("新しく書かれたものはありません。"))
    if form.get(SURE) != "yes" and any(step.decides for step in steps):
        asked = _sure(request, who, opened.record.meeting, filled, steps, seen)
        if asked is not None:
            return asked
    refused = [(step, why) for step in steps if (why := _refusal(who.office, step))]
    done = say("{count} 件を記録しました。", count=len(steps) - len(refused))
    if not refused:
        actions.discard_sitting_draft(who.office, who.key, number, now=who.now)
        return redirect(f"/meetings/{number}/sitting", said=done)
    kept = {name for step, _ in refused for name in step.fields} | {"reason"}
    left = {name: value for name, value in filled.kept.items() if name in kept}
    again = _open(who, number)
    if isinstance(again, Response):
        return again
    filled = filled_in(again.record, left)
    too_long = _save(who, number, filled) or too_long
    return _form(
        request, who, again, filled, code=CONFLICT, refused=refused, done=done, problem=too_long, saved=not too_long
    )  # fmt: skip


@router.post(
    "/meetings/{number}/sitting/draft", openapi_extra=needs(Act.KEEP_MINUTES) | takes(Load.LONG_FORM)
)
def save_draft(request: Request, who: FormUser, number: Number, form: FilledForm) -> Response:
    """Keep what was filled in as a draft; `more` (`text-3`) shows one line more at an item. A script that saves by itself
    asks for plain text, and gets a sentence."""
    by_itself = "text/plain" in request.headers.get("accept", "")
    opened = _open(who, number)
    if isinstance(opened, Response):
        return opened
    typed = _typed(form)
    kind, _, item = str(form.get("more", "")).partition("-")
    asked = ""
    if item.isdigit() and kind in ("text", "who"):
        count = min(filled_in(opened.record, typed).lines(kind, int(item)).stop, MOST_LINES)
        typed[f"lines-{kind}-{item}"] = str(count)
        asked = f"#{kind}-{item}-{count}"
    filled = filled_in(opened.record, typed)
    try:
        actions.save_sitting_draft(who.office, who.key, number, filled.kept, now=who.now)
    except SakuteiError as error:
        if by_itself:
            return PlainTextResponse(error.message, status_of(error))
        return _form(request, who, opened, filled, code=status_of(error), problem=Refusal(error), saved=False)
    said = say("下書きを保存しました {at}", at=shown_clock(who.now))
    if by_itself:
        return PlainTextResponse(said)
    return redirect(f"/meetings/{number}/sitting{asked}", said="" if asked else said)


@router.post("/meetings/{number}/sitting/draft/discard", openapi_extra=needs(Act.KEEP_MINUTES))
def discard_draft(who: FormUser, number: Number) -> Response:
    actions.discard_sitting_draft(who.office, who.key, number, now=who.now)
    return redirect(f"/meetings/{number}/sitting", said=say("下書きを捨てました。"))


def _open(who: Visitor, number: int) -> Opened | Response:
    """The sitting, for whoever keeps its record while it runs; before, after, and of a 持ち回り, a redirect to the page of
    the meeting. Raises `NotFound`, `NotAllowed`."""
    with who.office.reading() as db:
        held = meeting_to_read(db, who.person, number).meeting
        who.person.require(Act.KEEP_MINUTES, body=held.body_key)
        if held.in_writing or phase_of(held, who.now) is not Phase.BEGUN:
            return redirect(f"/meetings/{number}")
        return _opened(db, who, held)


def _opened(db: Reading, who: Visitor, held: MeetingFact) -> Opened:
    rule = chain_of(db, held.chain_sha256).body(held.body_key)
    members = places(db, held)
    lines = agenda_lines(db, held.id, agenda(db, held.id))
    unrecorded = all(place.present is None for place in members)
    parted: dict[int, list[Apart]] = {}
    for each in apart(db, held.id):
        parted.setdefault(each.item, []).append(each)
    besides, draft = besides_with_draft(db, who.person.id, held.id)
    record = OnRecord(
        meeting=held,
        rule=rule,
        places=members,
        invited=with_answers(db, held, members) if unrecorded else [],
        besides=besides,
        lines=lines,
        polls=polls(db, held, rule, members) if rule.reaches == "tallied" else {},
        speeches=speeches(db, held.id),
    )
    return Opened(record, parted, draft)


def _form(
    request: Request,
    who: Visitor,
    opened: Opened,
    form: Filled,
    *,
    code: int = 200,
    refused: list[tuple[Step, str]] | None = None,
    done: str = "",
    problem: str = "",
    saved: bool = True,
) -> Response:
    """The form. `refused` are the parts that were not recorded, each with why; `problem` says why there is no draft."""
    record = opened.record
    return page(
        request,
        "sitting.html",
        code=code,
        who=who,
        meeting=record.meeting,
        rule=record.rule,
        places=record.places,
        lines=record.lines,
        polls=record.polls,
        tallied=record.tallied,
        prefilled=bool(any(each.answer for each in record.invited)),
        decided=any(line.item and line.item.decided for line in record.lines),
        waiting=[line for line in record.lines if line.item and not line.item.decided],
        speeches=record.speeches,
        seen=newest_of(record.speeches),
        apart=opened.apart,
        draft=opened.draft if saved and not refused else None,
        form=form,
        refused=refused or [],
        why=_by_place(refused or []),
        done=done,
        problem=problem,
        clock=shown_clock,
        Outcome=Outcome,
        Choice=Choice,
        Speaker=Speaker,
        COUNTED=COUNTED,
        ANOTHER_TIME=ANOTHER_TIME,
        counts_words=counts_words,
        answers={purpose: allowed_outcomes(purpose, record.rule) for purpose in Purpose},
        seated={place.seat.key: _seated_choices(place) for place in record.places},
        members=[
            ("", say("選んでください")),
            *((place.seat.key, place.seat.name) for place in record.places),
        ],
        presiders=[
            ("", say("規則のとおり")),
            *((place.seat.key, place.seat.name) for place in record.places),
        ],
        parts=[("", say("選んでください")), *((part.value, label(part)) for part in Part)],
        choices=[(each.value, label(each)) for each in (Choice.FOR, Choice.AGAINST, Choice.ABSTAIN)],
        speakers=_speakers(record),
    )


def _by_place(refused: list[tuple[Step, str]]) -> dict[str, str]:
    """Return why parts were refused, by their place in the page."""
    found: dict[str, list[str]] = {}
    for step, why in refused:
        found.setdefault(step.at, []).append(why)
    return {at: "\n".join(each) for at, each in found.items()}


def _seated_choices(place: Place) -> list[tuple[str, str]]:
    return [
        *([("", say("未"))] if place.present is None else []),
        ("yes", say("出席")),
        *((f"by:{each.key}", say("代理出席（{name}）", name=each.name)) for each in place.deputies),
        ("no", say("欠席")),
    ]


def _speakers(record: OnRecord) -> list[tuple[str, str]]:
    return [
        (Speaker.CHAIR.value, label(Speaker.CHAIR)),
        *((f"member:{place.seat.key}", place.seat.name) for place in record.places),
        *((each.value, label(each)) for each in (Speaker.SECRETARIAT, Speaker.GUEST)),
    ]


def _typed(form: FormData) -> dict[str, str]:
    """The fields as they were sent. A browser sends the lines of a text apart by CR and LF."""
    return {
        name: value.replace("\r\n", "\n")
        for name, value in form.items()
        if isinstance(value, str) and name not in NO_FIELDS
    }


def _save(who: Visitor, number: int, form: Filled) -> str:
    """Keep the form as a draft; why it was not kept, empty when it was."""
    return refusal_of(lambda: actions.save_sitting_draft(who.office, who.key, number, form.kept, now=who.now))


def _refusal(office: Office, step: Step) -> str:
    return refusal_of(lambda: step.act(office))


def _sure(
    request: Request, who: Visitor, held: MeetingFact, form: Filled, steps: list[Step], seen: int | None
) -> Response | None:
    """The page that shows what would be recorded, what would be refused and why, and the recipients of notices; None when
    no outcome would be recorded. The parts are rehearsed one after the other, as they would be recorded."""
    refused: dict[int, str] = {}

    def act(office: Office) -> None:
        with office.writing() as db:
            joined = JoinedOffice(office, db, office.files)
            refused.update(
                {number: why for number, step in enumerate(steps) if (why := _refusal(joined, step))}
            )

    mails = rehearse(who.office, act)
    if all(number in refused for number, step in enumerate(steps) if step.decides):
        return None
    told: dict[Contact, int] = {}
    for _, person in mails:
        told[person] = told.get(person, 0) + 1
    return page(
        request,
        "sitting_sure.html",
        who=who,
        meeting=held,
        steps=steps,
        refused=refused,
        told=told,
        form=form,
        seen=seen,
        Outcome=Outcome,
        COUNTED=COUNTED,
    )
