"""The rows of the record as the search finds them: which entries of the index a written row touches, and what each entry
says. Who wrote to a public comment, and everybody's address, is in none."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from workflow.domain.minutes import MinutesKind, MinutesState
from workflow.domain.papers import PaperKind, designation
from workflow.domain.search import Found, SearchKind
from workflow.queries.decisions import current_decision
from workflow.store.tables import (
    Addressee,
    AgendaItem,
    BodyRecord,
    Condition,
    Decision,
    Inquiry,
    InquiryAnswer,
    InquiryQuestion,
    InquiryRemark,
    InquiryResponse,
    Meeting,
    MinutesText,
    Opinion,
    Paper,
    Person,
    Plan,
    Reply,
    Submission,
    Version,
)
from workflow.store.tables import CommentPeriod as Period

Named = tuple[SearchKind, str]
"""An entry by its kind and the key of its row."""

TABLES: Mapping[str, SearchKind] = {
    "plan": SearchKind.PLAN,
    "version": SearchKind.VERSION,
    "meeting": SearchKind.MEETING,
    "agenda_item": SearchKind.ITEM,
    "paper": SearchKind.PAPER,
    "minutes_text": SearchKind.MINUTES,
    "decision": SearchKind.DECISION,
    "condition": SearchKind.CONDITION,
    "opinion": SearchKind.OPINION,
    "answer": SearchKind.REPLY,
    "inquiry": SearchKind.INQUIRY,
    "inquiry_remark": SearchKind.REMARK,
    "person": SearchKind.PERSON,
    "body": SearchKind.BODY,
}
"""The tables whose rows are found, each as one kind."""

KEYS_AT_ONCE = 500
"""Keys that one statement names: databases take only so many values."""

FINAL, DRAFT = "final", "draft"
"""The audience of minutes and of 区の考え方: whoever reads the meeting or the plan, or those alone who write them."""


def touched(db: Session, rows: Mapping[str, Iterable[str]]) -> set[Named]:
    """Return the entries to read again when these rows were written, by table and key, beside those of the rows
    themselves. At most four statements for each `KEYS_AT_ONCE`."""
    found: set[Named] = set()
    for table, keys in rows.items():
        for some in _some(keys):
            found |= _touched(db, {table: some})
    return found


def _touched(db: Session, rows: Mapping[str, Sequence[str]]) -> set[Named]:
    found: set[Named] = set()
    if plans := _numbers(rows.get("plan")):
        of_plans = select(AgendaItem.id).where(AgendaItem.plan_id.in_(plans))
        found |= {(SearchKind.ITEM, str(each)) for each in db.scalars(of_plans)}
    if decisions := _numbers(rows.get("decision")):
        before = select(Decision.supersedes_id).where(
            Decision.id.in_(decisions), Decision.supersedes_id.is_not(None)
        )
        superseded = [each for each in db.scalars(before) if each is not None]
        conditions = select(Condition.id).where(Condition.decision_id.in_([*decisions, *superseded]))
        found |= {(SearchKind.DECISION, str(each)) for each in superseded}
        found |= {(SearchKind.CONDITION, str(each)) for each in db.scalars(conditions)}
    if questions := _numbers(rows.get("inquiry_question")):
        asked = select(InquiryQuestion.inquiry_id).where(InquiryQuestion.id.in_(questions))
        found |= {(SearchKind.INQUIRY, str(each)) for each in db.scalars(asked)}
    if responses := _numbers(rows.get("inquiry_response")):
        answered = select(InquiryResponse.remark_id).where(InquiryResponse.id.in_(responses))
        found |= {(SearchKind.REMARK, str(each)) for each in db.scalars(answered)}
    return found


def found_in(db: Session, kind: SearchKind, keys: Sequence[str]) -> dict[str, Found]:
    """Return the entries of that kind for the rows of these keys; a row that nobody can be led to has none. At most three
    statements for each `KEYS_AT_ONCE`."""
    return {each.key: each for some in _some(keys) for each in _READERS[kind](db, some)}


def _some(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while some := list(islice(rest, KEYS_AT_ONCE)):
        yield some


def _numbers(keys: Iterable[str] | None) -> list[int]:
    return [int(each) for each in keys or ()]


def _plans(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    rows = db.execute(select(Plan.id, Plan.key, Plan.title).where(Plan.id.in_(_numbers(keys))))
    for number, key, title in rows:
        yield Found(SearchKind.PLAN, str(number), title, (key,), plan=number, link=key)


def _versions(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    for row in db.scalars(select(Version).where(Version.id.in_(_numbers(keys)))):
        yield Found(
            SearchKind.VERSION,
            str(row.id),
            row.filename,
            plan=row.plan_id,
            link=str(row.number),
            document=row.sha256,
        )


def _meetings(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    rows = db.execute(select(Meeting.id, Meeting.title, Meeting.place).where(Meeting.id.in_(_numbers(keys))))
    for number, title, place in rows:
        yield Found(SearchKind.MEETING, str(number), title, (place,), meeting=number)


def _items(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    on_it = select(AgendaItem, Plan.title).outerjoin(Plan, Plan.id == AgendaItem.plan_id)
    for row, title in db.execute(
        on_it.where(AgendaItem.id.in_(_numbers(keys)), AgendaItem.removed_at.is_(None))
    ):
        yield Found(
            SearchKind.ITEM,
            str(row.id),
            row.title or title or "",
            tuple((row.result or "").splitlines()),
            plan=row.plan_id,
            meeting=row.meeting_id,
        )


def _papers(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    about = select(Paper, AgendaItem.plan_id).outerjoin(AgendaItem, AgendaItem.id == Paper.item_id)
    for row, plan in db.execute(about.where(Paper.id.in_(_numbers(keys)))):
        yield Found(
            SearchKind.PAPER,
            str(row.id),
            f"{designation(PaperKind(row.kind), row.number)} {row.title}",
            plan=plan,
            meeting=row.meeting_id,
            audience=row.audience,
            document=row.sha256,
        )


def _minutes(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    for row in db.scalars(select(MinutesText).where(MinutesText.id.in_(_numbers(keys)))):
        yield Found(
            SearchKind.MINUTES,
            str(row.id),
            "",
            tuple(row.text.splitlines()),
            meeting=row.meeting_id,
            audience=FINAL if MinutesState(row.state).final else DRAFT,
            link=MinutesKind(row.kind).value,
        )


def _decisions(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    """Decisions with something written about them, as long as none supersedes them."""
    standing = select(Decision).where(Decision.id.in_(_numbers(keys)))
    for row in db.scalars(standing.where(current_decision())):
        written = (*row.note.splitlines(), *(row.late_text_why or "").splitlines())
        if written:
            yield Found(SearchKind.DECISION, str(row.id), "", written, plan=row.plan_id)


def _conditions(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    of_it = select(Condition, Decision.plan_id).join(Decision, Decision.id == Condition.decision_id)
    standing = of_it.where(Condition.id.in_(_numbers(keys)), current_decision())
    for row, plan in db.execute(standing):
        written = (*row.text.splitlines(), *(row.closed_note or "").splitlines())
        yield Found(SearchKind.CONDITION, str(row.id), "", written, plan=plan, link=str(row.decision_id))


def _opinions(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    rows = db.execute(
        select(Opinion.id, Opinion.text, Period.plan_id, _round())
        .join(Submission, Submission.id == Opinion.submission_id)
        .join(Period, Period.id == Submission.period_id)
        .where(Opinion.id.in_(_numbers(keys)))
    )
    for number, written, plan, of_plan in rows:
        lines = tuple(written.splitlines())
        yield Found(SearchKind.OPINION, str(number), "", lines, plan=plan, link=str(of_plan))


def _replies(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    of_period = select(Reply, Period.plan_id, _round()).join(Period, Period.id == Reply.period_id)
    for row, plan, of_plan in db.execute(of_period.where(Reply.id.in_(_numbers(keys)))):
        yield Found(
            SearchKind.REPLY,
            str(row.id),
            "",
            (*row.summary.splitlines(), *row.text.splitlines()),
            plan=plan,
            audience=DRAFT if row.published_at is None else FINAL,
            link=str(of_plan),
        )


def _round() -> ScalarSelect[int]:
    """The round of the `Period` of a statement among those of its plan, which no later one changes."""
    other = aliased(Period)
    until = select(func.count(other.id)).where(other.plan_id == Period.plan_id, other.id <= Period.id)
    return until.correlate(Period).scalar_subquery()


def _inquiries(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    numbers, questions = _numbers(keys), defaultdict[int, list[str]](list)
    asked = select(InquiryQuestion.inquiry_id, InquiryQuestion.text).order_by(InquiryQuestion.position)
    for inquiry, question in db.execute(asked.where(InquiryQuestion.inquiry_id.in_(numbers))):
        questions[inquiry] += question.splitlines()
    for row in db.scalars(select(Inquiry).where(Inquiry.id.in_(numbers))):
        written = (*row.text.splitlines(), *questions[row.id])
        yield Found(SearchKind.INQUIRY, str(row.id), row.title, written, plan=row.plan_id, link=str(row.id))


def _remarks(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    numbers, responses = _numbers(keys), defaultdict[int, list[str]](list)
    given = select(InquiryResponse.remark_id, InquiryResponse.reason).order_by(InquiryResponse.turn)
    for remark, reason in db.execute(given.where(InquiryResponse.remark_id.in_(numbers))):
        responses[remark] += reason.splitlines()
    rows = db.execute(
        select(InquiryRemark, Inquiry.id, Inquiry.plan_id)
        .join(InquiryAnswer, InquiryAnswer.id == InquiryRemark.answer_id)
        .join(Addressee, Addressee.id == InquiryAnswer.addressee_id)
        .join(Inquiry, Inquiry.id == Addressee.inquiry_id)
        .where(InquiryRemark.id.in_(numbers))
    )
    for row, inquiry, plan in rows:
        place = " ".join(filter(None, (row.page, row.section)))
        written = (*([place] if place else []), *row.text.splitlines(), *responses[row.id])
        yield Found(SearchKind.REMARK, str(row.id), "", written, plan=plan, link=str(inquiry))


def _people(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    rows = db.execute(select(Person.id, Person.key, Person.name).where(Person.id.in_(_numbers(keys))))
    for number, key, name in rows:
        yield Found(SearchKind.PERSON, str(number), name, (key,), link=key)


def _bodies(db: Session, keys: Sequence[str]) -> Iterable[Found]:
    for key, name in db.execute(
        select(BodyRecord.key, BodyRecord.name).where(BodyRecord.key.in_(list(keys)))
    ):
        yield Found(SearchKind.BODY, key, name, (key,), link=key)


_READERS: Mapping[SearchKind, Callable[[Session, Sequence[str]], Iterable[Found]]] = {
    SearchKind.PLAN: _plans,
    SearchKind.VERSION: _versions,
    SearchKind.MEETING: _meetings,
    SearchKind.ITEM: _items,
    SearchKind.PAPER: _papers,
    SearchKind.MINUTES: _minutes,
    SearchKind.DECISION: _decisions,
    SearchKind.CONDITION: _conditions,
    SearchKind.OPINION: _opinions,
    SearchKind.REPLY: _replies,
    SearchKind.INQUIRY: _inquiries,
    SearchKind.REMARK: _remarks,
    SearchKind.PERSON: _people,
    SearchKind.BODY: _bodies,
}
