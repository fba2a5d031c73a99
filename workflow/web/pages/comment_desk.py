"""Shared by the staff's pages about one public comment."""

from dataclasses import dataclass

from workflow import queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.comments import PeriodState
from workflow.domain.errors import NotFound
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries import Consultation
from workflow.queries.actor import actor
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.store.database import Reading
from workflow.web.session import Visitor


@dataclass(frozen=True, slots=True)
class Desk:
    """A plan, its public comments, and the one looked at (None before the first). `runs`: whether who looks may run
    it, and so may see who wrote."""

    plan: PlanFact
    rounds: tuple[Consultation, ...]
    asked: Consultation | None
    runs: bool

    @property
    def takes_letters(self) -> bool:
        """Return whether letters can still be entered: late ones too, until the result is published."""
        begun = self.asked is not None and self.asked.begun and self.asked.newest
        return self.runs and begun and not self.published

    @property
    def answers(self) -> bool:
        """Return whether replies can be written and changed."""
        settled = self.asked is None or self.asked.state in (PeriodState.STOPPED, PeriodState.PUBLISHED)
        return self.runs and not settled

    @property
    def published(self) -> bool:
        return self.asked is not None and self.asked.state is PeriodState.PUBLISHED


def desk(db: Reading, who: Visitor, key: str, round: int | None = None) -> Desk:
    """The desk of that plan, at its newest public comment or at the `round`th. Raises `NotFound`."""
    plan = plan_by_key(db, key)
    rounds = queries.rounds(db, key, who.now)
    runs = actor(db, who.key, tokyo_day(who.now)).may(Act.RUN_COMMENT, department=plan.department)
    if round is None:
        return Desk(plan, tuple(rounds), rounds[-1] if rounds else None, runs)
    asked = next((each for each in rounds if each.round == round), None)
    if asked is None:
        raise NotFound("パブリックコメント", say("第{round}回", round=round))
    return Desk(plan, tuple(rounds), asked, runs)


def asking(db: Reading, who: Visitor, key: str, round: int | None = None) -> tuple[Desk, Consultation]:
    """The desk, once a public comment was opened. Raises `NotFound`."""
    found = desk(db, who, key, round)
    if found.asked is None:
        raise NotFound("パブリックコメント", key)
    return found, found.asked


def running(db: Reading, who: Visitor, key: str) -> tuple[Desk, Consultation]:
    """The desk, for those alone who run the comment. Raises `NotAllowed`, `NotFound`."""
    found, asked = asking(db, who, key)
    must_run(db, who, found)
    return found, asked


def must_run(db: Reading, who: Visitor, desk: Desk) -> None:
    """Raises `NotAllowed` for those who do not run the comments of the plan."""
    if not desk.runs:
        actor(db, who.key, tokyo_day(who.now)).refuse(Act.RUN_COMMENT)
