"""Texts on the votes of an item, shown before they are counted."""

from definitions.chain import Body
from definitions.terms import Outcome
from workflow.domain.language import label, say
from workflow.domain.votes import shown_share
from workflow.queries.attendance import Poll


def tally_facts(poll: Poll, body: Body, outcome: Outcome, *, in_writing: bool) -> list[tuple[str, str]]:
    """The votes, who was there and who has not voted, and the outcome to be recorded, each named."""
    tally = poll.tally
    votes = say(
        "賛成 {in_favour}・反対 {against}・棄権 {abstained}",
        in_favour=tally.in_favour,
        against=tally.against,
        abstained=tally.abstained,
    )
    facts: list[tuple[str, str]] = [(say("票"), votes)]
    if poll.deciding:
        facts.append((say("会長の裁決"), label(poll.deciding)))
    there = say("{there}／{members} 人", there=tally.present, members=tally.members)
    facts.append((say("回答") if in_writing else say("出席"), there))
    if body.quorum:
        reached = say("達しています") if tally.quorate else say("達していません")
        facts.append(
            (say("定足数"), say("{share}（{reached}）", share=shown_share(body.quorum), reached=reached))
        )
    facts.append((say("まだの人"), say("、").join(poll.missing) or say("いません")))
    facts.append((say("記録する結果"), label(outcome)))
    return facts


def missing_words(poll: Poll, *, in_writing: bool) -> str:
    """A warning while members who could vote have not; empty when all have."""
    if not poll.missing:
        return ""
    count, names = len(poll.missing), say("、").join(poll.missing)
    if in_writing:
        return say(
            "まだ回答していない委員が {count} 人います（{names}）。集計すると、回答した委員だけで決します。",
            count=count,
            names=names,
        )
    return say(
        "出席した委員のうち {count} 人がまだ採決していません（{names}）。"
        "このまま集計すると、賛成しなかったものとして数えます。",
        count=count,
        names=names,
    )
