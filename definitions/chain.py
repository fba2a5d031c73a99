"""A governance chain as frozen data: the stages of a plan, the gates between them, the bodies that open the
gates, and the reminders."""

import re
from datetime import time
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from definitions.labelled import Labelled
from definitions.terms import OPENING_OUTCOMES, BodyKind, Outcome, Role
from definitions.words import Named, words

Key = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        max_length=60,
        description="ASCII key for URLs and the command line; people see the label",
    ),
]
Label = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\r\n]+$")]
Month = Annotated[int, Field(ge=1, le=12, description="a month of the year")]
YearMonth = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="a month, 2023-06")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, serialize_by_alias=True)


class _Named(_Frozen):
    """A part of a chain that people call by its name: in Japanese and, where the chain has it, in English."""

    _name: ClassVar[str] = "label"
    label_en: Label | None = Field(default=None, description="the same in English, for who reads English")

    def model_post_init(self, context: Any) -> None:
        self.__dict__[self._name] = Named(self.__dict__[self._name], self.label_en)


class Threshold(_Frozen):
    """A share of members, as a rule book words it: 半数以上 is at least one half, 過半数 more than one half."""

    share: Fraction
    inclusive: bool

    def reached(self, count: int, of: int) -> bool:
        """Return whether `count` out of `of` reaches the share. Zero out of zero never does."""
        if of <= 0:
            return False
        return Fraction(count, of) >= self.share if self.inclusive else Fraction(count, of) > self.share

    def __str__(self) -> str:
        named = _THRESHOLD_NAMES.get((self.share, self.inclusive))
        return named or f"{self.share.numerator}/{self.share.denominator}{'以上' if self.inclusive else '超'}"


_THRESHOLD_NAMES = {(Fraction(1, 2), True): "半数以上", (Fraction(1, 2), False): "過半数"}
_THRESHOLD_PATTERN = r"^(半数以上|過半数|[1-9]\d?/[1-9]\d?(以上|超))$"


def _threshold(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    for (share, inclusive), name in _THRESHOLD_NAMES.items():
        if text == name:
            return Threshold(share=share, inclusive=inclusive)
    match = re.fullmatch(r"([1-9]\d?)/([1-9]\d?)(以上|超)", text)
    if match is None:
        raise ValueError(words("「半数以上」「過半数」「2/3以上」「1/2超」のように書いてください"))
    share = Fraction(int(match[1]), int(match[2]))
    inclusive = match[3] == "以上"
    if share > 1 or (share == 1 and not inclusive):
        raise ValueError(words("全員を超える割合は満たせません"))
    return Threshold(share=share, inclusive=inclusive)


Share = Annotated[
    Threshold,
    BeforeValidator(_threshold),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _THRESHOLD_PATTERN, "examples": ["半数以上", "過半数"]}),
]


FARTHEST = 60
"""Business days that a reminder may come before its day."""


class Offset(_Frozen):
    """An offset before a day: a number of business days (0 is the day itself) and a time of day in Asia/Tokyo."""

    business_days: int = Field(ge=0, le=FARTHEST)
    at: time

    def __str__(self) -> str:
        days = f"{self.business_days}営業日前" if self.business_days else "当日"
        return f"{days} {self.at:%H:%M}"


_OFFSET_PATTERN = r"^(当日|[1-9]\d?営業日前) ([01]\d|2[0-3]):[0-5]\d$"


def _offset(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(?:当日|([1-9]\d?)営業日前) (\d\d):(\d\d)", value.strip())
    if match is None or not re.fullmatch(_OFFSET_PATTERN, value.strip()):
        raise ValueError(words("「3営業日前 09:00」または「当日 08:30」のように書いてください"))
    return Offset(business_days=int(match[1] or 0), at=time(int(match[2]), int(match[3])))


When = Annotated[
    Offset,
    BeforeValidator(_offset),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _OFFSET_PATTERN, "examples": ["3営業日前 09:00"]}),
]


