"""照会 inside the office: the meaning of silence, the state of each addressee, and the verdict on a remark."""

from dataclasses import dataclass
from datetime import date, datetime

from definitions.labelled import Labelled
from workflow.domain.calendar import end_of_day


class Silence(Labelled):
    """The meaning of no answer by the day, as the letter says it."""

    NO_OBJECTION = "no_objection", "期限までに回答がないときは、異議なしとみなします"
    ANSWER_WANTED = "answer_wanted", "回答がなくても異議なしとはみなしません。必ず回答してください"


class Verdict(Labelled):
    """The verdict of the asker on a remark."""

    ADOPTED = "adopted", "採用"
    PARTLY = "partly", "一部採用"
    NOT_ADOPTED = "not_adopted", "不採用"
    FOR_REFERENCE = "for_reference", "参考"


class AnswerState(Labelled):
    """The state of an addressee."""

    WAITING = "waiting", "未回答"
    DEEMED = "deemed", "未回答（異議なしとみなす）"
    ANSWERED = "answered", "回答"
    LATE = "late", "期限後の回答"


def answer_state(due_on: date, silence: Silence, given_at: datetime | None, now: datetime) -> AnswerState:
    """Return the state of an addressee whose present answer was given then, None: who gave none. It follows the last
    day as it is now: an answer between two last days came in time."""
    if given_at is not None:
        return AnswerState.LATE if given_at >= end_of_day(due_on) else AnswerState.ANSWERED
    over = now >= end_of_day(due_on)
    return AnswerState.DEEMED if over and silence is Silence.NO_OBJECTION else AnswerState.WAITING


@dataclass(frozen=True, slots=True)
class GivenRemark:
    """A remark as it is given: on the question of that position, None: on none; `page` and `section` are its place in
    the text, and may be empty."""

    text: str
    question: int | None = None
    page: str = ""
    section: str = ""
