"""庁の準備: the steps of a new office, each leading to the page where it is done, and the way on from one to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from workflow.domain.calendar import tokyo_day
from workflow.domain.language import label, say
from workflow.domain.office_setup import SetupFacts, SetupStep, StepState, next_step, setup_steps
from workflow.domain.rights import Actor
from workflow.queries.office_setup import setup_facts
from workflow.store.database import Office

Steps = Sequence[tuple[StepState, str]]
"""Each step with the page where it is done."""

PLACES = ("/departments", "/people", "/bodies", "/chains", "/settings", "/plans/new")
"""The pages of the steps, each with those under it."""


@dataclass(frozen=True, slots=True)
class WayOn:
    """The next open step in words, and its page, None where others take it; `here`: it is done on the page that is
    shown. `own_post`: the page where the person who reads it registers their own department, who may then take it too."""

    words: str
    place: str | None
    here: bool = False
    own_post: str | None = None


def shows_setup(request: Request, person: Actor) -> bool:
    """Return whether the first page tells the person of the steps that are left: an administrator, not of a sample."""
    return person.administrator and request.app.state.demo is None


def steps_of(request: Request, office: Office, person: Actor, now: datetime) -> Steps:
    """The steps as they stand today. Two statements."""
    facts, steps = _stand(request, office, now)
    return [(each, _place_of(each.step, facts, person)[0]) for each in steps]


def is_set_up(steps: Steps, *, without_mail: bool = False) -> bool:
    """Return whether every step is done; `without_mail`: that of the mail may be left, which an office can do without."""
    return all(each.done or (without_mail and each.step is SetupStep.MAIL) for each, _ in steps)


def way_on(request: Request, office: Office, person: Actor, now: datetime) -> WayOn | None:
    """The way from a page of a step to the next one that is open; None: the page is of none, or all are done. Two
    statements, on the pages of the steps alone."""
    path = request.url.path
    if not shows_setup(request, person) or not any(_is_under(path, place) for place in PLACES):
        return None
    facts, steps = _stand(request, office, now)
    following = next_step(steps, mail_server=has_server(request))
    if following is None:
        return None
    if following.step is SetupStep.PLAN and not person.departments:
        sentence = say("最初の計画は、担当課の職員が始めます。招待した人に伝えてください。")
        return WayOn(sentence, None, own_post=f"/people/{person.key}")
    place, words = _place_of(following.step, facts, person)
    return WayOn(words, place, here=_is_under(path, place))


def _stand(request: Request, office: Office, now: datetime) -> tuple[SetupFacts, Sequence[StepState]]:
    with office.reading() as db:
        facts = setup_facts(db, tokyo_day(now))
    return facts, setup_steps(facts, mail_server=has_server(request))


def has_server(request: Request) -> bool:
    """Return whether the settings name a mail server."""
    return request.app.state.mail.smtp_host is not None


def _is_under(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _place_of(step: SetupStep, facts: SetupFacts, person: Actor) -> tuple[str, str]:
    """The page of a step, and what is done there in words."""
    match step:
        case SetupStep.DEPARTMENTS:
            return "/departments", label(step)
        case SetupStep.PEOPLE:
            alone = facts.people < 2
            return (
                ("/people/_table", say("職員の登録"))
                if alone
                else ("/people/_invitations", say("職員の招待"))
            )
        case SetupStep.CHAIN:
            return "/chains", label(step)
        case SetupStep.SEATS:
            waiting = [each for each in facts.bodies if not each.complete]
            if not waiting:
                return "/bodies", label(step)
            return f"/bodies/{waiting[0].key}/seats", say("{body}の委員・事務局", body=waiting[0].name)
        case SetupStep.MAIL:
            return "/settings", label(step)
        case SetupStep.PLAN:
            return ("/plans/new" if person.departments else "/people/_invitations"), label(step)