class Tie(StrEnum):
    """The rule for a tied vote (可否同数)."""

    CHAIR_DECIDES = "chair_decides"
    FAILS = "fails"


class PresiderVotes(StrEnum):
    """The vote of the member who presides: only to break a tie (地方自治法第116条第2項), or as every member's."""

    TIES = "ties"
    ALWAYS = "always"


class MajorityOf(StrEnum):
    """The base of the majority: the members present (出席委員), the votes for and against (投票総数), or all
    members of the day (委員総数)."""

    PRESENT = "present"
    VOTING = "voting"
    MEMBERS = "members"


class Urgent(StrEnum):
    """The duty of the body's next meeting after a chair's 専決: receive a report, or approve it."""

    REPORT = "report"
    APPROVAL = "approval"


class Corrections(Labelled):
    """The one who confirms that a corrected text is the one the body agreed to; `BODY`: it must be put again."""

    CHAIR = "chair", "会長"
    SECRETARIAT = "secretariat", "事務局"
    BODY = "body", "会議体"


class Publishes(StrEnum):
    """The way final minutes of an open body come before citizens: the 事務局 publishes each, or the confirmation does."""

    BY_HAND = "by_hand"
    ON_CONFIRMATION = "on_confirmation"


class MinutesDays(_Frozen):
    """The business days after a meeting within which its minutes are final: 概要 and 会議録; none: no deadline."""

    summary_days: int | None = Field(default=None, ge=1, le=120, description="概要")
    full_days: int | None = Field(default=None, ge=1, le=120, description="会議録")


class Meets(_Frozen):
    """The rule by which a body's regular days are set: the `week`-th such weekday of every so many months from a month on,
    or of named months (定例会)."""

    every: int | None = Field(default=None, ge=1, le=24, description="so many months apart")
    since: YearMonth | None = Field(default=None, description="a month in which it meets, to count from")
    months: tuple[Month, ...] = Field(
        default=(), description="the months in which it meets, instead of `every`"
    )
    week: int = Field(ge=1, le=5, description="which such weekday of the month")
    weekday: Literal["月", "火", "水", "木", "金"]


class Body(_Named):
    """A body that governs the plan: 部会, 本部, 委員会, 審議会, 本会議."""

    _name: ClassVar[str] = "name"
    key: Key
    name: Label
    kind: BodyKind
    chair: Label = Field(description="the 職 that chairs it: 政策経営部長, 区長, 委員長")
    chair_title: Label = Field(
        default=Role.CHAIR.label,
        description="what its rules call who chairs it: 部会長, 本部長, 委員長, 議長; who stands in is 副 and the same",
    )
    basis: Label | None = Field(default=None, description="設置要綱 and article, or the law")
    reaches: Literal["recorded", "tallied"] = Field(
        default="recorded",
        description="recorded: the 事務局 enters the outcome from the minutes; tallied: members vote",
    )
    quorum: Share | None = Field(default=None, description="定足数, of the members of that day")
    majority: Share | None = Field(default=None, description="可決の割合, of `majority_of`; tallied only")
    majority_of: MajorityOf = Field(
        default=MajorityOf.PRESENT,
        description="present: 出席委員, 除斥 and 退席 apart; voting: 投票総数, for and against; members: 委員総数; tallied only",
    )
    tie: Tie = Tie.CHAIR_DECIDES
    presider_votes: PresiderVotes | None = Field(
        default=None,
        description="ties: who presides votes only on a tie (地方自治法第116条第2項); always: as every member; "
        "left out: ties where there can be a tie that the chair decides; tallied only",
    )
    written_votes: bool = Field(
        default=False,
        description="whether who is absent from a sitting may vote in writing (書面表決) and counts as present; tallied only",
    )
    written_consent: bool = Field(
        default=False,
        description="whether a 持ち回り first asks its members in writing if they agree to it; more than half must",
    )
    deputies_per_person: int = Field(
        default=1, ge=1, le=100, description="for how many members one person may sit in (代理)"
    )
    urgent: Urgent | None = Field(
        default=None,
        description="whether the chair may decide alone (専決), and what that owes; none: may not",
    )
    corrections: Corrections | None = Field(
        default=None,
        description="who confirms a corrected text (会長一任); none: the chair of a deliberative or advisory body, "
        "the 事務局 of one that receives a report, the body itself where it votes",
    )
    minutes: MinutesDays | None = Field(
        default=None, description="the deadlines of its minutes; none: the body has none"
    )
    public: bool = Field(
        default=False,
        description="whether its meetings are open: citizens read of them without signing in (会議公開)",
    )
    notice_days: int = Field(
        default=7,
        ge=1,
        le=60,
        description="calendar days before a meeting by which its notice must be public; public only",
    )
    observers: str | None = Field(
        default=None, min_length=1, max_length=1000, description="how citizens attend (傍聴); public only"
    )
    publishes: Publishes = Field(
        default=Publishes.BY_HAND,
        description="by_hand: the 事務局 publishes final minutes; on_confirmation: the confirmation does; public only",
    )
    assembly: bool = Field(default=False, description="stands in the 区議会 column of the schedule")
    meets: Meets | None = Field(default=None, description="the rule of its regular days; none: it has none")
    papers_days: int | None = Field(
        default=None, ge=0, le=60, description="business days before a meeting by which its papers go out"
    )

    @property
    def confirmed_by(self) -> Corrections:
        """The one who confirms a corrected text."""
        return self.corrections or _USUAL_CORRECTIONS[self.kind]


