"""What a refusal is in HTTP: the status of each error, and the largest request."""

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from definitions.errors import ChainInvalid
from workflow.errors import (
    AlreadyDone,
    AnswerLost,
    AuditBroken,
    BadInput,
    CallRunning,
    DatabaseUnusable,
    DocumentDamaged,
    GateClosed,
    KeyReused,
    NotAllowed,
    NotFound,
    PlanMoved,
    QuorumMissing,
    SakuteiError,
    ScopeMissing,
    SignInRefused,
    StaleVersion,
    StepImpossible,
    TokenRefused,
    TooManyCalls,
)

LARGEST_BODY = 220 * 1024 * 1024
"""The largest request, in bytes: a document and its form."""
LARGEST_FORM = 4 * 1024 * 1024
"""The largest form without a document, in bytes."""

STATUS: dict[type[SakuteiError], int] = {
    NotAllowed: 403,
    ScopeMissing: 403,
    NotFound: 404,
    GateClosed: 409,
    PlanMoved: 409,
    AlreadyDone: 409,
    StaleVersion: 409,
    StepImpossible: 409,
    QuorumMissing: 409,
    CallRunning: 409,
    AnswerLost: 409,
    BadInput: 422,
    ChainInvalid: 422,
    KeyReused: 422,
    SignInRefused: 401,
    TokenRefused: 401,
    TooManyCalls: 429,
    DocumentDamaged: 500,
    AuditBroken: 500,
    DatabaseUnusable: 503,
}


def status_of(error: SakuteiError) -> int:
    """The HTTP status of an error: that of its class, or of the class it refines."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)


def limited(receive: Receive, most: int) -> Receive:
    """Receives no more than so many bytes: a request need not say how long it is."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(413)
        return message

    return counted
