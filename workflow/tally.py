"""How votes become an outcome: quorum, majority and the chair's deciding vote, as the body's rule says."""

from dataclasses import dataclass
from enum import StrEnum

from definitions.chain import Body, Tie


class Choice(StrEnum):
    """A member's vote, or answer in a 持ち回り. `withdrawn` takes the vote before it back."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"for": "賛成", "against": "反対", "abstain": "棄権", "withdrawn": "取消し"}[self]


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes as counted. `carried` None means tied, waiting for the chair."""

    members: int
    present: int
    quorate: bool
    in_favour: int
    against: int
    abstained: int
    carried: bool | None


def count(
    body: Body,
    *,
    members: int,
    present: int,
    votes: list[Choice],
    presided: bool,
    deciding: Choice | None = None,
) -> Tally:
    """Count the votes on one item.

    `present` counts members there themselves or by deputy (in a 持ち回り: who answered). `presided` says
    whether the chair is among them and keeps their vote for a tie: then the majority is of the others
    (可否同数のときは会長の決するところによる; cf. 地方自治法第116条第2項).
    """
    in_favour, against = votes.count(Choice.FOR), votes.count(Choice.AGAINST)
    voters = present - presided
    carried: bool | None = body.majority is not None and body.majority.reached(in_favour, voters)
    if in_favour == against and in_favour > 0:
        carried = _tied(body, deciding)
    return Tally(
        members=members,
        present=present,
        quorate=body.quorum is None or body.quorum.reached(present, members),
        in_favour=in_favour,
        against=against,
        abstained=votes.count(Choice.ABSTAIN),
        carried=carried,
    )


def _tied(body: Body, deciding: Choice | None) -> bool | None:
    if body.tie is Tie.FAILS:
        return False
    return None if deciding is None else deciding is Choice.FOR