_USUAL_CORRECTIONS = {
    BodyKind.DELIBERATIVE: Corrections.CHAIR,
    BodyKind.ADVISORY: Corrections.CHAIR,
    BodyKind.RECEIVING: Corrections.SECRETARIAT,
    BodyKind.VOTING: Corrections.BODY,
}


def can_tie(body: Body) -> bool:
    """Return whether equal votes for and against leave a question of this body open: where half the votes carry it,
    or all members are the base, they do not."""
    more_than_half = Threshold(share=Fraction(1, 2), inclusive=False)
    return body.majority == more_than_half and body.majority_of is not MajorityOf.MEMBERS


class NamedDocument(_Frozen):
    """A document that the plan consists of: 本編, 概要版, 条例案. Each has versions and approvals of its own."""

    key: Key
    label: Label


_THE_DOCUMENT = NamedDocument(key="main", label="本編")
"""The document of a plan whose chain names none. Its label is not shown: there is nothing to tell it from."""


class _Gate(_Named):
    key: Key
    label: Label
    document: Key | None = Field(
        default=None, description="the document it is about; left out: the first of `documents`"
    )
    mandatory: bool = Field(default=False, description="no plan may be decided without it")
    after: tuple[Key, ...] = Field(default=(), description="gates that must be open before this one")


class BodyGate(_Gate):
    """A named body's outcome at a meeting, or 持ち回り."""

    kind: Literal["body"]
    body: Key
    opens_on: tuple[Outcome, ...] = Field(default=(), description="empty: the usual ones of the body's kind")


class DocumentGate(_Gate):
    """A document version exists for this stage."""

    kind: Literal["document"]


class PeriodGate(_Gate):
    """パブリックコメント: the period ran its full length, every opinion is answered, the result published."""

    kind: Literal["period"]
    minimum_days: int = Field(ge=1, le=365, description="calendar days")
    first_day_counts: bool = Field(default=True, description="whether the opening day is day one")
    held_still_counts: bool = Field(
        default=False,
        description="after 差戻し: whether the office may decide that the comment held before still counts",
    )


