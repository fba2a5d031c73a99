"""Calls on what waits, what was logged and what was sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from notifications import outbox, resending
from notifications.resending import may_resend
from workflow import queries
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.deliveries import NOT_SENT, State
from workflow.domain.errors import AuditBroken
from workflow.domain.rights import Act
from workflow.queries.log import entries
from workflow.queries.own_days import A_WEEK, own_days
from workflow.store import event_log
from workflow.store.checkpoint import last_checkpoint
from workflow.web.api.models import Number
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.deliveries import Deliveries
from workflow.wire.log import LastProof, Log, Verified
from workflow.wire.own_days import OwnDaysShown
from workflow.wire.values import Day, Done
from workflow.wire.worklist import Worklist

router = APIRouter(route_class=Call, tags=["work"])


@router.get("/worklist", response_model=Worklist, **reads())
def worklist(caller: Caller) -> Any:
    """連携キーの持ち主の今日の仕事、近い順。"""
    with caller.office.reading() as db:
        return Worklist.of(queries.worklist(db, caller.key, caller.now))


@router.get("/days", response_model=OwnDaysShown, **reads())
def days(
    caller: Caller,
    first: Annotated[Day | None, Query(description="この日から。省くと今日")] = None,
    last: Annotated[Day | None, Query(description="この日まで。省くと 1 週間")] = None,
) -> Any:
    """連携キーの持ち主の予定（会議・期限・仕事）、日の順。"""
    begins = first or tokyo_day(caller.now)
    ends = last or begins + A_WEEK
    with caller.office.reading() as db:
        return OwnDaysShown.of(own_days(db, caller.person, begins, ends, caller.now))


@router.get("/log", response_model=Log, **reads(Act.READ_LOG))
def log(
    caller: Caller,
    following: Annotated[int, Query(ge=0, le=2**31 - 1, description="この番号の次から")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="一度に返す数")] = 200,
) -> Any:
    """記録、古い順。"""
    with caller.office.reading() as db:
        return Log.of(*entries(db, caller.person, following, limit))


@router.get("/log/verify", response_model=Verified, **reads(Act.READ_LOG))
def verify(caller: Caller) -> Any:
    """新しい記録が改変されていないことを確かめる。全体は `sakutei log verify` で検証し、ここではその最後の結果を示す。"""
    last = last_checkpoint(caller.office.files)
    proof = LastProof.model_validate(last) if last else None
    with caller.office.reading() as db:
        try:
            walked = event_log.verify(db, newest=event_log.AT_ONCE)
            return Verified(whole=True, events=walked, broken=None, proof=proof)
        except AuditBroken as error:
            return Verified(whole=False, events=None, broken=error.message, proof=proof)


@router.get("/deliveries", response_model=Deliveries, **reads())
def deliveries(
    caller: Caller,
    meeting: Annotated[Number | None, Query(description="会議の番号")] = None,
    failed: Annotated[bool, Query(description="true: 送れなかったものだけ")] = False,
    limit: Annotated[int, Query(ge=1, le=500, description="一度に返す数")] = 100,
) -> Any:
    """もう一度送る権限のある通知の一覧、新しい順。"""
    with caller.office.reading() as db:
        found = outbox.listing(db, meeting, states=NOT_SENT if failed else tuple(State), limit=limit)
        own = may_resend(db, caller.person, [line.id for line in found])
    return Deliveries.of(line for line in found if line.id in own)


@router.post("/deliveries/{delivery}/resend", response_model=Done, **writes(Scope.MEETINGS, Act.RESEND))
def resend(
    doing: Doing,
    delivery: Annotated[Number, Path(description="通知の番号")],
) -> ApiResponse:
    """送れなかった通知を、もう一度送る。"""
    return doing.perform(Done.of, resending.resend, delivery, now=doing.now)
