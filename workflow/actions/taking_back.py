"""Permission to take back (引戻し) a record: the person who recorded it, while they hold the right they recorded
it by, and until a later act is based on it. A later holder of the right corrects it by a new record."""

from workflow.domain.errors import AlreadyDone, NotNow
from workflow.domain.rights import Act, Actor
from workflow.domain.taking_back import TakingBack


def must_be_own(who: Actor, act: Act, what: str, *, recorded_by: int, holds: bool) -> None:
    """`holds`: the person has the right to the act here on the day they take it back. Raises `NotNow`
    (somebody else recorded it), `NotAllowed` (the right has ended)."""
    if recorded_by != who.id:
        raise NotNow("引戻し", what, "記録した本人だけが引き戻せます。")
    if not holds:
        who.refuse(act, ended=True)


def must_not_be_ended(taking_back: TakingBack) -> None:
    """Raises `AlreadyDone` when somebody has built on the record."""
    if taking_back.ended is not None:
        raise AlreadyDone(taking_back.words)
