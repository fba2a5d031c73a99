"""Calls on plans: the list, one plan and what blocks it, its documents, its steps."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Response, UploadFile
from pydantic import Field

from definitions.chain import YearMonth
from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.cover import TextKind
from workflow.domain.errors import NotFound
from workflow.domain.language import say
from workflow.domain.plans import Status
from workflow.domain.rights import Act
from workflow.domain.schedules import MOST_LINES, PlanSchedule, parse_when
from workflow.domain.schedules import Line as ScheduleLine
from workflow.domain.schedules import Span as ScheduleSpan
from workflow.domain.sheets import SheetFormat, SheetKind
from workflow.queries.chains import chain_for
from workflow.queries.plan_papers import plan_paper
from workflow.queries.reading_rights import plan_to_read, plans_readable
from workflow.queries.schedule import schedule_versions
from workflow.queries.versions import version as version_of
from workflow.store import texts
from workflow.store.files import to_be_sent
from workflow.store.uploads import OCTETS, an_upload
from workflow.web.api.models import Asked, ChainName, Key, Line, Number, Reason, Text
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.web.limits import Load, document_of
from workflow.web.rendering import attachment, download, streamed
from workflow.wire.dossier.archive import write_dossier
from workflow.wire.plans import Blockers, History, Moved, Plans, PlanShown, Schedule, Versions
from workflow.wire.sheets.documents import made
from workflow.wire.texts import ComparisonShown, TextShown
from workflow.wire.values import Done, Numbered

router = APIRouter(route_class=Call, prefix="/plans", tags=["plans"])


class OpenPlan(Asked):
    """計画の開始"""

    key: Key
    title: Line = Field(description="計画の名称")
    chain: ChainName
    department: Key = Field(description="担当課ID")
    first_month: YearMonth | None = Field(default=None, description="工程表の始まりの月。省くと、開始した月")
    on: date | None = Field(default=None, description="開始した日。後から登録するときだけ（遡及）")
    reason: Text = Field(default="", description="後から登録する理由")
    revises: Key | None = Field(default=None, description="改定する、完了した計画ID")


class Seen(Asked):
    """計画への操作"""

    seen: Number = Field(description="操作する人が見た改訂。その後に動いていれば 409（plan-moved）")


Day = Annotated[date | None, Field(description="行った日。後から登録するときだけ（遡及）")]
MeetsConditions = Annotated[
    tuple[Number, ...], Field(max_length=100, description="対応する条件の番号。条件への対応のときだけ")
]


class Advance(Seen):
    """次の段階への進行"""

    to: Key | None = Field(default=None, description="進む段階ID。次の段階が一つなら省けます")
    on: Day = None
    reason: Text = Field(default="", description="後から登録する理由")


class Because(Seen):
    """理由のある操作"""

    reason: Reason


class SendBack(Because):
    """差戻し"""

    to: Key = Field(description="戻す段階ID")
    on: Day = None


class CorrectPlan(Asked):
    """計画の登録事項の訂正。省いたものは変わりません"""

    reason: Reason
    title: Line | None = Field(default=None, description="計画の名称")
    department: Key | None = Field(default=None, description="担当課ID")
    first_month: YearMonth | None = Field(default=None, description="工程表の始まりの月")


class ChangedSpan(Asked):
    """段階の月"""

    stage: Key = Field(description="段階ID")
    first: YearMonth = Field(description="初めの月")
    last: YearMonth = Field(description="終わりの月")


class ChangedLine(Asked):
    """工程表の行。会議体か行事の、どちらか一方"""

    when: Line = Field(description="月・日・定例会", examples=["2023-06", "2023-06-14", "2023-06 定例会"])
    body: Key | None = Field(default=None, description="会議体ID")
    event: Line | None = Field(default=None, description="行事")
    label: str = Field(default="", max_length=200, description="報告するもの")
    gates: tuple[Key, ...] = Field(default=(), max_length=50, description="手続ID")
    tentative: bool = Field(default=False, description="仮の日程")
    meeting: Number | None = Field(default=None, description="招集した会議の番号。日はその会議の日になります")


class ChangeSchedule(Asked):
    """工程表の変更。変わらないところも、すべて書きます"""

    seen: int = Field(ge=0, le=2**31 - 1, description="もとにした工程表の番号。当初は 0")
    reason: Reason
    agreed: Line = Field(description="変更を了解した人・会議")
    spans: tuple[ChangedSpan, ...] = Field(max_length=100)
    lines: tuple[ChangedLine, ...] = Field(max_length=MOST_LINES)

    def schedule(self) -> PlanSchedule:
        """The schedule asked for. Raises `BadInput`."""
        return PlanSchedule(
            tuple(ScheduleSpan(each.stage, each.first, each.last) for each in self.spans),
            tuple(
                ScheduleLine(
                    parse_when(each.when, say("時期")),
                    each.body,
                    each.event,
                    each.label,
                    each.gates,
                    each.tentative,
                    each.meeting,
                )
                for each in self.lines
            ),
        )


class Declare(Asked):
    """版の種類の変更"""

    kind: TextKind
    meets: MeetsConditions = ()
    why: Text = Field(default="", description="軽微な修正の理由")


PaperKind = Annotated[SheetKind, Path(description="書類の種類: schedule か approvals")]
PaperForm = Annotated[SheetFormat, Path(description="docx、xlsx、LibreOffice があれば pdf")]
PlanKey = Annotated[Key, Path(description="計画ID")]


@router.get("", response_model=Plans, **reads())
def plans(
    caller: Caller,
    query: Annotated[
        str,
        Query(alias="words", max_length=100, pattern=r"^[^\x00]*$", description="名称・計画IDに含まれる文字"),
    ] = "",
    status: Annotated[Status | None, Query(description="状態")] = None,
    stage: Annotated[Key | None, Query(description="段階ID")] = None,
    department: Annotated[Key | None, Query(description="担当課ID")] = None,
    following: Annotated[Key | None, Query(description="このIDの次から")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="一度に返す数")] = 50,
) -> Any:
    """計画の一覧、IDの順。"""
    with caller.office.reading() as db:
        found = queries.plan_list(
            db,
            plans_readable(db, caller.person),
            department=department,
            status=status,
            stage=stage,
            query=query,
            following=following,
            limit=limit,
        )
    return Plans.of(found)


@router.get("/{plan}", response_model=PlanShown, **reads(Act.READ_PLAN))
def plan(caller: Caller, plan: PlanKey) -> Any:
    """一つの計画。"""
    with caller.office.reading() as db:
        return PlanShown.of(plan_to_read(db, caller.person, plan))


@router.get("/{plan}/blockers", response_model=Blockers, **reads(Act.READ_PLAN))
def blockers(caller: Caller, plan: PlanKey) -> Any:
    """なぜ進めないか: どの手続が、何が足りず、誰が、どの会議で済ませられるか。"""
    with caller.office.reading() as db:
        return Blockers.of(queries.blockers(db, plan_to_read(db, caller.person, plan), caller.now))


@router.get("/{plan}/history", response_model=History, **reads(Act.READ_PLAN))
def history(caller: Caller, plan: PlanKey) -> Any:
    """計画に起きたことのすべて、古い順。"""
    with caller.office.reading() as db:
        return History.of(queries.history(db, plan_to_read(db, caller.person, plan)))


@router.get("/{plan}/versions", response_model=Versions, **reads(Act.READ_PLAN))
def versions(caller: Caller, plan: PlanKey) -> Any:
    """計画の版、新しい順。"""
    with caller.office.reading() as db:
        return Versions.of(queries.versions(db, plan_to_read(db, caller.person, plan)))


class Download(Response):
    """A document, whatever it is."""

    media_type = "application/octet-stream"


@router.get("/{plan}/versions/{number}/document", response_class=Download, **reads(Act.READ_PLAN))
def document(caller: Caller, plan: PlanKey, number: Number) -> Response:
    """版の文書。"""
    with caller.office.reading() as db:
        found = version_of(db, plan_to_read(db, caller.person, plan), number)
    return attachment(caller.office, found.sha256, found.filename)


@router.get("/{plan}/versions/{number}/text", response_model=TextShown, **reads(Act.READ_PLAN))
def text(caller: Caller, plan: PlanKey, number: Number) -> Any:
    """版の文書から取り出した文字: 見出し、段落、表の行。"""
    with caller.office.reading() as db:
        found = version_of(db, plan_to_read(db, caller.person, plan), number)
    return TextShown.of(found, texts.text_of(caller.office.files, found.sha256))


@router.get(
    "/{plan}/versions/{number}/compare/{other}", response_model=ComparisonShown, **reads(Act.READ_PLAN)
)
def compare(caller: Caller, plan: PlanKey, number: Number, other: Number) -> Any:
    """二つの版の違い: 段落と表の行ごと、変わったものは語ごと。"""
    with caller.office.reading() as db:
        fact = plan_to_read(db, caller.person, plan)
        old, new = version_of(db, fact, number), version_of(db, fact, other)
    return ComparisonShown.of(old, new, texts.comparison_of(caller.office.files, old.sha256, new.sha256))


@router.get("/{plan}/schedule", response_model=Schedule, **reads(Act.READ_PLAN))
def schedule(caller: Caller, plan: PlanKey) -> Any:
    """工程表の予定と実際、月ごと。"""
    with caller.office.reading() as db:
        fact = plan_to_read(db, caller.person, plan)
        version = schedule_versions(db, fact)[0]
        held = queries.held_schedule(db, fact, caller.now)
    return Schedule.of(version, queries.planned_schedule(fact), held)


@router.get("/{plan}/papers/{kind}.{form}", response_class=Download, **reads(Act.READ_PLAN))
def paper(caller: Caller, plan: PlanKey, kind: PaperKind, form: PaperForm) -> Response:
    """計画の書類: 工程表（schedule）と決裁経過（approvals）。"""
    with caller.office.reading() as db:
        facts = plan_paper(db, plan_to_read(db, caller.person, plan), kind, caller.office.name, caller.now)
    if facts is None:
        raise NotFound("書類", f"{kind.value}.{form.value}")
    content = made(caller.office, kind, facts, form)
    return download(content, OCTETS, f"{facts.plan}_{kind.label}.{form.value}")


@router.get("/{plan}/dossier.zip", response_class=Download, **reads(Act.TAKE_DOSSIER))
def dossier(caller: Caller, plan: PlanKey) -> Response:
    """監査のための一件書類: 文書、新旧対照表、会議、記録と、それだけで動く検証プログラム。"""
    archive = to_be_sent(caller.office.files)
    try:
        found = write_dossier(caller.office, caller.person, plan, archive, now=caller.now)
    except BaseException:
        archive.close()
        raise
    return streamed(archive, OCTETS, f"{found.plan.key}_dossier.zip")


@router.post("/{plan}/schedule", response_model=Numbered, **writes(Scope.PLANS, Act.CHANGE_SCHEDULE))
def change_schedule(doing: Doing, plan: PlanKey, asked: ChangeSchedule) -> ApiResponse:
    """工程表を変える。前の工程表は版として残ります。"""
    return doing.perform(
        Numbered.of,
        actions.change_schedule,
        plan,
        asked.schedule(),
        asked.reason,
        asked.agreed,
        seen=asked.seen,
        now=doing.now,
    )


@router.post("", response_model=Moved, **writes(Scope.PLANS, Act.OPEN_PLAN))
def open_plan(doing: Doing, asked: OpenPlan) -> ApiResponse:
    """計画を始める。計画は、いまの策定の流れのまま進みます。"""
    with doing.office.reading() as db:
        chain = chain_for(db, asked.chain)
    return doing.perform(
        Moved.model_validate,
        actions.open_plan,
        asked.key,
        asked.title,
        chain,
        department=asked.department,
        first_month=asked.first_month,
        on=asked.on,
        reason=asked.reason,
        revises=asked.revises,
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
    document_key: Annotated[
        Key | None, Form(description="どの文書の版か。省くと本編（策定の流れの最初の文書）")
    ] = None,
    note: Annotated[Text, Form(description="版の説明")] = "",
    kind: Annotated[TextKind, Form(description="版の種類")] = TextKind.NEW,
    meets: Annotated[list[Number], Form(description="対応する条件の番号")] = [],  # noqa: B006
    why: Annotated[Text, Form(description="軽微な修正の理由")] = "",
    on: Annotated[date | None, Form(description="文書の日付。後から登録するときだけ（移行登録）")] = None,
    reason: Annotated[Text, Form(description="後から登録する理由")] = "",
) -> ApiResponse:
    """新しい版を登録する。新しい文書には、それまでの決定は効かなくなります。訂正には、決定した会議体の確認が要ります。"""
    content, name = document_of(document), document.filename or ""
    an_upload(name, content.path)
    return doing.perform(
        Numbered.of,
        actions.add_version,
        plan,
        name,
        content,
        document=document_key,
        kind=kind,
        conditions=meets,
        why=why,
        note=note,
        on=on,
        reason=reason,
        now=doing.now,
    )


@router.post("/{plan}/versions/{number}/kind", response_model=Done, **writes(Scope.PLANS, Act.ADD_VERSION))
def declare_version(doing: Doing, plan: PlanKey, number: Number, asked: Declare) -> ApiResponse:
    """現在の版の種類を改める。誰かが確認するまでの間だけできます。"""
    return doing.perform(
        Done.of,
        actions.declare_version,
        plan,
        number,
        asked.kind,
        conditions=asked.meets,
        why=asked.why,
        now=doing.now,
    )


@router.post("/{plan}/correct", response_model=Done, **writes(Scope.PLANS, Act.CORRECT_PLAN))
def correct_plan(doing: Doing, plan: PlanKey, asked: CorrectPlan) -> ApiResponse:
    """計画の名称・担当課・工程表の月を訂正する。前のものは記録に残ります。"""
    return doing.perform(
        Done.of,
        actions.correct_plan,
        plan,
        asked.reason,
        title=asked.title,
        department=asked.department,
        first_month=asked.first_month,
        now=doing.now,
    )


@router.post("/{plan}/advance", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def advance(doing: Doing, plan: PlanKey, asked: Advance) -> ApiResponse:
    """次の段階へ進める。手続が済んでいなければ 409（gate-closed）に、済んでいない手続のすべてを示します。"""
    return doing.perform(
        Moved.model_validate,
        actions.advance,
        plan,
        seen=asked.seen,
        to=asked.to,
        on=asked.on,
        reason=asked.reason,
        now=doing.now,
    )


@router.post("/{plan}/send_back", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def send_back(doing: Doing, plan: PlanKey, asked: SendBack) -> ApiResponse:
    """前の段階へ差し戻す。それまでの決定では手続は済んだことになりません。"""
    return doing.perform(
        Moved.model_validate,
        actions.send_back,
        plan,
        asked.to,
        asked.reason,
        seen=asked.seen,
        on=asked.on,
        now=doing.now,
    )


@router.post("/{plan}/suspend", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def suspend(doing: Doing, plan: PlanKey, asked: Because) -> ApiResponse:
    """中断する。再開するまで、進めることも版を登録することもできません。"""
    return doing.perform(
        Moved.model_validate, actions.suspend, plan, asked.reason, seen=asked.seen, now=doing.now
    )


@router.post("/{plan}/resume", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def resume(doing: Doing, plan: PlanKey, asked: Because) -> ApiResponse:
    """再開する。"""
    return doing.perform(
        Moved.model_validate, actions.resume, plan, asked.reason, seen=asked.seen, now=doing.now
    )


@router.post("/{plan}/finish", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def finish(doing: Doing, plan: PlanKey, asked: Seen) -> ApiResponse:
    """最後の段階の計画を完了とする。その後は、文書の訂正と改定だけができます。"""
    return doing.perform(Moved.model_validate, actions.finish, plan, seen=asked.seen, now=doing.now)


@router.post("/{plan}/withdraw", response_model=Moved, **writes(Scope.PLANS, Act.MOVE_PLAN))
def withdraw(doing: Doing, plan: PlanKey, asked: Because) -> ApiResponse:
    """取り下げる。元には戻せません。"""
    return doing.perform(
        Moved.model_validate, actions.withdraw, plan, asked.reason, seen=asked.seen, now=doing.now
    )
