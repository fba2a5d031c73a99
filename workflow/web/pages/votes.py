"""A meeting once it began: attendance, outcomes of the whole meeting in one form, votes, answers in writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.datastructures import FormData

from definitions.chain import Body
from definitions.terms import Outcome
from notifications import resending
from notifications.dry_run import rehearse
from workflow import actions
from workflow.actions import Seated
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput
from workflow.domain.language import label, say
from workflow.domain.rights import Act
from workflow.domain.seats import chair_label
from workflow.domain.votes import Choice, Part, shown_share
from workflow.queries.actor import actor
from workflow.queries.agenda import Item, agenda, put
from workflow.queries.attendance import Poll, places, polls
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.people import Contact
from workflow.queries.plans import plan_by_id
from workflow.store.database import Office
from workflow.web.confirm import SURE, confirmed
from workflow.web.one_by_one import refusal_of
from workflow.web.pages.meetings import Number, known, meeting_page
from workflow.web.permissions import Open, needs
from workflow.web.pulse import when_sent
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Visitor
from workflow.web.sitting_form import lines_in, seated_as

router = APIRouter(route_class=Page)


@dataclass(frozen=True, slots=True)
class Entry:
    """The fields of one item. `outcome` is None when none was chosen."""

    item: Item
    outcome: Outcome | None
    conditions: tuple[str, ...]
    note: str
    late_text: str


@router.post("/meetings/{number}/attendance", openapi_extra=needs(Act.ENTER_ATTENDANCE))
def attendance(who: FormUser, number: Number, form: Filled) -> Response:
    """Record the attendance: `there-<member>` is yes, no or `by:<deputy>`; `presider` is who presided, empty for the
    rule's. With `rest`, unmarked members are recorded as present."""
    there = {
        name.removeprefix("there-"): seated
        for name, value in form.items()
        if name.startswith("there-") and (seated := seated_as(str(value)))
    }
    if form.get("rest"):
        held = known(who, number)
        with who.office.reading() as db:
            unmarked = [place.seat.key for place in places(db, held) if place.present is None]
        there = dict.fromkeys(unmarked, Seated(present=True)) | there
    presider, reason = form.get("presider"), str(form.get("reason", ""))
    actions.enter_attendance(
        who.office,
        who.key,
        number,
        there,
        presider=None if presider is None else str(presider),
        reason=reason,
        now=who.now,
    )
    return redirect(f"/meetings/{number}#there", said=say("出欠を記録しました。"))


