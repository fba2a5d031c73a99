"""Use cases on パブリックコメント: open, take in what is said, answer, publish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from definitions.chain import PeriodGate
from workflow.audit import Tag, record
from workflow.calendar import end_of_day, period_days, period_end, reiwa, tokyo_day
from workflow.engine.checks import a_line, a_text, some_text
from workflow.engine.plans import must_be_active
from workflow.errors import AlreadyDone, BadInput, NotFound, StepImpossible
from workflow.facts import PlanFact, plan_by_key
from workflow.office import Office
from workflow.records import Answer, CommentPeriod, Opinion, Submission
from workflow.rights import Act, Actor, actor


class Route(StrEnum):
    """How an opinion came in."""

    WEB = "web"
    MAIL = "mail"
    FAX = "fax"
    COUNTER = "counter"
    POST = "post"

    @property
    def label(self) -> str:
        return {
            "web": "フォーム",
            "mail": "電子メール",
            "fax": "ファクス",
            "counter": "窓口",
            "post": "郵送",
        }[self]


class Disposition(StrEnum):
    """What became of an opinion."""

    REFLECTED = "reflected"
    ALREADY_WRITTEN = "already_written"
    FOR_REFERENCE = "for_reference"
    DIFFICULT = "difficult"
    OUTSIDE = "outside"

    @property
    def label(self) -> str:
        return {
            "reflected": "反映",
            "already_written": "記載済み",
            "for_reference": "参考",
            "difficult": "反映困難",
            "outside": "対象外",
        }[self]


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote, as the 要綱 asks: a body names its representative too, people from outside the area their
    school or workplace there (`affiliation`)."""

    name: str
    address: str = ""
    telephone: str = ""
    affiliation: str = ""


def open_comment(
    office: Office,
    by: str,
    plan: str,
    gate: str,
    opens_on: date,
    *,
    closes_on: date | None = None,
    shortened_why: str | None = None,
    places: Sequence[str] = (),
    now: datetime,
) -> date:
    """Open the public comment on the plan's current version; returns its last day (it ends at 24:00 of it).
    Left out, the last day is the chain's minimum; a shorter one needs a reason, which is recorded.

    Raises `BadInput` (in the past, or shorter without a reason), `AlreadyDone`, `NotAllowed`, `NotFound`.
    """
    if opens_on < tokyo_day(now):
        raise BadInput("募集開始日", f"{reiwa(opens_on)} は過ぎています", "今日以後の日を指定してください。")
    with office.writing() as db:
        who, fact = _staff(db, by, plan, now)
        found = _period_gate(fact, gate)
        full = period_end(opens_on, found.minimum_days, first_day_counts=found.first_day_counts)
        last = closes_on or full
        if last < opens_on:
            raise BadInput("募集終了日", "開始日より前です", "開始日以後の日を指定してください。")
        if last < full and not (shortened_why or "").strip():
            raise BadInput(
                "募集終了日",
                f"期間が {found.minimum_days} 日に足りません",
                f"{reiwa(full)} 以後にするか、短縮の理由を記録してください。",
            )
        if fact.text is None:
            raise BadInput(
                "パブリックコメント", "意見を求める文書がまだありません", "先に版を登録してください。"
            )
        same = select(CommentPeriod.id).where(
            CommentPeriod.plan_id == fact.id,
            CommentPeriod.gate_key == gate,
            CommentPeriod.visit == fact.visit,
            CommentPeriod.version_id == fact.text.version_id,
        )
        if db.scalar(same) is not None:
            raise AlreadyDone("この版のパブリックコメントは既に始めています。")
        why = some_text("短縮の理由", shortened_why) if last < full and shortened_why else None
        period = db.scalars(
            insert(CommentPeriod).returning(CommentPeriod.id),
            {
                "plan_id": fact.id,
                "stage": fact.stage.key,
                "visit": fact.visit,
                "gate_key": gate,
                "version_id": fact.text.version_id,
                "opens_on": opens_on,
                "closes_on": last,
                "shortened_why": why,
                "places": [a_line("閲覧場所", place) for place in places],
            },
        ).one()
        days = period_days(opens_on, last, first_day_counts=found.first_day_counts)
        record(
            db,
            Tag.COMMENT_OPENED,
            at=now,
            by=who.id,
            plan=fact.id,
            period=period,
            gate=gate,
            opens_on=opens_on.isoformat(),
            closes_on=last.isoformat(),
            days=days,
            shortened=why,
            sha256=fact.sha256,
        )
        return last


