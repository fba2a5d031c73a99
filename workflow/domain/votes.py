"""Votes and their outcome by the body's rule: quorum, majority and its base, ties, who presides, 除斥 and 書面表決."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from definitions.chain import Body, MajorityOf, PresiderVotes, Threshold, Tie, can_tie
from definitions.labelled import Labelled
from definitions.terms import OPENING_OUTCOMES, Outcome, Role
from workflow.domain.language import say


class Choice(Labelled):
    """A member's vote, or answer in a 持ち回り. `withdrawn` takes the vote before it back."""

    FOR = "for", "賛成"
    AGAINST = "against", "反対"
    ABSTAIN = "abstain", "棄権"
    WITHDRAWN = "withdrawn", "取消し"


class Part(Labelled):
    """The part a member takes in one item, where it differs from their attendance of the meeting: 遅参 or 早退
    (absent), 退席 (left), or 除斥 (recused: the matter is their own, 地方自治法第117条)."""

    LEFT = "left", "退席"
    RECUSED = "recused", "除斥"
    ABSENT = "absent", "欠席"
    PRESENT = "present", "出席"


@dataclass(frozen=True, slots=True)
class AtItem:
    """A member of the meeting's day at one item. `present`: recorded as present at the meeting, in person or
    `by_deputy`."""

    member: int
    role: Role
    present: bool
    by_deputy: bool
    part: Part


@dataclass(frozen=True, slots=True)
class Room:
    """The members who take part in one item. `writing` are those who count as present once they have voted in writing;
    `presider` is the seat that presides, None while nobody is known to."""

    members: frozenset[int]
    present: frozenset[int]
    writing: frozenset[int]
    recused: frozenset[int]
    presider: int | None


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as it was cast, in whose seat. `casting`: the deciding vote of who presides, on a tie."""

    member: int
    choice: Choice
    casting: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes as counted. `carried` None means tied, waiting for who presides."""

    members: int
    present: int
    quorate: bool
    in_favour: int
    against: int
    abstained: int
    carried: bool | None
    recused: int

    @property
    def cast(self) -> int:
        """Return the number of valid votes, abstentions included."""
        return self.in_favour + self.against + self.abstained


def room_of(body: Body, members: Sequence[AtItem], *, named: int | None, in_writing: bool) -> Room:
    """Return who takes part in an item. `named` is the seat recorded as presiding; without one it is the chair, and
    while the chair is not there in person, the vice chair. In a 持ち回り the chair presides, and everybody answers."""
    partaking = [each for each in members if each.part is Part.PRESENT and (each.present or in_writing)]
    presider = _presider(partaking, named)
    recused = frozenset(each.member for each in members if each.part is Part.RECUSED)
    there = frozenset(each.member for each in partaking)
    if in_writing:
        present = there & {presider} if presider_votes(body) is PresiderVotes.TIES else frozenset[int]()
        writing = there - present
    else:
        present = there
        absent = frozenset(each.member for each in members if not each.present)
        writing = absent - recused if body.written_votes else frozenset[int]()
    return Room(frozenset(each.member for each in members), present, writing, recused, presider)


def _presider(partaking: Sequence[AtItem], named: int | None) -> int | None:
    if any(each.member == named for each in partaking):
        return named
    in_person = [each for each in partaking if not each.by_deputy]
    for role in (Role.CHAIR, Role.VICE_CHAIR):
        for each in in_person:
            if each.role is role:
                return each.member
    return None


def presider_votes(body: Body) -> PresiderVotes:
    """Return when who presides votes: as the body's rule says, else only on a tie where there can be one that the
    chair decides (地方自治法第116条第2項 speaks of the plain majority alone)."""
    if body.presider_votes is not None:
        return body.presider_votes
    return PresiderVotes.TIES if can_tie(body) and body.tie is Tie.CHAIR_DECIDES else PresiderVotes.ALWAYS


def only_breaks_ties(body: Body, room: Room, member: int) -> bool:
    """Return whether the member presides and therefore votes on a tie alone."""
    return member == room.presider and presider_votes(body) is PresiderVotes.TIES


def has_vote(body: Body, room: Room, member: int) -> bool:
    """Return whether a vote of the member counts: they take part, and do not preside where that costs the vote."""
    return member in room.present | room.writing and not only_breaks_ties(body, room, member)


