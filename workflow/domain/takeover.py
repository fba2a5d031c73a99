"""A plan already under way, as an office writes it down to have it taken over (移行登録): rows in the order of their
days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from definitions.errors import SakuteiError
from definitions.labelled import Labelled
from workflow.domain.language import reworded, say

MOST_ROWS = 150
"""Most rows of one takeover: while they are entered, a few seconds, nobody else of the office can write."""


class Sheet(Labelled):
    """The sheets of the form."""

    ROWS = "rows", "移行"
    EXAMPLE = "example", "記入例"
    CHOICES = "choices", "選択肢"


class About(Labelled):
    """The lines above the rows: the plan as a whole."""

    KEY = "key", "計画ID"
    TITLE = "title", "計画の名称"
    DEPARTMENT = "department", "担当課"
    CHAIN = "chain", "策定の流れ"
    REASON = "reason", "移行の理由"


class Column(Labelled):
    """The columns of the rows."""

    DAY = "day", "日付"
    KIND = "kind", "何を"
    WHERE = "where", "会議体・段階"
    FILE = "file", "文書のファイル名"
    RESULT = "result", "結果"
    CONDITIONS = "conditions", "条件"
    NOTE = "note", "備考・理由"
    MEETING = "meeting", "会議の名称"
    CLOCK = "clock", "開始時刻"
    PRESENT = "present", "出席者"


class RowKind(Labelled):
    """The act that a row records."""

    OPENED = "opened", "計画の開始"
    VERSION = "version", "版の登録"
    MEETING = "meeting", "会議の結果"
    CONDITION = "condition", "条件の解消"
    SIGNED = "signed", "決裁"
    ADVANCED = "advanced", "進行"
    SENT_BACK = "sent_back", "差戻し"


NEEDED: Mapping[RowKind, frozenset[Column]] = {
    RowKind.OPENED: frozenset(),
    RowKind.VERSION: frozenset({Column.FILE}),
    RowKind.MEETING: frozenset({Column.WHERE, Column.RESULT}),
    RowKind.CONDITION: frozenset({Column.CONDITIONS, Column.NOTE}),
    RowKind.SIGNED: frozenset({Column.WHERE, Column.RESULT}),
    RowKind.ADVANCED: frozenset(),
    RowKind.SENT_BACK: frozenset({Column.WHERE, Column.NOTE}),
}
"""The columns that a row of each kind may not leave empty, beside the day and the kind."""

POSSIBLE: Mapping[RowKind, frozenset[Column]] = {
    RowKind.OPENED: frozenset(),
    RowKind.VERSION: frozenset({Column.NOTE}),
    RowKind.MEETING: frozenset(
        {Column.FILE, Column.CONDITIONS, Column.NOTE, Column.MEETING, Column.CLOCK, Column.PRESENT}
    ),
    RowKind.CONDITION: frozenset(),
    RowKind.SIGNED: frozenset({Column.NOTE}),
    RowKind.ADVANCED: frozenset({Column.WHERE}),
    RowKind.SENT_BACK: frozenset(),
}
"""The columns that it may have besides."""


class Present(Labelled):
    """Words in the column of those present that are no names."""

    EVERYBODY = "everybody", "全員"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet, from 1. `formulas` are the places, from 0, of the cells that are computed."""

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A row of the form. What its kind does not have is empty; `clock` is when the meeting began, None when only the day
    is known."""

    number: int
    day: date
    kind: RowKind
    where: str = ""
    file: str = ""
    result: str = ""
    conditions: tuple[str, ...] = ()
    note: str = ""
    meeting: str = ""
    clock: time | None = None
    present: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault of the form; `row` is None when it is in none."""

    row: int | None
    words: str

    @property
    def shown(self) -> str:
        words = reworded(self.words)
        return words if self.row is None else say("{line} 行目: {words}", line=self.row, words=words)


class TakeoverRefused(SakuteiError):
    """The plan cannot be taken over as it is written down, so nothing was recorded. `faults` are all there are;
    `rehearsed`: the acts were tried, so one may follow from another."""

    def __init__(self, faults: Sequence[RowFault], *, rehearsed: bool = False) -> None:
        self.faults, self.rehearsed = tuple(faults), rehearsed

    @property
    def message(self) -> str:
        said = [
            say("移行登録の表に誤りが {count} 件あります。まだ何も登録していません。", count=len(self.faults))
        ]
        if self.rehearsed and len(self.faults) > 1:
            said.append(say("前の行の誤りから生じたものもあります。上の行から順に直してください。"))
        return "\n".join([*said, *(fault.shown for fault in self.faults)])
