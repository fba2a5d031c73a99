"""The record of a sitting for its minutes: remarks, guests and 傍聴者, who came late or left."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.datastructures import FormData

from workflow import actions
from workflow.actions import Spoken
from workflow.domain.calendar import parse_moment, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotNow
from workflow.domain.language import say
from workflow.domain.minutes import Speaker
from workflow.domain.rights import Act
from workflow.domain.validation import typed_number
from workflow.queries.speeches import item_of, meeting_of_item
from workflow.web.pages.meetings import Number, known, meeting_page
from workflow.web.permissions import needs
from workflow.web.rendering import redirect
from workflow.web.session import Filled, FormUser, Page, Visitor

router = APIRouter(route_class=Page)

Typed = Annotated[str, Form()]
Said = Mapping[str, str]
"""The fields of a remark's form."""

REFUSED = 422


@router.post("/items/{item}/speeches", openapi_extra=needs(Act.KEEP_MINUTES))
def record_speech(request: Request, who: FormUser, item: Number, form: Filled) -> Response:
    """Record what somebody said at an item; a refusal keeps what was typed."""

    def act(said: Said) -> object:
        reason = said["reason"]
        return actions.record_speech(who.office, who.key, item, _spoken(said), reason=reason, now=who.now)

    return _kept(request, who, item, f"item-{item}", form, act, say("発言を記録しました。"))


@router.post("/speeches/{number}/correct", openapi_extra=needs(Act.KEEP_MINUTES))
def correct_speech(request: Request, who: FormUser, number: Number, form: Filled) -> Response:
    """Correct a remark; a refusal keeps what was typed."""

    def act(said: Said) -> object:
        reason = said["reason"]
        return actions.correct_speech(who.office, who.key, number, _spoken(said), reason=reason, now=who.now)

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
    counted = typed_number(observers)
    if observers.strip() and counted is None:
        problem = say("「{given}」は人数ではありません", given=observers.strip()[:40])
        raise BadInput("傍聴者の数", problem, "半角の数字で入力してください。")
    named = [line.strip() for line in guests.splitlines() if line.strip()]
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
        typed = {**said, "speech_at": at, "speech_problem": error.message}
        return meeting_page(request, who, _meeting(who, item), code=REFUSED, typed=typed)
    return redirect(_place(who, item), said=done)


def _place(who: Visitor, item: int) -> str:
    return f"/meetings/{_meeting(who, item)}#speeches-{item}"


def _meeting(who: Visitor, item: int) -> int:
    with who.office.reading() as db:
        return meeting_of_item(db, item)


def _item(who: Visitor, speech: int) -> int:
    with who.office.reading() as db:
        return item_of(db, speech)


def _spoken(said: Said) -> Spoken:
    """A remark as the form gives it: `speaker` is a part, with the key of a member. Raises `BadInput`."""
    part, _, member = said["speaker"].partition(":")
    if part not in set(Speaker):
        raise BadInput("発言者", "選ばれていません", "発言者を選んでください。")
    return Spoken(Speaker(part), said["text"], member=member, name=said["name"])
