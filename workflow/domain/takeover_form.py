"""Reading of the form of a takeover, with every fault that is in it."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

from definitions.chain import Body, BodyGate, Chain, SignoffGate
from definitions.terms import Outcome
from workflow.domain.calendar import parse_day, shown_day
from workflow.domain.decisions import SignoffResult
from workflow.domain.errors import BadInput
from workflow.domain.language import label, say
from workflow.domain.meetings import USUAL_PURPOSE, allowed_outcomes
from workflow.domain.takeover import (
    MOST_ROWS,
    NEEDED,
    POSSIBLE,
    About,
    Column,
    RowFault,
    RowKind,
    SheetRow,
    TakenRow,
)
from workflow.domain.validation import a_key, a_line, some_text


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it was filled in: what is said of the plan, the rows that can be read, the faults of the others."""

    about: Mapping[About, str]
    rows: tuple[TakenRow, ...]
    faults: tuple[RowFault, ...]


def read_form(sheet: Sequence[SheetRow], today: date) -> Form:
    """Return the form in the sheet, with the faults that are seen without knowing the chain."""
    head = next((at for at, row in enumerate(sheet) if _is_head(row)), len(sheet))
    about, faults = _read_about(sheet[:head])
    if head == len(sheet):
        names = say("」「").join((label(Column.DAY), label(Column.KIND)))
        words = say(
            "「{names}」の見出しの行がありません。様式の見出しを消さずに使ってください。", names=names
        )
        return Form(about, (), (*faults, RowFault(None, words)))
    places = {cell.strip(): place for place, cell in enumerate(sheet[head].cells)}
    missing = [each.label for each in Column if each.label not in places]
    if missing:
        words = say(
            "「{names}」の列がありません。様式の列を消さずに使ってください。", names=say("」「").join(missing)
        )
        return Form(about, (), (*faults, RowFault(sheet[head].number, words)))
    rows: list[TakenRow] = []
    for row in sheet[head + 1 :]:
        read = _Cells(row, {each: places[each.label] for each in Column})
        if not read.empty:
            found = list(read.faults(today))
            faults += [RowFault(row.number, words) for words in found]
            if not found:
                rows.append(read.row())
    return Form(about, tuple(rows), (*faults, *_faults_of_order(rows, nothing_else=not faults)))


def faults_in(form: Form, chain: Chain, files: Collection[str]) -> Iterator[RowFault]:
    """The faults of the rows against the chain, and against the files that came with the form."""
    bodies = {name: body for body in chain.bodies for name in (body.key, body.name)}
    stages = {name for stage in chain.stages for name in (stage.key, stage.label)}
    gates = {gate.label for stage in chain.stages for gate in stage.gates if isinstance(gate, BodyGate)}
    registered: list[str] = []
    for row in form.rows:
        for words in _faults_against(row, chain, bodies, stages, gates, files, registered):
            yield RowFault(row.number, words)
        if row.kind is RowKind.VERSION:
            registered.append(row.file)


def _faults_against(
    row: TakenRow,
    chain: Chain,
    bodies: Mapping[str, Body],
    stages: Collection[str],
    gates: Collection[str],
    files: Collection[str],
    registered: Collection[str],
) -> Iterator[str]:
    if row.kind is RowKind.VERSION and row.file not in files:
        yield _unknown(Column.FILE, row.file, files, say("一緒に送るファイル"))
    if row.kind in (RowKind.ADVANCED, RowKind.SENT_BACK) and row.where and row.where not in stages:
        yield _unknown(Column.WHERE, row.where, [stage.label for stage in chain.stages], say("段階"))
    if row.kind is RowKind.SIGNED:
        positions = [
            gate.position for stage in chain.stages for gate in stage.gates if isinstance(gate, SignoffGate)
        ]
        if row.where not in positions:
            yield _unknown(Column.WHERE, row.where, positions, say("決裁者の職"))
        results = [each.label for each in SignoffResult]
        if row.result not in results:
            yield _unknown(Column.RESULT, row.result, results, label(RowKind.SIGNED))
    if row.kind is not RowKind.MEETING:
        return
    body = bodies.get(row.where)
    if body is None and row.where not in gates:
        yield _unknown(Column.WHERE, row.where, [body.name for body in chain.bodies], say("会議体"))
    if row.file and row.file not in registered:
        yield _unknown(Column.FILE, row.file, registered, say("それより前の行で登録した版"))
    if body is None:
        if row.result not in {each.label for each in Outcome}:
            yield _unknown(Column.RESULT, row.result, [each.label for each in Outcome], say("結果"))
    elif body.reaches == "tallied":
        yield say(
            "「{body}」は採決で決する会議体です。その前までを移行登録し、続きは画面の「開催済みの会議の登録」から登録してください。",
            body=body.name,
        )
    else:
        possible = [each.label for each in allowed_outcomes(USUAL_PURPOSE[body.kind], body)]
        if row.result not in possible:
            yield _unknown(Column.RESULT, row.result, possible, say("{body}の結果", body=body.name))


def outcome_of(words: str) -> Outcome:
    """The outcome of that label."""
    return next(each for each in Outcome if each.label == words)


def _unknown(column: Column, given: str, known: Collection[str], what: str) -> str:
    if not known:
        return say(
            "{column}「{given}」は、{what}にありません。", column=label(column), given=given[:60], what=what
        )
    return say(
        "{column}「{given}」は、{what}にありません。次のいずれかです: {known}。",
        column=label(column),
        given=given[:60],
        what=what,
        known=say("、").join(list(known)[:12]),
    )


