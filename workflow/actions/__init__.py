"""The use cases: the only writer. Each is a plain function and one transaction; each takes the key of the
person who acts (`by`) and the moment of the act (`now`), checks their right, and logs what was done."""

from workflow.actions.agenda import list_item, list_ratification, order_items, remove_item
from workflow.actions.attendance import Seated, enter_attendance, enter_parts
from workflow.actions.calendar_feeds import make_feed, revoke_feed
from workflow.actions.chains import add_chain
from workflow.actions.chair_decisions import decide_alone
from workflow.actions.circulation import circulate, mark_read, remark, take_back_remark
from workflow.actions.comments import open_comment, publish_result
from workflow.actions.confirmations import confirm_text, take_back_confirmation
from workflow.actions.corrections import correct_decision, take_back_decision
from workflow.actions.decisions import close_condition, decide_by_votes, record_outcome
from workflow.actions.devices import new_device
from workflow.actions.idempotency import Answered, Claim, claim_call, keep_answer, marking, release_call
from workflow.actions.invitations import LinkHolder, ask_reset, invite, link_holder, set_password_by_link
from workflow.actions.meetings import (
    call_meeting,
    cancel_meeting,
    close_meeting,
    correct_meeting_time,
    correct_minutes,
    enter_meeting,
    move_meeting,
)
from workflow.actions.office import begin, close_day
from workflow.actions.opinions import receive_from_public, receive_opinions, split_opinion
from workflow.actions.passwords import change_password, set_password
from workflow.actions.people import (
    add_department,
    add_person,
    change_person,
    end_deputyship,
    end_posting,
    end_seat,
    end_terms,
    name_administrator,
    name_deputy,
    post,
    seat,
)
from workflow.actions.people_table import (
    HEADINGS,
    Newcomer,
    NewcomerFault,
    NewcomersRefused,
    add_people,
    newcomer_faults,
    read_newcomers,
)
from workflow.actions.plans import (
    Moved,
    advance,
    correct_plan,
    finish,
    open_plan,
    resume,
    send_back,
    suspend,
    withdraw,
)
from workflow.actions.replies import answer_opinions, edit_answer, group_opinions
from workflow.actions.sessions import (
    TOKEN_LIFE,
    end_other_sessions,
    end_session,
    lift_wait,
    prolong_sessions,
    sign_in,
    sign_in_by_address,
    sign_out,
    signed_in,
)
from workflow.actions.signoffs import review_signoff, sign, signs_as, take_back_signoff
from workflow.actions.tokens import Holder, holder_of, make_token, revoke_token
from workflow.actions.versions import add_version, declare_version
from workflow.actions.votes import (
    cast_deciding_vote,
    cast_vote,
    current_tally,
    enter_votes,
    outcome_of_votes,
    take_back_vote,
)
from workflow.actions.webhooks import add_webhook, revoke_webhook

__all__ = [
    "HEADINGS",
    "TOKEN_LIFE",
    "Answered",
    "Claim",
    "Holder",
    "LinkHolder",
    "Moved",
    "Newcomer",
    "NewcomerFault",
    "NewcomersRefused",
    "Seated",
    "add_chain",
    "add_department",
    "add_people",
    "add_person",
    "add_version",
    "add_webhook",
    "advance",
    "answer_opinions",
    "ask_reset",
    "begin",
    "call_meeting",
    "cancel_meeting",
    "cast_deciding_vote",
    "cast_vote",
    "change_password",
    "change_person",
    "circulate",
    "claim_call",
    "close_condition",
    "close_day",
    "close_meeting",
    "confirm_text",
    "correct_decision",
    "correct_meeting_time",
    "correct_minutes",
    "correct_plan",
    "current_tally",
    "decide_alone",
    "decide_by_votes",
    "declare_version",
    "edit_answer",
    "end_deputyship",
    "end_other_sessions",
    "end_posting",
    "end_seat",
    "end_session",
    "end_terms",
    "enter_attendance",
    "enter_meeting",
    "enter_parts",
    "enter_votes",
    "finish",
    "group_opinions",
    "holder_of",
    "invite",
    "keep_answer",
    "lift_wait",
    "link_holder",
    "list_item",
    "list_ratification",
    "make_feed",
    "make_token",
    "mark_read",
    "marking",
    "move_meeting",
    "name_administrator",
    "name_deputy",
    "new_device",
    "newcomer_faults",
    "open_comment",
    "open_plan",
    "order_items",
    "outcome_of_votes",
    "post",
    "prolong_sessions",
    "publish_result",
    "read_newcomers",
    "receive_from_public",
    "receive_opinions",
    "record_outcome",
    "release_call",
    "remark",
    "remove_item",
    "resume",
    "review_signoff",
    "revoke_feed",
    "revoke_token",
    "revoke_webhook",
    "seat",
    "send_back",
    "set_password",
    "set_password_by_link",
    "sign",
    "sign_in",
    "sign_in_by_address",
    "sign_out",
    "signed_in",
    "signs_as",
    "split_opinion",
    "suspend",
    "take_back_confirmation",
    "take_back_decision",
    "take_back_remark",
    "take_back_signoff",
    "take_back_vote",
    "withdraw",
]
