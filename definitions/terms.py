"""The field's own words, as closed lists: keys are ASCII, labels are what people see."""

from definitions.labelled import Labelled


class BodyKind(Labelled):
    """The role of a body towards an item: to deliberate, receive, advise or vote."""

    DELIBERATIVE = "deliberative", "審議機関"
    RECEIVING = "receiving", "報告を受ける機関"
    ADVISORY = "advisory", "諮問機関"
    VOTING = "voting", "議決機関"


class Outcome(Labelled):
    """A body's answer to an agenda item."""

    APPROVED = "approved", "了承"
    CONDITIONAL = "conditional", "条件付き了承"
    CONTINUED = "continued", "継続審議"
    RETURNED = "returned", "差戻し"
    RECEIVED = "received", "報告済"
    REPORT_AGAIN = "report_again", "再報告"
    ADVISED = "advised", "答申"
    ADVISED_WITH_OPINION = "advised_with_opinion", "答申（附帯意見あり）"
    PASSED = "passed", "可決"
    AMENDED = "amended", "修正可決"
    REJECTED = "rejected", "否決"
    CARRIED_OVER = "carried_over", "継続審査"


class Role(Labelled):
    """A seat in a body."""

    CHAIR = "chair", "会長"
    VICE_CHAIR = "vice_chair", "副会長"
    MEMBER = "member", "委員"
    SECRETARIAT = "secretariat", "事務局"


OUTCOMES_OF: dict[BodyKind, tuple[Outcome, ...]] = {
    BodyKind.DELIBERATIVE: (Outcome.APPROVED, Outcome.CONDITIONAL, Outcome.CONTINUED, Outcome.RETURNED),
    BodyKind.RECEIVING: (Outcome.RECEIVED, Outcome.REPORT_AGAIN),
    BodyKind.ADVISORY: (Outcome.ADVISED, Outcome.ADVISED_WITH_OPINION, Outcome.CONTINUED),
    BodyKind.VOTING: (Outcome.PASSED, Outcome.AMENDED, Outcome.REJECTED, Outcome.CARRIED_OVER),
}
"""The answers a body of each kind can give."""

OPENING_OUTCOMES: dict[BodyKind, tuple[Outcome, ...]] = {
    BodyKind.DELIBERATIVE: (Outcome.APPROVED, Outcome.CONDITIONAL),
    BodyKind.RECEIVING: (Outcome.RECEIVED,),
    BodyKind.ADVISORY: (Outcome.ADVISED, Outcome.ADVISED_WITH_OPINION),
    BodyKind.VOTING: (Outcome.PASSED,),
}
"""The answers that open a gate when the gate itself does not say (`opens_on:`). 修正可決 is not among
them: the assembly changed the text, so the changed text must be put to the gates again."""

AGREEING_OUTCOMES: dict[BodyKind, tuple[Outcome, ...]] = {
    BodyKind.DELIBERATIVE: (Outcome.APPROVED, Outcome.CONDITIONAL),
    BodyKind.RECEIVING: (Outcome.RECEIVED,),
    BodyKind.ADVISORY: (Outcome.ADVISED, Outcome.ADVISED_WITH_OPINION),
    BodyKind.VOTING: (Outcome.PASSED, Outcome.AMENDED),
}
"""The answers by which a body agrees, the plain one first: the only ones a gate may open on. The others refuse or
postpone."""

CARRYING_OUTCOME: dict[BodyKind, tuple[Outcome, Outcome]] = {
    BodyKind.DELIBERATIVE: (Outcome.APPROVED, Outcome.RETURNED),
    BodyKind.RECEIVING: (Outcome.RECEIVED, Outcome.REPORT_AGAIN),
    BodyKind.ADVISORY: (Outcome.ADVISED, Outcome.CONTINUED),
    BodyKind.VOTING: (Outcome.PASSED, Outcome.REJECTED),
}
"""The outcomes of a vote in a body of each kind: (motion carried, motion not carried)."""

QUALIFIED_OUTCOMES = (Outcome.CONDITIONAL, Outcome.ADVISED_WITH_OPINION)
"""The outcomes of a carried motion to which the body attaches conditions or an opinion."""
