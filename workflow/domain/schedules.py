"""A plan's own schedule (工程表): the months of each stage's work, and its lines, the meetings and events, in the shape of
the seed's section 7. It is made from the chain's model and edited by people."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from definitions.chain import Chain, Planned, Slot, months_later
from definitions.rules import schedule as rules
from definitions.words import Words, words
from workflow.domain.blank import is_blank
from workflow.domain.calendar import FIRST_DAY, LAST_DAY, month_label, month_of, parse_day, shown_day
from workflow.domain.errors import BadInput, missing
from workflow.domain.language import reworded, say
from workflow.domain.validation import a_line

MOST_LINES = 200
"""Lines a schedule may have: three years of meetings of five bodies have 180."""

SESSION = " 定例会"
"""Stands after the month of a regular session (定例会) of an assembly, before its days are fixed."""


@dataclass(frozen=True, slots=True)
class Span:
    """The months in which a stage is worked on, first and last, 2023-06."""

    stage: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the schedule: a body meets, or an event takes place. `when` is a month (2023-06), a day (2023-06-14) or a
    session (2023-06 定例会); a tentative one (仮) is not agreed with the body yet. `meeting` is the number of the meeting
    that was called for it."""

    when: str
    body: str | None = None
    event: str | None = None
    label: str = ""
    gates: tuple[str, ...] = ()
    tentative: bool = False
    meeting: int | None = None

    @property
    def month(self) -> str:
        return self.when[:7]

    @property
    def day(self) -> date | None:
        """The day, where the line names one."""
        return date.fromisoformat(self.when) if len(self.when) == len("2023-06-14") else None

    @property
    def order(self) -> tuple[str, str]:
        """By month, the lines that name no day after those that do."""
        return self.month, self.when if self.day else "~"


@dataclass(frozen=True, slots=True)
class PlanSchedule:
    """The schedule of one plan: the span of each stage that has one, and the lines in the order of their time."""

    spans: tuple[Span, ...]
    lines: tuple[Line, ...]

    def to_rows(self) -> list[Any]:
        """The schedule as JSON keeps it."""
        return [
            [[span.stage, span.first, span.last] for span in self.spans],
            [
                [line.when, line.body, line.event, line.label, list(line.gates), line.tentative, line.meeting]
                for line in self.lines
            ],
        ]

    @classmethod
    def from_rows(cls, rows: Sequence[Any]) -> "PlanSchedule":
        """The schedule again, from what `to_rows` wrote."""
        spans, lines = rows
        return cls(
            tuple(Span(*span) for span in spans),
            tuple(
                Line(when, body, event, label, tuple(gates), tentative, meeting)
                for when, body, event, label, gates, tentative, meeting in lines
            ),
        )

    def on(self, chain: Chain) -> Chain:
        """The chain with these months in place of its own: what its rules are checked on."""
        spans = {span.stage: Planned.model_construct(first=span.first, last=span.last) for span in self.spans}
        stages = [stage.model_copy(update={"planned": spans.get(stage.key)}) for stage in chain.stages]
        slots = [
            Slot(
                month=line.month, body=line.body, event=line.event, label=line.label or None, gates=line.gates
            )
            for line in self.lines
        ]
        return chain.model_copy(update={"stages": tuple(stages), "schedule": tuple(slots)})


def modelled(chain: Chain) -> PlanSchedule:
    """The schedule as the chain has it (当初): its lines in the order of the months."""
    lines = [Line(slot.month, slot.body, slot.event, slot.label or "", slot.gates) for slot in chain.schedule]
    return PlanSchedule(
        tuple(
            Span(stage.key, stage.planned.first, stage.planned.last)
            for stage in chain.stages
            if stage.planned
        ),
        tuple(sorted(lines, key=lambda line: line.order)),
    )


LATE_IN_A_MONTH = 25
"""From this day of a month on, a new plan's form offers the next one: what is left of the month is no month of work."""


def month_offered(day: date) -> str:
    """The month, as 2023-06, that the form of a plan begun on that day offers for its schedule's beginning."""
    return months_later(month_of(day), 1 if day.day >= LATE_IN_A_MONTH else 0)


def version_name(number: int) -> str:
    """The name an office gives a version of the schedule: 当初, 第1回変更."""
    return say("当初") if number == 0 else say("第{number}回変更", number=number)