def receive_opinions(
    office: Office,
    by: str | None,
    plan: str,
    writer: Writer,
    opinions: Sequence[str],
    *,
    route: Route,
    received_at: datetime,
    now: datetime,
) -> str:
    """Take in what one person sent: one opinion or several. Returns the receipt number. What arrives after
    the period is kept and marked late. `by` is None when the person used the web form themselves.

    Raises `BadInput`, `StepImpossible` (no comment opened, or not begun), `NotAllowed`, `NotFound`.
    """
    name = a_line("氏名", writer.name)
    texts = [some_text("意見", text) for text in opinions]
    if not texts:
        raise BadInput("意見", "1 件もありません", "意見を 1 件以上入力してください。")
    if received_at > now:
        raise BadInput("受付日時", "これからの日時です", "実際に届いた日時を入力してください。")
    if by is None and route is not Route.WEB:
        raise BadInput("受付方法", f"{route.label}は職員が登録します", "職員の鍵を指定してください。")
    with office.writing() as db:
        fact = plan_by_key(db, plan)
        who = actor(db, by, tokyo_day(now)) if by is not None else None
        if who is not None:
            who.require(Act.RUN_COMMENT, department=fact.department)
        period = _newest_period(db, fact)
        if tokyo_day(received_at) < period.opens_on:
            raise StepImpossible(
                "意見の受付", fact.title, None, f"募集は {reiwa(period.opens_on)} からです。"
            )
        number = 1 + (
            db.scalar(select(func.max(Submission.number)).where(Submission.period_id == period.id)) or 0
        )
        late = received_at >= end_of_day(period.closes_on)
        submission = db.scalars(
            insert(Submission).returning(Submission.id),
            {
                "period_id": period.id,
                "number": number,
                "route": route,
                "name": name,
                "address": a_text("住所", writer.address)[:400],
                "telephone": a_text("電話", writer.telephone)[:60],
                "affiliation": a_text("在勤・在学先", writer.affiliation)[:400],
                "received_at": received_at,
                "late": late,
                "entered_by": who.id if who else None,
            },
        ).one()
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
            by=who.id if who else None,
            plan=fact.id,
            period=period.id,
            submission=submission,
            route=route,
            opinions=len(texts),
            late=late,
        )
        return f"{period.id}-{number:04d}"


def answer_opinions(
    office: Office,
    by: str,
    plan: str,
    opinions: Sequence[int],
    *,
    summary: str,
    answer: str,
    disposition: Disposition,
    now: datetime,
) -> int:
    """区の考え方: answer one opinion, or several that are alike; an opinion answered before moves to this
    answer. Returns the answer's number.

    Raises `BadInput`, `AlreadyDone` (the result is published), `NotAllowed`, `NotFound`.
    """
    some_text("意見の概要", summary)
    some_text("区の考え方", answer)
    with office.writing() as db:
        who, fact = _staff(db, by, plan, now)
        period = _newest_period(db, fact)
        if period.published_at is not None:
            raise AlreadyDone("結果は既に公表されています。")
        mine = set(
            db.scalars(
                select(Opinion.id)
                .join(Submission, Submission.id == Opinion.submission_id)
                .where(Submission.period_id == period.id, Opinion.id.in_(opinions))
            )
        )
        unknown = sorted(set(opinions) - mine)
        if unknown or not opinions:
            raise NotFound("この募集の意見", "、".join(map(str, unknown)))
        written = db.scalars(
            insert(Answer).returning(Answer.id),
            {
                "period_id": period.id,
                "summary": summary,
                "text": answer,
                "disposition": disposition,
                "answered_by": who.id,
                "answered_at": now,
            },
        ).one()
        db.execute(update(Opinion).where(Opinion.id.in_(opinions)).values(answer_id=written))
        record(
            db,
            Tag.OPINIONS_ANSWERED,
            at=now,
            by=who.id,
            plan=fact.id,
            answer=written,
            opinions=sorted(mine),
            summary=summary,
            text=answer,
            disposition=disposition,
        )
        return written


def publish_result(office: Office, by: str, plan: str, *, now: datetime) -> None:
    """Publish the result of the public comment: counts, opinions, 区の考え方.

    Raises `StepImpossible` (still running, or opinions unanswered), `AlreadyDone`, `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, fact = _staff(db, by, plan, now)
        period = _newest_period(db, fact)
        if period.published_at is not None:
            raise AlreadyDone("結果は既に公表されています。")
        if now < end_of_day(period.closes_on):
            raise StepImpossible(
                "結果の公表", fact.title, None, f"募集は {reiwa(period.closes_on)} の 24:00 までです。"
            )
        left = _unanswered(db, period.id)
        if left:
            raise StepImpossible("結果の公表", fact.title, None, f"回答のない意見が {left} 件あります。")
        db.execute(
            update(CommentPeriod)
            .where(CommentPeriod.id == period.id)
            .values(published_by=who.id, published_at=now)
        )
        record(db, Tag.COMMENT_PUBLISHED, at=now, by=who.id, plan=fact.id, period=period.id)


def _staff(db: Session, by: str, plan: str, now: datetime) -> tuple[Actor, PlanFact]:
    who = actor(db, by, tokyo_day(now))
    fact = plan_by_key(db, plan)
    who.require(Act.RUN_COMMENT, department=fact.department)
    must_be_active(fact, "パブリックコメント")
    return who, fact


def _period_gate(plan: PlanFact, key: str) -> PeriodGate:
    for gate in plan.stage.gates:
        if gate.key == key and isinstance(gate, PeriodGate):
            return gate
    known = [gate.key for gate in plan.stage.gates if isinstance(gate, PeriodGate)]
    raise NotFound("いまの段階のパブリックコメントの関門", key, known)


def _newest_period(db: Session, plan: PlanFact) -> CommentPeriod:
    found = db.scalar(
        select(CommentPeriod)
        .where(CommentPeriod.plan_id == plan.id)
        .order_by(CommentPeriod.id.desc())
        .limit(1)
    )
    if found is None:
        raise StepImpossible("パブリックコメント", plan.stage.label, None, "募集がまだ始められていません。")
    return found


def _unanswered(db: Session, period: int) -> int:
    """How many opinions that came in time have no answer. 0 when none."""
    return (
        db.scalar(
            select(func.count())
            .select_from(Opinion)
            .join(Submission, Submission.id == Opinion.submission_id)
            .where(Submission.period_id == period, Submission.late.is_(False), Opinion.answer_id.is_(None))
        )
        or 0
    )
