"""Votes and their outcome: quorum, majority and the chair's casting vote, by the body's rule."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

from definitions.chain import Body, Threshold, Tie
from definitions.labelled import Labelled
from workflow.domain.language import say


class Choice(Labelled):
    """A member's vote, or answer in a 持ち回り. `withdrawn` takes the vote before it back."""

    FOR = "for", "賛成"
    AGAINST = "against", "反対"
    ABSTAIN = "abstain", "棄権"
    WITHDRAWN = "withdrawn", "取消し"


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

    @property
    def cast(self) -> int:
        """Return the number of valid votes, abstentions included."""
        return self.in_favour + self.against + self.abstained


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as it was cast, in whose seat. `casting`: the chair's deciding vote on a tie."""

    member: int
    choice: Choice
    casting: bool = False


def valid_ballots(ballots: Iterable[Ballot]) -> list[Ballot]:
    """The valid ballots, of all that were cast in their order: one taken back does not count, and a member's
    later one replaces the earlier. A casting vote counts beside the chair's own, until anybody votes anew,
    because it broke the earlier tie."""
    held: dict[int, list[Ballot]] = {}
    for ballot in ballots:
        if not ballot.casting and ballot.choice is not Choice.WITHDRAWN:
            held = {member: [each for each in mine if not each.casting] for member, mine in held.items()}
        mine = held.setdefault(ballot.member, [])
        if ballot.choice is not Choice.WITHDRAWN:
            mine[:] = [each for each in mine if each.casting != ballot.casting] + [ballot]
        elif mine:
            mine.pop()
    return [each for mine in held.values() for each in mine]


def tally_of(
    body: Body,
    ballots: Iterable[Ballot],
    *,
    members: Collection[int],
    chairs: Collection[int],
    present: Collection[int] | None,
) -> Tally:
    """Return the tally of the ballots on one item, given in the order they were cast. `present` are the members
    who attend themselves or by deputy; None in a 持ち回り, where those who answered count as present."""
    counted = valid_ballots(ballots)
    own = {each.member: each.choice for each in counted if not each.casting}
    deciding = [each.choice for each in counted if each.casting]
    there = set(own if present is None else present) & set(members)
    own = {member: choice for member, choice in own.items() if member in there}
    presided = present is not None and body.tie is Tie.CHAIR_DECIDES and not there.isdisjoint(chairs)
    return count(
        body,
        members=len(members),
        present=len(there),
        votes=[choice for member, choice in own.items() if not (presided and member in chairs)],
        presided=presided,
        deciding=deciding[0] if deciding else None,
    )


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
    by_half = body.majority is not None and body.majority.share == Fraction(1, 2)
    if by_half and in_favour == against and in_favour > 0:
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


def shown_share(rule: Threshold) -> str:
    """半数以上, 過半数, 2/3以上 or 1/2超, in the language of the reader."""
    part = f"{rule.share.numerator}/{rule.share.denominator}"
    if part == "1/2":
        return say("半数以上" if rule.inclusive else "過半数")
    return say("{part}以上" if rule.inclusive else "{part}超", part=part)
