"""What people ask: why can it not move, what waits for me, what happened, when was it planned. Reading only;
the answers are data first, words second."""

from workflow.questions.blocking import Blockers, Coming, Reason, blockers, why
from workflow.questions.comment import (
    CameIn,
    Consultation,
    Counted,
    PeriodState,
    came_in,
    comment_counts,
    consultation,
    consultations,
    ready_to_ask,
    receipt,
    rounds,
)
from workflow.questions.opinions import (
    Replied,
    Said,
    Sheet,
    Which,
    all_opinions,
    opinion_page,
    opinions_by_id,
    opinions_of_answer,
    replies,
    writers,
    writers_of_period,
)
from workflow.questions.plans import Happened, Page, history, plan_list
from workflow.questions.schedule import Month, held_schedule, planned_schedule
from workflow.questions.waiting import Task, Waiting, worklist

__all__ = [
    "Blockers",
    "CameIn",
    "Coming",
    "Consultation",
    "Counted",
    "Happened",
    "Month",
    "Page",
    "PeriodState",
    "Reason",
    "Replied",
    "Said",
    "Sheet",
    "Task",
    "Waiting",
    "Which",
    "all_opinions",
    "blockers",
    "came_in",
    "comment_counts",
    "consultation",
    "consultations",
    "held_schedule",
    "history",
    "opinion_page",
    "opinions_by_id",
    "opinions_of_answer",
    "plan_list",
    "planned_schedule",
    "ready_to_ask",
    "receipt",
    "replies",
    "rounds",
    "why",
    "worklist",
    "writers",
    "writers_of_period",
]
