"""記録: the event log with its verification, narrowed as one likes, and as CSV for auditors."""

import json
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from workflow import queries
from workflow.domain.calendar import TOKYO, parse_day
from workflow.domain.errors import AuditBroken, BadInput
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.rights import Act, Actor
from workflow.domain.security import SecurityKind
from workflow.domain.validation import typed_number
from workflow.queries import Logged, Narrowed
from workflow.queries.log import last_event
from workflow.queries.security import security_page
from workflow.store import event_log
from workflow.store.checkpoint import last_checkpoint
from workflow.store.database import Office, Reading
from workflow.web.permissions import needs
from workflow.web.rendering import page
from workflow.web.session import Page, Reader
from workflow.web.spreadsheet import csv_lines

router = APIRouter(prefix="/log", route_class=Page)

AT_ONCE = 500
"""Number of events that the CSV reads at once."""


def narrowed(
    tag: str = "", person: str = "", plan: str = "", meeting: str = "", first: str = "", last: str = ""
) -> Narrowed:
    """Return the filter that the reader typed. Raises `BadInput`."""
    if meeting.strip() and typed_number(meeting) is None:
        problem = say("「{given}」は番号ではありません", given=meeting[:40])
        raise BadInput(say("会議の番号"), problem, say("半角の数字で入力してください。"))
    return Narrowed(
        tag=Tag(tag) if tag in set(Tag) else None,
        person=person.strip()[:200] or None,
        plan=plan.strip()[:200] or None,
        meeting=typed_number(meeting),
        first=parse_day(first, say("始まりの日")) if first.strip() else None,
        last=parse_day(last, say("終わりの日")) if last.strip() else None,
    )


Asked = Annotated[Narrowed, Depends(narrowed)]


@router.get("", openapi_extra=needs(Act.READ_LOG))
def log(request: Request, who: Reader, asked: Asked, before: int | None = None) -> Response:
    with who.office.reading() as db:
        verified = _verified(db)
        found = queries.log_page(db, who.person, asked, before=before)
    return page(
        request,
        "log.html",
        who=who,
        found=found,
        asked=asked,
        fields=_fields(asked),
        query=urlencode({name: value for name, value in _fields(asked).items() if value}),
        tags=list(Tag),
        plain=_plain,
        proof=last_checkpoint(who.office.files),
        **verified,
    )


@router.get("/csv", openapi_extra=needs(Act.READ_LOG))
def as_csv(who: Reader, asked: Asked) -> Response:
    """Everything the reader asked for, newest first, however much it is."""
    headings = (
        say("番号"),
        say("日時"),
        say("誰が"),
        say("種類"),
        say("内容"),
        say("計画ID"),
        say("計画"),
        say("会議の番号"),
        say("会議"),
        say("データ"),
        say("ハッシュ"),
    )
    lines = csv_lines(headings, map(_row, _all(who.office, who.person, asked)))
    name = f"sakutei-log-{who.now.astimezone(TOKYO):%Y%m%d}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/access", openapi_extra=needs(Act.READ_SECURITY_LOG))
def access(
    request: Request, who: Reader, kind: str = "", person: str = "", before: int | None = None
) -> Response:
    """The security log, newest first, for administrators and auditors."""
    chosen = SecurityKind(kind) if kind in set(SecurityKind) else None
    asked = person.strip()[:200]
    with who.office.reading() as db:
        found = security_page(db, kind=chosen, person=asked or None, before=before)
    narrowing = {"kind": chosen.value if chosen else "", "person": asked}
    return page(
        request,
        "log_access.html",
        who=who,
        found=found,
        fields=narrowing,
        query=urlencode({name: value for name, value in narrowing.items() if value}),
        kinds=list(SecurityKind),
    )


def _verified(db: Reading) -> dict[str, Any]:
    """Return the number of events, the number of the newest ones that were verified, and what is broken in them."""
    last = last_event(db)
    try:
        return {"last": last, "verified": event_log.verify(db, newest=event_log.AT_ONCE), "broken": None}
    except AuditBroken as error:
        return {"last": last, "verified": 0, "broken": error.message}


def _fields(asked: Narrowed) -> dict[str, str]:
    """The filter as the form and the links hold it."""
    values = {
        "tag": asked.tag,
        "person": asked.person,
        "plan": asked.plan,
        "meeting": asked.meeting,
        "first": asked.first,
        "last": asked.last,
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _plain(value: object) -> str:
    """A value of an event's data, as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _all(office: Office, who: Actor, asked: Narrowed) -> Iterator[Logged]:
    """Every event asked for, a page in a transaction: the log only grows, so the pages fit together."""
    before: int | None = None
    while True:
        with office.reading() as db:
            found = queries.log_page(db, who, asked, before=before, limit=AT_ONCE)
        yield from found.events
        before = found.before
        if before is None:
            return


def _row(each: Logged) -> tuple[object, ...]:
    return (
        each.seq,
        f"{each.at.astimezone(TOKYO):%Y-%m-%d %H:%M:%S}",
        each.by,
        label(each.tag),
        each.words,
        *(each.plan or ("", "")),
        *(each.meeting or ("", "")),
        json.dumps(each.data, ensure_ascii=False),
        each.hash,
    )