def valid_ballots(ballots: Iterable[Ballot]) -> list[Ballot]:
    """The valid ballots, of all that were cast in their order: one taken back does not count, and a member's
    later one replaces the earlier. A casting vote counts beside the presider's own, until anybody votes anew,
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


def tally_of(body: Body, room: Room, ballots: Iterable[Ballot]) -> Tally:
    """Return the tally of the ballots on one item, given in the order they were cast."""
    counted = valid_ballots(ballots)
    own = {
        each.member: each.choice for each in counted if not each.casting and has_vote(body, room, each.member)
    }
    deciding = (each.choice for each in counted if each.casting and each.member == room.presider)
    there = room.present | (room.writing & own.keys())
    return count(
        body,
        members=len(room.members),
        present=len(there),
        recused=len(room.recused),
        votes=list(own.values()),
        presided=any(only_breaks_ties(body, room, member) for member in there),
        deciding=next(deciding, None),
    )


def count(
    body: Body,
    *,
    members: int,
    present: int,
    votes: Sequence[Choice],
    recused: int,
    presided: bool,
    deciding: Choice | None = None,
) -> Tally:
    """Count the votes on one item.

    `present` counts members there themselves, by deputy or in writing, without the `recused`. `presided` says whether
    one of them presides and keeps their vote for a tie: then 出席委員 are the others.
    """
    in_favour, against = votes.count(Choice.FOR), votes.count(Choice.AGAINST)
    base = {
        MajorityOf.PRESENT: present - presided,
        MajorityOf.VOTING: in_favour + against,
        MajorityOf.MEMBERS: members - recused,
    }[body.majority_of]
    carried: bool | None = body.majority is not None and body.majority.reached(in_favour, base)
    if can_tie(body) and in_favour == against and in_favour > 0:
        carried = _tied(body, deciding)
    return Tally(
        members=members,
        present=present,
        quorate=body.quorum is None or body.quorum.reached(present, members),
        in_favour=in_favour,
        against=against,
        abstained=votes.count(Choice.ABSTAIN),
        carried=carried,
        recused=recused,
    )


def _tied(body: Body, deciding: Choice | None) -> bool | None:
    if body.tie is Tie.FAILS:
        return False
    return None if deciding is None else deciding is Choice.FOR


ANOTHER_TIME = frozenset({Outcome.CONTINUED, Outcome.CARRIED_OVER, Outcome.REPORT_AGAIN})
"""The outcomes by which an item goes on another time: they need no votes, and stand without a 定足数."""

_AGREES = frozenset({Outcome.AMENDED, *(each for given in OPENING_OUTCOMES.values() for each in given)})
_REFUSES = frozenset({Outcome.RETURNED, Outcome.REPORT_AGAIN, Outcome.REJECTED})


def contradicts(outcome: Outcome, answers: Collection[Choice]) -> bool:
    """Return whether the answers of a 持ち回り speak against the outcome: it agrees though nobody does, or it refuses
    though everybody agrees."""
    if outcome in _AGREES:
        return Choice.FOR not in answers
    return outcome in _REFUSES and all(answer is Choice.FOR for answer in answers)


def still_holds(was: Tally, now: Tally, *, counted: bool) -> bool:
    """Return whether an outcome on the first tally is one on the second: somebody is there, quorate where it was, and
    where the outcome was `counted`, carried or not as before."""
    someone = now.present > 0 or was.present == 0
    return someone and now.quorate >= was.quorate and (not counted or now.carried == was.carried)


def counts_of(tally: Tally) -> dict[str, int]:
    """Return the numbers a decision keeps of the votes it was tallied from."""
    names = ("in_favour", "against", "abstained", "present", "members", "recused")
    return {name: getattr(tally, name) for name in names}


def counts_words(counts: Mapping[str, int]) -> str:
    """Return the numbers of votes in the language of the reader."""
    return say(
        "賛成 {in_favour}・反対 {against}・棄権 {abstained}・出席 {present}（委員 {members} 人）・除斥 {recused}",
        **counts,
    )


def rules_words(body: Body) -> list[tuple[str, str]]:
    """Return the rules by which the body decides, each by its name, in the language of the reader."""
    said: list[tuple[str, str]] = []
    if body.quorum:
        said.append((say("定足数"), say("委員の{share}", share=shown_share(body.quorum))))
    if body.majority:
        base = {
            MajorityOf.PRESENT: say("出席委員の{share}", share=shown_share(body.majority)),
            MajorityOf.VOTING: say("賛成と反対の票の{share}", share=shown_share(body.majority)),
            MajorityOf.MEMBERS: say("全委員の{share}", share=shown_share(body.majority)),
        }
        said.append((say("可決"), base[body.majority_of]))
        if can_tie(body):
            decides = body.tie is Tie.CHAIR_DECIDES
            said.append(
                (say("可否同数のとき"), say("会長の決するところによる") if decides else say("否決とする"))
            )
        only_ties = presider_votes(body) is PresiderVotes.TIES
        said.append(
            (
                say("会議を進行する人の票"),
                say("可否同数のときだけ決する") if only_ties else say("ほかの委員と同じく採決に加わる"),
            )
        )
        said.append((say("書面表決"), say("できる") if body.written_votes else say("できない")))
    if body.written_consent:
        said.append((say("持ち回り"), say("委員の過半数の同意を、先に書面で得る")))
    said.append((say("代理"), say("1 人で {count} 人まで", count=body.deputies_per_person)))
    return said


def shown_share(rule: Threshold) -> str:
    """半数以上, 過半数, 2/3以上 or 1/2超, in the language of the reader."""
    part = f"{rule.share.numerator}/{rule.share.denominator}"
    if part == "1/2":
        return say("半数以上" if rule.inclusive else "過半数")
    return say("{part}以上" if rule.inclusive else "{part}超", part=part)
