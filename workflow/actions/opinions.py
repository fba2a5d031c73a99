"""Use cases on opinions of the public: enter them from a letter or receive them by the form, and divide a letter."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from workflow import queries
from workflow.actions.comments import asked_round, may_run, must_not_be_cancelled
from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.comments import WRITER_FIELDS, Author, PeriodState, Route, same_words
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow, TooManyTries
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.rights import Act
from workflow.domain.validation import a_line, some_text
from workflow.queries.actor import actor
from workflow.queries.comments import Consultation
from workflow.queries.plans import plan_by_key
from workflow.queries.voided_periods import is_voided
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.signatures import sender_mark
from workflow.store.tables import Opinion, PublicTry, Submission, Submitter

TRIES = 10
"""Number of times one sender may use the public form within `TRIES_WITHIN`."""
TRIES_WITHIN = timedelta(hours=1)
MOST_AT_ONCE = 20
"""Most opinions in one submission of the public form."""


def receive_opinions(
    office: Office,
    by: str | None,
    plan: str,
    writer: Author,
    opinions: Sequence[str],
    *,
    route: Route,
    received_at: datetime,
    round: int | None = None,
    now: datetime,
) -> str:
    """Take in what one person sent: one opinion or several. Returns the receipt number. What arrives after
    the period is kept and marked late. `by` is None when the person used the web form themselves. `round` names the
    period, the newest when None.

    Raises `BadInput`, `NotNow` (no comment opened, or not begun), `NotAllowed`, `NotFound`.
    """
    writer, texts = a_writer(writer), _some_opinions(opinions)
    if received_at > now:
        raise BadInput("受付日時", "これからの日時です", "実際に届いた日時を入力してください。")
    if by is None and route is not Route.WEB:
        raise BadInput(
            "受付方法",
            say("{route}は職員が登録します", route=label(route)),
            "利用者IDを指定してください。",
        )
    with office.writing() as db:
        fact = plan_by_key(db, plan)
        who = actor(db, by, tokyo_day(now)) if by is not None else None
        if who is not None:
            who.require(Act.RUN_COMMENT, department=fact.department)
        entered_by = who.id if who else None
        period = asked_round(db, fact, round, now)
        return _take_in(db, period, writer, texts, route, entered_by, received_at=received_at, now=now)


def receive_from_public(
    office: Office,
    plan: str,
    writer: Author,
    opinions: Sequence[str],
    *,
    sender: str,
    round: int | None = None,
    now: datetime,
) -> str:
    """Take in what somebody sent by the public form. Returns the receipt number; the same form sent twice (a second
    press of the button, a page loaded again) has the same one. `sender` is the network address it came from. `round` names the period, the newest when None.

    Raises `BadInput`, `NotNow` (not open now), `TooManyTries`, `NotFound`.
    """
    writer, texts = a_writer(writer), _some_opinions(opinions)
    if len(texts) > MOST_AT_ONCE:
        raise BadInput(
            "意見",
            say("{count} 件あります", count=len(texts)),
            say("一度に送れるのは {most} 件までです。", most=MOST_AT_ONCE),
        )
    with office.writing() as db:
        asked = asked_round(db, plan_by_key(db, plan), round, now)
        if asked.state is not PeriodState.RUNNING or is_voided(db, asked, now):
            raise NotNow("意見の受付", "パブリックコメント", "いまは募集していません。")
        before = _sent_before(db, asked.id, writer, texts, now)
        if before is not None:
            return before
        _count_try(db, sender, now)
        return _take_in(db, asked, writer, texts, Route.WEB, None, received_at=now, now=now)


def split_opinion(
    office: Office,
    by: str,
    plan: str,
    opinion: int,
    parts: Sequence[str],
    *,
    round: int | None = None,
    now: datetime,
) -> list[int]:
    """Divide an opinion into several, in the writer's own words; returns their numbers, the first keeping that of
    the whole. The log keeps the text as it was. `round` names the period, the newest when None.

    Raises `BadInput`, `AlreadyDone` (answered, or the period is cancelled), `NotAllowed`, `NotFound`.
    """
    texts = _some_opinions(parts)
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        period = asked_round(db, fact, round, now)
        must_not_be_cancelled(period)
        whole = _opinion_of(db, period, opinion)
        if whole.answer_id is not None:
            raise AlreadyDone("回答した意見は分けられません。")
        if len(texts) < 2:
            raise BadInput("意見", "1 件のままです", "分けるところに空行か「---」の行を入れてください。")
        if not same_words(whole.text, texts):
            raise BadInput("意見", "元の文と異なります", "文は変えずに、分けるところだけを入れてください。")
        last = db.scalars(select(func.max(Opinion.number)).filter_by(submission_id=whole.submission_id)).one()
        db.execute(update(Opinion).where(Opinion.id == opinion).values(text=texts[0]))
        added = db.scalars(
            insert(Opinion).returning(Opinion.id, sort_by_parameter_order=True),
            [
                {"submission_id": whole.submission_id, "number": last + place, "text": text}
                for place, text in enumerate(texts[1:], 1)
            ],
        ).all()
        numbers = [opinion, *added]
        record(
            db,
            Tag.OPINION_SPLIT,
            at=now,
            by=who.id,
            plan=fact.id,
            opinion=opinion,
            into=numbers,
            text=whole.text,
        )
        return numbers


def a_writer(writer: Author) -> Author:
    """The writer with every field in its form; the name alone may not be left out. Raises `BadInput`."""
    return Author(**{field: a_writer_field(field, value) for field, value in asdict(writer).items()})


def a_writer_field(field: str, value: str) -> str:
    """One field of a writer, within its length. Raises `BadInput`."""
    place, longest = WRITER_FIELDS[field]
    return a_line(place, value, longest) if value.strip() or field == "name" else ""


def _some_opinions(opinions: Sequence[str]) -> list[str]:
    texts = [some_text("意見", text) for text in opinions]
    if not texts:
        raise BadInput("意見", "1 件もありません", "意見を 1 件以上入力してください。")
    return texts


def _take_in(
    db: Session,
    period: Consultation,
    writer: Author,
    texts: Sequence[str],
    route: Route,
    entered_by: int | None,
    *,
    received_at: datetime,
    now: datetime,
) -> str:
    if not period.held:
        raise NotNow(
            "意見の受付",
            period.plan.title,
            say("意見は、第{round}回の募集に登録してください。", round=period.counts_round),
        )
    if tokyo_day(received_at) < period.opens_on:
        raise NotNow(
            "意見の受付",
            period.plan.title,
            say("募集は {opens_on} からです。", opens_on=shown_day(period.opens_on)),
        )
    if period.cancelled_at is not None and received_at > period.cancelled_at:
        raise NotNow("意見の受付", period.plan.title, "この募集は、その前に中止されました。")
    number = 1 + (
        db.scalar(select(func.max(Submission.number)).where(Submission.period_id == period.id)) or 0
    )
    late = received_at >= period.ends_at
    submission = db.scalars(
        insert(Submission).returning(Submission.id),
        {
            "period_id": period.id,
            "number": number,
            "route": route,
            "received_at": received_at,
            "late": late,
            "entered_by": entered_by,
        },
    ).one()
    db.execute(insert(Submitter), {"submission_id": submission, **asdict(writer)})
    db.execute(
        insert(Opinion),
        [
            {"submission_id": submission, "number": position, "text": text}
            for position, text in enumerate(texts, 1)
        ],
    )
    record(
        db,
        Tag.OPINION_RECEIVED,
        at=now,
        by=entered_by,
        plan=period.plan.id,
        period=period.id,
        submission=submission,
        route=route,
        opinions=len(texts),
        late=late,
    )
    return queries.receipt(period.id, number)


def _sent_before(db: Session, period: int, writer: Author, texts: Sequence[str], now: datetime) -> str | None:
    rows = db.execute(
        select(Submission.number, Opinion.text)
        .join(Opinion, Opinion.submission_id == Submission.id)
        .join(Submitter, Submitter.submission_id == Submission.id)
        .where(
            Submission.period_id == period,
            Submission.route == Route.WEB,
            Submission.received_at > now - TRIES_WITHIN,
            *(getattr(Submitter, field) == value for field, value in asdict(writer).items()),
        )
        .order_by(Submission.number, Opinion.number)
    ).all()
    sent: dict[int, list[str]] = {}
    for number, text in rows:
        sent.setdefault(number, []).append(text)
    return next((queries.receipt(period, number) for number, each in sent.items() if each == texts), None)


def _count_try(db: Session, sender: str, now: datetime) -> None:
    """Notes that the sender sent a form, and forgets what is too old to count."""
    mark, since = sender_mark(db, sender, tokyo_day(now)), now - TRIES_WITHIN
    tries = db.scalars(
        select(PublicTry.at)
        .where(PublicTry.sender_sha256 == mark, PublicTry.at > since)
        .order_by(PublicTry.at.desc())
        .limit(TRIES)
    ).all()
    if len(tries) == TRIES:
        raise TooManyTries(tries[-1] + TRIES_WITHIN)
    db.execute(delete(PublicTry).where(PublicTry.at <= since))
    db.execute(insert(PublicTry), {"sender_sha256": mark, "at": now})


def _opinion_of(db: Session, period: Consultation, number: int) -> Opinion:
    found = db.scalar(
        select(Opinion)
        .join(Submission, Submission.id == Opinion.submission_id)
        .where(Opinion.id == number, Submission.period_id == period.id)
    )
    if found is None:
        raise NotFound("この募集の意見", str(number))
    db.expunge(found)
    return found