def _is_head(row: SheetRow) -> bool:
    return {Column.DAY.label, Column.KIND.label} <= {cell.strip() for cell in row.cells}


def _read_about(sheet: Sequence[SheetRow]) -> tuple[dict[About, str], list[RowFault]]:
    named = {row.cells[0].strip(): row for row in sheet if row.cells}
    about: dict[About, str] = {}
    faults = []
    for each in About:
        row = named.get(each.label)
        value = row.cells[1].strip() if row is not None and len(row.cells) > 1 else ""
        about[each] = value
        try:
            if row is not None and 1 in row.formulas:
                raise _computed(each.label)
            _CHECKS.get(each, a_line)(each.label, value)
        except BadInput as error:
            faults.append(RowFault(row.number if row else None, error.message))
    return about, faults


_CHECKS = {About.KEY: a_key, About.REASON: some_text}


def _computed(place: str) -> BadInput:
    return BadInput(place, "数式が入っています", "値に置き換えてください（コピーして「値の貼り付け」）。")


class _Cells:
    """The cells of a row, by column."""

    def __init__(self, row: SheetRow, places: Mapping[Column, int]) -> None:
        self.number = row.number
        self.texts = {
            column: row.cells[place].strip() if place < len(row.cells) else ""
            for column, place in places.items()
        }
        self.formulas = [column for column, place in places.items() if place in row.formulas]

    @property
    def empty(self) -> bool:
        return not any(self.texts.values()) and not self.formulas

    def faults(self, today: date) -> Iterator[str]:
        """Return the faults of the cells, each by itself."""
        for column in self.formulas:
            yield _computed(column.label).message
        if self.formulas:
            return
        try:
            day = parse_day(self.texts[Column.DAY], Column.DAY.label)
            if day >= today:
                yield say(
                    "{day} はまだ過ぎていません。きのうまでを書き、今日からのことは、移行登録の後に画面から記録してください。",
                    day=shown_day(day),
                )
        except BadInput as error:
            yield error.message
        kind = self._kind()
        if kind is None:
            given, known = self.texts[Column.KIND], [each.label for each in RowKind]
            yield _unknown(Column.KIND, given, known, say("選択肢"))
            return
        for column in Column:
            if column in NEEDED[kind] and not self.texts[column]:
                yield say(
                    "「{kind}」の行には「{column}」が要ります。", kind=label(kind), column=label(column)
                )
            if self.texts[column] and column not in NEEDED[kind] | POSSIBLE[kind] | _ALWAYS:
                yield say("「{kind}」の行に「{column}」は書きません。空けてください。", kind=label(kind), column=label(column))  # fmt: skip
        if self.texts[Column.CLOCK] and self._clock() is None:
            yield say("「{given}」は時刻として読めません。14:00 の形で書いてください。", given=self.texts[Column.CLOCK][:20])  # fmt: skip

    def row(self) -> TakenRow:
        """The row, when it has no fault."""
        kind = self._kind()
        assert kind is not None  # noqa: S101
        return TakenRow(
            number=self.number,
            day=parse_day(self.texts[Column.DAY]),
            kind=kind,
            where=self.texts[Column.WHERE],
            file=unicodedata.normalize("NFC", self.texts[Column.FILE]),
            result=self.texts[Column.RESULT],
            conditions=_lines(self.texts[Column.CONDITIONS]),
            note=self.texts[Column.NOTE],
            meeting=self.texts[Column.MEETING],
            clock=self._clock(),
            present=tuple(
                name for name in re.split(r"[、,，\n]", self.texts[Column.PRESENT]) if name.strip()
            ),
        )

    def _kind(self) -> RowKind | None:
        return next((each for each in RowKind if each.label == self.texts[Column.KIND]), None)

    def _clock(self) -> time | None:
        found = re.fullmatch(r"(\d{1,2})[:：](\d{2})(:00)?", self.texts[Column.CLOCK])
        return (
            time(int(found[1]), int(found[2]))
            if found and int(found[1]) < 24 and int(found[2]) < 60
            else None
        )


_ALWAYS = frozenset({Column.DAY, Column.KIND})


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _faults_of_order(rows: Sequence[TakenRow], *, nothing_else: bool) -> Iterator[RowFault]:
    """The faults of the rows one after the other; with `nothing_else` wrong, also that there are none to begin with."""
    opened = say("「{kind}」の行が、いちばん上に 1 行だけ要ります。", kind=label(RowKind.OPENED))
    if not rows:
        if nothing_else:
            yield RowFault(None, opened)
        return
    if nothing_else and rows[0].kind is not RowKind.OPENED:
        yield RowFault(rows[0].number, opened)
    yield from (RowFault(row.number, opened) for row in rows[1:] if row.kind is RowKind.OPENED)
    for before, row in pairwise(rows):
        if row.day < before.day:
            words = say(
                "{day} は、前の行（{before}）より前の日付です。行を日付の順に並べてください。",
                day=shown_day(row.day),
                before=shown_day(before.day),
            )
            yield RowFault(row.number, words)
    if len(rows) > MOST_ROWS:
        yield RowFault(
            None, say("{count} 行あります。{most} 行以内にしてください。", count=len(rows), most=MOST_ROWS)
        )
