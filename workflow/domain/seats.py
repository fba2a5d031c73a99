"""The seats of a body as its own rules call them."""

from definitions.chain import Body
from definitions.terms import Role
from workflow.domain.language import Language, label, language


def seat_label(role: Role, body: Body) -> str:
    """The seat in the body's own word: 部会長 and 副部会長 of a 部会, 議長 and 副議長 of an assembly. Who reads English reads
    the seat itself."""
    if language.get() is not Language.JAPANESE or role not in (Role.CHAIR, Role.VICE_CHAIR):
        return label(role)
    return body.chair_title if role is Role.CHAIR else f"副{body.chair_title}"


def chair_label(body: Body) -> str:
    """The one who chairs the body, in its own word."""
    return seat_label(Role.CHAIR, body)
