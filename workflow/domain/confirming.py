"""The right to confirm, for a body, that a corrected text is the one it agreed to."""

from collections.abc import Collection

from definitions.chain import Body, Corrections
from definitions.labelled import Labelled
from definitions.terms import Role
from workflow.domain.rights import Actor


class ConfirmedAs(Labelled):
    """In what right a text was confirmed. `PAPER`: the 事務局 entered what its chair answered on paper."""

    CHAIR = "chair", "会長"
    VICE_CHAIR = "vice_chair", "副会長（会長が空席）"
    DEPUTY = "deputy", "会長の代理者"
    SECRETARIAT = "secretariat", "事務局"
    PAPER = "paper", "書面（事務局が登録）"


def confirms_as(who: Actor, body: Body, chairs: Collection[int]) -> ConfirmedAs | None:
    """In what right the person confirms for the body; None when in none. `chairs` hold its chair on the day (会長一任);
    while nobody does, it is the vice chair's."""
    if body.confirmed_by is Corrections.BODY:
        return None
    if body.confirmed_by is Corrections.SECRETARIAT:
        return ConfirmedAs.SECRETARIAT if (body.key, Role.SECRETARIAT) in who.seats else None
    if who.id in chairs:
        return ConfirmedAs.CHAIR
    if who.principals & set(chairs):
        return ConfirmedAs.DEPUTY
    vice = not chairs and (body.key, Role.VICE_CHAIR) in who.seats
    return ConfirmedAs.VICE_CHAIR if vice else None
