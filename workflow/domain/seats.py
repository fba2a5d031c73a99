"""The seats of a body as its own rules call them."""

import unicodedata
from collections.abc import Collection

from definitions.chain import Body
from definitions.terms import Role
from workflow.domain.language import Language, label, language


def seat_label(role: Role, body: Body) -> str:
    """The seat in the body's own word: 部会長 and 副部会長 of a 部会, 議長 and 副議長 of an assembly. Who reads English reads
    the seat itself."""
    if language.get() is not Language.JAPANESE or role not in (Role.CHAIR, Role.VICE_CHAIR):
        return label(role)
    return body.chair_title if role is Role.CHAIR else f"副{body.chair_title}"


def chair_position(rule: Body) -> str | None:
    """The position (職) whose holder chairs the body; None where the body's own chair is no position elsewhere (委員長)."""
    return None if rule.chair == rule.chair_title else rule.chair


def may_chair(rule: Body, positions: Collection[str]) -> bool:
    """Return whether one of a person's positions (職) may be the one that chairs the body: 部長 may be the 政策経営部長, a 副区長
    is no 区長. Without a position, or where the body's own chair is no position elsewhere (委員長), nothing speaks against it.
    """
    wanted = chair_position(rule)
    if not positions or wanted is None:
        return True
    return any(_may_be(_plain(wanted), _plain(each)) for each in positions)


def _may_be(wanted: str, position: str) -> bool:
    longer, shorter = sorted((wanted, position), key=len, reverse=True)
    return longer.endswith(shorter) and not longer.removesuffix(shorter).endswith("副")


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def chair_label(body: Body) -> str:
    """The one who chairs the body, in its own word."""
    return seat_label(Role.CHAIR, body)
