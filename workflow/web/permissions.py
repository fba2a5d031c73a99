"""The rights that a route requires, and the check."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from workflow.domain.rights import Act, Actor


class Open(StrEnum):
    """Routes that need no right of the rights table: public, for signed-in people, or for one's own things (a
    feed, a session, a one-time link)."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    SELF = "self"


def needs(*rights: Act | Open) -> dict[str, Any]:
    """Return the declaration of a route's required rights, as stored in its OpenAPI: any one of them is enough."""
    return {"x-needs": [right.name for right in rights]}


def acts_of(route: Any) -> list[Act]:
    """The acts a route names as its need; empty when it needs none of the rights table."""
    named = (getattr(route, "openapi_extra", None) or {}).get("x-needs", [])
    return [Act[name] for name in named if name in Act.__members__]


def let_through(person: Actor, acts: Sequence[Act]) -> None:
    """Raises `NotAllowed` for who can do none of the acts anywhere."""
    if acts and not any(person.may_somewhere(act) for act in acts):
        person.refuse(acts[0])
