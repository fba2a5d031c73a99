"""Records of a plan made by hand, for the rules that judge gates: moments by day, texts by letter."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from definitions.chain import Chain
from definitions.terms import Outcome
from workflow.domain.cover import Confirmation, ConfirmationResult, Text, TextKind
from workflow.domain.decisions import Manner, SignoffResult
from workflow.domain.facts import ConditionFact, DecisionFact, Facts, PeriodFact, Place, SignoffFact
from workflow.domain.path import Path, advanced, opened

BODIES = [
    {"key": "group", "name": "部会", "kind": "deliberative", "chair": "部長"},
    {"key": "board", "name": "本部", "kind": "deliberative", "chair": "区長", "urgent": "approval"},
    {"key": "committee", "name": "委員会", "kind": "receiving", "chair": "委員長"},
    {"key": "assembly", "name": "本会議", "kind": "voting", "chair": "議長"},
]
STAGES: list[dict[str, Any]] = [
    {"key": "draft", "label": "素案", "gates": [
        {"key": "draft_text", "label": "素案の文書", "kind": "document"},
        {"key": "draft_group", "label": "部会の検討", "kind": "body", "body": "group", "mandatory": True},
        {"key": "draft_board", "label": "本部の決定", "kind": "body", "body": "board", "mandatory": True,
         "after": ["draft_group"]},
        {"key": "draft_report", "label": "委員会への報告", "kind": "body", "body": "committee"},
        {"key": "draft_sign", "label": "区長の決裁", "kind": "signoff", "office": "区長", "after": ["draft_board"]},
    ]},
    {"key": "comment", "label": "意見公募", "gates": [
        {"key": "comment_period", "label": "公募", "kind": "period", "minimum_days": 10},
    ]},
    {"key": "proposal", "label": "原案", "gates": [
        {"key": "proposal_text", "label": "原案の文書", "kind": "document"},
        {"key": "proposal_group", "label": "部会の再検討", "kind": "body", "body": "group", "mandatory": True},
        {"key": "proposal_vote", "label": "議決", "kind": "body", "body": "assembly"},
    ]},
    {"key": "decision", "label": "決定", "decided": True, "gates": [
        {"key": "decision_board", "label": "本部の最終決定", "kind": "body", "body": "board",
         "opens_on": ["approved"], "mandatory": True},
    ]},
]  # fmt: skip
CHAIN = Chain.model_validate(
    {"format": 1, "key": "by_hand", "title": "例", "office": "市", "bodies": BODIES, "stages": STAGES}
)
APPROVED, CONDITIONAL, RETURNED = Outcome.APPROVED, Outcome.CONDITIONAL, Outcome.RETURNED


def day(number: float) -> datetime:
    """The moment so many days after the plan was opened: 10:00 in Asia/Tokyo on 1 June, and later."""
    return datetime(2023, 6, 1, 1, tzinfo=UTC) + timedelta(days=number)


def date_of(number: int) -> date:
    return date(2023, 6, 1) + timedelta(days=number)


def path_to(stage: str, *, on: float = 0) -> Path:
    """The path of a plan opened on day 0, each of its further stages entered on that day. The stretch of a stage with
    a document gate is the revision of its step: 1 for 素案 and 意見公募, 3 for 原案 and 決定."""
    path = opened(CHAIN, day(0))
    for revision, following in enumerate(CHAIN.stages[1:], start=2):
        if path[-1].stage == stage:
            break
        path = advanced(CHAIN, path, following.key, revision=revision, at=day(on))
    return path


def text(letter: str, number: int, on: float = 0) -> Text:
    """A new text."""
    return Text(version_id=100 + number, number=number, sha256=letter, at=day(on), by=1)


def correction(letter: str, number: int, on: float = 0, *, meets: Sequence[int] = ()) -> Text:
    """A correction of the text before it, minor or to meet conditions."""
    kind = TextKind.CONDITIONS if meets else TextKind.MINOR
    return Text(100 + number, number, letter, day(on), 1, kind, frozenset(meets))


def confirmation(
    number: int, base: str, letter: str, on: float = 0, *, meets: Sequence[int] = ()
) -> Confirmation:
    return Confirmation(
        number, day(on), base, letter, ConfirmationResult.CONFIRMED, conditions=frozenset(meets)
    )


def put_again(number: int, base: str, letter: str, on: float = 0) -> Confirmation:
    """諮り直す."""
    return Confirmation(number, day(on), base, letter, ConfirmationResult.PUT_AGAIN)


def taking_back(number: int, of: Confirmation) -> Confirmation:
    return Confirmation(number, of.at, of.base, of.sha256, None, supersedes=of.number)


def condition(number: int, met: float | None = None) -> ConditionFact:
    """A condition; `met` is the day on which a note closed it."""
    return ConditionFact(number, f"条件{number}", None if met is None else day(met))


def decided(
    number: int,
    on: float,
    letter: str = "A",
    outcome: Outcome | None = APPROVED,
    *,
    of_version: int = 1,
    supersedes: int | None = None,
    ratifies: int | None = None,
    conditions: Sequence[ConditionFact] = (),
    confirmed: Sequence[Confirmation] = (),
    manner: Manner = Manner.RECORDED,
    late_text: bool = False,
) -> DecisionFact:
    return DecisionFact(
        number, day(on), outcome, manner, of_version, letter, supersedes, ratifies,
        tuple(conditions), tuple(confirmed), late_text,
    )  # fmt: skip


def signed(
    number: int,
    on: float,
    letter: str = "A",
    result: SignoffResult | None = SignoffResult.APPROVED,
    *,
    supersedes: int | None = None,
) -> SignoffFact:
    return SignoffFact(number, day(on), result, 1, letter, supersedes)


def asked(
    first: int,
    last: int,
    letter: str = "A",
    *,
    unanswered: int = 0,
    shortened: bool = False,
    published: float | None = None,
) -> PeriodFact:
    """A public comment from day `first` to day `last`."""
    published_at = None if published is None else day(published)
    return PeriodFact(date_of(first), date_of(last), letter, shortened, unanswered, published_at)


def records(
    now: float,
    path: Path | None = None,
    *,
    texts: Sequence[Text] | Mapping[int, Sequence[Text]] = (),
    visit: int = 1,
    **given: Any,
) -> Facts:
    """What is known on that day. `texts` are those of the first stretch, or of each by its number. Every other name is
    a gate, with what was recorded at it in that visit."""
    by_stretch = texts if isinstance(texts, Mapping) else {1: texts}
    of_main = {("main", stretch): written for stretch, written in by_stretch.items()}
    at: dict[type, dict[Place, Any]] = {DecisionFact: {}, SignoffFact: {}, PeriodFact: {}}
    for gate, recorded in given.items():
        kind = PeriodFact if isinstance(recorded, PeriodFact) else type(recorded[0])
        at[kind][(CHAIN.stage_of_gate(gate).key, visit, gate)] = recorded
    return Facts(
        day(now),
        path or path_to("draft"),
        of_main,
        at[DecisionFact],
        at[SignoffFact],
        at[PeriodFact],
    )
