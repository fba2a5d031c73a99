"""Calls on what waits, what was logged and what was sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field
from sqlalchemy import select

from notifications import outbox
from notifications.kinds import Kind, State
from notifications.resending import may_resend
from workflow import queries
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AuditBroken
from workflow.domain.rights import Act
from workflow.queries import Waiting
from workflow.queries.actor import actor
from workflow.store import event_log
from workflow.store.tables import Event, Person
from workflow.web.api.models import Done, Moment, Number, Shown, rows_of
from workflow.web.api.routing import Answer, Call, Caller, Doing, reads, writes

router = APIRouter(route_class=Call, tags=["work"])


class TaskShown(Shown):
    """待っている仕事"""

    kind: Waiting
    words: str = Field(description="説明")
    plan: str | None = Field(description="計画の鍵")
    meeting: int | None = Field(description="会議の番号")
    number: int | None = Field(description="議題・条件・決裁・決定・通知の番号（種類による）")
    due: Moment | None = Field(description="期限")


class Worklist(Shown):
    """鍵の持ち主を待っている仕事、近い順"""

    tasks: list[TaskShown]


class EventShown(Shown):
    """記録された出来事"""

    seq: int = Field(description="記録の番号")
    at: Moment
    by: str | None = Field(description="誰が（職員の鍵）。意見を出した人では null")
    tag: str = Field(description="種類")
    hash: str = Field(description="ここまでの記録のハッシュ")


class Log(Shown):
    """記録の 1 ページ、古い順"""

    events: list[EventShown]
    following: int | None = Field(
        description="続きを読むときに following として送る番号。最後のページでは null"
    )


class Verified(Shown):
    """記録の連鎖の検証"""

    whole: bool = Field(description="初めから終わりまで正しくつながっているか")
    events: int | None = Field(description="つながっている出来事の数")
    broken: str | None = Field(description="切れている所")


class DeliveryShown(Shown):
    """通知"""

    number: int = Field(description="通知の番号", validation_alias="id")
    kind: Kind
    state: State
    recipient: str = Field(description="宛先の氏名、または他システム")
    address: str = Field(description="宛先の電子メール、または他システムのホスト名")
    meeting: str | None = Field(description="会議の名称")
    plan: str | None = Field(description="計画の名称")
    due_at: Moment = Field(description="送るべき日時")
    attempts: int = Field(description="送ろうとした回数")
    next_try_at: Moment | None = Field(description="次に送る日時")
    finished_at: Moment | None = Field(description="済んだ日時")
    error: str | None = Field(description="送れない事情")


class Deliveries(Shown):
    """通知、新しい順"""

    deliveries: list[DeliveryShown]


@router.get("/worklist", response_model=Worklist, **reads())
def worklist(caller: Caller) -> Any:
    """鍵の持ち主の今日の仕事、近い順。"""
    with caller.office.reading() as db:
        return Worklist(tasks=rows_of(TaskShown, queries.worklist(db, caller.key, caller.now)))


@router.get("/log", response_model=Log, **reads())
def log(
    caller: Caller,
    following: Annotated[int, Query(ge=0, le=2**31 - 1, description="この番号の次から")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="一度に返す数")] = 200,
) -> Any:
    """記録、古い順。"""
    wanted = (
        select(Event.seq, Event.at, Person.key.label("by"), Event.tag, Event.hash)
        .outerjoin(Person, Person.id == Event.by)
        .where(Event.seq > following)
        .order_by(Event.seq)
        .limit(limit + 1)
    )
    with caller.office.reading() as db:
        found = rows_of(EventShown, db.execute(wanted))
    return Log(events=found[:limit], following=found[limit - 1].seq if len(found) > limit else None)


@router.get("/log/verify", response_model=Verified, **reads())
def verify(caller: Caller) -> Any:
    """記録の連鎖を初めから終わりまで確かめる。"""
    with caller.office.reading() as db:
        try:
            return Verified(whole=True, events=event_log.verify(db), broken=None)
        except AuditBroken as error:
            return Verified(whole=False, events=None, broken=error.message)


@router.get("/deliveries", response_model=Deliveries, **reads())
def deliveries(
    caller: Caller,
    meeting: Annotated[Number | None, Query(description="会議の番号")] = None,
    failed: Annotated[bool, Query(description="true: 送れなかったものだけ")] = False,
    limit: Annotated[int, Query(ge=1, le=500, description="一度に返す数")] = 100,
) -> Any:
    """もう一度送る権限のある通知の一覧、新しい順。"""
    with caller.office.reading() as db:
        found = outbox.listing(db, meeting, state=State.FAILED if failed else None, limit=limit)
        who = actor(db, caller.key, tokyo_day(caller.now))
        own = may_resend(db, who, [line.id for line in found])
    found = [line for line in found if line.id in own]
    return Deliveries(deliveries=rows_of(DeliveryShown, found))


@router.post("/deliveries/{delivery}/resend", response_model=Done, **writes(Scope.MEETINGS, Act.RESEND))
def resend(
    doing: Doing,
    delivery: Annotated[Number, Path(description="通知の番号")],
) -> Answer:
    """送れなかった通知を、もう一度送る。"""
    return doing.perform(Done.of, outbox.resend, delivery, now=doing.now)
