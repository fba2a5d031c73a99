"""The agenda of a meeting: put plans on it, order it, take one off; what the notice of it says."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from notifications.composing import Stationery
from notifications.history import notices_of, recipients_of
from notifications.kinds import Kind
from notifications.meeting_letters import sample
from workflow import actions
from workflow.domain.agenda_changes import FIRST
from workflow.domain.agenda_marks import Mark
from workflow.domain.deliveries import State
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.meetings import MeetingForm, Phase, phase_of
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import typed_number
from workflow.queries.agenda import Line, agenda, agenda_lines, alone_decided, candidates, reportable
from workflow.queries.agenda_changes import NamedChanges, NamedItem, named_changes, untold_changes
from workflow.queries.reading_rights import plans_readable
from workflow.store.database import Reading
from workflow.web.agenda_form import EVERY_PLAN, entered, put_on, ticked_of
from workflow.web.confirm import confirmed
from workflow.web.guide import Refusal
from workflow.web.pages.meetings import Number, known, typed_in
from workflow.web.permissions import needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(route_class=Page)

ORDER_MOVES = {"up": -1, "down": 1}
MOST_REPORTABLE = 200
PREVIEWS = (Kind.MEETING_CALLED, Kind.MEETING, Kind.UNANSWERED)


@router.get("/meetings/{number}/add", openapi_extra=needs(Act.SET_AGENDA))
def choose(
    request: Request, who: Reader, number: Number, add: Annotated[list[str] | None, Query()] = None
) -> Response:
    """The forms that put something on the agenda; `add` are plans ticked before (`plan:gate`)."""
    return _add_page(request, who, number, {}, add or ())


@router.post("/meetings/{number}/items", openapi_extra=needs(Act.SET_AGENDA))
def add(request: Request, who: FormUser, number: Number, form: Filled) -> Response:
    """Put on the agenda, at the place chosen, what was ticked and typed: plans before a gate (`plan:gate`), 専決 to be
    heard (`alone`), and matters."""
    ticked, alone = ([str(value) for value in form.getlist(name)] for name in ("add", "alone"))
    if form.get("show"):
        return _add_page(
            request, who, number, typed_in(form), ticked, alone, every=form.get("show") == EVERY_PLAN
        )
    try:
        asked = entered(form)
    except BadInput as error:
        return _add_page(
            request, who, number, typed_in(form), ticked, alone, problem=Refusal(error), code=422
        )
    if not asked:
        raise BadInput("議題", "選ばれていません", "載せる計画に印を付けるか、議題を書いてください。")
    listed, refusals = put_on(who, number, asked, after=typed_number(form.get("after", "")))
    words = [say("{count} 件を議題に載せました。", count=listed)] if listed else []
    return redirect(f"/meetings/{number}#agenda", said="".join([*words, *refusals])[:300])


@router.post("/meetings/{number}/order", openapi_extra=needs(Act.SET_AGENDA))
def order(who: FormUser, number: Number, form: Filled) -> Response:
    """Put the agenda in the order sent; `move` (`up:3`) moves one of them by one place first."""
    items = [each for value in form.getlist("item") if (each := typed_number(value)) is not None]
    way, _, which = str(form.get("move", "")).partition(":")
    if way in ORDER_MOVES and (moved := typed_number(which)) in items:
        at = items.index(moved)
        to = min(max(at + ORDER_MOVES[way], 0), len(items) - 1)
        items.insert(to, items.pop(at))
    actions.order_items(who.office, who.key, number, items, now=who.now)
    return redirect(f"/meetings/{number}#agenda", said=say("議題の順を変えました。"))


@router.post("/meetings/{number}/agenda/tell", openapi_extra=needs(Act.CALL_MEETING))
def tell_changes(request: Request, who: FormUser, number: Number, form: Filled) -> Response:
    """Tell everybody invited of the changes of the agenda: show them and the recipients first, then tell."""
    held = known(who, number)
    with who.office.reading() as db:
        changes = named_changes(db, untold_changes(db, number))
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.tell_agenda_changes(office, who.key, number, now=who.now),
        title=say("{title}の議題の変更", title=held.title),
        button=say("議題の変更を知らせる"),
        back=f"/meetings/{number}#agenda",
        said=say("議題の変更を知らせます。"),
        facts=changes_in_words(changes),
    )


@router.post("/meetings/{number}/carry", openapi_extra=needs(Act.SET_AGENDA))
def carry(who: FormUser, number: Number, form: Filled) -> Response:
    """Send what was ticked on to another meeting of the body."""
    items = [each for value in form.getlist("item") if (each := typed_number(value)) is not None]
    to = typed_number(form.get("to", ""))
    if to is None:
        raise BadInput("送り先の会議", "選ばれていません", "この会議体の次の会議を選んでください。")
    count = actions.carry_over(who.office, who.key, number, to, items, now=who.now)
    return redirect(f"/meetings/{to}#agenda", said=say("{count} 件を次の会議に送りました。", count=count))


@router.post("/meetings/{number}/matters", openapi_extra=needs(Act.SET_AGENDA))
def add_matter(
    who: FormUser,
    number: Number,
    title: Annotated[str, Form()] = "",
    plan: Annotated[str, Form()] = "",
    minutes: Annotated[str, Form()] = "",
    heading: Annotated[str, Form()] = "",
) -> Response:
    """Put a matter at no gate on the agenda: the body's own, a report on a plan, or a heading."""
    actions.list_matter(
        who.office,
        who.key,
        number,
        title,
        plan=plan or None,
        heading=heading == "yes",
        planned_minutes=_minutes(minutes),
        now=who.now,
    )
    return redirect(f"/meetings/{number}#agenda", said=say("議題に載せました。"))


