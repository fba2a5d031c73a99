"""What people ask: why can it not move, what waits for me, what happened, when was it planned. Reading only;
the answers are data first, words second."""

from workflow.questions.answers import Answer, Owed, Standing, answers, built_on, standings
from workflow.questions.blocking import Blockers, Coming, Reason, blockers, why
from workflow.questions.comment import Counted, comment_counts
from workflow.questions.periods import PeriodLine, periods
from workflow.questions.plans import Happened, Page, history, newest_first, plan_list
from workflow.questions.reading import Asked, Reading, Said, circle, concerned, reading
from workflow.questions.schedule import ComparedMonth, Match, Month, compared, held_schedule, planned_schedule
from workflow.questions.versions import VersionLine, versions
from workflow.questions.waiting import Task, Waiting, waiting_for, worklist

__all__ = [
    "Answer",
    "Asked",
    "Blockers",
    "Coming",
    "ComparedMonth",
    "Counted",
    "Happened",
    "Match",
    "Month",
    "Owed",
    "Page",
    "PeriodLine",
    "Reading",
    "Reason",
    "Said",
    "Standing",
    "Task",
    "VersionLine",
    "Waiting",
    "answers",
    "blockers",
    "built_on",
    "circle",
    "comment_counts",
    "compared",
    "concerned",
    "held_schedule",
    "history",
    "newest_first",
    "periods",
    "plan_list",
    "planned_schedule",
    "reading",
    "standings",
    "versions",
    "waiting_for",
    "why",
    "worklist",
]
