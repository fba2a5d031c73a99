"""A demonstration that a newcomer may play with: its people, and a clock they move."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.exceptions import HTTPException

from workflow import actions
from workflow.store.database import Office
from workflow.web.limits import Load, takes
from workflow.web.permissions import Open, needs
from workflow.web.rendering import redirect
from workflow.web.session import Page, same_origin

router = APIRouter(prefix="/demo", route_class=Page)


@dataclass(slots=True)
class Demo:
    """The demonstration. `guests` are (label, key, password), shown on the sign-in page. `moved` is called each
    time the clock moves on, so that due mail is sent."""

    office: Office
    guests: tuple[tuple[str, str, str], ...]
    begins: datetime
    moved: Callable[[datetime], object]
    _started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def clock(self) -> datetime:
        """The demonstration's now: runs with the real one."""
        return self.begins + (datetime.now(UTC) - self._started)

    def move(self, days: int) -> None:
        """Let days pass, without signing anybody out."""
        self.begins += timedelta(days=days)
        actions.prolong_sessions(self.office, self.clock() + actions.TOKEN_LIFE)
        self.moved(self.clock())


@router.post("/clock", openapi_extra=needs(Open.PUBLIC) | takes(Load.KEY))
def move_clock(
    request: Request, days: Annotated[int, Form(ge=1, le=31)], back: Annotated[str, Form()] = "/"
) -> Response:
    if not same_origin(request):
        raise HTTPException(403)
    demo: Demo = request.app.state.demo
    demo.move(days)
    return redirect(back)