class SignoffGate(_Gate):
    """The holder of one named position (職) confirms (決裁)."""

    kind: Literal["signoff"]
    position: Label = Field(alias="office", description="the 職 that signs: 区長, 政策経営部長")
    delegate: Label | None = Field(default=None, description="the 職 that may sign by rule (専決)")


Gate = Annotated[BodyGate | DocumentGate | PeriodGate | SignoffGate, Field(discriminator="kind")]


class Planned(_Frozen):
    """The months the schedule gives a stage, first and last."""

    first: YearMonth
    last: YearMonth

    def moved(self, by: int) -> "Planned":
        """The same span, so many months later."""
        return Planned(first=months_later(self.first, by), last=months_later(self.last, by))


class Stage(_Named):
    """A stage of the plan. Its gates must be open before the plan leaves it."""

    key: Key
    label: Label
    work: Label | None = Field(default=None, description="計画策定工程: what is done in it")
    planned: Planned | None = None
    decided: bool = Field(default=False, description="who stands here has been decided (決定)")
    gates: tuple[Gate, ...] = ()
    next: tuple[Key, ...] | None = Field(
        default=None, description="where it may go; left out, the stage that follows in the file"
    )


class Slot(_Frozen):
    """A line of the schedule: a body meets in a month, for these gates; or, without a body, an event."""

    month: YearMonth
    body: Key | None = None
    event: Label | None = None
    label: Label | None = Field(default=None, description="what is reported: 策定方針報告")
    gates: tuple[Key, ...] = ()


class ReminderKind(Labelled):
    MEETING = "meeting", "会議の開催"
    AGENDA_DEADLINE = "agenda_deadline", "議題の締切"
    UNANSWERED = "unanswered", "持ち回りの未回答"
    COMMENT_CLOSING = "comment_closing", "パブリックコメントの終了"
    SUMMARY_DEADLINE = "summary_deadline", "概要の作成期限"
    MINUTES_DEADLINE = "minutes_deadline", "会議録の作成期限"


def minutes_days(body: Body, kind: ReminderKind) -> int | None:
    """The business days after a meeting of the body by which a rule of that kind is meant; None: no deadline."""
    if body.minutes is None:
        return None
    days = {
        ReminderKind.SUMMARY_DEADLINE: body.minutes.summary_days,
        ReminderKind.MINUTES_DEADLINE: body.minutes.full_days,
    }
    return days.get(kind)


class Audience(Labelled):
    """To whom: the body's members (会長・副会長 too), its 事務局, its chair, or the plan's 担当."""

    MEMBERS = "members", "委員"
    SECRETARIAT = "secretariat", "事務局"
    CHAIR = "chair", "会長"
    STAFF = "staff", "計画の担当課"


class ReminderRule(_Frozen):
    """A reminder rule: its occasion, its audience, and how long before."""

    key: Key
    kind: ReminderKind
    audience: Audience
    when: When
    bodies: tuple[Key, ...] = Field(default=(), description="only these bodies; empty: every body")


