"""What people ask: why can it not move, what waits for me, what happened, when was it planned. Reading only;
the answers are data first, words second."""

from workflow.questions.blocking import Blockers, Coming, Reason, blockers, why
from workflow.questions.bodies import BodyFact, BodyLine, body, body_list, body_names
from workflow.questions.chains import Definition, known_chain, known_chains
from workflow.questions.comment import Counted, comment_counts
from workflow.questions.log import Logged, LogPage, Narrowed, log_page
from workflow.questions.people import (
    PeoplePage,
    PersonFact,
    PersonLine,
    Standing,
    colleagues,
    departments,
    people_list,
    person,
)
from workflow.questions.plans import Happened, Page, history, plan_list
from workflow.questions.schedule import Month, held_schedule, planned_schedule
from workflow.questions.waiting import Task, Waiting, worklist

__all__ = [
    "Blockers",
    "BodyFact",
    "BodyLine",
    "Coming",
    "Counted",
    "Definition",
    "Happened",
    "LogPage",
    "Logged",
    "Month",
    "Narrowed",
    "Page",
    "PeoplePage",
    "PersonFact",
    "PersonLine",
    "Reason",
    "Standing",
    "Task",
    "Waiting",
    "blockers",
    "body",
    "body_list",
    "body_names",
    "colleagues",
    "comment_counts",
    "departments",
    "held_schedule",
    "history",
    "known_chain",
    "known_chains",
    "log_page",
    "people_list",
    "person",
    "plan_list",
    "planned_schedule",
    "why",
    "worklist",
]
