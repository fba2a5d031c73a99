"""引戻し: who may take back what was recorded. Until somebody has built on it, whoever recorded it, while they hold
the right they recorded it by; whoever holds it after them corrects by a new record."""

from workflow.domain.errors import NotNow
from workflow.domain.rights import Act, Actor


def must_be_own(who: Actor, act: Act, what: str, *, recorded_by: int, holds: bool) -> None:
    """`holds`: the person has the right to the act here on the day they take it back. Raises `NotNow`
    (somebody else recorded it), `NotAllowed` (the right has ended)."""
    if recorded_by != who.id:
        raise NotNow("引戻し", what, "記録した本人だけが引き戻せます。")
    if not holds:
        who.refuse(act, ended=True)