def parse_when(text: str, place: str) -> str:
    """The time of a line, as people write it: 2026-09, 2026年9月, 令和8年9月, each perhaps with 定例会 behind it, or a
    day. Raises `BadInput`."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = re.fullmatch(
        r"(?:(\d{4})[-/年.]|(?:令和|[Rr])(\d{1,2}|元)[年.])(\d{1,2})月?の?(?:第\d+回)?(定例会|定例議会)?",
        plain,
    )
    if found is None:
        try:
            return parse_day(text, place).isoformat()
        except BadInput as error:
            mend = say("2024-03、2024-03-11、2024-03 定例会、令和6年3月 のように書いてください。")
            raise BadInput(place, error.problem, mend) from error
    return _month_in(found, place) + (SESSION if found[4] else "")


def parse_month(text: str, place: str) -> str:
    """A month, as people write it, as 2026-09. Raises `BadInput`."""
    mend = say("2023-03 のように書いてください。")
    if is_blank(text):
        raise missing(place, mend)
    when = parse_when(text, place)
    if len(when) != len("2026-09"):
        raise BadInput(place, say("「{given}」は月ではありません", given=text[:20]), mend)
    return when


def _month_in(found: re.Match[str], place: str) -> str:
    year = int(found[1]) if found[1] else 2018 + (1 if found[2] == "元" else int(found[2]))
    if not (1 <= int(found[3]) <= 12 and FIRST_DAY.year <= year <= LAST_DAY.year):
        raise BadInput(
            place, say("「{given}」という月はありません", given=found[0][:40]), "月を確かめてください。"
        )
    return f"{year:04}-{int(found[3]):02}"


def shown_when(when: str) -> str:
    """The time of a line, as its reader chose to see days."""
    line = Line(when)
    if line.day:
        return shown_day(line.day)
    month = month_label(line.month)
    return say("{month}の定例会", month=month) if when.endswith(SESSION) else month


def checked(chain: Chain, schedule: PlanSchedule) -> PlanSchedule:
    """The schedule with its lines in the order of their time. Raises `BadInput` with every rule it breaks: those that the
    schedule of a chain keeps."""
    if len(schedule.lines) > MOST_LINES:
        raise BadInput(
            "工程表",
            say("{count} 行あります", count=len(schedule.lines)),
            say("{most} 行以内にしてください。", most=MOST_LINES),
        )
    check_spans(chain, schedule.spans)
    for number, line in enumerate(schedule.lines, 1):
        place = line_place(number)
        check_line(chain, line, place)
        if line.meeting is not None and (line.tentative or line.day is None):
            raise BadInput(
                place,
                "招集した会議と結ぶ行が、仮か、日付のない行です",
                "日付を書き、「仮」を外してください。",
            )
    ordered = replace(schedule, lines=tuple(sorted(schedule.lines, key=lambda line: line.order)))
    faults = list(dict.fromkeys(reworded(_with_labels(chain, each)) for each in _faults(ordered.on(chain))))
    if faults:
        raise BadInput("工程表", say("。").join(faults), "月の順を確かめて、直してください。")
    return ordered


def line_place(number: int) -> str:
    """The name of a line in refusals, by its number from 1."""
    return say("工程表の {number} 行目", number=number)


def check_spans(chain: Chain, spans: Sequence[Span]) -> None:
    """Raise `BadInput` where a span is of no stage of the chain, or a stage has two."""
    counted = Counter(span.stage for span in spans)
    for stage, count in counted.items():
        if not chain.has_stage(stage):
            raise BadInput(
                "段階の月",
                say("段階「{stage}」はこの計画の流れにありません", stage=stage[:60]),
                "流れにある段階を選んでください。",
            )
        if count > 1:
            raise BadInput(
                "段階の月",
                say("段階「{stage}」が 2 度あります", stage=chain.stage(stage).label),
                "段階ごとに、初めの月と終わりの月を 1 組だけ書いてください。",
            )


def check_line(chain: Chain, line: Line, place: str) -> None:
    """Raise `BadInput`, which names the `place`, where the line is not one of the chain: its body, its gates, its words."""
    if (line.body is None) == (line.event is None):
        raise BadInput(
            place,
            "会議体と行事の、どちらか一方ではありません",
            "会議体を選ぶか、行事の名前を書いてください。",
        )
    if line.body is not None and not chain.has_body(line.body):
        raise BadInput(
            place,
            say("会議体「{body}」はこの計画の流れにありません", body=line.body[:60]),
            "流れにある会議体を選んでください。",
        )
    if line.event is not None:
        a_line(place, line.event)
    if line.label:
        a_line(place, line.label)
    if line.when.endswith(SESSION) and not (line.body and chain.body(line.body).assembly):
        raise BadInput(place, "定例会があるのは、議会の会議体だけです", "月か日で書いてください。")
    unknown = next((key for key in line.gates if not chain.has_gate(key)), None)
    if unknown is not None:
        raise BadInput(
            place,
            say("手続「{gate}」はこの計画の流れにありません", gate=unknown[:60]),
            "流れにある手続を選んでください。",
        )


def _with_labels(chain: Chain, fault: Words) -> Words:
    """The fault, with the names of gates and bodies in place of their keys, which only who writes chains knows."""

    def named(value: object) -> object:
        if not isinstance(value, str):
            return value
        if chain.has_body(value):
            return chain.body(value).name
        return gate_name(chain, value) if chain.has_gate(value) else value

    return words(fault.text, **{name: named(value) for name, value in fault.values.items()})


def gate_name(chain: Chain, key: str) -> Words:
    """The name of a gate with that of its stage."""
    return say("{stage}: {gate}", stage=chain.stage_of_gate(key).label, gate=chain.gate(key).label)


def _faults(dated: Chain) -> Iterator[Words]:
    for rule in (
        rules.slots_fit_their_gates,
        rules.slots_fall_in_their_stages,
        rules.slots_follow_the_order_of_their_gates,
        rules.planned_months_run_forward,
        rules.stages_are_planned_in_their_order,
    ):
        yield from (finding.problem for finding in rule(dated))


def differences(chain: Chain, old: PlanSchedule, new: PlanSchedule) -> list[str]:
    """The changes from one version to another, each in words: spans, then lines that were moved, added and dropped."""
    return [*_span_differences(chain, old, new), *_line_differences(chain, old, new)]


def _span_differences(chain: Chain, old: PlanSchedule, new: PlanSchedule) -> Iterator[str]:
    was = {span.stage: span for span in old.spans}
    now = {span.stage: span for span in new.spans}
    for stage in chain.stages:
        before, after = was.get(stage.key), now.get(stage.key)
        if before != after:
            yield say(
                "{what}: {was} → {now}", what=stage.label, was=shown_span(before), now=shown_span(after)
            )


def shown_span(span: Span | None) -> str:
    """The months of a stage in words."""
    if span is None:
        return say("なし")
    first, last = month_label(span.first), month_label(span.last)
    return first if span.first == span.last else say("{first}から{last}まで", first=first, last=last)


def _line_differences(chain: Chain, old: PlanSchedule, new: PlanSchedule) -> Iterator[str]:
    gone = list((Counter(old.lines) - Counter(new.lines)).elements())
    for line in (Counter(new.lines) - Counter(old.lines)).elements():
        before = next((each for each in gone if _same_matter(each, line)), None)
        if before is None:
            yield say("加える: {line}", line=shown_line(chain, line))
            continue
        gone.remove(before)
        yield say(
            "{what}: {was} → {now}",
            what=line_name(chain, line),
            was=shown_time(before),
            now=shown_time(line),
        )
    yield from (say("外す: {line}", line=shown_line(chain, line)) for line in gone)


def _same_matter(one: Line, other: Line) -> bool:
    return (one.body, one.event, one.label, one.gates) == (other.body, other.event, other.label, other.gates)


def line_name(chain: Chain, line: Line) -> str:
    """The name of what takes place: the body's, with what is reported or which gate it is about, or the event's."""
    name = chain.body(line.body).name if line.body else line.event or ""
    about = line.label or say("、").join(
        str(reworded(chain.gate(key).label)) for key in line.gates if line.body
    )
    return say("{name}（{about}）", name=name, about=about) if about else name


def shown_line(chain: Chain, line: Line) -> str:
    """A line in words: when, and what takes place."""
    return f"{shown_time(line)}　{line_name(chain, line)}"


def shown_time(line: Line) -> str:
    """The time of a line, and whether that is agreed."""
    shown = shown_when(line.when)
    if line.tentative:
        return say("{when}（仮）", when=shown)
    return say("{when}（招集済）", when=shown) if line.meeting is not None else shown
