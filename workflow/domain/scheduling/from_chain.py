"""The scheduling problem of a plan, taken from its chain and the lengths that the office counts on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from definitions.chain import BodyGate, Chain, DocumentGate, Gate, PeriodGate, Stage
from workflow.domain.scheduling.problem import Activity, BodyCalendar, Kind, Link, Problem, Wish, in_order


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to another office (照会, 協議): sent once `after` is done, answered after so many calendar days, and needed
    for `before`."""

    key: str
    label: str
    after: str
    before: str
    length: int


@dataclass(frozen=True, slots=True)
class Pace:
    """The lengths an office counts on, in business days unless said otherwise.

    `work`: the work in a stage, by its key, else `usual_work`; 0 where a stage has no gate for a document. `papers`: days
    before a sitting by which its papers go out, by body, else as the chain says, else `usual_papers`. `gaps`: days between an activity and
    all it rests on, by its key. `comment`: calendar days of a comment, by its gate, never fewer than the chain's minimum."""

    work: Mapping[str, int] = field(default_factory=dict, hash=False)
    usual_work: int = 10
    papers: Mapping[str, int] = field(default_factory=dict, hash=False)
    usual_papers: int = 5
    gaps: Mapping[str, int] = field(default_factory=dict, hash=False)
    comment: Mapping[str, int] = field(default_factory=dict, hash=False)
    opening: int = 1
    answering: int = 10
    publishing: int = 1
    signing: int = 3
    letters: tuple[Letter, ...] = ()


def problem_of(
    chain: Chain,
    plan: str,
    start: date,
    calendars: Sequence[BodyCalendar],
    *,
    pace: Pace | None = None,
    target: date | None = None,
    wishes: Sequence[Wish] = (),
    closed: frozenset[date] = frozenset(),
    path: Sequence[str] = (),
    staff: str = "",
) -> Problem:
    """The problem of a plan of the chain that begins on `start`. `path` names the stages it goes through; left out, the
    first that each stage leads to."""
    pace = pace or Pace()
    stages = [chain.stage(key) for key in path] or list(_first_way(chain))
    found: list[Activity] = []
    entry: tuple[str, ...] = ()
    for stage in stages:
        of_stage = list(_activities(chain, stage, entry, pace))
        found += of_stage
        rested_on = {link.before for each in of_stage for link in each.after}
        entry = tuple(each.key for each in of_stage if each.key not in rested_on)
    decided = next((stage.key for stage in stages if stage.decided), stages[-1].key)
    finish = [each.key for each in found if each.stage == decided][-1]
    activities = in_order(_with_letters(found, pace.letters))
    return Problem(
        plan, start, activities, tuple(calendars), finish, target, tuple(wishes), closed, staff=staff
    )


def stage_work(stage: str) -> str:
    """The key of the work in a stage that has no gate for a document."""
    return f"stage:{stage}"


def _first_way(chain: Chain) -> Iterator[Stage]:
    stage, seen = chain.first, set[str]()
    while stage.key not in seen:
        yield stage
        seen.add(stage.key)
        following = chain.after(stage)
        stage = chain.stage(following[0]) if following else stage


def _activities(chain: Chain, stage: Stage, entry: tuple[str, ...], pace: Pace) -> Iterator[Activity]:
    """The activities of a stage, each after those it rests on. Everything in it comes after the plan's arrival."""
    work = Activity(
        stage_work(stage.key),
        stage.work or stage.label,
        stage.key,
        Kind.WORK,
        days=pace.work.get(stage.key, 0),
    )
    if not chain.written_in(stage) and (work.days or not stage.gates):
        yield replace(work, after=_links(entry, pace.gaps.get(work.key, 0)), stage_label=stage.label)
        entry = (work.key,)
    for gate in stage.gates:
        links = _links(gate.after or entry, pace.gaps.get(gate.key, 0))
        yield replace(_activity(chain, stage, gate, links, pace), stage_label=stage.label)


def _links(keys: Sequence[str], days: int) -> tuple[Link, ...]:
    return tuple(Link(key, days) for key in keys)


def _activity(chain: Chain, stage: Stage, gate: Gate, after: tuple[Link, ...], pace: Pace) -> Activity:
    plain = Activity(gate.key, gate.label, stage.key, Kind.WORK, after, mandatory=gate.mandatory)
    if isinstance(gate, DocumentGate):
        return replace(plain, days=pace.work.get(stage.key, pace.usual_work))
    if isinstance(gate, BodyGate):
        said = chain.body(gate.body).papers_days
        papers = pace.papers.get(gate.body, pace.usual_papers if said is None else said)
        return replace(plain, kind=Kind.SITTING, body=gate.body, days=papers)
    if isinstance(gate, PeriodGate):
        minimum = comment_days(chain, gate.key)
        return replace(
            plain,
            kind=Kind.COMMENT,
            days=pace.opening,
            length=max(pace.comment.get(gate.key, 0), minimum),
            first_day_counts=gate.first_day_counts,
            answering=pace.answering,
            publishing=pace.publishing,
        )
    return replace(plain, kind=Kind.SIGNOFF, days=pace.signing)


def _with_letters(activities: Sequence[Activity], letters: Sequence[Letter]) -> list[Activity]:
    of = {each.key: each for each in activities}
    sent = [
        Activity(
            letter.key,
            letter.label,
            of[letter.before].stage,
            Kind.LETTER,
            (Link(letter.after),),
            length=letter.length,
            stage_label=of[letter.before].stage_label,
        )
        for letter in letters
    ]
    waited = [
        replace(
            each, after=(*each.after, *(Link(letter.key) for letter in letters if letter.before == each.key))
        )
        for each in activities
    ]
    return [*waited, *sent]


def comment_days(chain: Chain, key: str) -> int:
    """The least calendar days of the public comment of that key."""
    gate = chain.gate(key)
    assert isinstance(gate, PeriodGate)  # noqa: S101 - asked of a public comment alone
    return max(gate.minimum_days, chain.comment_minimum_days)
