"""Plans: their positions, blockers, versions, history and schedule."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from workflow.domain.cover import TextKind
from workflow.domain.gates import Lack
from workflow.domain.plans import Status
from workflow.queries import Blockers as Found
from workflow.queries import Happened, Month, Page, VersionLine
from workflow.queries.plans import PlanFact
from workflow.queries.schedule import ScheduleFact
from workflow.wire.values import Moment, Shown, each


class StageShown(Shown):
    """段階"""

    key: str = Field(description="段階ID")
    label: str = Field(description="段階の名称")


class PlanShown(Shown):
    """計画"""

    key: str = Field(description="計画ID")
    title: str = Field(description="計画の名称")
    chain: str = Field(description="策定の流れのID")
    department: str = Field(description="担当課ID")
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
            following_stages=each(StageShown, [chain.stage(key) for key in chain.after(plan.stage)]),
            earlier_stages=each(StageShown, [chain.stage(stay.stage) for stay in plan.path[:-1]]),
        )


_ALIKE = ("key", "title", "department", "status", "revision", "visit", "entered_at", "sha256")


class Plans(Shown):
    """計画の一覧の 1 ページ、IDの順"""

    plans: list[PlanShown]
    following: str | None = Field(
        description="続きを読むときに following として送るID。最後のページでは null"
    )

    @classmethod
    def of(cls, page: Page) -> "Plans":
        return cls(plans=[PlanShown.of(plan) for plan in page.plans], following=page.following)


class ComingMeeting(Shown):
    """これからの会議"""

    meeting: int = Field(description="会議の番号")
    title: str = Field(description="会議の名称")
    starts_at: Moment
    listed: bool = Field(description="議題に載っているか")


class Blocker(Shown):
    """済んでいない手続と、その理由"""

    gate: str = Field(description="手続ID")
    label: str = Field(description="手続の名称")
    lack: Lack = Field(description="足りないもの")
    detail: list[str] = Field(description="足りないものの内訳")
    who: str = Field(description="誰が済ませられるか")
    words: str = Field(description="理由の説明")
    coming: ComingMeeting | None = Field(default=None, description="済ませられる次の会議")


class GateShown(Shown):
    """いまの段階の手続"""

    gate: str = Field(description="手続ID")
    label: str = Field(description="手続の名称")
    open: bool = Field(description="済んでいるか")


class Blockers(Shown):
    """いまの段階の手続と、進めない理由"""

    gates: list[GateShown] = Field(description="手続、策定の流れの順")
    blockers: list[Blocker] = Field(description="済んでいない手続の理由。空なら進めます")

    @classmethod
    def of(cls, found: Found) -> "Blockers":
        gates = [GateShown(gate=s.gate.key, label=s.gate.label, open=s.open) for s in found.states]
        return cls(gates=gates, blockers=each(Blocker, found.reasons))


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

    @classmethod
    def of(cls, happened: Iterable[Happened]) -> "History":
        return cls(history=each(Happening, happened))


class VersionShown(Shown):
    """版"""

    number: int = Field(description="版の番号")
    document: str = Field(description="文書ID。策定の流れに documents がなければ main（本編）")
    filename: str = Field(description="ファイル名")
    stage: str = Field(description="登録したときの段階ID")
    sha256: str = Field(description="文書の SHA-256")
    note: str = Field(description="版の説明")
    added_by: str = Field(description="登録した利用者ID")
    added_at: Moment
    kind: TextKind = Field(description="版の種類")
    why: str = Field(description="軽微な修正の理由")
    counts_from: Moment | None = Field(description="文書の日付。後から登録したときだけ（移行登録）")
    counts_why: str | None = Field(description="後から登録した理由")


class Versions(Shown):
    """計画の版、新しい順"""

    versions: list[VersionShown]

    @classmethod
    def of(cls, lines: Iterable[VersionLine]) -> "Versions":
        return cls(
            versions=[
                VersionShown(
                    number=line.number,
                    document=line.document,
                    filename=line.filename,
                    stage=line.stage,
                    sha256=line.sha256,
                    note=line.note,
                    added_by=line.by_key,
                    added_at=line.at,
                    kind=line.kind,
                    why=line.why,
                    counts_from=line.counts_from,
                    counts_why=line.counts_why,
                )
                for line in lines
            ]
        )


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


class SpanShown(Shown):
    """段階の月"""

    stage: str = Field(description="段階ID")
    first: str = Field(description="初めの月")
    last: str = Field(description="終わりの月")


class LineShown(Shown):
    """工程表の行"""

    when: str = Field(description="月・日・定例会", examples=["2023-06", "2023-06-14", "2023-06 定例会"])
    body: str | None = Field(description="会議体ID")
    event: str | None = Field(description="行事")
    label: str = Field(description="報告するもの")
    gates: list[str] = Field(description="手続ID")
    tentative: bool = Field(description="仮の日程")
    meeting: int | None = Field(description="招集した会議の番号")


class ScheduleVersionShown(Shown):
    """工程表の版"""

    number: int = Field(description="番号。当初は 0")
    name: str = Field(description="名称", examples=["第1回変更"])
    reason: str = Field(description="変更の理由")
    agreed: str = Field(description="変更を了解した人・会議")
    made_by: str = Field(description="登録した人の氏名")
    made_at: Moment | None
    spans: list[SpanShown]
    lines: list[LineShown]

    @classmethod
    def of(cls, version: ScheduleFact) -> "ScheduleVersionShown":
        return cls(
            number=version.number,
            name=version.name,
            reason=version.reason,
            agreed=version.agreed,
            made_by=version.made_by,
            made_at=version.made_at,
            spans=each(SpanShown, version.schedule.spans),
            lines=each(LineShown, version.schedule.lines),
        )


class Schedule(Shown):
    """工程表"""

    version: ScheduleVersionShown = Field(description="いまの工程表")

    planned: list[MonthShown] = Field(description="予定")
    held: list[MonthShown] = Field(description="実際")

    @classmethod
    def of(cls, version: ScheduleFact, planned: Iterable[Month], held: Iterable[Month]) -> "Schedule":
        return cls(
            version=ScheduleVersionShown.of(version),
            planned=[MonthShown.of(m) for m in planned],
            held=[MonthShown.of(m) for m in held],
        )


class Moved(Shown):
    """動いた計画"""

    plan: str = Field(description="計画ID")
    from_stage: str = Field(description="元の段階ID。開始のときは空")
    to_stage: str = Field(description="新しい段階ID")
    revision: int = Field(description="新しい改訂")
