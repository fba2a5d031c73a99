"""The field's own words, as closed lists: keys are ASCII, labels are what people see."""

from enum import StrEnum


class BodyKind(StrEnum):
    """What a body does with what is put to it."""

    DELIBERATIVE = "deliberative"
    RECEIVING = "receiving"
    ADVISORY = "advisory"
    VOTING = "voting"

    @property
    def label(self) -> str:
        return _BODY_KIND_LABELS[self]


class Outcome(StrEnum):
    """A body's answer to an agenda item."""

    APPROVED = "approved"
    CONDITIONAL = "conditional"
    CONTINUED = "continued"
    RETURNED = "returned"
    RECEIVED = "received"
    REPORT_AGAIN = "report_again"
    ADVISED = "advised"
    ADVISED_WITH_OPINION = "advised_with_opinion"
    PASSED = "passed"
    AMENDED = "amended"
    REJECTED = "rejected"
    CARRIED_OVER = "carried_over"

    @property
    def label(self) -> str:
        return _OUTCOME_LABELS[self]


class Role(StrEnum):
    """A seat in a body."""

    CHAIR = "chair"
    VICE_CHAIR = "vice_chair"
    MEMBER = "member"
    SECRETARIAT = "secretariat"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_BODY_KIND_LABELS = {
    BodyKind.DELIBERATIVE: "審議機関",
    BodyKind.RECEIVING: "報告を受ける機関",
    BodyKind.ADVISORY: "諮問機関",
    BodyKind.VOTING: "議決機関",
}

_OUTCOME_LABELS = {
    Outcome.APPROVED: "了承",
    Outcome.CONDITIONAL: "条件付き了承",
    Outcome.CONTINUED: "継続審議",
    Outcome.RETURNED: "差戻し",
    Outcome.RECEIVED: "報告済",
    Outcome.REPORT_AGAIN: "再報告",
    Outcome.ADVISED: "答申",
    Outcome.ADVISED_WITH_OPINION: "答申（附帯意見あり）",
    Outcome.PASSED: "可決",
    Outcome.AMENDED: "修正可決",
    Outcome.REJECTED: "否決",
    Outcome.CARRIED_OVER: "継続審査",
}

_ROLE_LABELS = {
    Role.CHAIR: "会長",
    Role.VICE_CHAIR: "副会長",
    Role.MEMBER: "委員",
    Role.SECRETARIAT: "事務局",
}

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

CARRYING_OUTCOME: dict[BodyKind, tuple[Outcome, Outcome]] = {
    BodyKind.DELIBERATIVE: (Outcome.APPROVED, Outcome.RETURNED),
    BodyKind.RECEIVING: (Outcome.RECEIVED, Outcome.REPORT_AGAIN),
    BodyKind.ADVISORY: (Outcome.ADVISED, Outcome.CONTINUED),
    BodyKind.VOTING: (Outcome.PASSED, Outcome.REJECTED),
}
"""What a tally means in a body of each kind: (the motion carried, it did not)."""