@router.post("/items/{item}/parts", openapi_extra=needs(Act.ENTER_ATTENDANCE))
def parts(
    who: FormUser,
    item: Number,
    member: Annotated[str, Form()],
    part: Annotated[Part, Form()],
    meeting: Annotated[int, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Record that a member left, is recused or was absent for one item, or takes part in it again."""
    actions.enter_parts(who.office, who.key, item, {member: part}, reason=reason, now=who.now)
    return redirect(f"/meetings/{meeting}#item-{item}", said=say("この議題の出欠を記録しました。"))


@router.post("/meetings/{number}/outcomes", openapi_extra=needs(Act.RECORD_OUTCOME))
def outcomes(request: Request, who: FormUser, number: Number, form: Filled) -> Response:
    """Record the outcomes that were filled in, in the order of the agenda: show the decisions and the recipients
    of notices first, then record. Each item is its own decision: a refused one does not prevent the others."""
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    if form.get(SURE) == "no":
        return meeting_page(request, who, number, typed=typed)
    filled = _filled(who, number, form)
    if not filled:
        raise BadInput("結果", "選ばれていません", "議題ごとに結果を選んでから、記録してください。")
    if form.get(SURE) != "yes":
        return _sure(request, who, number, filled, typed)
    refused = _record(who.office, who, filled)
    done = say("{count} 件の結果を記録しました。", count=len(filled) - len(refused))
    if not refused:
        return redirect(f"/meetings/{number}", said=done)
    return meeting_page(request, who, number, code=409, typed=typed, refused=refused, done=done)


@router.post("/items/{item}/vote", openapi_extra=needs(Open.SIGNED_IN))
def vote(
    who: FormUser,
    item: Number,
    choice: Annotated[Choice, Form()],
    meeting: Annotated[int, Form()],
    member: Annotated[str, Form()] = "",
    remark: Annotated[str, Form()] = "",
) -> Response:
    """Vote, or answer in a 持ち回り, for oneself or for the member one sits in for; who may is the engine's."""
    in_time = actions.cast_vote(
        who.office, who.key, item, choice, member=member or None, remark=remark, now=who.now
    )
    said = say("{choice}と記録しました。", choice=label(choice))
    if not in_time:
        said = say("期限後の回答として{choice}と記録しました。結果には数えません。", choice=label(choice))
    return redirect(f"/meetings/{meeting}#item-{item}", said=said)


@router.post("/items/{item}/vote/back", openapi_extra=needs(Open.SIGNED_IN))
def vote_back(
    who: FormUser, item: Number, meeting: Annotated[int, Form()], member: Annotated[str, Form()] = ""
) -> Response:
    actions.take_back_vote(who.office, who.key, item, member=member or None, now=who.now)
    return redirect(f"/meetings/{meeting}#item-{item}", said=say("回答を取り消しました。"))


@router.post("/items/{item}/hands", openapi_extra=needs(Act.ENTER_ATTENDANCE))
def hands(
    who: FormUser,
    item: Number,
    form: Filled,
    meeting: Annotated[int, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """A show of hands as the 事務局 saw it: `vote-<member>` is for, against or abstain; who has none is left."""
    votes = {
        name.removeprefix("vote-"): Choice(str(value))
        for name, value in form.items()
        if name.startswith("vote-") and value in set(Choice)
    }
    actions.enter_votes(who.office, who.key, item, votes, reason=reason, now=who.now)
    return redirect(f"/meetings/{meeting}#item-{item}", said=say("挙手の結果を記録しました。"))


@router.post("/items/{item}/deciding", openapi_extra=needs(Open.SIGNED_IN))
def deciding(
    who: FormUser, item: Number, choice: Annotated[Choice, Form()], meeting: Annotated[int, Form()]
) -> Response:
    """Decide a tie, as who presided or for them as the 事務局; who may is the engine's."""
    actions.cast_deciding_vote(who.office, who.key, item, choice, now=who.now)
    return redirect(f"/meetings/{meeting}#item-{item}", said=say("裁決を記録しました。"))


@router.post("/items/{item}/count", openapi_extra=needs(Act.RECORD_OUTCOME))
def count(
    request: Request,
    who: FormUser,
    item: Number,
    form: Filled,
    meeting: Annotated[int, Form()],
    conditions: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Count the votes and record their outcome: show the tally, its outcome and the recipients of notices first,
    then record."""
    facts, warning = _counted(who, item, lines_in(conditions), note)
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.decide_by_votes(
            office, who.key, item, conditions=lines_in(conditions), note=note, now=who.now
        ),
        title=say("採決を集計して、結果を記録します"),
        button=say("集計して記録する"),
        back=f"/meetings/{meeting}#item-{item}",
        said=say("採決の結果を記録しました。"),
        warning=warning,
        facts=facts,
    )


@router.post("/meetings/{number}/notices/{delivery}/resend", openapi_extra=needs(Act.RESEND))
def resend(request: Request, who: FormUser, number: Number, delivery: Number) -> Response:
    resending.resend(who.office, who.key, delivery, now=who.now)
    when = when_sent(who.mail, request.app.state.mail)
    said = say("送信待ちに戻しました。{when}", when=when)
    return redirect(f"/meetings/{number}/notices", said=said)


def _counted(
    who: Visitor, item: int, conditions: Sequence[str], note: str
) -> tuple[list[tuple[str, str]], str]:
    """Return the labelled votes with their outcome, and a warning while members who may vote have not voted."""
    with who.office.reading() as db:
        listed = put(db, item)
        held = meeting_of(db, listed.meeting)
        actor(db, who.key, tokyo_day(who.now)).require(Act.RECORD_OUTCOME, body=held.body_key)
        outcome = actions.outcome_of_votes(db, item, conditions=conditions, note=note)
        body = plan_by_id(db, listed.plan).chain.body(held.body_key)
        poll = polls(db, held, body, places(db, held))[item]
    return _tally_facts(poll, body, outcome, in_writing=held.in_writing), _missing_warning(
        poll, in_writing=held.in_writing
    )


def _tally_facts(poll: Poll, body: Body, outcome: Outcome, *, in_writing: bool) -> list[tuple[str, str]]:
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
        facts.append((say("{chair}の裁決", chair=chair_label(body)), label(poll.deciding)))
    there, members = (tally.cast, len(poll.voters)) if in_writing else (tally.present, tally.members)
    facts.append(
        (
            say("回答") if in_writing else say("出席"),
            say("{there}／{members} 人", there=there, members=members),
        )
    )
    if tally.recused:
        facts.append((say("除斥"), str(tally.recused)))
    if poll.presider:
        facts.append((say("進行した人"), poll.presider.acting.name))
    if poll.uncounted:
        facts.append((say("数えない票"), say("、").join(poll.uncounted)))
    if body.quorum:
        reached = say("達しています") if tally.quorate else say("達していません")
        facts.append(
            (say("定足数"), say("{share}（{reached}）", share=shown_share(body.quorum), reached=reached))
        )
    facts.append((say("まだの人"), say("、").join(poll.missing) or say("いません")))
    facts.append((say("記録する結果"), label(outcome)))
    return facts


def _missing_warning(poll: Poll, *, in_writing: bool) -> str:
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


def _filled(who: Visitor, number: int, form: FormData) -> list[Entry]:
    """The items something was filled in for, in the order of the agenda."""
    who.person.require(Act.RECORD_OUTCOME, body=known(who, number).body_key)
    with who.office.reading() as db:
        items = agenda(db, number)
    found = []
    for item in items:
        chosen = form.get(f"outcome-{item.id}")
        outcome = Outcome(str(chosen)) if chosen in set(Outcome) else None
        conditions = lines_in(str(form.get(f"conditions-{item.id}", "")))
        note = str(form.get(f"note-{item.id}", ""))
        late_text = str(form.get(f"late-{item.id}", ""))
        if outcome or conditions or note.strip() or late_text.strip():
            found.append(Entry(item, outcome, conditions, note, late_text))
    return found


def _record(office: Office, who: Visitor, filled: Sequence[Entry]) -> dict[int, str]:
    """Record each on its own; why, by item, those were refused that were."""
    refusals = {each.item.id: refusal_of(partial(_record_one, office, who, each)) for each in filled}
    return {item: why for item, why in refusals.items() if why}


def _record_one(office: Office, who: Visitor, each: Entry) -> None:
    if each.outcome is None:
        raise BadInput("結果", "選ばれていません", "結果を選ぶか、書いたものを消してください。")
    actions.record_outcome(
        office,
        who.key,
        each.item.id,
        each.outcome,
        conditions=each.conditions,
        note=each.note,
        late_text=each.late_text,
        now=who.now,
    )


def _sure(
    request: Request, who: Visitor, number: int, filled: Sequence[Entry], typed: dict[str, str]
) -> Response:
    """Show the decisions to be recorded, the refusals with their reasons, and the recipients of notices."""
    refused: dict[int, str] = {}
    mails = rehearse(who.office, lambda office: refused.update(_record(office, who, filled)))
    told: dict[Contact, int] = {}
    for _, person in mails:
        told[person] = told.get(person, 0) + 1
    return page(
        request,
        "meeting_outcomes.html",
        who=who,
        meeting=known(who, number),
        filled=filled,
        refused=refused,
        told=told,
        typed=typed,
    )
