"""The minutes of a meeting: the record of the sitting they are made from, their two texts, and the parts on a plan."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from starlette.datastructures import FormData

from workflow import actions
from workflow.domain.calendar import parse_moment, tokyo_day
from workflow.domain.comparison import Change
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.language import label, say
from workflow.domain.meetings import Phase, phase_of
from workflow.domain.minutes import MinutesKind, MinutesState
from workflow.domain.rights import Act
from workflow.domain.validation import typed_number
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.bodies import body_rule
from workflow.queries.minutes import approval_items, confirmers, minutes_versions, parts_on
from workflow.queries.reading_rights import meeting_to_read, whole_meeting_to_read
from workflow.queries.speeches import item_of, meeting_of_item
from workflow.store.uploads import WORD
from workflow.web.confirm import confirmed
from workflow.web.guide import Refusal
from workflow.web.http_status import status_of
from workflow.web.limits import Load, document_of, takes
from workflow.web.meeting_opening import minutes_opening_of
from workflow.web.pages.meetings import Number, known, meeting_page
from workflow.web.permissions import needs
from workflow.web.rendering import download, page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor
from workflow.web.sitting_form import lines_in, observers_in, spoken_as
from workflow.wire.sheets.documents import plain_name
from workflow.wire.sheets.minutes_word import minutes_to_edit

router = APIRouter(route_class=Page)

Typed = Annotated[str, Form()]
Said = Mapping[str, str]
"""The fields of a remark's form."""


@router.get("/meetings/{number}/minutes", openapi_extra=needs(Act.SEE_MEETINGS, Act.READ_PLAN))
def minutes(request: Request, who: Reader, number: Number, plan: str = "") -> Response:
    """Both texts of the minutes, with their versions; for who is not of the body, and for a `plan`, the parts on what
    they may read."""
    return _minutes_page(request, who, number, plan=plan)


@router.post("/meetings/{number}/minutes", openapi_extra=needs(Act.KEEP_MINUTES))
def correct_minutes(
    request: Request,
    who: FormUser,
    number: Number,
    minutes: Typed = "",
    reason: Typed = "",
    text: Annotated[MinutesKind, Form()] = MinutesKind.SUMMARY,
) -> Response:
    """Correct a final text: a new version, which the chair confirms again."""

    def act() -> None:
        actions.correct_minutes(who.office, who.key, number, minutes, reason, kind=text, now=who.now)

    return _rewritten(
        request, who, number, text, minutes, act, say("{kind}を訂正しました。", kind=label(text))
    )


@router.post("/meetings/{number}/minutes/{text}/draft", openapi_extra=needs(Act.KEEP_MINUTES))
def draft_minutes(who: FormUser, number: Number, text: MinutesKind, anew: Typed = "") -> Response:
    """Draft the text from the record; over what somebody edited only when asked so."""
    actions.draft_minutes(who.office, who.key, number, text, anew=anew == "yes", now=who.now)
    return _to(number, text, say("記録から案を作りました。"))


@router.post("/meetings/{number}/minutes/{text}/edit", openapi_extra=needs(Act.KEEP_MINUTES))
def edit_minutes(
    request: Request, who: FormUser, number: Number, text: MinutesKind, minutes: Typed = "", seen: Typed = ""
) -> Response:
    """Edit the draft; a refusal keeps what was typed."""

    def act() -> None:
        seen_first = typed_number(seen)
        actions.edit_minutes(
            who.office,
            who.key,
            number,
            text,
            minutes,
            seen=-1 if seen_first is None else seen_first,
            now=who.now,
        )

    return _rewritten(request, who, number, text, minutes, act, say("案を保存しました。"))


@router.get("/meetings/{number}/minutes/{text}/{version}.docx", openapi_extra=needs(Act.READ_MEETING))
def minutes_in_word(who: Reader, number: Number, text: MinutesKind, version: Number) -> Response:
    """A version of the text as Word, to be edited there: for who reads it on the page."""
    with who.office.reading() as db:
        held = whole_meeting_to_read(db, who.person, number).meeting
        drafts = who.person.may(Act.READ_DRAFTS, body=held.body_key)
        versions = minutes_versions(db, number, drafts=drafts)
    wanted = next((each for each in versions if (each.kind, each.version) == (text, version)), None)
    if wanted is None:
        raise NotFound(label(text), say("第{number}版", number=version))
    number_of_it = say("第{number}版", number=version)
    name = plain_name(f"{held.title}_{label(text)}_{number_of_it}")
    return download(minutes_to_edit(number, held.title, wanted), WORD.media_type, f"{name}.docx")


