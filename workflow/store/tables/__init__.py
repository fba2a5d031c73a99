"""The tables: people, plans, meetings, what was decided, what was said by the public, and the event log.

Times are UTC, days are days in Asia/Tokyo. Decisions, confirmations, signoffs, votes, answers to invitations, steps,
declarations and events are append-only: the database itself refuses to change, replace or delete one (`workflow.store.guards`).
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
    ProviderIdentity,
    PublicTry,
    SignIn,
    Webhook,
)
from workflow.store.tables.base import APPEND_ONLY, UNPROVEN, Record, Utc
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
from workflow.store.tables.events import Cursor, Delivery, Event, HeldEvent, Pulse, Touched
from workflow.store.tables.meetings import (
    AgendaItem,
    Attendance,
    ItemAttendance,
    Meeting,
    Rsvp,
    RsvpLink,
    SetAsideMail,
    Vote,
)
from workflow.store.tables.people import (
    Administrator,
    Auditor,
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

PROVEN = tuple(name for name in Record.metadata.tables if name not in UNPROVEN)
"""Tables whose every row is named, with its hash, by the event that wrote it."""

__all__ = [
    "APPEND_ONLY",
    "PROVEN",
    "UNPROVEN",
    "Administrator",
    "AgendaItem",
    "AnsweredCall",
    "ApiToken",
    "Attendance",
    "Auditor",
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
    "HeldEvent",
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
    "ProviderIdentity",
    "PublicTry",
    "Pulse",
    "Record",
    "Remark",
    "Reply",
    "Review",
    "Rsvp",
    "RsvpLink",
    "SecretariatContact",
    "SetAsideMail",
    "SignIn",
    "Signoff",
    "Step",
    "Submission",
    "Touched",
    "Utc",
    "Version",
    "Vote",
    "Webhook",
]
