"""The papers of a plan as facts for their templates, as Japanese texts: the schedule in the shape of the seed's section 7
beside what was held, and the course of its approvals: who approved which text when, on whose authority."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from definitions.chain import BodyGate, Chain, SignoffGate
from workflow.domain.calendar import (
    months_through,
    reiwa,
    reiwa_moment,
    reiwa_with_weekday,
    shown_clock,
    tokyo_day,
)
from workflow.domain.cover import ConfirmationResult
from workflow.domain.decisions import Manner, SignedAs, Validity
from workflow.domain.language import in_japanese
from workflow.domain.meetings import Purpose
from workflow.domain.sheets import (
    ApprovalsSheet,
    ScheduleSheet,
    SheetAnswer,
    SheetGate,
    SheetKind,
    SheetMonth,
    SheetScheduleVersion,
    SheetText,
    SheetWork,
)
from workflow.queries.comments import PeriodLine, periods
from workflow.queries.confirmations import ConfirmationLine, confirmations
from workflow.queries.decisions import GateAnswer, Owed, gate_answers, validities
from workflow.queries.gate_facts import facts
from workflow.queries.meetings import MeetingFact, meetings_of_numbers
from workflow.queries.plans import PlanFact
from workflow.queries.schedule import (
    Month,
    ScheduleFact,
    held_schedule,
    planned_schedule,
    schedule_versions,
)
from workflow.queries.takeovers import Takeover, takeover_of
from workflow.queries.versions import VersionLine, conditions_named, versions

LONGEST_BAR = 36
"""The most months that a bar has, a sign each: those that stand beside a name on A4."""

FIRST_DIGITS = 12
"""The digits of a SHA-256 by which a paper tells texts apart."""


def plan_paper(
    db: Session, plan: PlanFact, kind: SheetKind, office: str, now: datetime
) -> ScheduleSheet | ApprovalsSheet | None:
    """The facts of a paper of the plan; None for a kind that is none of a plan."""
    match kind:
        case SheetKind.SCHEDULE:
            return schedule_paper(db, plan, office, now)
        case SheetKind.APPROVALS:
            return approvals_paper(db, plan, office, now)
        case _:
            return None


def schedule_paper(db: Session, plan: PlanFact, office: str, now: datetime) -> ScheduleSheet:
    """The schedule in its newest version, and what was held beside it. Two statements."""
    with in_japanese():
        known = schedule_versions(db, plan)
        planned, held = planned_schedule(plan), held_schedule(db, plan, now)
        months = _months_between(planned, held)
        drawn = months if len(months) <= LONGEST_BAR else []
        newest = _version(known[0])
        return ScheduleSheet(
            office=office,
            made_on=reiwa(tokyo_day(now)),
            plan=plan.title,
            department=plan.department_name,
            version=newest.name,
            changed_on=newest.changed_on,
            reason=newest.reason,
            agreed=newest.agreed,
            ruler="".join(_CIRCLED[int(month[5:]) - 1] for month in drawn),
            months=_month_lines(planned, held, months),
            works=_works(planned, held, drawn),
            versions=tuple(_version(each) for each in reversed(known)),
        )


_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫"


def _months_between(planned: Sequence[Month], held: Sequence[Month]) -> list[str]:
    """Every month from the first to the last, also those in which nothing is."""
    named = sorted(month.month for month in (*planned, *held))
    return list(months_through(named[0], named[-1])) if named else []


def _month_lines(
    planned: Sequence[Month], held: Sequence[Month], months: Sequence[str]
) -> tuple[SheetMonth, ...]:
    then, since = ({line.month: line for line in table} for table in (planned, held))
    found = []
    for place, month in enumerate(months):
        nothing = Month(month, (), (), ())
        line = then.get(month, nothing)
        begins_a_year = place == 0 or month.endswith("-01")
        found.append(
            SheetMonth(
                year=f"{month[:4]}年" if begins_a_year else "",
                month=str(int(month[5:])),
                name=_month_name(month),
                work="\n".join(line.work),
                meetings="\n".join(f"■{name}" for name in line.meetings),
                assembly="\n".join(_reported(*entry) for entry in line.assembly),
                held="\n".join(_held(line, since.get(month, nothing))),
            )
        )
    return tuple(found)


def _reported(body: str, label: str) -> str:
    return f"■{body}\n・{label}" if label else f"■{body}"


def _held(planned: Month, held: Month) -> Iterable[str]:
    """The meetings and events that took place in a month; those that were not planned for it say so."""
    left = [*planned.meetings, *planned.assembly]
    for entry in (*held.meetings, *held.assembly):
        words = f"■{entry}" if isinstance(entry, str) else _reported(*entry)
        if entry in left:
            left.remove(entry)
            yield words
        else:
            first, *rest = words.split("\n")
            yield "\n".join([f"{first}（予定外）", *rest])


def _works(planned: Sequence[Month], held: Sequence[Month], months: Sequence[str]) -> tuple[SheetWork, ...]:
    then, since = _months_of(planned), _months_of(held)
    names = list(dict.fromkeys([*then, *since]))
    return tuple(
        SheetWork(
            name=name,
            planned=_span(then[name]),
            held=_span(since[name]),
            bar="".join("■" if month in then[name] else "・" for month in months),
            held_bar="".join("●" if month in since[name] else "・" for month in months),
        )
        for name in names
    )


def _months_of(table: Sequence[Month]) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in table:
        for name in line.work:
            found[name].append(line.month)
    return found


def _span(months: Sequence[str]) -> str:
    if not months:
        return "なし"
    first, last = _month_name(months[0]), _month_name(months[-1])
    return first if first == last else f"{first}から{last}まで"


def _month_name(month: str) -> str:
    """2023年3月: schedules name months so, as the seed's does."""
    return f"{month[:4]}年{int(month[5:])}月"