@router.post(
    "/meetings/{number}/minutes/{text}/word", openapi_extra=needs(Act.KEEP_MINUTES) | takes(Load.DOCUMENT)
)
def compare_minutes(
    request: Request, who: FormUser, number: Number, text: MinutesKind, document: UploadFile
) -> Response:
    """Show how a text that was edited in Word compares with the one that stands, before it is taken."""
    try:
        sent = document_of(document)
        found = actions.compare_minutes(
            who.office, who.key, number, text, document.filename or "", sent.path, now=who.now
        )
    except (BadInput, NotNow) as error:
        return _minutes_page(request, who, number, code=status_of(error), refused_word=(text, Refusal(error)))
    return page(
        request,
        "minutes_word.html",
        who=who,
        meeting=known(who, number),
        kind=text,
        found=found,
        Change=Change,
    )


@router.post("/meetings/{number}/minutes/{text}/put", openapi_extra=needs(Act.KEEP_MINUTES))
def put_minutes(request: Request, who: FormUser, number: Number, text: MinutesKind, form: Filled) -> Response:
    """Ask the chair to confirm the text: show who gets the mail first."""
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.put_minutes(office, who.key, number, text, now=who.now),
        title=say("{kind}の確認を依頼", kind=label(text)),
        button=say("確認を依頼する"),
        back=f"/meetings/{number}/minutes",
        said=say("確認を依頼しました。"),
    )


@router.post("/meetings/{number}/minutes/{text}/confirm", openapi_extra=needs(Act.CONFIRM_MINUTES))
def confirm_minutes(
    who: FormUser, number: Number, text: MinutesKind, seen: Typed = "", note: Typed = ""
) -> Response:
    read = typed_number(seen)
    actions.confirm_minutes(
        who.office, who.key, number, text, seen=-1 if read is None else read, note=note, now=who.now
    )
    return _to(number, text, say("{kind}を確定しました。", kind=label(text)))


@router.post("/meetings/{number}/minutes/{text}/return", openapi_extra=needs(Act.CONFIRM_MINUTES))
def return_minutes(who: FormUser, number: Number, text: MinutesKind, note: Typed = "") -> Response:
    actions.return_minutes(who.office, who.key, number, text, note, now=who.now)
    return _to(number, text, say("案に戻しました。"))


@router.post("/meetings/{number}/minutes/{text}/approval", openapi_extra=needs(Act.SET_AGENDA))
def list_minutes(who: FormUser, number: Number, text: MinutesKind) -> Response:
    """Put the text to approval as the first item of the body's next meeting."""
    item = actions.list_minutes(who.office, who.key, number, text, now=who.now)
    done = say("次の会議の最初の議題に載せました。")
    return redirect(f"/meetings/{_meeting(who, item)}#item-{item}", said=done)


@router.post("/items/{item}/speeches", openapi_extra=needs(Act.KEEP_MINUTES))
def record_speech(request: Request, who: FormUser, item: Number, form: Filled) -> Response:
    """Record what somebody said at an item, at the end or `before` another remark; a refusal keeps what was typed. A form that is
    sent again is recorded once."""
    before, seen = typed_number(form.get("before", "")), typed_number(form.get("seen", ""))

    def act(said: Said) -> object:
        return actions.record_speech(
            who.office,
            who.key,
            item,
            spoken_as(said["speaker"], said["name"], said["text"]),
            before=before,
            unless=None if seen is None else actions.SaidAgain(seen),
            reason=said["reason"],
            now=who.now,
        )

    at = f"item-{item}" if before is None else f"before-{before}"
    return _kept(request, who, item, at, form, act, say("発言を記録しました。"))


@router.post("/speeches/{number}/correct", openapi_extra=needs(Act.KEEP_MINUTES))
def correct_speech(request: Request, who: FormUser, number: Number, form: Filled) -> Response:
    """Correct a remark; a refusal keeps what was typed."""

    def act(said: Said) -> object:
        reason = said["reason"]
        return actions.correct_speech(
            who.office,
            who.key,
            number,
            spoken_as(said["speaker"], said["name"], said["text"]),
            reason=reason,
            now=who.now,
        )

    done = say("発言を直しました。前の記録は残っています。")
    return _kept(request, who, _item(who, number), f"speech-{number}", form, act, done)


@router.post("/speeches/{number}/remove", openapi_extra=needs(Act.KEEP_MINUTES))
def remove_speech(who: FormUser, number: Number, reason: Typed = "") -> Response:
    item = _item(who, number)
    actions.remove_speech(who.office, who.key, number, reason=reason, now=who.now)
    return redirect(_place(who, item), said=say("発言の記録を取り消しました。"))


