"""Opinions of the public and the office's replies, as the staff and the public read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from definitions.labelled import Labelled
from workflow.domain.comments import Author, Disposition, Route
from workflow.queries.comments import receipt, unanswered
from workflow.store.tables import Opinion, Reply, Submission, Submitter

ON_A_PAGE = 20


class Which(Labelled):
    """The opinions that a list shows."""

    ALL = "all", "すべて"
    UNANSWERED = "unanswered", "未回答"
    ANSWERED = "answered", "回答済み"
    LATE = "late", "期間後"


@dataclass(frozen=True, slots=True)
class Said:
    """One opinion, without who wrote it. `letter` is the number of its letter in the period, `number` counts within
    that letter; `summary` is that of its answer, None when it has none. `settled`: its answer is published."""

    id: int
    submission: int
    letter: int
    receipt: str
    number: int
    route: Route
    late: bool
    received_at: datetime
    text: str
    answer: int | None
    summary: str | None
    answer_text: str | None
    disposition: Disposition | None
    settled: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of opinions, `page` of `pages`, and how many there are on all of them."""

    opinions: tuple[Said, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Replied:
    """An answer, and how many opinions it answers: those that came in time, and those that came late. `published_at`
    is None until it is published."""

    id: int
    summary: str
    text: str
    disposition: Disposition
    opinions: int
    late: int
    published_at: datetime | None


def opinion_page(
    db: Session,
    period: int,
    *,
    which: Which = Which.ALL,
    route: Route | None = None,
    query: str = "",
    page: int = 1,
) -> Sheet:
    """One page of what came in during the period, in the order it came. Two statements."""
    narrow = [*_NARROW[which], Submission.period_id == period]
    if route is not None:
        narrow.append(Submission.route == route)
    if query:
        narrow.append(Opinion.text.contains(query, autoescape=True))
    total = db.scalar(select(func.count(Opinion.id)).join(Submission, _OF_LETTER).where(*narrow)) or 0
    pages = max(1, -(-total // ON_A_PAGE))
    page = min(max(page, 1), pages)
    found = _opinions(narrow).limit(ON_A_PAGE).offset((page - 1) * ON_A_PAGE)
    return Sheet(tuple(_said(row) for row in db.execute(found)), page, pages, total)


def opinions_by_id(db: Session, period: int, numbers: Iterable[int]) -> list[Said]:
    """Those of the opinions that are of the period. One statement."""
    narrow = [Submission.period_id == period, Opinion.id.in_(list(numbers))]
    return [_said(row) for row in db.execute(_opinions(narrow))]


def opinions_of_answer(db: Session, answer: int) -> list[Said]:
    """The opinions put to one answer. One statement."""
    return [_said(row) for row in db.execute(_opinions([Opinion.answer_id == answer]))]


def all_opinions(db: Session, period: int) -> list[Said]:
    """Everything that came in during the period. One statement."""
    return [_said(row) for row in db.execute(_opinions([Submission.period_id == period]))]


def opinions_after(
    db: Session, period: int, following: int = 0, limit: int = 200
) -> tuple[list[Said], int | None]:
    """Return the opinions of the period in the order of entry, those after the number `following`. The second
    value is the number to continue from, None at the end. One statement."""
    narrow = [Submission.period_id == period, Opinion.id > following]
    rows = db.execute(_opinions(narrow).order_by(None).order_by(Opinion.id).limit(limit + 1))
    found = [_said(row) for row in rows]
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def writers(db: Session, submissions: Iterable[int]) -> dict[int, Author]:
    """Return the authors of these letters, but for those erased: personal data, for those who run the comment. One
    statement."""
    return _writers(db, Submission.id.in_(list(submissions)))


def writers_of_period(db: Session, period: int) -> dict[int, Author]:
    """Return the authors of this period, but for those erased: personal data, for those who run the comment. One statement."""
    return _writers(db, Submission.period_id == period)


def letter(db: Session, number: str) -> tuple[datetime, int]:
    """Return the time at which the letter of that receipt number arrived, and its number of opinions. One
    statement."""
    period, _, within = number.partition("-")
    received_at, opinions = db.execute(
        select(Submission.received_at, func.count(Opinion.id))
        .join(Opinion, _OF_LETTER)
        .where(Submission.period_id == int(period), Submission.number == int(within))
        .group_by(Submission.id, Submission.received_at)
    ).one()
    return received_at, opinions


def replies(db: Session, period: int) -> list[Replied]:
    """The answers of the period, in the order they were given. One statement."""
    rows = db.execute(
        select(
            Reply.id,
            Reply.summary,
            Reply.text,
            Reply.disposition,
            func.sum(case((Submission.late.is_(False), 1), else_=0)),
            func.sum(case((Submission.late.is_(True), 1), else_=0)),
            Reply.published_at,
        )
        .join(Opinion, Opinion.answer_id == Reply.id)
        .join(Submission, _OF_LETTER)
        .where(Reply.period_id == period)
        .group_by(Reply.id, Reply.summary, Reply.text, Reply.disposition, Reply.published_at)
        .order_by(Reply.id)
    )
    return [
        Replied(number, summary, text, Disposition(disposition), int(in_time), int(late), published_at)
        for number, summary, text, disposition, in_time, late, published_at in rows
    ]


_OF_LETTER = Submission.id == Opinion.submission_id
_NARROW: dict[Which, list[ColumnElement[bool]]] = {
    Which.ALL: [],
    Which.UNANSWERED: [unanswered()],
    Which.ANSWERED: [Opinion.answer_id.is_not(None)],
    Which.LATE: [Submission.late.is_(True)],
}


def _opinions(narrow: Iterable[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Opinion.id,
            Submission.id,
            Submission.period_id,
            Submission.number,
            Opinion.number,
            Submission.route,
            Submission.late,
            Submission.received_at,
            Opinion.text,
            Reply.id,
            Reply.summary,
            Reply.text,
            Reply.disposition,
            Reply.published_at.is_not(None),
        )
        .join(Submission, _OF_LETTER)
        .outerjoin(Reply, Reply.id == Opinion.answer_id)
        .where(*narrow)
        .order_by(Submission.number, Opinion.number)
    )


def _writers(db: Session, which: ColumnElement[bool]) -> dict[int, Author]:
    columns = Submitter.name, Submitter.address, Submitter.telephone, Submitter.affiliation
    of_letter = Submitter.submission_id == Submission.id
    rows = db.execute(select(Submission.id, *columns).join(Submitter, of_letter).where(which))
    return {row[0]: Author(*row[1:]) for row in rows}


def _said(row: Any) -> Said:
    opinion, letter, period, letter_number, number, route, late, at, text, *answered = row
    answer, summary, reply, became, settled = answered
    return Said(
        id=opinion,
        submission=letter,
        letter=letter_number,
        receipt=receipt(period, letter_number),
        number=number,
        route=Route(route),
        late=late,
        received_at=at,
        text=text,
        answer=answer,
        summary=summary,
        answer_text=reply,
        disposition=Disposition(became) if became else None,
        settled=bool(settled),
    )
