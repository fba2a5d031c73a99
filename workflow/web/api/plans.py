"""Calls on plans: the list, one plan and what blocks it, its documents, its steps."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Response, UploadFile
from pydantic import Field
from sqlalchemy import select

from definitions.chain import YearMonth
from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.errors import NotFound
from workflow.domain.machine import earlier_stages
from workflow.domain.plans import Status
from workflow.domain.rights import Act
from workflow.queries import Month
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.store.tables import Person, Version
from workflow.store.uploads import an_upload
from workflow.web.api.chains import chain_named
from workflow.web.api.models import Asked, Key, Line, Moment, Number, Numbered, Reason, Shown, Text, rows_of
from workflow.web.api.problems import Blocker
from workflow.web.api.routing import Answer, Call, Caller, Doing, reads, writes
from workflow.web.limits import Load, document_of
from workflow.web.rendering import attachment

router = APIRouter(route_class=Call, prefix="/plans", tags=["plans"])


class StageShown(Shown):
    """段階"""

    key: str = Field(description="段階の鍵")
    label: str = Field(description="段階の名称")


class PlanShown(Shown):
    """計画"""

    key: str = Field(description="計画の鍵")
    title: str = Field(description="計画の名称")
    chain: str = Field(description="定義の鍵")
    department: str = Field(description="担当課の鍵")
    stage: StageShown = Field(description="いまの段階")
    status: Status
    revision: int = Field(description="改訂。操作のときに seen として送ります")
    visit: int = Field(description="差戻しのたびに増える回数")
    entered_at: Moment = Field(description="いまの段階になった日時")
    version: int | None = Field(description="現在の版の番号")
    sha256: str | None = Field(description="現在の版の SHA-256")
    following_stages: list[StageShown] = Field(description="進める段階")
    earlier_stages: list[StageShown] = Field(description="差し戻せる段階")

    @classmethod
    def of(cls, plan: PlanFact) -> "PlanShown":
        chain = plan.chain
        return cls(
            **{name: getattr(plan, name) for name in _ALIKE},
            chain=chain.key,
            stage=StageShown.model_validate(plan.stage),
            version=plan.text.number if plan.text else None,
            following_stages=rows_of(StageShown, [chain.stage(key) for key in chain.after(plan.stage)]),
            earlier_stages=rows_of(
                StageShown, [chain.stage(key) for key in earlier_stages(chain, plan.stage.key)]
            ),
        )


_ALIKE = ("key", "title", "department", "status", "revision", "visit", "entered_at", "sha256")


class Plans(Shown):
    """計画の一覧の 1 ページ、鍵の順"""

    plans: list[PlanShown]
    following: str | None = Field(
        description="続きを読むときに following として送る鍵。最後のページでは null"
    )


class GateShown(Shown):
    """いまの段階の関門"""

    gate: str = Field(description="関門の鍵")
    label: str = Field(description="関門の名称")
    open: bool = Field(description="開いているか")


class Blockers(Shown):
    """いまの段階の関門と、進めない理由"""

    gates: list[GateShown] = Field(description="関門、定義の順")
    blockers: list[Blocker] = Field(description="閉じている関門の理由。空なら進めます")


class Happening(Shown):
    """計画に起きたこと"""

    seq: int = Field(description="記録の番号")
    at: Moment
    by: str = Field(description="誰が（氏名）")
    tag: str = Field(description="種類")
    words: str = Field(description="説明")
    data: dict[str, Any] = Field(description="記録された値")


class History(Shown):
    """計画の経過、古い順"""

    history: list[Happening]


class VersionShown(Shown):
    """版"""

    number: int = Field(description="版の番号")
    filename: str = Field(description="ファイル名")
    stage: str = Field(description="登録したときの段階の鍵")
    sha256: str = Field(description="文書の SHA-256")
    note: str = Field(description="版の説明")
    added_by: str = Field(description="登録した職員の鍵")
    added_at: Moment


class Versions(Shown):
    """計画の版、新しい順"""

    versions: list[VersionShown]


class AssemblyLine(Shown):
    """議会への報告"""

    body: str = Field(description="会議体の名称")
    label: str = Field(description="報告するもの")


class MonthShown(Shown):
    """工程表の 1 か月"""

    month: str = Field(description="月", examples=["2023-06"])
    work: list[str] = Field(description="計画策定工程")
    meetings: list[str] = Field(description="会議")
    assembly: list[AssemblyLine] = Field(description="区議会")

    @classmethod
    def of(cls, month: Month) -> "MonthShown":
        lines = [AssemblyLine(body=body, label=label) for body, label in month.assembly]
        return cls(month=month.month, work=list(month.work), meetings=list(month.meetings), assembly=lines)


class Schedule(Shown):
    """工程表"""

    planned: list[MonthShown] = Field(description="予定")
    held: list[MonthShown] = Field(description="実際")


class Moved(Shown):
    """動いた計画"""

    plan: str = Field(description="計画の鍵")
    from_stage: str = Field(description="元の段階の鍵。開始のときは空")
    to_stage: str = Field(description="新しい段階の鍵")
    revision: int = Field(description="新しい改訂")


class OpenPlan(Asked):
    """計画の開始"""

    key: Key
    title: Line = Field(description="計画の名称")
    chain: Key = Field(description="定義の鍵")
    department: Key = Field(description="担当課の鍵")
    first_month: YearMonth | None = Field(
        default=None, description="工程表の始まりの月。省くと、定義の月のまま"
    )


class Seen(Asked):
    """計画への操作"""

    seen: Number = Field(description="操作する人が見た改訂。その後に動いていれば 409（plan-moved）")


class Advance(Seen):
    """次の段階への進行"""

    to: Key | None = Field(default=None, description="進む段階の鍵。次の段階が一つなら省けます")


class Because(Seen):
    """理由のある操作"""

    reason: Reason


class SendBack(Because):
    """差戻し"""

    to: Key = Field(description="戻す段階の鍵")


PlanKey = Annotated[Key, Path(description="計画の鍵")]


@router.get("", response_model=Plans, **reads())
def plans(
    caller: Caller,
    words: Annotated[
        str, Query(max_length=100, pattern=r"^[^\x00]*$", description="名称・鍵に含まれる文字")
    ] = "",
    status: Annotated[Status | None, Query(description="状態")] = None,
    stage: Annotated[Key | None, Query(description="段階の鍵")] = None,
    department: Annotated[Key | None, Query(description="担当課の鍵")] = None,
    following: Annotated[Key | None, Query(description="この鍵の次から")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="一度に返す数")] = 50,
) -> Any:
    """計画の一覧、鍵の順。"""
    with caller.office.reading() as db:
        found = queries.plan_list(
            db,
            department=department,
            status=status,
            stage=stage,
            words=words,
            following=following,
            limit=limit,
        )
    return Plans(plans=[PlanShown.of(plan) for plan in found.plans], following=found.following)


@router.get("/{plan}", response_model=PlanShown, **reads())
def plan(caller: Caller, plan: PlanKey) -> Any:
    """一つの計画。"""
    with caller.office.reading() as db:
        return PlanShown.of(plan_by_key(db, plan))


@router.get("/{plan}/blockers", response_model=Blockers, **reads())
def blockers(caller: Caller, plan: PlanKey) -> Any:
    """なぜ進めないか: どの関門が、何が足りず、誰が、どの会議で開けられるか。"""
    with caller.office.reading() as db:
        found = queries.blockers(db, plan_by_key(db, plan), caller.now)
    gates = [GateShown(gate=s.gate.key, label=s.gate.label, open=s.open) for s in found.states]
    return Blockers(gates=gates, blockers=rows_of(Blocker, found.reasons))


@router.get("/{plan}/history", response_model=History, **reads())
def history(caller: Caller, plan: PlanKey) -> Any:
    """計画に起きたことのすべて、古い順。"""
    with caller.office.reading() as db:
        return History(history=rows_of(Happening, queries.history(db, plan_by_key(db, plan))))


@router.get("/{plan}/versions", response_model=Versions, **reads())
def versions(caller: Caller, plan: PlanKey) -> Any:
    """計画の版、新しい順。"""
    with caller.office.reading() as db:
        rows = db.execute(
            select(
                Version.number,
                Version.filename,
                Version.stage,
                Version.sha256,
                Version.note,
                Person.key.label("added_by"),
                Version.added_at,
            )
            .join(Person, Person.id == Version.added_by)
            .where(Version.plan_id == plan_by_key(db, plan).id)
            .order_by(Version.number.desc())
        ).all()
    return Versions(versions=rows_of(VersionShown, rows))


class Download(Response):
    """A document, whatever it is."""

    media_type = "application/octet-stream"


@router.get("/{plan}/versions/{number}/document", response_class=Download, **reads())
def document(caller: Caller, plan: PlanKey, number: Number) -> Response:
    """版の文書。"""
    with caller.office.reading() as db:
        held = Version.plan_id == plan_by_key(db, plan).id, Version.number == number
        found = db.scalar(select(Version).where(*held))
        if found is None:
            raise NotFound("版", str(number))
        sha256, filename = found.sha256, found.filename
    return attachment(caller.office, sha256, filename)


@router.get("/{plan}/schedule", response_model=Schedule, **reads())
def schedule(caller: Caller, plan: PlanKey) -> Any:
    """工程表の予定と実際、月ごと。"""
    with caller.office.reading() as db:
        fact = plan_by_key(db, plan)
        held = queries.held_schedule(db, fact, caller.now)
    planned = queries.planned_schedule(fact)
    return Schedule(planned=[MonthShown.of(m) for m in planned], held=[MonthShown.of(m) for m in held])


@router.post("", response_model=Moved, **writes(Scope.PLANS, Act.OPEN_PLAN))
def open_plan(doing: Doing, asked: OpenPlan) -> Answer:
    """計画を始める。計画は、いまの定義のまま進みます。"""
    with doing.office.reading() as db:
        chain = chain_named(db, asked.chain)
    return doing.perform(
        Moved.model_validate,
        actions.open_plan,
        asked.key,
        asked.title,
        chain,
        department=asked.department,
        first_month=asked.first_month,
        now=doing.now,
    )


@router.post(
    "/{plan}/versions",
    response_model=Numbered,
    **writes(Scope.PLANS, Act.ADD_VERSION, load=Load.DOCUMENT),
)
def add_version(
    doing: Doing,
    plan: PlanKey,
    document: Annotated[UploadFile, Field(description="文書。200 MB まで")],
    note: Annotated[Text, Form(description="版の説明")] = "",
) -> Answer:
    """新しい版を登録する。それまでの決定は、この版には効かなくなります。"""
    content, name = document_of(document), document.filename or ""
    an_upload(name, content.path)
    return doing.perform(Numbered.of, actions.add_version, plan, name, content, note=note, now=doing.now)


@router.post("/{plan}/advance", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def advance(doing: Doing, plan: PlanKey, asked: Advance) -> Answer:
    """次の段階へ進める。関門が閉じていれば 409（gate-closed）に、閉じている関門のすべてを示します。"""
    return doing.perform(
        Moved.model_validate, actions.advance, plan, seen=asked.seen, to=asked.to, now=doing.now
    )


@router.post("/{plan}/send_back", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def send_back(doing: Doing, plan: PlanKey, asked: SendBack) -> Answer:
    """前の段階へ差し戻す。それまでの決定では関門は開かなくなります。"""
    return doing.perform(
        Moved.model_validate, actions.send_back, plan, asked.to, asked.reason, seen=asked.seen, now=doing.now
    )


@router.post("/{plan}/suspend", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def suspend(doing: Doing, plan: PlanKey, asked: Because) -> Answer:
    """中断する。再開するまで、進めることも版を登録することもできません。"""
    return doing.perform(
        Moved.model_validate, actions.suspend, plan, asked.reason, seen=asked.seen, now=doing.now
    )


@router.post("/{plan}/resume", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def resume(doing: Doing, plan: PlanKey, asked: Because) -> Answer:
    """再開する。"""
    return doing.perform(
        Moved.model_validate, actions.resume, plan, asked.reason, seen=asked.seen, now=doing.now
    )


@router.post("/{plan}/withdraw", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def withdraw(doing: Doing, plan: PlanKey, asked: Because) -> Answer:
    """取り下げる。元には戻せません。"""
    return doing.perform(
        Moved.model_validate, actions.withdraw, plan, asked.reason, seen=asked.seen, now=doing.now
    )
