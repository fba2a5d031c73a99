"""The papers of a meeting as facts for their templates: everything they say, as Japanese texts. Papers are the
versions put at gates, and those of the meeting. The contact is the one that was set for the body: nobody's own address is told."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from definitions.chain import Body
from definitions.terms import Role
from workflow.domain.calendar import reiwa, reiwa_moment, reiwa_with_weekday, shown_clock, tokyo_day
from workflow.domain.decisions import Manner
from workflow.domain.errors import NotFound, NotNow
from workflow.domain.language import in_japanese
from workflow.domain.meetings import Purpose
from workflow.domain.minutes import MinutesKind, without_title
from workflow.domain.seats import seat_label
from workflow.domain.sheets import (
    DecisionSheet,
    MeetingSheet,
    SheetCondition,
    SheetItem,
    SheetPaper,
    SheetSeat,
)
from workflow.domain.votes import counts_words
from workflow.queries.agenda import Decided, Item, Line, agenda, agenda_lines, numbered_apart, put
from workflow.queries.attendance import Apart, Place, apart, places, presider_of
from workflow.queries.bodies import Seat, body_rule, seats
from workflow.queries.contacts import contact_set
from workflow.queries.meetings import MeetingFact, meeting
from workflow.queries.minutes import current_text
from workflow.queries.papers import PaperFact, papers_of
from workflow.queries.plans import plan_by_id

YES = "はい"


def _every(paper: PaperFact) -> bool:
    return True


def meeting_sheet(
    db: Session,
    held: MeetingFact,
    office: str,
    now: datetime,
    *,
    shows: Callable[[PaperFact], bool] = _every,
) -> MeetingSheet:
    """The meeting as its papers say it, made at that moment, with those of its current papers that `shows` lets through. A
    fixed number of statements, beside each chain once in a process."""
    with in_japanese():
        day = tokyo_day(held.starts_at)
        rule, members = body_rule(db, held.body_key), places(db, held)
        contact = contact_set(db, held.body_key)
        lines = agenda_lines(db, held.id, agenda(db, held.id))
        own = [each for each in papers_of(db, held.id) if each.current and shows(each)]
        papers, parted = _papers(lines, own), _apart(apart(db, held.id))
        presider = None if held.in_writing else presider_of(rule, members)
        present = [place for place in members if place.present]
        recorded = any(place.present is not None for place in members)
        summary, full = (current_text(db, held.id, kind, drafts=False) for kind in MinutesKind)
        return MeetingSheet(
            office=office,
            addressee="委員各位",
            made_on=reiwa(tokyo_day(now)),
            body=held.body,
            title=held.title,
            day=reiwa_with_weekday(day),
            begins=shown_clock(held.starts_at),
            ends=shown_clock(held.ends_at),
            when=_span(held),
            until=reiwa_moment(held.ends_at) if held.in_writing else "",
            in_writing=YES if held.in_writing else "",
            form=held.form.label,
            place=held.place,
            secretariat=contact.name or f"{held.body}事務局",
            telephone=contact.telephone,
            email=contact.email,
            presider=presider.acting.name if presider else "",
            members_count=str(len(members)),
            present_count=str(len(present)) if recorded else "",
            present_names="、".join(_attending(place) for place in present),
            absent_names="、".join(place.seat.name for place in members if place.present is False),
            minutes=summary,
            minutes_body=without_title(MinutesKind.SUMMARY, summary),
            full_minutes=full,
            full_minutes_body=without_title(MinutesKind.FULL, full),
            items=tuple(_item(line, papers.get(line.id, ()), parted.get(line.id, "")) for line in lines),
            papers=tuple(each for of_item in papers.values() for each in of_item),
            members=tuple(
                _seat(number, place, rule, presider) for number, place in enumerate(members, start=1)
            ),
            staff=tuple(
                _staff(number, seat)
                for number, seat in enumerate(seats(db, held.body_key, day, [Role.SECRETARIAT]), start=1)
            ),
        )


def decision_sheet(db: Session, item: int, office: str, now: datetime) -> DecisionSheet:
    """The decision on an item as the plan's department is told it. A fixed number of statements, beside each chain once in
    a process. Raises `NotFound`, and `NotNow` while nothing was decided."""
    with in_japanese():
        about = put(db, item)
        held, plan = meeting(db, about.meeting), plan_by_id(db, about.plan)
        lines = agenda_lines(db, held.id, agenda(db, held.id))
        line = next((each for each in lines if each.id == item), None)
        if line is None or line.item is None:
            raise NotFound("議題", str(item))
        decided = line.item.decided
        if decided is None:
            raise NotNow("決定通知", line.title, "結果を記録してから作成してください。")
        contact = contact_set(db, held.body_key)
        return DecisionSheet(
            office=office,
            addressee=plan.department_name,
            made_on=reiwa(tokyo_day(now)),
            body=held.body,
            title=held.title,
            day=reiwa_with_weekday(decided.on),
            plan=line.item.title,
            stage=line.item.stage,
            gate=line.item.gate,
            number=next(number for number, each in numbered_apart(lines) if each is line),
            purpose=line.purpose.label,
            outcome=decided.outcome.label,
            manner=_manner(decided),
            text=f"{line.item.document}第{line.item.version}版",
            filename=line.item.filename,
            sha256=line.item.sha256,
            note=decided.note,
            counts=counts_words(decided.counts) if decided.counts else "",
            secretariat=contact.name or f"{held.body}事務局",
            telephone=contact.telephone,
            email=contact.email,
            conditions=_conditions(decided),
        )


def _span(held: MeetingFact) -> str:
    begins = reiwa_moment(held.starts_at)
    same = tokyo_day(held.starts_at) == tokyo_day(held.ends_at)
    return f"{begins}から{shown_clock(held.ends_at) if same else reiwa_moment(held.ends_at)}まで"


def _papers(lines: Sequence[Line], own: Sequence[PaperFact]) -> Mapping[int | None, tuple[SheetPaper, ...]]:
    """The papers of each line, in the order of the agenda: the version put at its gate, then its own. Under None, those
    of the meeting itself."""
    found: dict[int | None, tuple[SheetPaper, ...]] = {}
    put_there = 0
    for number, line in numbered_apart(lines):
        put_there += line.item is not None
        texts = [_put(put_there, number, line.item)] if line.item else []
        mine = [_own(each, number) for each in own if each.item == line.id]
        found[line.id] = (*texts, *mine)
    listed = {line.id for line in lines}
    found[None] = tuple(_own(each, "") for each in own if each.item not in listed)
    return found


def _put(number: int, line: str, item: Item) -> SheetPaper:
    return SheetPaper(
        number=f"付議文書{number}",
        name=_text_of(item),
        item=line,
        filename=item.filename,
        sha256=item.sha256,
    )


def _own(paper: PaperFact, item: str) -> SheetPaper:
    return SheetPaper(
        number=paper.designation,
        name=paper.title,
        item=item,
        filename=paper.filename,
        sha256=paper.sha256,
    )


def _text_of(item: Item) -> str:
    return f"{item.title}　{item.document or item.stage}（第{item.version}版）"


def _apart(found: Sequence[Apart]) -> dict[int, str]:
    words: dict[int, list[str]] = {}
    for each in found:
        words.setdefault(each.item, []).append(f"{each.part.label}: {each.name}")
    return {item: "、".join(said) for item, said in words.items()}


def _item(line: Line, papers: tuple[SheetPaper, ...], parted: str) -> SheetItem:
    item, decided = line.item, line.item.decided if line.item else None
    return SheetItem(
        number=line.number,
        title=line.title,
        heading=YES if line.heading else "",
        indented=YES if line.number.startswith("(") else "",
        purpose="" if line.purpose in (Purpose.HEADING, Purpose.MATTER) else line.purpose.label,
        stage=item.stage if item else "",
        text=f"{item.document}{item.filename}　第{item.version}版" if item else "",
        minutes=f"{line.planned_minutes}分" if line.planned_minutes else "",
        outcome=decided.outcome.label if decided else "",
        manner=_manner(decided) if decided else "",
        note=decided.note if decided else line.result or "",
        counts=counts_words(decided.counts) if decided and decided.counts else "",
        apart=parted,
        papers=papers,
        conditions=_conditions(decided) if decided else (),
    )


def _manner(decided: Decided) -> str:
    return "採決による" if decided.manner is Manner.TALLIED else ""


def _conditions(decided: Decided) -> tuple[SheetCondition, ...]:
    return tuple(
        SheetCondition(str(number), each.text) for number, each in enumerate(decided.conditions, start=1)
    )


def _attending(place: Place) -> str:
    return f"{place.deputy.name}（{place.seat.name}の代理）" if place.deputy else place.seat.name


def _seat(number: int, place: Place, rule: Body, presider: Place | None) -> SheetSeat:
    recorded = {None: "", False: "欠席", True: "代理出席" if place.deputy else "出席"}
    return SheetSeat(
        number=str(number),
        role=seat_label(place.seat.role, rule),
        name=place.seat.name,
        present=recorded[place.present],
        deputy=place.deputy.name if place.deputy else "",
        presided="議長" if place == presider else "",
    )


def _staff(number: int, seat: Seat) -> SheetSeat:
    return SheetSeat(number=str(number), role=seat.role.label, name=seat.name)
