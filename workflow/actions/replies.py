"""Use cases on 区の考え方: answer opinions, put more of them to an answer, and reword it before publication. What came
in time and was found after the publication is answered anew, for a 追補."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from workflow.actions.comments import asked_round, may_run, must_not_be_cancelled
from workflow.domain.comments import Disposition
from workflow.domain.errors import AlreadyDone, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.rights import Actor
from workflow.domain.validation import some_text
from workflow.queries.comments import Consultation
from workflow.queries.plans import PlanFact
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Opinion, Reply, Submission


def answer_opinions(
    office: Office,
    by: str,
    plan: str,
    opinions: Sequence[int],
    *,
    summary: str,
    answer: str,
    disposition: Disposition,
    round: int | None = None,
    now: datetime,
) -> int:
    """区の考え方: answer one opinion, or several that are alike; an opinion answered before moves to this
    answer. Returns the answer's number. `round` names the period, the newest when None.

    Raises `BadInput`, `AlreadyDone` (their answer is published, or the period is cancelled), `NotAllowed`,
    `NotFound`.
    """
    some_text("意見の概要", summary)
    some_text("区の考え方", answer)
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        period = _answerable(db, fact, round, now)
        _must_be_of(db, period, opinions)
        written = Reply(
            period_id=period.id,
            summary=summary,
            text=answer,
            disposition=disposition,
            answered_by=who.id,
            answered_at=now,
        )
        db.add(written)
        db.flush()
        _put_to(db, written, opinions)
        _log(db, who, fact, written, now)
        return written.id


def group_opinions(
    office: Office,
    by: str,
    plan: str,
    answer: int,
    opinions: Sequence[int],
    *,
    round: int | None = None,
    now: datetime,
) -> None:
    """Put more opinions to an answer; one that had another moves here. `round` names the period, the newest when
    None.

    Raises `AlreadyDone` (an answer is published, or the period is cancelled), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        period = _answerable(db, fact, round, now)
        written = _reply_of(db, period, answer)
        _must_be_of(db, period, opinions)
        _put_to(db, written, opinions)
        _log(db, who, fact, written, now)


def edit_answer(
    office: Office,
    by: str,
    plan: str,
    answer: int,
    *,
    summary: str,
    text: str,
    disposition: Disposition,
    round: int | None = None,
    now: datetime,
) -> None:
    """Reword an answer. The log keeps the earlier text. `round` names the period, the newest when None. Raises
    `BadInput`, `AlreadyDone` (it is published, or the period is cancelled), `NotAllowed`, `NotFound`."""
    some_text("意見の概要", summary)
    some_text("区の考え方", text)
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        written = _reply_of(db, _answerable(db, fact, round, now), answer)
        written.summary, written.text, written.disposition = summary, text, disposition
        written.answered_by, written.answered_at = who.id, now
        db.flush()
        _log(db, who, fact, written, now)


def _answerable(db: Session, plan: PlanFact, round: int | None, now: datetime) -> Consultation:
    period = asked_round(db, plan, round, now)
    must_not_be_cancelled(period)
    if not period.held:
        raise NotNow(
            "意見への回答",
            plan.title,
            say("意見は、第{round}回の募集のものです。", round=period.counts_round),
        )
    return period


def _must_be_of(db: Session, period: Consultation, opinions: Sequence[int]) -> None:
    """Raises `NotFound` unless the opinions are of the period, `AlreadyDone` when the answer to one is published."""
    rows = db.execute(
        select(Opinion.id, Reply.published_at)
        .join(Submission, Submission.id == Opinion.submission_id)
        .outerjoin(Reply, Reply.id == Opinion.answer_id)
        .where(Submission.period_id == period.id, Opinion.id.in_(opinions))
    ).all()
    mine = {row.id for row in rows}
    unknown = sorted(set(opinions) - mine)
    if unknown or not opinions:
        raise NotFound("この募集の意見", say("、").join(map(str, unknown)))
    if any(row.published_at for row in rows):
        raise AlreadyDone("この意見への回答は既に公表されています。")


def _reply_of(db: Session, period: Consultation, number: int) -> Reply:
    """The answer, to be changed. Raises `NotFound`, `AlreadyDone` when it is published."""
    found = db.scalar(select(Reply).where(Reply.id == number, Reply.period_id == period.id))
    if found is None:
        raise NotFound("この募集の回答", str(number))
    if found.published_at is not None:
        raise AlreadyDone("この回答は既に公表されています。")
    return found


def _put_to(db: Session, reply: Reply, opinions: Sequence[int]) -> None:
    """Also drops the answers that are left with no opinion: the log keeps their words."""
    db.execute(update(Opinion).where(Opinion.id.in_(opinions)).values(answer_id=reply.id))
    to_some = select(Opinion.id).where(Opinion.answer_id == Reply.id).exists()
    db.execute(
        delete(Reply)
        .where(Reply.period_id == reply.period_id, ~to_some)
        .execution_options(synchronize_session=False)
    )


def _log(db: Session, who: Actor, plan: PlanFact, reply: Reply, now: datetime) -> None:
    opinions = db.scalars(select(Opinion.id).where(Opinion.answer_id == reply.id).order_by(Opinion.id)).all()
    record(
        db,
        Tag.OPINIONS_ANSWERED,
        at=now,
        by=who.id,
        plan=plan.id,
        answer=reply.id,
        opinions=list(opinions),
        summary=reply.summary,
        text=reply.text,
        disposition=reply.disposition,
    )