class Chain(_Frozen):
    """A whole chain. Its order of stages is the order of the file."""

    format: Literal[1] = Field(description="the version of this file format")
    key: Key
    title: Label
    office: Label
    source: str | None = Field(default=None, description="the paper it was drawn from")
    comment_minimum_days: int = Field(
        default=1,
        ge=1,
        le=365,
        description="the office's own minimum for a パブリックコメント, calendar days",
    )
    documents: tuple[NamedDocument, ...] = Field(
        default=(_THE_DOCUMENT,),
        min_length=1,
        description="the documents of a plan, the main one first",
    )
    bodies: tuple[Body, ...]
    stages: tuple[Stage, ...] = Field(min_length=1)
    schedule: tuple[Slot, ...] = ()
    reminders: tuple[ReminderRule, ...] = ()

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return {stage.key: stage for stage in self.stages}

    @cached_property
    def _gates(self) -> dict[str, tuple[Stage, Gate]]:
        return {gate.key: (stage, gate) for stage in self.stages for gate in stage.gates}

    @cached_property
    def _documents(self) -> dict[str, NamedDocument]:
        return {document.key: document for document in self.documents}

    @cached_property
    def _bodies(self) -> dict[str, Body]:
        return {body.key: body for body in self.bodies}

    def __copy__(self) -> Self:
        """A copy that looks its parts up anew, because `model_copy` may replace them."""
        copied = super().__copy__()
        for looked_up in ("_stages", "_gates", "_bodies", "_documents"):
            copied.__dict__.pop(looked_up, None)
        return copied

    @property
    def main_document(self) -> str:
        """The key of the document that a gate is about when it names none."""
        return self.documents[0].key

    def document_name(self, key: str) -> str:
        """The label by which the document is told from the others; empty where there is only one."""
        return self._documents[key].label if len(self.documents) > 1 else ""

    def document_of(self, gate: Gate) -> str:
        """The key of the document that the gate is about."""
        return gate.document or self.main_document

    def written_in(self, stage: Stage) -> frozenset[str]:
        """The keys of the documents that are written in the stage: it has a document gate for them."""
        return frozenset(self.document_of(gate) for gate in stage.gates if isinstance(gate, DocumentGate))

    @property
    def first(self) -> Stage:
        return self.stages[0]

    @property
    def first_month(self) -> str | None:
        """The first month its schedule names, 2023-03; None when it plans none."""
        spans = [stage.planned.first for stage in self.stages if stage.planned]
        return min([*spans, *(slot.month for slot in self.schedule)], default=None)

    def beginning(self, month: str) -> Self:
        """The same chain, its whole schedule moved so that the first month it names is this one, 2023-03."""
        if self.first_month is None:
            return self
        by = _months(month) - _months(self.first_month)
        stages = [
            stage.model_copy(update={"planned": stage.planned.moved(by)}) if stage.planned else stage
            for stage in self.stages
        ]
        schedule = [slot.model_copy(update={"month": months_later(slot.month, by)}) for slot in self.schedule]
        return self.model_copy(update={"stages": tuple(stages), "schedule": tuple(schedule)})

    def stage(self, key: str) -> Stage:
        """The stage of that key; KeyError when there is none."""
        return self._stages[key]

    def gate(self, key: str) -> Gate:
        """The gate of that key; KeyError when there is none."""
        return self._gates[key][1]

    def stage_of_gate(self, key: str) -> Stage:
        """The stage that has the gate; KeyError when there is no such gate."""
        return self._gates[key][0]

    def body(self, key: str) -> Body:
        """The body of that key; KeyError when there is none."""
        return self._bodies[key]

    def has_stage(self, key: str) -> bool:
        return key in self._stages

    def has_gate(self, key: str) -> bool:
        return key in self._gates

    def has_body(self, key: str) -> bool:
        return key in self._bodies

    def after(self, stage: Stage) -> tuple[str, ...]:
        """The keys of the stages that one `advance` can reach; empty at the end."""
        if stage.next is not None:
            return stage.next
        position = next(place for place, each in enumerate(self.stages) if each.key == stage.key)
        return tuple(following.key for following in self.stages[position + 1 : position + 2])

    def opens_on(self, gate: BodyGate) -> tuple[Outcome, ...]:
        """The outcomes that open this gate."""
        return gate.opens_on or OPENING_OUTCOMES[self.body(gate.body).kind]

    def canonical_json(self) -> str:
        """The chain as one text, the same for the same chain: what a plan keeps of the day it began."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def from_canonical_json(cls, text: str) -> Self:
        """The chain again, from what `canonical_json` wrote."""
        return cls.model_validate_json(text)


def _months(month: str) -> int:
    """Return the months from the first month of the calendar to a month such as 2023-03."""
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def months_later(month: str, by: int) -> str:
    """The month, such as 2023-03, so many months later."""
    year, number = divmod(_months(month) + by, 12)
    return f"{year:04}-{number + 1:02}"
