"""The tables: people, plans, meetings, what was decided, what was said by the public, and the event log.

Times are UTC, days are days in Asia/Tokyo. Decisions, confirmations, signoffs, votes, answers to invitations, steps,
declarations and events are append-only: the database itself refuses to change or delete one (see the second migration).
"""

from workflow.store.tables.accounts import (
    AnsweredCall,
    ApiToken,
    Credential,
    FailedSignIn,
    Feed,
    LinkToken,
    MailedLink,
    OfficeSecret,
    PublicTry,
    SignIn,
    Webhook,
)
from workflow.store.tables.base import APPEND_ONLY, Record, Utc
from workflow.store.tables.circulation import Circulation, Remark
from workflow.store.tables.comments import CommentPeriod, Opinion, Reply, Submission
from workflow.store.tables.decisions import (
    Condition,
    Confirmation,
    ConfirmationReview,
    Decision,
    Review,
    Signoff,
)
from workflow.store.tables.events import Cursor, Delivery, Event
from workflow.store.tables.meetings import (
    AgendaItem,
    Attendance,
    ItemAttendance,
    Meeting,
    Rsvp,
    RsvpLink,
    Vote,
)
from workflow.store.tables.people import (
    Administrator,
    ClosedDay,
    Department,
    Deputy,
    Membership,
    Person,
    Posting,
)
from workflow.store.tables.plans import (
    BodyRecord,
    ChainText,
    Declaration,
    Document,
    Plan,
    SecretariatContact,
    Step,
    Version,
)

__all__ = [
    "APPEND_ONLY",
    "Administrator",
    "AgendaItem",
    "AnsweredCall",
    "ApiToken",
    "Attendance",
    "BodyRecord",
    "ChainText",
    "Circulation",
    "ClosedDay",
    "CommentPeriod",
    "Condition",
    "Confirmation",
    "ConfirmationReview",
    "Credential",
    "Cursor",
    "Decision",
    "Declaration",
    "Delivery",
    "Department",
    "Deputy",
    "Document",
    "Event",
    "FailedSignIn",
    "Feed",
    "ItemAttendance",
    "LinkToken",
    "MailedLink",
    "Meeting",
    "Membership",
    "OfficeSecret",
    "Opinion",
    "Person",
    "Plan",
    "Posting",
    "PublicTry",
    "Record",
    "Remark",
    "Reply",
    "Review",
    "Rsvp",
    "RsvpLink",
    "SecretariatContact",
    "SignIn",
    "Signoff",
    "Step",
    "Submission",
    "Utc",
    "Version",
    "Vote",
    "Webhook",
]
