"""What people ask: why can it not move, what waits for me, what happened, when was it planned. Reading only;
the answers are data first, words second."""

from workflow.questions.blocking import Blockers, Coming, Reason, blockers, why
from workflow.questions.comment import Counted, comment_counts
from workflow.questions.plans import Happened, Page, history, plan_list
from workflow.questions.schedule import Month, held_schedule, planned_schedule
from workflow.questions.waiting import Task, Waiting, worklist

__all__ = [
    "Blockers",
    "Coming",
    "Counted",
    "Happened",
    "Month",
    "Page",
    "Reason",
    "Task",
    "Waiting",
    "blockers",
    "comment_counts",
    "held_schedule",
    "history",
    "plan_list",
    "planned_schedule",
    "why",
    "worklist",
]
