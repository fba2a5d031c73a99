"""The steps by which a new office is set up, each done or not, with what is still missing in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from definitions.labelled import Labelled
from definitions.terms import Role
from workflow.domain.language import say
from workflow.domain.rights import SEATED


class SetupStep(Labelled):
    """A step of setting up an office, in the order in which they are taken: the mail works before anybody is invited by it."""

    DEPARTMENTS = "departments", "課"
    MAIL = "mail", "メール"
    PEOPLE = "people", "職員"
    CHAIN = "chain", "策定の流れ"
    SEATS = "seats", "会議体の委員"
    PLAN = "plan", "最初の計画"


@dataclass(frozen=True, slots=True)
class SeatedRoles:
    """A body, with the roles that are held in it on a day."""

    key: str
    name: str
    roles: frozenset[Role]

    @property
    def complete(self) -> bool:
        """Return whether it can meet: somebody chairs it, and somebody is its 事務局."""
        return {Role.CHAIR, Role.SECRETARIAT} <= self.roles


@dataclass(frozen=True, slots=True)
class SetupFacts:
    """The state of an office on a day. `people` counts everybody on the list, `reached` those among them who can
    sign in or were invited, `uninvited` the staff who neither can nor were; `mailed`: a mail went out, `planned`: a plan
    was begun."""

    departments: int
    people: int
    reached: int
    uninvited: int
    chains: int
    bodies: tuple[SeatedRoles, ...]
    mailed: bool
    planned: bool


@dataclass(frozen=True, slots=True)
class StepState:
    """A step, whether it is done, and what is missing (no words: nothing)."""

    step: SetupStep
    missing: tuple[str, ...]

    @property
    def done(self) -> bool:
        return not self.missing


def setup_steps(facts: SetupFacts, *, mail_server: bool) -> tuple[StepState, ...]:
    """Every step in order. `mail_server`: the settings name one."""
    missing: dict[SetupStep, Iterable[str]] = {
        SetupStep.DEPARTMENTS: [] if facts.departments else [say("課がまだありません。")],
        SetupStep.PEOPLE: _people(facts),
        SetupStep.CHAIN: [] if facts.chains else [say("策定の流れがまだ登録されていません。")],
        SetupStep.SEATS: _seats(facts.bodies),
        SetupStep.MAIL: _mail(facts, mail_server=mail_server),
        SetupStep.PLAN: []
        if facts.planned
        else [
            say(
                "計画がまだありません。最初の計画は、担当課の職員が始めます。招待した人に伝えてください（ご自分も課の職員なら、先にご自分の所属を登録します）。"
            )
        ],
    }
    return tuple(StepState(step, tuple(missing[step])) for step in SetupStep)


def next_step(steps: Sequence[StepState], *, mail_server: bool) -> StepState | None:
    """The first step that is open; None: there is none. Without a mail server the step of the mail is passed over: nothing
    on a page sets one."""
    passed = () if mail_server else (SetupStep.MAIL,)
    return next((each for each in steps if not each.done and each.step not in passed), None)


def _people(facts: SetupFacts) -> list[str]:
    if facts.people < 2:
        return [say("システム管理者のほかに、職員がまだいません。")]
    if facts.uninvited:
        return [say("招待していない職員: {count}人", count=facts.uninvited)]
    if facts.reached < 2:
        return [say("招待した職員がまだいません。システム管理者のほかは、誰もサインインできません。")]
    return []


def _seats(bodies: Sequence[SeatedRoles]) -> list[str]:
    if not bodies:
        return [say("会議体がまだありません。策定の流れを登録すると、その会議体が入ります。")]
    empty = [each.name for each in bodies if not each.roles.intersection(SEATED)]
    chairless = [each.name for each in bodies if each.name not in empty and Role.CHAIR not in each.roles]
    unserved = [each.name for each in bodies if Role.SECRETARIAT not in each.roles]
    said: list[str] = []
    if empty:
        said.append(say("委員のいない会議体: {names}", names=say("、").join(empty)))
    if chairless:
        said.append(say("会長のいない会議体: {names}", names=say("、").join(chairless)))
    if unserved:
        said.append(say("事務局のいない会議体: {names}", names=say("、").join(unserved)))
    return said


def _mail(facts: SetupFacts, *, mail_server: bool) -> list[str]:
    if not mail_server:
        return [
            say(
                "メールサーバーが設定されていません。後でもかまいません（それまで、メールはフォルダーに保存されます）。"
            )
        ]
    return [] if facts.mailed else [say("試しのメールをまだ送っていません。")]
