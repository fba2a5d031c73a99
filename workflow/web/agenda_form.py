"""Putting on an agenda at once, by a form: plans that were ticked, 専決 to be heard, and matters typed one a line."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.datastructures import FormData

from workflow import actions
from workflow.domain.matters import TypedMatter, TypedMatters, typed_matters
from workflow.domain.meetings import Purpose
from workflow.domain.validation import typed_number
from workflow.queries.agenda import Candidate
from workflow.web.one_by_one import refusal_of
from workflow.web.session import Visitor

EVERY_PLAN = "every"
"""The value of the button that shows the form again with every plan ticked."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The things that were ticked and typed. `plans` are `plan:gate`, `alone` the numbers of 専決; `purpose` None: each
    body's usual one."""

    plans: tuple[str, ...]
    alone: tuple[int, ...]
    matters: TypedMatters
    purpose: Purpose | None

    def __bool__(self) -> bool:
        return bool(self.plans or self.alone or self.matters)


def entered(form: FormData) -> Entered:
    """Return the things that the form puts on the agenda. Raises `BadInput`."""
    purpose = form.get("purpose")
    return Entered(
        plans=tuple(str(value) for value in form.getlist("add")),
        alone=tuple(each for value in form.getlist("alone") if (each := typed_number(value)) is not None),
        matters=typed_matters(str(form.get("matters", ""))),
        purpose=Purpose(str(purpose)) if purpose in set(Purpose) else None,
    )


def put_on(who: Visitor, meeting: int, asked: Entered, *, after: int | None = None) -> tuple[int, list[str]]:
    """Put these on the agenda of the meeting, in their order, after the item `after` (0: before them all; None: at the end).
    Return how many were taken, and why the others were refused. Raises errors that affect all."""
    placed: list[int] = []
    refusals = []
    for act in _acts(who, meeting, asked):
        place = after if after is None or not placed else placed[-1]
        refusals.append(refusal_of(partial(_put, act, place, placed)))
    return len(placed), [refusal for refusal in refusals if refusal]


def ticked_of(waiting: Sequence[Candidate], ticked: Collection[str], *, every: bool) -> Collection[str]:
    """The plans to show with a mark: those ticked, or every one that can be put on the agenda."""
    return [f"{each.plan}:{each.gate}" for each in waiting if not each.elsewhere] if every else ticked


def _acts(who: Visitor, meeting: int, asked: Entered) -> Iterator[Callable[..., int]]:
    where = (who.office, who.key, meeting)
    for matter in asked.matters.before:
        yield _matter_act(who, meeting, matter)
    for value in asked.plans:
        plan, _, gate = value.partition(":")
        yield partial(actions.list_item, *where, plan, gate, purpose=asked.purpose, now=who.now)
    for decision in asked.alone:
        yield partial(actions.list_ratification, *where, decision, now=who.now)
    for matter in asked.matters.after:
        yield _matter_act(who, meeting, matter)


def _matter_act(who: Visitor, meeting: int, matter: TypedMatter) -> Callable[..., int]:
    return partial(
        actions.list_matter,
        who.office,
        who.key,
        meeting,
        matter.title,
        heading=matter.heading,
        planned_minutes=matter.planned_minutes,
        now=who.now,
    )


def _put(act: Callable[..., int], after: int | None, placed: list[int]) -> None:
    placed.append(act(after=after))
