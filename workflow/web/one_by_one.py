"""Bulk forms: each row in its own transaction; collects the refusals."""

from collections.abc import Callable

from workflow.domain.errors import (
    AlreadyDone,
    BadInput,
    NotNow,
    QuorumMissing,
    SakuteiError,
    StaleVersion,
)
from workflow.domain.gates import GateClosed

OF_ONE_ALONE: tuple[type[SakuteiError], ...] = (
    AlreadyDone,
    BadInput,
    GateClosed,
    QuorumMissing,
    StaleVersion,
    NotNow,
)
"""Errors of one row that need not affect the next."""


def refusal_of(act: Callable[[], object]) -> str:
    """Do it; why it was refused, in words, empty when it was done. Raises what stands against all of them."""
    try:
        act()
    except OF_ONE_ALONE as error:
        return str(error)
    return ""
