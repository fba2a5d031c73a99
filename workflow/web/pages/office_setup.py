"""庁の準備: the steps of a new office, each leading to the page where it is done."""

from collections.abc import Sequence

from fastapi import Request

from workflow.domain.calendar import tokyo_day
from workflow.domain.office_setup import SetupFacts, SetupStep, StepState, setup_steps
from workflow.queries.office_setup import setup_facts
from workflow.web.session import Visitor

Steps = Sequence[tuple[StepState, str]]
"""Each step with the page where it is done."""


def shows_setup(request: Request, who: Visitor) -> bool:
    """Return whether the first page tells the person of the steps that are left: an administrator, not of a sample."""
    return who.person.administrator and request.app.state.demo is None


def steps_of(request: Request, who: Visitor) -> Steps:
    """The steps as they stand today. Two statements."""
    with who.office.reading() as db:
        facts = setup_facts(db, tokyo_day(who.now))
    server = request.app.state.mail.smtp_host is not None
    return [(each, _place_of(each.step, facts, who)) for each in setup_steps(facts, mail_server=server)]


def is_set_up(steps: Steps, *, without_mail: bool = False) -> bool:
    """Return whether every step is done; `without_mail`: that of the mail may be left, which an office can do without."""
    return all(each.done or (without_mail and each.step is SetupStep.MAIL) for each, _ in steps)


def _place_of(step: SetupStep, facts: SetupFacts, who: Visitor) -> str:
    match step:
        case SetupStep.DEPARTMENTS:
            return "/departments"
        case SetupStep.PEOPLE:
            return "/people/_table" if facts.people < 2 else "/people/_invitations"
        case SetupStep.CHAIN:
            return "/chains"
        case SetupStep.SEATS:
            waiting = [each.key for each in facts.bodies if not each.complete]
            return f"/bodies/{waiting[0]}/seats" if waiting else "/bodies"
        case SetupStep.MAIL:
            return "/settings"
        case SetupStep.PLAN:
            return "/plans/new" if who.person.departments else f"/people/{who.key}"
