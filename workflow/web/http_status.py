"""The HTTP status of each error."""

from definitions.errors import ChainInvalid
from workflow.domain.errors import (
    AlreadyDone,
    AnswerLost,
    AuditBroken,
    BadInput,
    CallRunning,
    DatabaseUnusable,
    DocumentDamaged,
    IdentityUnconfirmed,
    KeyReused,
    NotAllowed,
    NotFound,
    NotNow,
    OtherText,
    PlanMoved,
    QuorumMissing,
    QuotaSpent,
    SakuteiError,
    ScopeMissing,
    SheetNotMade,
    SignInRefused,
    StorageFull,
    TokenRefused,
    TooBusy,
    TooLarge,
    TooManyCalls,
    TooManyUploads,
    TooSlow,
)
from workflow.domain.gates import GateClosed
from workflow.domain.timing import LateText, TooEarly

STATUS: dict[type[SakuteiError], int] = {
    NotAllowed: 403,
    IdentityUnconfirmed: 403,
    ScopeMissing: 403,
    NotFound: 404,
    GateClosed: 409,
    PlanMoved: 409,
    AlreadyDone: 409,
    OtherText: 409,
    LateText: 409,
    TooEarly: 409,
    NotNow: 409,
    QuorumMissing: 409,
    CallRunning: 409,
    AnswerLost: 409,
    BadInput: 422,
    ChainInvalid: 422,
    KeyReused: 422,
    SignInRefused: 401,
    TokenRefused: 401,
    TooBusy: 503,
    SheetNotMade: 503,
    TooLarge: 413,
    TooSlow: 408,
    TooManyCalls: 429,
    TooManyUploads: 429,
    QuotaSpent: 429,
    DocumentDamaged: 500,
    AuditBroken: 500,
    DatabaseUnusable: 503,
    StorageFull: 507,
}


def status_of(error: SakuteiError) -> int:
    """The HTTP status of an error: that of its class, or of the class it refines."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)
