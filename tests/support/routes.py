"""Every route of the pages and every call of the API."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from tests.support.web_client import mail_settings
from workflow.web.app import build


def routes() -> Iterator[tuple[str, RouteContext]]:
    """Every route of the pages, with each of its methods."""
    yield from _routes(_APP.routes)


def calls() -> Iterator[tuple[str, RouteContext]]:
    """Every call of the API."""
    yield from _routes(_APP.state.api.routes)


def _routes(found: Iterable[Any]) -> Iterator[tuple[str, RouteContext]]:
    for route in iter_route_contexts(found):
        if isinstance(route.original_route, APIRoute):
            for method in sorted(route.methods or ()):
                yield method, route


_APP = build(None, mail_settings(Path()))  # type: ignore[arg-type]
