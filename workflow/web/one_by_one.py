"""Bulk forms: each row in its own transaction; collects the refusals."""

from collections.abc import Callable

from workflow.domain.errors import (
    AlreadyDone,
    BadInput,
    NotNow,
    OtherText,
    QuorumMissing,
    SakuteiError,
)
from workflow.domain.gates import GateClosed
from workflow.domain.timing import LateText, TooEarly
from workflow.web.guide import Refusal

OF_ONE_ALONE: tuple[type[SakuteiError], ...] = (
    AlreadyDone,
    BadInput,
    GateClosed,
    QuorumMissing,
    OtherText,
    LateText,
    TooEarly,
    NotNow,
)
"""Errors of one row that need not affect the next."""


def refusal_of(act: Callable[[], object]) -> str:
    """Run the act; return the reason of its refusal, as text, or an empty string when it was done. Raises errors
    that affect all rows."""
    try:
        act()
    except OF_ONE_ALONE as error:
        return Refusal(error)
    return ""