@router.post("/meetings/{number}/items/{item}/minutes", openapi_extra=needs(Act.SET_AGENDA))
def plan_minutes(
    who: FormUser, number: Number, item: Number, minutes: Annotated[str, Form()] = ""
) -> Response:
    actions.plan_minutes(who.office, who.key, item, _minutes(minutes), now=who.now)
    return redirect(f"/meetings/{number}#item-{item}", said=say("予定時間を変えました。"))


@router.post("/items/{item}/result", openapi_extra=needs(Act.RECORD_OUTCOME))
def record_result(
    who: FormUser,
    item: Number,
    meeting: Annotated[int, Form()],
    result: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    approved: Annotated[str, Form()] = "",
) -> Response:
    """Record in words what came of a matter; of minutes put to approval, with `approved` no, that they were not."""
    actions.record_result(
        who.office, who.key, item, result, approved=approved != "no", reason=reason, now=who.now
    )
    return redirect(f"/meetings/{meeting}#item-{item}", said=say("結果を記録しました。"))


@router.post("/items/{item}/mark", openapi_extra=needs(Act.SEE_MEETINGS, Act.READ_PLAN))
def mark(
    who: FormUser,
    item: Number,
    meeting: Annotated[int, Form()],
    mark: Annotated[str, Form()] = "",
    memo: Annotated[str, Form()] = "",
) -> Response:
    """Put one's own mark and memo at an item; both empty: take them away."""
    chosen = Mark(mark) if mark in set(Mark) else None
    actions.mark_item(who.office, who.key, item, chosen, memo, now=who.now)
    return redirect(f"/meetings/{meeting}#item-{item}", said=say("自分用のしるしを保存しました。"))


@router.post("/meetings/{number}/items/{item}/remove", openapi_extra=needs(Act.SET_AGENDA))
def remove(who: FormUser, number: Number, item: Number, reason: Annotated[str, Form()] = "") -> Response:
    actions.remove_item(who.office, who.key, item, reason, now=who.now)
    return redirect(f"/meetings/{number}#agenda", said=say("議題から外しました。"))


@router.get("/meetings/{number}/notices", openapi_extra=needs(Act.CALL_MEETING))
def notices(request: Request, who: Reader, number: Number) -> Response:
    """Each person's notices of the meeting, sent and to come."""
    held = known(who, number)
    who.person.require(Act.CALL_MEETING, body=held.body_key)
    with who.office.reading() as db:
        told = notices_of(db, held, who.now)
    phase = phase_of(held, who.now)
    return page(
        request,
        "meeting_notices.html",
        who=who,
        meeting=held,
        told=told,
        phase=phase,
        Phase=Phase,
        State=State,
    )


