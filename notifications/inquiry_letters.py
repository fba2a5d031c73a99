"""Letters about 照会, written from what is true when they are sent: one that is overtaken is dropped."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session

from notifications.kinds import Kind
from notifications.reminders import stamp
from notifications.subjects import NoLongerDue, Subject
from workflow.domain.calendar import at_tokyo, end_of_day, reiwa_with_weekday, tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.language import say
from workflow.domain.plans import Status
from workflow.queries.inquiries import AddresseeLine, InquiryFact, inquiry_by_id, people_of
from workflow.queries.plans import PlanFact, plan_by_id

ABOUT_INQUIRIES = (
    *(Kind.INQUIRY, Kind.INQUIRY_DUE, Kind.INQUIRY_OVERDUE),
    *(Kind.INQUIRY_EXTENDED, Kind.INQUIRY_WITHDRAWN, Kind.INQUIRY_RESPONDED, Kind.INQUIRY_TALLY),
)
_REMINDERS = (Kind.INQUIRY_DUE, Kind.INQUIRY_OVERDUE, Kind.INQUIRY_TALLY)
_FOR_THE_UNANSWERED = (Kind.INQUIRY_DUE, Kind.INQUIRY_OVERDUE)
_UNTIL_THE_DAY = (Kind.INQUIRY, Kind.INQUIRY_DUE, Kind.INQUIRY_EXTENDED)


class InquiryLetters:
    """Template values for the letters about inquiries; each inquiry is read once."""

    def __init__(self, db: Session, now: datetime) -> None:
        self._db, self._now = db, now
        self._known: dict[int, tuple[InquiryFact, PlanFact]] = {}
        self._reached: dict[int, list[tuple[AddresseeLine, frozenset[int]]]] = {}

    def words(self, about: Subject, event: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], str]:
        """The values, and the key of the plan's chain; `event` is the data of the event it tells of, None for a reminder.
        Raises `NoLongerDue`."""
        asked, plan = self._inquiry(event["inquiry"] if event else int(about.claim.split(":")[1]))
        own = [line for line, people in self._addressees(asked) if about.recipient_id in people]
        self._must_be_true(about, asked, plan, own, event)
        context = {
            "plan": plan.title,
            "key": plan.key,
            "number": asked.id,
            "department": plan.department_name,
            "title": asked.title,
            "text": asked.text,
            "questions": [each.text for each in asked.questions],
            "filename": asked.filename,
            "version": asked.version,
            "sha256": asked.sha256[:12],
            "due_on": reiwa_with_weekday(asked.due_on),
            "silence": asked.silence.label,
            "to": "、".join(line.name for line in own),
            "asker": asked.by,
            "reason": (event or {}).get("reason", ""),
            "asked": len(asked.addressees),
            "answered": asked.answered,
            "remarks": sum(len(each.answer.remarks) for each in asked.addressees if each.answer),
            "responses": [
                (
                    remark.page,
                    remark.section,
                    remark.text,
                    remark.response.verdict.label,
                    remark.response.reason,
                )
                for line in own
                if line.answer
                for remark in line.answer.remarks
                if remark.response
            ],
            "states": [(each.name, asked.state_of(each, self._now).label) for each in asked.addressees],
        }
        return context, plan.chain.key

    def _must_be_true(
        self,
        about: Subject,
        asked: InquiryFact,
        plan: PlanFact,
        own: list[AddresseeLine],
        event: Mapping[str, Any] | None,
    ) -> None:
        if about.kind is Kind.INQUIRY_WITHDRAWN:
            return
        if asked.withdrawn_at is not None:
            raise NoLongerDue(State.DROPPED, say("照会は取り下げられました"))
        if plan.status is not Status.ACTIVE:
            raise NoLongerDue(State.DROPPED, say("計画は、いま進められていません"))
        day = stamp(at_tokyo(asked.due_on, time()))
        moved = (about.kind in _REMINDERS and about.claim.split(":")[3] != day) or (
            about.kind is Kind.INQUIRY_EXTENDED and event and event["due_on"] != asked.due_on.isoformat()
        )
        if moved:
            raise NoLongerDue(State.DROPPED, say("その後に、照会の期限が延長されました"))
        if about.kind is not Kind.INQUIRY_TALLY and not own:
            raise NoLongerDue(State.DROPPED, say("照会の宛先の職員ではなくなりました"))
        if about.kind is Kind.INQUIRY_RESPONDED and not _responded(own, event["remark"] if event else 0):
            raise NoLongerDue(State.DROPPED, say("その後に、新しい回答がありました"))
        if about.kind in _FOR_THE_UNANSWERED and all(each.answer for each in own):
            raise NoLongerDue(State.DROPPED, say("照会には、既に回答がありました"))
        if about.kind in _UNTIL_THE_DAY and end_of_day(asked.due_on) <= self._now:
            raise NoLongerDue(State.MISSED, say("送る前に、照会の期限が過ぎました"))

    def _inquiry(self, number: int) -> tuple[InquiryFact, PlanFact]:
        if number not in self._known:
            asked = inquiry_by_id(self._db, number)
            if asked is None:
                raise NoLongerDue(State.DROPPED, say("出来事の記録がありません"))
            self._known[number] = asked, plan_by_id(self._db, asked.plan_id)
        return self._known[number]

    def _addressees(self, asked: InquiryFact) -> list[tuple[AddresseeLine, frozenset[int]]]:
        if asked.id not in self._reached:
            whom = [(each.department, each.person_id) for each in asked.addressees]
            reached = people_of(self._db, whom, tokyo_day(self._now))
            self._reached[asked.id] = [
                (line, frozenset(seat.person_id for seat in people))
                for line, people in zip(asked.addressees, reached, strict=True)
            ]
        return self._reached[asked.id]


def _responded(addressees: Iterable[AddresseeLine], remark: int) -> bool:
    """Return whether a present answer of theirs holds the remark, and each of its remarks has a response."""
    answers = (each.answer.remarks for each in addressees if each.answer)
    return any(
        remark in {each.number for each in remarks} and all(each.response for each in remarks)
        for remarks in answers
    )
