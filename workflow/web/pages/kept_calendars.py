"""Settings: calendars of others that become closed days, sessions of the assembly and rooms that are taken."""

from collections.abc import Collection, Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response, UploadFile

from notifications.kept_calendars import read_again
from notifications.network_guard import must_be_callable
from workflow import actions
from workflow.actions.kept_calendars import URL
from workflow.domain.addresses import a_url
from workflow.domain.errors import BadInput
from workflow.domain.kept_calendars import CalendarKind, Entry
from workflow.domain.language import label, say
from workflow.domain.rights import Act
from workflow.queries.kept_calendars import coming_entries, days_left, kept_calendar, kept_calendars
from workflow.store.calendar_file import LARGEST, entries_in
from workflow.web.guide import Refusal
from workflow.web.http_status import status_of
from workflow.web.limits import Load, takes
from workflow.web.permissions import needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/settings/calendars", route_class=Page)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", openapi_extra=needs(Act.KEEP_PEOPLE))
def all_calendars(request: Request, who: Reader) -> Response:
    return _all_page(request, who, {})


@router.post("", openapi_extra=needs(Act.KEEP_PEOPLE) | takes(Load.TABLE))
def keep_calendar(
    request: Request,
    who: FormUser,
    name: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    room: Annotated[str, Form()] = "",
    url: Annotated[str, Form()] = "",
    file: UploadFile | None = None,
) -> Response:
    """A calendar of an address, or the file that was chosen; what was typed survives a refusal."""
    typed = {"name": name, "kind": kind, "room": room, "url": url}
    address = url.strip()
    try:
        if address and file is not None and file.filename:
            raise BadInput(URL, "ファイルも選ばれています", "ファイルか URL の、どちらか一方にしてください。")
        if address:
            must_be_callable(URL, a_url(URL, address), request.app.state.mail.networks)
        number = actions.keep_calendar(
            who.office,
            who.key,
            name,
            _kind(kind),
            room=room,
            url=address,
            entries=() if address else _entries(who, file),
            now=who.now,
        )
    except BadInput as error:
        return _all_page(request, who, typed, problem=Refusal(error), code=status_of(error))
    said = say("予定表を登録しました。まもなく読みます。") if address else say("予定表を登録しました。")
    return redirect(f"/settings/calendars/{number}", said=said)


@router.get("/{number}", openapi_extra=needs(Act.KEEP_PEOPLE))
def one_calendar(request: Request, who: Reader, number: Number) -> Response:
    with who.office.reading() as db:
        found = kept_calendar(db, number, who.now)
        entries = coming_entries(db, number, who.now)
        left = days_left(db, number, who.now) if found.kind is CalendarKind.CLOSED else []
    return page(request, "settings_calendar.html", who=who, calendar=found, entries=entries, left=left)


@router.post("/{number}/file", openapi_extra=needs(Act.KEEP_PEOPLE) | takes(Load.TABLE))
def upload_calendar(who: FormUser, number: Number, file: UploadFile | None = None) -> Response:
    found = actions.upload_calendar(who.office, who.key, number, _entries(who, file), now=who.now)
    said = say(
        "予定表を読みました。増えた予定 {new} 件、なくなった予定 {gone} 件です。",
        new=len(found.new),
        gone=len(found.gone),
    )
    return redirect(f"/settings/calendars/{number}", said=said)


@router.post("/{number}/again", openapi_extra=needs(Act.KEEP_PEOPLE))
def read_calendar_again(who: FormUser, number: Number) -> Response:
    read_again(who.office, who.key, number, now=who.now)
    return redirect(f"/settings/calendars/{number}", said=say("まもなく読みます。"))


@router.post("/{number}/remove", openapi_extra=needs(Act.KEEP_PEOPLE))
def remove_calendar(who: FormUser, number: Number) -> Response:
    actions.remove_calendar(who.office, who.key, number, now=who.now)
    return redirect("/settings/calendars", said=say("予定表を除きました。"))


def _all_page(
    request: Request, who: Visitor, typed: Mapping[str, str], *, problem: str = "", code: int = 200
) -> Response:
    with who.office.reading() as db:
        found = kept_calendars(db, who.now)
    kinds = [(kind.value, label(kind)) for kind in CalendarKind]
    return page(
        request,
        "settings_calendars.html",
        code=code,
        who=who,
        calendars=found,
        kinds=kinds,
        typed=typed,
        problem=problem,
    )


def _kind(value: str) -> CalendarKind:
    if value not in set(CalendarKind):
        raise BadInput("予定表の種類", "選ばれていません", "一覧から選んでください。")
    return CalendarKind(value)


def _entries(who: Visitor, file: UploadFile | None) -> Collection[Entry]:
    if file is None or not file.filename:
        raise BadInput(
            "予定表のファイル", "選ばれていません", ".ics のファイルを選ぶか、URL を入力してください。"
        )
    return entries_in(file.file.read(LARGEST + 1), who.now)
