"""Entries of the pages and the calls in the security log."""

import logging
from datetime import datetime

from fastapi import Request

from workflow import actions
from workflow.domain.errors import SakuteiError
from workflow.domain.security import SecurityKind
from workflow.store.database import Office

log = logging.getLogger(__name__)


def note_refusal(request: Request, person: str | None) -> None:
    """Enter that the person of that key was refused. The refusal stands also where it cannot be entered."""
    state = request.app.state
    try:
        actions.note_refusal(state.office, person, _route_of(request), now=state.clock())
    except SakuteiError as error:
        log.error("security log: %s", error.message)


def note_reading(
    request: Request, office: Office, by: str, plan: int, now: datetime, *, exported: bool = False
) -> None:
    """Enter that the person sees who wrote the opinions on the plan. Where it cannot be entered, they do not."""
    kind = SecurityKind.CITIZENS_EXPORTED if exported else SecurityKind.CITIZENS_READ
    actions.note_reading(office, by, kind, plan, _route_of(request), now=now)


def _route_of(request: Request) -> str:
    """The template of the address, with its method: an address itself may be a secret, or name somebody."""
    route = request.scope.get("route")
    mounted = request.scope.get("root_path", "")
    above = f"{mounted}/v1" if mounted else ""
    return f"{request.method} {above}{route.path}" if route else ""