def _version(fact: ScheduleFact) -> SheetScheduleVersion:
    return SheetScheduleVersion(
        name=fact.name,
        changed_on=reiwa(tokyo_day(fact.made_at)) if fact.made_at else "",
        reason=fact.reason,
        agreed=fact.agreed,
        made_by=fact.made_by,
    )


# --- 決裁経過 ----------------------------------------------------------------------------------------------

Place = tuple[str, int, str]
"""A gate in one visit of its stage; the visit is 0 where none is told."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A record with its gate and the time by which it is put in order; `id` is how others name it."""

    place: Place
    order: tuple[str, datetime]
    id: tuple[str, int]
    answer: SheetAnswer
    about: tuple[str, tuple[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that the records of a plan are told with."""

    plan: PlanFact
    texts: Mapping[int, VersionLine]
    by_sha256: Mapping[str, VersionLine]
    meetings: Mapping[int, MeetingFact]
    takeover: Takeover | None
    confirmed: Sequence[ConfirmationLine]
    named: Mapping[int, frozenset[int]]

    @property
    def chain(self) -> Chain:
        return self.plan.chain


def approvals_paper(db: Session, plan: PlanFact, office: str, now: datetime) -> ApprovalsSheet:
    """Every record at the plan's gates, those that were corrected or taken back too, gate by gate in the order of time. A
    fixed number of statements."""
    with in_japanese():
        given = gate_answers(db, plan)
        holds = validities(plan, given, facts(db, plan, now))
        texts = versions(db, plan)
        known = _Known(
            plan,
            {each.number: each for each in texts},
            {each.sha256: each for each in texts},
            meetings_of_numbers(db, {each.meeting for each in given if each.meeting is not None}),
            takeover_of(db, plan.id),
            confirmations(db, plan),
            conditions_named(db, plan),
        )
        places = {each.number: each.place for each in given if not each.signoff}
        told = [
            *(_answer(known, each, holds[each.id]) for each in given),
            *(_confirmation(known, each, places[each.decision]) for each in known.confirmed),
            *(_period(known, each) for each in periods(db, plan)),
        ]
        return ApprovalsSheet(
            office=office,
            made_on=reiwa(tokyo_day(now)),
            plan=plan.title,
            department=plan.department_name,
            stage=plan.stage.label,
            status=plan.status.label,
            chain=f"{plan.chain.title}（{plan.chain_sha256[:16]}）",
            texts=tuple(_text(known, each) for each in reversed(texts)),
            gates=_by_gate(known, told),
        )


def _by_gate(known: _Known, told: Sequence[_Told]) -> tuple[SheetGate, ...]:
    """The records of each gate, numbered as they stand on the paper; gates by the time of their first record."""
    groups: dict[Place, list[_Told]] = {}
    for each in sorted(told, key=lambda each: each.order):
        groups.setdefault(each.place, []).append(each)
    numbers: dict[tuple[str, int], str] = {}
    for number, each in enumerate((each for group in groups.values() for each in group), start=1):
        numbers[each.id] = str(number)
    return tuple(
        replace(_gate(known, place), answers=tuple(_numbered(each, numbers) for each in group))
        for place, group in groups.items()
    )


def _numbered(told: _Told, numbers: Mapping[tuple[str, int], str]) -> SheetAnswer:
    about = f"番号{numbers[told.about[1]]}{told.about[0]}" if told.about else ""
    return replace(told.answer, number=numbers[told.id], about=about)


def _gate(known: _Known, place: Place) -> SheetGate:
    stage, visit, key = place
    gate = known.chain.gate(key)
    decider, basis = known.plan.department_name, ""
    if isinstance(gate, BodyGate):
        body = known.chain.body(gate.body)
        decider, basis = body.name, body.basis or ""
    elif isinstance(gate, SignoffGate):
        decider = gate.position + (f"（専決者 {gate.delegate}）" if gate.delegate else "")
    return SheetGate(
        stage=known.chain.stage(stage).label,
        visit=f"訪問 {visit}" if visit > 1 else "",
        name=gate.label,
        decider=decider,
        basis=basis,
    )


def _text(known: _Known, version: VersionLine) -> SheetText:
    since = (
        f"（{reiwa(tokyo_day(version.counts_from))}付け、{version.counts_why}）"
        if version.counts_from
        else ""
    )
    why = f"（{version.why}）" if version.why else ""
    return SheetText(
        number=f"第{version.number}版",
        document=known.chain.document_name(version.document),
        filename=version.filename,
        sha256=version.sha256,
        kind=version.kind.label + why,
        stage=known.chain.stage(version.stage).label,
        registered=f"{reiwa_moment(version.at)}　{version.by}{since}",
    )


def _named_text(known: _Known, version: VersionLine) -> str:
    named = known.chain.document_name(version.document)
    return "　".join(filter(None, (named, f"第{version.number}版", version.filename)))


def _answer(known: _Known, given: GateAnswer, holds: Validity) -> _Told:
    version = known.texts[given.version]
    gate = known.chain.gate(given.gate)
    kind = "signoff" if given.signoff else "decision"
    about = None
    if given.supersedes is not None:
        about = ("の引戻し" if given.result is None else "を訂正", (kind, given.supersedes))
    elif given.ratifies is not None:
        about = ("の専決の報告", ("decision", given.ratifies))
    if isinstance(gate, SignoffGate):
        decider, authority = _signed(gate, given)
        manner, conditions = SignedAs(given.manner).label, _reviews(given.owed)
    else:
        decider, authority = _decided(known, gate, given)
        manner, conditions = Manner(given.manner).label, _conditions(known, given)
    late = f"後日登録の版: {given.late_text}" if given.late_text else ""
    return _Told(
        given.place,
        (given.day.isoformat(), given.at),
        (kind, given.number),
        SheetAnswer(
            day=reiwa_with_weekday(given.day),
            kind="決裁" if given.signoff else "結果",
            text=_named_text(known, version),
            sha256=version.sha256[:FIRST_DIGITS],
            decider=decider,
            held=_meeting(known, given),
            outcome=given.words,
            manner=manner,
            authority=authority,
            conditions=conditions,
            note="\n".join(filter(None, (given.note, late, _taken_over(known, given)))),
            recorded=f"{given.by}　{reiwa_moment(given.at)}",
            validity=holds.label,
        ),
        about,
    )


def _signed(gate: SignoffGate, given: GateAnswer) -> tuple[str, str]:
    """The signer, and the right in which they signed."""
    match SignedAs(given.manner):
        case SignedAs.DELEGATED:
            return f"{gate.delegate}　{given.by}", f"{gate.position}の決裁を{gate.delegate}が専決"
        case SignedAs.DEPUTY:
            principal = next((each.words for each in given.owed), "")
            return given.by, f"{gate.position} {principal}に代わって代決"
        case _:
            return f"{gate.position}　{given.by}", f"{gate.position}の職"


def _decided(known: _Known, gate: object, given: GateAnswer) -> tuple[str, str]:
    if not isinstance(gate, BodyGate):
        return "", ""
    body = known.chain.body(gate.body)
    basis = body.basis or "策定の流れに根拠の記載なし"
    if given.manner == Manner.CHAIR_ALONE:
        return f"{body.name}　{body.chair}", f"{body.chair}の専決（{basis}）"
    return body.name, basis


def _meeting(known: _Known, given: GateAnswer) -> str:
    held = known.meetings.get(given.meeting) if given.meeting is not None else None
    if held is None:
        return ""
    purpose = f"（{Purpose(given.purpose).label}）" if given.purpose else ""
    when = f"{reiwa_moment(held.starts_at)}から"
    same = tokyo_day(held.starts_at) == tokyo_day(held.ends_at)
    when += f"{shown_clock(held.ends_at) if same else reiwa_moment(held.ends_at)}まで"
    return f"{'持ち回り　' if held.in_writing else ''}{held.title}{purpose}\n{when}"


def _conditions(known: _Known, given: GateAnswer) -> str:
    return "\n".join(
        f"{number} {each.words} → {_closed(known, given, each)}"
        for number, each in enumerate(given.owed, start=1)
    )


def _closed(known: _Known, given: GateAnswer, owed: Owed) -> str:
    """The way a condition was closed: a note, or a correction that says to meet it and was confirmed."""
    if owed.at:
        return f"解消: {owed.note}（{owed.by}、{reiwa_moment(owed.at)}）"
    for each in known.confirmed:
        confirmed = each.current and each.result is ConfirmationResult.CONFIRMED
        if confirmed and each.decision == given.number and owed.number in known.named.get(each.version, ()):
            return f"第{each.version}版で対応（{each.by}が確認、{reiwa_moment(each.at)}）"
    return "未解消"


def _reviews(owed: Sequence[Owed]) -> str:
    return "\n".join(
        f"後閲: {each.by}（{reiwa_moment(each.at)}）{each.note or ''}"
        if each.at
        else f"{each.words}の後閲待ち"
        for each in owed
    )


def _taken_over(known: _Known, given: GateAnswer) -> str:
    found = known.takeover
    return f"移行登録: {found.reason}" if found and given.at <= found.at else ""


def _confirmation(known: _Known, given: ConfirmationLine, place: Place) -> _Told:
    version, base = known.texts[given.version], known.by_sha256[given.base_sha256]
    entered = f"{given.recorded_by}　" if given.recorded_by != given.by else ""
    review = ""
    if given.reviewed_at:
        review = f"後閲: {given.reviewed_by}（{reiwa_moment(given.reviewed_at)}）{given.review_note or ''}"
    elif given.owes_review:
        review = "会長の後閲待ち"
    return _Told(
        place,
        (tokyo_day(given.at).isoformat(), given.at),
        ("confirmation", given.number),
        SheetAnswer(
            day=reiwa_with_weekday(tokyo_day(given.at)),
            kind="訂正の確認",
            text=f"第{base.number}版（{base.sha256[:FIRST_DIGITS]}）と比べて　{_named_text(known, version)}",
            sha256=version.sha256[:FIRST_DIGITS],
            decider=given.by,
            outcome=given.result.label,
            manner=given.manner.label,
            authority=_may_confirm(known, place),
            conditions=review,
            note=given.note,
            recorded=f"{entered}{reiwa_moment(given.at)}",
            validity="有効" if given.current else "引戻し済",
        ),
        ("の結果を訂正後の文書に及ぼす", ("decision", given.decision)),
    )


def _may_confirm(known: _Known, place: Place) -> str:
    """The rule by which a correction is confirmed for the body of the gate."""
    gate = known.chain.gate(place[2])
    if not isinstance(gate, BodyGate):
        return ""
    body = known.chain.body(gate.body)
    return f"{body.name}の訂正の確認は{body.confirmed_by.label}"


def _period(known: _Known, held: PeriodLine) -> _Told:
    version = known.texts[held.version]
    stage = known.chain.stage_of_gate(held.gate).key
    counted = f"{held.opinions}件・{held.persons}人"
    if held.cancelled_at:
        outcome, note = "中止", held.cancelled_why or ""
    elif held.counts_why is not None:
        outcome, note = "前の募集を有効と決定", held.counts_why
    else:
        outcome, note = ("結果を公表" if held.published_at else "結果は未公表"), ""
    return _Told(
        (stage, 0, held.gate),
        (held.opens_on.isoformat(), version.at),
        ("period", held.round),
        SheetAnswer(
            day=f"{reiwa_with_weekday(held.opens_on)}から{reiwa_with_weekday(held.closes_on)}まで",
            kind="パブリックコメント",
            text=_named_text(known, version),
            sha256=version.sha256[:FIRST_DIGITS],
            decider=known.plan.department_name,
            outcome=f"{outcome}（{counted}）",
            note=note,
            recorded=reiwa_moment(held.published_at) if held.published_at else "",
        ),
    )
