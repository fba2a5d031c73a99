"""Use cases on the agenda of a meeting: list, order, remove."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.agenda_changes import take_off
from workflow.actions.at_gates import stay_at
from workflow.actions.decisions import known_decision
from workflow.actions.meetings import (
    body_gate,
    decided_items,
    listed_items,
    meeting_taking_items,
    still_listed,
)
from workflow.actions.plans import must_be_active
from workflow.domain.agenda_changes import FIRST
from workflow.domain.cover import Text
from workflow.domain.decisions import Manner
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.gates import versions_at
from workflow.domain.language import say
from workflow.domain.meetings import USUAL_PURPOSE, Purpose
from workflow.domain.rights import Actor
from workflow.domain.validation import some_text
from workflow.queries.agenda import undecided
from workflow.queries.decisions import current_decision
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Decision, Meeting, Record


def list_item(
    office: Office,
    by: str,
    meeting: int,
    plan: str,
    gate: str,
    *,
    purpose: Purpose | None = None,
    version: int | None = None,
    after: int | None = None,
    now: datetime,
) -> int:
    """Put the plan's text on the agenda for a gate, and return the item's number. Left out, the `version` is the newest
    one; for a meeting that has begun, the newest one registered before. Left out, the purpose is the usual one of
    the body's kind: 審議, 報告, 諮問, 議決. It goes after the item `after`
    (`FIRST`: before them all); left out, to the end.

    Raises `BadInput` (the gate is another body's, or of another stage; no text yet; no such item to go after),
    `AlreadyDone`, `GateClosed` (the plan is stopped), `NotNow`, `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, held = meeting_taking_items(db, by, meeting, "議題の設定", now)
        return put_item(db, who, held, plan, gate, purpose, version, now, after=after)


def put_item(
    db: Session,
    who: Actor,
    held: Meeting,
    plan: str,
    gate: str,
    purpose: Purpose | None,
    version: int | None,
    now: datetime,
    *,
    after: int | None = None,
) -> int:
    """Put the plan's text on the agenda of a meeting that takes items, as `list_item` says. Raises as it does."""
    fact = plan_to_read(db, who, plan)
    must_be_active(fact, "議題の設定")
    found = body_gate(fact, gate)
    if found.body != held.body_key:
        raise BadInput(
            "必要な手続",
            say("「{gate}」は{body}のものです", gate=found.label, body=fact.chain.body(found.body).name),
            "その会議体の会議に載せてください。",
        )
    if purpose is Purpose.RATIFY:
        raise BadInput("目的", "専決の報告は決定の番号で載せます", "専決の記録を指定してください。")
    if purpose is not None and not purpose.at_gate:
        raise BadInput("目的", "手続の議題には使えません", "審議・報告などの目的を指定してください。")
    stay, known = stay_at(db, fact, gate, now)
    text = _text_to_put(versions_at(fact.chain, stay, found, known), version, held.starts_at)
    chosen = purpose or USUAL_PURPOSE[fact.chain.body(found.body).kind]
    return _write_item(
        db, who, held, fact.id, gate, stay.stage, stay.visit, text.version_id, chosen, None, now, after=after
    )


def _text_to_put(versions: Sequence[Text], number: int | None, held_at: datetime) -> Text:
    """Raises `BadInput`, `NotFound`."""
    if not versions:
        raise BadInput("議題", "この段階の文書がまだありません", "先に版を登録してください。")
    if number is not None:
        for text in versions:
            if text.number == number:
                return text
        raise NotFound("この段階の版", str(number), [str(text.number) for text in versions])
    known_then = [text for text in versions if text.at <= held_at]
    return (known_then or versions)[-1]


def list_ratification(
    office: Office, by: str, meeting: int, decision: int, *, after: int | None = None, now: datetime
) -> int:
    """Put a chair's 専決 on the agenda of the body's meeting, to be heard or approved there; returns the
    item's number. It goes after the item `after`; left out, to the end. Raises as `list_item`.
    """
    with office.writing() as db:
        who, held = meeting_taking_items(db, by, meeting, "議題の設定", now)
        alone = known_decision(db, decision)
        if alone.manner != Manner.CHAIR_ALONE or alone.body_key != held.body_key:
            raise NotFound("この会議体の専決", str(decision))
        if (
            db.scalar(select(Decision.id).where(Decision.ratifies_id == decision, current_decision()))
            is not None
        ):
            raise AlreadyDone("この専決は既に会議で報告されています。")
        return _write_item(
            db,
            who,
            held,
            alone.plan_id,
            alone.gate_key,
            alone.stage,
            alone.visit,
            alone.version_id,
            Purpose.RATIFY,
            alone.id,
            now,
            after=after,
        )


def order_items(office: Office, by: str, meeting: int, items: Sequence[int], *, now: datetime) -> None:
    """Put the agenda in this order. `items` are all the numbers on it, as the person saw them.

    Raises `AlreadyDone` (somebody listed or removed an item since), `NotNow`, `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, _ = meeting_taking_items(db, by, meeting, "議題の並べ替え", now)
        if sorted(items) != sorted(listed_items(db, meeting)):
            raise AlreadyDone(
                "ご覧になった後に、議題が加えられたか外されました。画面を開き直してから、並べ替えてください。"
            )
        places = [{"number": item, "place": place} for place, item in enumerate(items, start=1)]
        if places:
            db.connection().execute(_PLACE, places)
        record(db, Tag.ITEMS_ORDERED, at=now, by=who.id, meeting=meeting, items=list(items))


_ITEM = Record.metadata.tables["agenda_item"]
_PLACE = update(_ITEM).where(_ITEM.c.id == bindparam("number")).values(position=bindparam("place"))


def remove_item(office: Office, by: str, item: int, reason: str, *, now: datetime) -> None:
    """Take an item off the agenda. It is not 継続審議: nothing was decided.

    Raises `NotNow` (it has an outcome), `NotAllowed`, `NotFound`.
    """
    some_text("議題から外す理由", reason)
    with office.writing() as db:
        listed = known_item(db, item)
        who, _ = meeting_taking_items(db, by, listed.meeting_id, "議題の取下げ", now)
        still_listed(item, listed.removed_why)
        if item in decided_items(db, listed.meeting_id):
            raise NotNow("議題の取下げ", say("議題 {item}", item=item), "既に結果が記録されています。")
        take_off(db, listed, reason, by=who.id, now=now)


def _write_item(
    db: Session,
    who: Actor,
    held: Meeting,
    plan: int,
    gate: str,
    stage: str,
    visit: int,
    version_id: int,
    purpose: Purpose,
    ratifies: int | None,
    now: datetime,
    *,
    after: int | None,
) -> int:
    same = select(AgendaItem.id).where(
        AgendaItem.meeting_id == held.id,
        AgendaItem.plan_id == plan,
        AgendaItem.gate_key == gate,
        AgendaItem.version_id == version_id,
        AgendaItem.removed_at.is_(None),
    )
    if db.scalar(same) is not None:
        raise AlreadyDone("同じ版が既にこの会議の議題に載っています。")
    elsewhere = db.scalar(
        undecided()
        .where(
            AgendaItem.plan_id == plan,
            AgendaItem.gate_key == gate,
            AgendaItem.version_id == version_id,
        )
        .limit(1)
    )
    if elsewhere is not None:
        raise AlreadyDone(
            say(
                "同じ版が「{meeting}」の議題に載っていて、まだ結果がありません。先にそちらの議題から外してください。",
                meeting=elsewhere,
            )
        )
    item = db.scalars(
        insert(AgendaItem).returning(AgendaItem.id),
        {
            "meeting_id": held.id,
            "position": place_on(db, held.id, after),
            "plan_id": plan,
            "gate_key": gate,
            "stage": stage,
            "visit": visit,
            "version_id": version_id,
            "purpose": purpose,
            "ratifies_id": ratifies,
        },
    ).one()
    record(
        db,
        Tag.ITEM_LISTED,
        at=now,
        by=who.id,
        plan=plan,
        meeting=held.id,
        item=item,
        gate=gate,
        purpose=purpose,
        version=version_id,
        **({} if after is None else {"after": after}),
    )
    return item


def known_item(db: Session, number: int) -> AgendaItem:
    """The item of that number, on its agenda or taken off. Raises `NotFound`."""
    found = db.get(AgendaItem, number)
    if found is None:
        raise NotFound("議題", str(number))
    return found


def place_on(db: Session, meeting: int, after: int | None) -> int:
    """Return the place for a new item on the meeting's agenda: after the item `after` (`FIRST`: before them all), those that
    follow making room; left out, after the last one, those taken off included. Raises `BadInput` for an item that is not on the agenda."""
    if after is None:
        last = db.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting))
        return (last or 0) + 1
    listed = AgendaItem.id == after, AgendaItem.meeting_id == meeting, AgendaItem.removed_at.is_(None)
    place = 0 if after == FIRST else db.scalar(select(AgendaItem.position).where(*listed))
    if place is None:
        raise BadInput(
            "載せる場所",
            say("議題 {item} は、この会議の議題にありません", item=after),
            "画面を開き直して、場所を選び直してください。",
        )
    behind = AgendaItem.meeting_id == meeting, AgendaItem.position > place
    db.execute(update(AgendaItem).where(*behind).values(position=AgendaItem.position + 1))
    return place + 1
