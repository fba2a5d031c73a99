"""The sessions (会期) of the assembly as far as they are known, and the days of its bodies that follow from them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from definitions.chain import Body
from workflow.domain.calendar import month_of
from workflow.domain.scheduling.problem import Days


def sits_in_sessions(body: Body) -> bool:
    """Return whether the body sits in the sessions of the assembly, and not by a rule of its own between them."""
    return body.assembly and (body.meets is None or body.meets.every is None)


def merged(spans: Iterable[Days]) -> tuple[Days, ...]:
    """The sessions in order: a calendar may have a sitting as an entry of its own inside of its session."""
    found: list[Days] = []
    for each in sorted(spans):
        if found and each.first in found[-1]:
            found[-1] = Days(found[-1].first, max(found[-1].last, each.last))
        else:
            found.append(each)
    return tuple(found)


def beyond(regular: Iterable[date], sessions: Sequence[Days]) -> list[date]:
    """The regular days in months of which the sessions say nothing."""
    return [day for day in regular if not _known(month_of(day), sessions)]


def narrowed(month: Days, sessions: Sequence[Days]) -> list[Days]:
    """The sessions that lie in the month, or reach into it; the month itself where nothing is known of it."""
    if not _known(month_of(month.first), sessions):
        return [month]
    return [each for each in sessions if each.first <= month.last and month.first <= each.last]


def _known(month: str, sessions: Sequence[Days]) -> bool:
    """The sessions are known from the month of the first to that of the last."""
    return bool(sessions) and month_of(sessions[0].first) <= month <= month_of(sessions[-1].last)


def unfixed(spans: Iterable[Days], fixed: Collection[date]) -> list[Days]:
    """Those of the months or sessions in which no day is fixed."""
    return [each for each in spans if not any(day in each for day in fixed)]