@router.post("/meetings/{number}/guests", openapi_extra=needs(Act.KEEP_MINUTES))
def guests(
    who: FormUser, number: Number, guests: Typed = "", observers: Typed = "", reason: Typed = ""
) -> Response:
    """Record the guests, one a line, and the number of 傍聴者; an empty number: nobody counted."""
    counted, named = observers_in(observers), lines_in(guests)
    actions.enter_guests(who.office, who.key, number, named, counted, reason=reason, now=who.now)
    return redirect(f"/meetings/{number}#guests-heading", said=say("説明者・傍聴者を記録しました。"))


@router.post("/meetings/{number}/times", openapi_extra=needs(Act.KEEP_MINUTES))
def times(
    who: FormUser, number: Number, member: Typed = "", arrived: Typed = "", left: Typed = "", reason: Typed = ""
) -> Response:  # fmt: skip
    """Record when a member came late or left early, on the day of the meeting."""
    day = tokyo_day(known(who, number).starts_at).isoformat()

    def at(typed: str, place: str) -> datetime | None:
        return parse_moment(f"{day} {typed}", place) if typed.strip() else None

    actions.enter_times(
        who.office,
        who.key,
        number,
        member,
        arrived_at=at(arrived, say("来た時刻")),
        left_at=at(left, say("去った時刻")),
        reason=reason,
        now=who.now,
    )
    return redirect(f"/meetings/{number}#guests-heading", said=say("遅参・退席の時刻を記録しました。"))


def _minutes_page(
    request: Request,
    who: Visitor,
    number: int,
    *,
    plan: str = "",
    code: int = 200,
    typed: tuple[MinutesKind, str, str] | None = None,
    refused_word: tuple[MinutesKind, str] | None = None,
) -> Response:
    """The page of the minutes. `typed` is a text that was not taken, with its kind and why; `refused_word` why a Word
    document was not."""
    with who.office.reading() as db:
        found = meeting_to_read(db, who.person, number)
        held = found.meeting
        if plan or not found.whole:
            lines = found.of(agenda_lines(db, number, agenda(db, number)))
            items = [line.id for line in lines if not plan or (line.plan and line.plan[0] == plan)]
            parts = parts_on(db, held, items)
            return page(request, "minutes_parts.html", who=who, meeting=held, parts=parts)
        person, body = who.person, held.body_key
        drafts = person.may(Act.READ_DRAFTS, body=body)
        versions = minutes_versions(db, number, drafts=drafts)
        rule = body_rule(db, body)
        asked = confirmers(db, held, person.on)
        approvals = approval_items(db, [each.id for each in versions])
        opening = minutes_opening_of(db, person, held)
    return page(
        request,
        "minutes.html",
        code=code,
        who=who,
        meeting=held,
        rule=rule,
        over=phase_of(held, who.now) is Phase.CLOSED,
        begun=phase_of(held, who.now) not in (Phase.COMING, Phase.CANCELLED),
        texts=[(kind, [each for each in versions if each.kind is kind]) for kind in MinutesKind],
        drafts=drafts,
        keeps=person.may(Act.KEEP_MINUTES, body=body),
        confirms=any(each.person_id == person.id for each in asked),
        asked=asked,
        approvals=approvals,
        opening=opening,
        typed=typed,
        refused_word=refused_word,
        MinutesState=MinutesState,
    )


def _rewritten(
    request: Request,
    who: Visitor,
    number: int,
    kind: MinutesKind,
    text: str,
    act: Callable[[], object],
    done: str,
) -> Response:
    """Do it and show the text; where it is refused, the page keeps what was typed."""
    try:
        act()
    except (AlreadyDone, BadInput, NotNow) as error:
        return _minutes_page(request, who, number, code=status_of(error), typed=(kind, text, Refusal(error)))
    return _to(number, kind, done)


def _to(number: int, kind: MinutesKind, done: str) -> Response:
    return redirect(f"/meetings/{number}/minutes#{kind.value}", said=done)


def _kept(
    request: Request,
    who: Visitor,
    item: int,
    at: str,
    form: FormData,
    act: Callable[[Said], object],
    done: str,
) -> Response:
    """Do it and show the item; where it is refused, the page of the meeting keeps what was typed at that place."""
    said = {name: str(form.get(name, "")) for name in ("speaker", "name", "text", "reason")}
    try:
        act(said)
    except (AlreadyDone, BadInput, NotNow) as error:
        typed = {**said, "speech_at": at, "speech_problem": Refusal(error)}
        return meeting_page(request, who, _meeting(who, item), code=status_of(error), typed=typed)
    return redirect(_place(who, item), said=done)


def _place(who: Visitor, item: int) -> str:
    return f"/meetings/{_meeting(who, item)}#speeches-{item}"


def _meeting(who: Visitor, item: int) -> int:
    with who.office.reading() as db:
        return meeting_of_item(db, item)


def _item(who: Visitor, speech: int) -> int:
    with who.office.reading() as db:
        return item_of(db, speech)