@router.get("/meetings/{number}/notice", openapi_extra=needs(Act.CALL_MEETING))
def notice(request: Request, who: Reader, number: Number, kind: str = "") -> Response:
    """The mail about this meeting as its recipient would read it, from the present records."""
    held = known(who, number)
    who.person.require(Act.CALL_MEETING, body=held.body_key)
    kinds = [each for each in PREVIEWS if each is not Kind.UNANSWERED or held.form == MeetingForm.IN_WRITING]
    chosen = next((each for each in kinds if each == kind), kinds[0])
    stationery = Stationery(request.app.state.mail)
    with who.office.reading() as db:
        letter = sample(db, held, chosen, who.now)
        people = recipients_of(db, held, chosen, who.now)
    return page(
        request,
        "meeting_notice.html",
        who=who,
        meeting=held,
        kinds=kinds,
        chosen=chosen,
        people=people,
        subject=stationery.subject(letter),
        text=stationery.text(letter),
        sender=request.app.state.mail.sender,
        contact=letter.secretariat,
    )


def changes_in_words(changes: NamedChanges) -> list[tuple[str, str]]:
    """The changes of an agenda, each with the name of its kind."""
    lines: list[tuple[str, str]] = [(say("加わった議題"), _item_words(item)) for item in changes.added]
    for item in changes.removed:
        why = say("（理由: {why}）", why=item.why) if item.why else ""
        lines.append((say("外れた議題"), _item_words(item) + why))
    for was, now in changes.replaced:
        words = say("{title} 第{was}版を第{now}版に", title=now.title, was=was.version, now=now.version)
        lines.append((say("差し替え"), words))
    if changes.reordered:
        lines.append((say("順"), say("議題の順が変わりました。")))
    return lines


def _item_words(item: NamedItem) -> str:
    if item.version is None:
        return item.title
    return say("{title} 第{number}版", title=item.title, number=item.version)


def _minutes(typed: str) -> int | None:
    """The minutes typed; None when nothing was. Raises `BadInput`."""
    minutes = typed_number(typed)
    if typed.strip() and minutes is None:
        problem = say("「{given}」は分の数ではありません", given=typed.strip()[:40])
        raise BadInput("予定時間", problem, "半角の数字で入力してください。")
    return minutes


def _add_page(
    request: Request,
    who: Visitor,
    number: int,
    typed: Mapping[str, str],
    ticked: Collection[str],
    alone: Collection[str] = (),
    *,
    every: bool = False,
    problem: str = "",
    code: int = 200,
) -> Response:
    """The forms that put something on the agenda, with what was typed and ticked; `every`: with every plan ticked."""
    held = known(who, number)
    who.person.require(Act.SET_AGENDA, body=held.body_key)
    with who.office.reading() as db:
        waiting = candidates(db, held, who.now)
        lines = agenda_lines(db, number, agenda(db, number))
        return page(
            request,
            "meeting_add.html",
            code=code,
            who=who,
            meeting=held,
            typed=typed,
            problem=problem,
            ticked=ticked_of(waiting, ticked, every=every),
            candidates=waiting,
            owed=alone_decided(db, held),
            alone=alone,
            places=_places(lines),
            reportable=_reportable(db, who.person),
        )


def _places(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """The places on an agenda for something new, the end first."""
    if not lines:
        return []
    after = [
        (str(line.id), say("{number} {title} の後", number=line.number, title=line.title)) for line in lines
    ]
    return [("", say("最後")), (str(FIRST), say("最初")), *after]


def _reportable(db: Reading, person: Actor) -> list[tuple[str, str]]:
    """The choices of the form of a matter: the plans under way that the person may read."""
    return [
        ("", say("計画の報告ではない")),
        *reportable(db, plans_readable(db, person), limit=MOST_REPORTABLE),
    ]
