"""A task of the worklist, its kind, and the meeting it should be done before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from definitions.chain import BodyGate, Stage
from definitions.labelled import Labelled
from workflow.domain.rights import Act, Actor
from workflow.queries.meetings import MeetingFact


class Waiting(Labelled):
    """Kinds of tasks on a worklist."""

    RECORD = "record", "結果の記録"
    ANSWER = "answer", "持ち回り・採決の回答"
    STOPPED = "stopped", "止まっている計画"
    LATE = "late", "遅れている計画"
    CONFIRM = "confirm", "訂正の確認"
    CONDITION = "condition", "条件の解消"
    REVIEW = "review", "後閲"
    REVIEW_CONFIRMATION = "review_confirmation", "訂正の確認の後閲"
    RATIFY = "ratify", "専決の報告"
    SIGN = "sign", "決裁"
    ADVANCE = "advance", "次の段階へ進行"
    FINISH = "finish", "完了"
    CLOSE = "close", "会議の終了"
    SUMMON = "summon", "会議の招集"
    RSVP = "rsvp", "出欠の回答"
    CONFIRM_MINUTES = "confirm_minutes", "概要・会議録の確認"
    SUMMARY_DUE = "summary_due", "概要の作成期限"
    MINUTES_DUE = "minutes_due", "会議録の作成期限"
    ANSWER_OPINIONS = "answer_opinions", "意見への回答・公表"
    DOCUMENT = "document", "版の登録"
    ANSWER_INQUIRY = "answer_inquiry", "照会への回答"
    RESPOND = "respond", "照会の意見への対応"
    READ = "read", "供覧"
    FAILED_MAIL = "failed_mail", "送れなかった通知"
    HELD_EVENT = "held_event", "作れない通知"
    UNREAD_CALENDAR = "unread_calendar", "読めない予定表"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for a person. `number` is that of the item, condition, signoff, confirmation, decision,
    inquiry, circulation, delivery, event or calendar, `gate` the gate to sign at. `meeting` is the meeting it is about, or the nearest one it
    should be done before; `due` orders the tasks, None last. `principal` is the name of the absent person whose task it
    is, for their deputy."""

    kind: Waiting
    words: str
    plan: str | None = None
    number: int | None = None
    due: datetime | None = None
    meeting: int | None = None
    meeting_title: str | None = None
    gate: str | None = None
    principal: str | None = None


DAY_IN_WORDS = (Waiting.SUMMARY_DUE, Waiting.MINUTES_DUE, Waiting.LATE)
"""The kinds of tasks that have a last day of their own, which their words tell."""

FOR_DEPUTIES = (Waiting.ANSWER, Waiting.RSVP, Waiting.SIGN, Waiting.CONFIRM)
"""The kinds of tasks that a deputy may do for somebody who is away."""


class Near(TypedDict, total=False):
    """The meeting a task should be done before, as fields of the task."""

    due: datetime
    meeting: int
    meeting_title: str


def nearest(coming: Mapping[str, MeetingFact], stages: Iterable[Stage]) -> Near:
    """The nearest meeting of a body that has a gate on one of the stages, as fields of a task."""
    bodies = {gate.body for stage in stages for gate in stage.gates if isinstance(gate, BodyGate)}
    return before(min((coming[b] for b in bodies if b in coming), key=lambda n: n.starts_at, default=None))


def before(held: MeetingFact | None) -> Near:
    """The meeting as fields of a task: something to be done before it. Nothing when there is none."""
    if held is None:
        return {}
    return {"due": held.starts_at, "meeting": held.id, "meeting_title": held.title}


def bodies_for(who: Actor, act: Act) -> list[str]:
    """The bodies in which the person may do that."""
    return sorted({body for body, _ in who.seats if who.may(act, body=body)})
