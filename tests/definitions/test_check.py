"""Each rule of a chain has a definition that breaks it: the check names the place, the fault and the mend."""

import pytest

from definitions.check import check
from definitions.errors import ChainInvalid, Fault
from definitions.findings import Finding
from definitions.load import parse_chain
from definitions.terms import AGREEING_OUTCOMES, OUTCOMES_OF, BodyKind, Outcome

SOUND = """\
format: 1
key: small
title: 小さな計画
office: 区
comment_minimum_days: 14
bodies:
  - {key: bukai, name: 部会, kind: deliberative, chair: 部長}
  - {key: iinkai, name: 委員会, kind: receiving, chair: 委員長}
stages:
  - key: draft
    label: 素案
    planned: {first: 2023-03, last: 2023-06}
    gates:
      - {key: draft_document, kind: document, label: 素案}
      - key: draft_bukai
        kind: body
        label: 部会
        body: bukai
        after: [draft_document]
        opens_on: [approved]
    next: [comment]
  - key: comment
    label: 意見募集
    gates:
      - {key: comment_period, kind: period, label: 募集, minimum_days: 19, mandatory: true}
    next: [decision]
  - key: decision
    label: 決定
    decided: true
    next: []
schedule:
  - {month: 2023-03, body: bukai, gates: [draft_bukai]}
  - {month: 2023-04, event: 意見募集, gates: [comment_period]}
  - {month: 2023-05, body: iinkai, label: 素案報告}
reminders:
  - {key: three_days, kind: meeting, audience: members, when: 3営業日前 09:00, bodies: [bukai]}
"""


def broken(*changes: tuple[str, str]) -> tuple[Fault, ...]:
    """The faults of the sound chain after replacing each text, which must be there once."""
    text = SOUND
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with pytest.raises(ChainInvalid) as raised:
        parse_chain(text, "small.yaml")
    assert raised.value.file == "small.yaml"
    return raised.value.faults


def line_of(text: str) -> int:
    """The line of the sound chain on which the text stands."""
    return SOUND[: SOUND.index(text)].count("\n") + 1


def the_only(faults: tuple[Fault, ...]) -> Fault:
    assert len(faults) == 1, faults
    return faults[0]


def test_a_sound_chain_has_no_findings() -> None:
    assert check(parse_chain(SOUND, "small.yaml")) == []


def test_a_finding_can_be_had_without_a_file() -> None:
    chain = parse_chain(SOUND, "small.yaml")
    lax = chain.model_copy(update={"comment_minimum_days": 30})
    (finding,) = check(lax)
    assert isinstance(finding, Finding)
    assert finding.path == ("stages", 1, "gates", 0, "minimum_days")


ONE_FAULT = [
    pytest.param(
        "- {key: iinkai,", "- {key: bukai,", "- {key: iinkai,", "bodies[1].key", "二度使われています", "別の名前", id="two bodies share a key"
    ),
    pytest.param(
        "key: comment_period, kind",
        "key: draft_bukai, kind",
        "key: comment_period, kind",
        "stages[1].gates[0].key",
        "二度使われています",
        "別の名前",
        id="two gates of different stages share a key",
    ),
    pytest.param(
        "reminders:\n",
        "reminders:\n  - {key: three_days, kind: meeting, audience: chair, when: 当日 08:30}\n",
        None,
        "reminders[1].key",
        "二度使われています",
        "別の名前",
        id="two reminders share a key",
    ),
    pytest.param("next: [comment]", "next: [coment, comment]", "next: [comment]", "stages[0].next[0]", "coment", "「comment」のことでは", id="next names no stage"),
    pytest.param("        body: bukai\n", "        body: bukay\n", "        body: bukai\n", "stages[0].gates[1].body", "bukay", "「bukai」のことでは", id="a gate names no body"),
    pytest.param(
        "body: bukai, gates: [draft_bukai]", "body: bukay", "body: bukai, gates", "schedule[0].body", "bukay", "「bukai」のことでは", id="a line of the schedule names no body"
    ),
    pytest.param("bodies: [bukai]", "bodies: [bukay]", "bodies: [bukai]", "reminders[0].bodies[0]", "bukay", "「bukai」のことでは", id="a reminder names no body"),
    pytest.param("after: [draft_document]", "after: [draft_documnt]", "after: [draft_document]", "stages[0].gates[1].after[0]", "draft_documnt", "「draft_document」のことでは", id="after names no gate"),
    pytest.param(
        "after: [draft_document]", "after: [comment_period]", "after: [draft_document]", "stages[0].gates[1].after[0]", "別の段階のもの", "draft_document", id="after names a gate of another stage"
    ),
    pytest.param("after: [draft_document]", "after: [draft_bukai]", "after: [draft_document]", "stages[0].gates[1].after", "互いを待ち", "after の一つ", id="a gate waits for itself"),
    pytest.param(
        "key: draft_document, kind: document,",
        "key: draft_document, kind: document, after: [draft_bukai],",
        "key: draft_document, kind",
        "stages[0].gates[0].after",
        "「draft_document」「draft_bukai」が互いを待ち",
        "after の一つ",
        id="two gates wait for each other",
    ),
    pytest.param("opens_on: [approved]", "opens_on: [approved, passed]", "opens_on: [approved]", "stages[0].gates[1].opens_on[1]", "可決", "approved（了承）", id="a gate opens on an answer its body cannot give"),
    pytest.param("minimum_days: 19", "minimum_days: 13", "minimum_days: 19", "stages[1].gates[0].minimum_days", "下限 14 日", "14 以上", id="a public comment is shorter than the office allows"),
    pytest.param("chair: 部長}", "chair: 部長, reaches: tallied, majority: 過半数}", "key: bukai, name", "bodies[0].reaches", "定足数（quorum）", "quorum: 半数以上", id="a tallied body has no quorum"),
    pytest.param("chair: 部長}", "chair: 部長, reaches: tallied, quorum: 半数以上}", "key: bukai, name", "bodies[0].reaches", "可決の割合（majority）", "majority: 過半数", id="a tallied body has no majority"),
    pytest.param("chair: 部長}", "chair: 部長, majority: 過半数}", "key: bukai, name", "bodies[0].majority", "使われません", "majority を消す", id="a recorded body has a majority"),
    pytest.param("chair: 部長}", "chair: 部長, majority_of: voting}", "key: bukai, name", "bodies[0].majority_of", "使われません", "majority_of を消す", id="a recorded body has a base of its majority"),
    pytest.param("chair: 部長}", "chair: 部長, presider_votes: always}", "key: bukai, name", "bodies[0].presider_votes", "使われません", "presider_votes を消す", id="a recorded body says when who presides votes"),
    pytest.param("chair: 部長}", "chair: 部長, written_votes: true}", "key: bukai, name", "bodies[0].written_votes", "使われません", "reaches: tallied", id="a recorded body takes votes in writing"),
    pytest.param("chair: 部長}", "chair: 部長, reaches: tallied, quorum: 半数以上, majority: 半数以上, presider_votes: ties}", "key: bukai, name", "bodies[0].presider_votes", "可否同数がない", "presider_votes: always", id="who presides votes on ties alone where none is"),
    pytest.param("chair: 部長}", "chair: 部長, reaches: tallied, quorum: 半数以上, majority: 過半数, tie: fails, presider_votes: ties}", "key: bukai, name", "bodies[0].presider_votes", "可否同数がない", "presider_votes: always", id="who presides votes on ties alone which fail"),
    pytest.param("chair: 部長}", "chair: 部長, reaches: tallied, quorum: 半数以上, majority: 過半数, majority_of: members, presider_votes: ties}", "key: bukai, name", "bodies[0].presider_votes", "可否同数がない", "presider_votes: always", id="who presides votes on ties alone of all members"),
    pytest.param("chair: 委員長}", "chair: 委員長, reaches: tallied}", "key: iinkai, name", "bodies[1].reaches", "採決（tallied）はできません", "reaches: recorded", id="a receiving body votes"),
    pytest.param("gates: [draft_bukai]", "gates: [draft_buka]", "gates: [draft_bukai]", "schedule[0].gates[0]", "draft_buka", "「draft_bukai」のことでは", id="a line of the schedule names no gate"),
    pytest.param("body: bukai, gates: [draft_bukai]", "body: iinkai, gates: [draft_bukai]", "gates: [draft_bukai]", "schedule[0].gates[0]", "「bukai」で", "body を bukai に", id="another body's gate stands on a meeting"),
    pytest.param("gates: [draft_bukai]", "gates: [draft_document]", "gates: [draft_bukai]", "schedule[0].gates[0]", "会議体が済ませるものではありません", "event の行", id="a gate no body opens stands on a meeting"),
    pytest.param("gates: [comment_period]", "gates: [draft_bukai]", "gates: [comment_period]", "schedule[1].gates[0]", "「bukai」で", "bukai の行", id="a body's gate stands on an event"),
    pytest.param("body: bukai, gates: [draft_bukai]", "label: 報告", "month: 2023-03, body", "schedule[0]", "会議体（body）も行事（event）もありません", "どちらか一方", id="a line of the schedule is neither meeting nor event"),
    pytest.param("body: bukai, gates", "body: bukai, event: 祭, gates", "month: 2023-03, body", "schedule[0].event", "両方あります", "一方を消して", id="a line of the schedule is both meeting and event"),
    pytest.param("last: 2023-06", "last: 2023-02", "last: 2023-06", "stages[0].planned.last", "2023-03 より前の 2023-02", "入れ替える", id="a stage is planned to end before it begins"),
    pytest.param("kind: meeting, audience: members", "kind: meeting, audience: staff", "key: three_days", "reminders[0].audience", "staff には送れません", "members・secretariat・chair", id="a meeting is brought to the staff's mind"),
    pytest.param("kind: meeting, audience: members", "kind: agenda_deadline, audience: members", "key: three_days", "reminders[0].audience", "members には送れません", "secretariat に", id="an agenda deadline is brought to the members' mind"),
    pytest.param("kind: meeting, audience: members", "kind: unanswered, audience: chair", "key: three_days", "reminders[0].audience", "chair には送れません", "members に", id="an unanswered call is brought to the chair's mind"),
    pytest.param("kind: meeting, audience: members, when: 3営業日前 09:00, bodies: [bukai]", "kind: comment_closing, audience: members, when: 当日 08:30", "key: three_days", "reminders[0].audience", "members には送れません", "staff に", id="a closing comment period is brought to members' mind"),
    pytest.param("kind: meeting, audience: members", "kind: comment_closing, audience: staff", "key: three_days", "reminders[0].bodies", "会議体のものではない", "bodies を消して", id="a closing comment period is narrowed to bodies"),
    pytest.param("    decided: true\n", "", "stages:", "stages", "決定の段階がありません", "decided: true", id="no stage decides"),
    pytest.param("next: [comment]", "next: [comment, decision]", "comment_period, kind", "stages[1].gates[0].mandatory", "通らずに", "next を直す", id="a path goes round a mandatory gate"),
    pytest.param(
        "    decided: true\n",
        "    decided: true\n    gates: [{key: mayor, kind: signoff, label: 決裁, office: 区長, mandatory: true}]\n",
        None,
        "stages[2].gates[0].mandatory",
        "決定の段階「決定」そのもの",
        "手前の段階に移して",
        id="a mandatory gate stands on the decided stage itself",
    ),
    pytest.param("kind: document, label: 素案", "kind: signoff, label: 素案, office: 部長", "comment_period, kind", "stages[1].gates[0]", "文書がないまま", "kind: document", id="a public comment has no document"),
    pytest.param("opens_on: [approved]", "opens_on: [approved, continued]", "opens_on: [approved]", "stages[0].gates[1].opens_on[1]", "continued（継続審議）は同意ではない", "approved（了承）・conditional（条件付き了承） から", id="a gate opens on a postponement"),
    pytest.param("opens_on: [approved]", "opens_on: [returned]", "opens_on: [approved]", "stages[0].gates[1].opens_on[0]", "returned（差戻し）は同意ではない", "approved（了承）", id="a gate opens on a refusal"),
    pytest.param("opens_on: [approved]", "opens_on: [conditional]", "opens_on: [approved]", "stages[0].gates[1].opens_on", "approved（了承）でも、手続「部会」は済みません", "approved を加えて", id="a gate opens on conditions and not without them"),
    pytest.param("opens_on: [approved]", "opens_on: [approved, approved]", "opens_on: [approved]", "stages[0].gates[1].opens_on[1]", "「approved」が二度", "一方を消して", id="a gate opens on the same answer twice"),
    pytest.param("after: [draft_document]", "after: [draft_document, draft_document]", "after: [draft_document]", "stages[0].gates[1].after[1]", "「draft_document」が二度", "一方を消して", id="a gate waits for the same gate twice"),
    pytest.param("next: [comment]", "next: [comment, comment]", "next: [comment]", "stages[0].next[1]", "「comment」が二度", "一方を消して", id="a stage leads to the same stage twice"),
    pytest.param("gates: [draft_bukai]", "gates: [draft_bukai, draft_bukai]", "gates: [draft_bukai]", "schedule[0].gates[1]", "「draft_bukai」が二度", "一方を消して", id="a line of the schedule names a gate twice"),
    pytest.param("bodies: [bukai]", "bodies: [bukai, bukai]", "bodies: [bukai]", "reminders[0].bodies[1]", "「bukai」が二度", "一方を消して", id="a reminder names a body twice"),
    pytest.param("chair: 部長}", "chair: 部長, minutes: {summary_days: 9, full_days: 5}}", "key: bukai, name", "bodies[0].minutes", "会議録の期限より後", "full_days 以下に", id="a summary is due after the minutes"),
    pytest.param("chair: 部長}", "chair: 部長, meets: {week: 3, weekday: 火}}", "key: bukai, name", "bodies[0].meets", "どの月に開くかが", "months: [2, 6, 9, 11]", id="regular days of no month"),
    pytest.param("chair: 部長}", "chair: 部長, meets: {every: 2, week: 3, weekday: 火}}", "key: bukai, name", "bodies[0].meets", "since がありません", "どの月から数えるか", id="regular days counted from no month"),
    pytest.param("chair: 部長}", "chair: 部長, meets: {since: 2023-03, week: 3, weekday: 火}}", "key: bukai, name", "bodies[0].meets", "every がありません", "何か月おきか", id="regular days at no interval"),
    pytest.param("chair: 部長}", "chair: 部長, meets: {every: 2, since: 2023-03, months: [2], week: 3, weekday: 火}}", "key: bukai, name", "bodies[0].meets", "両方があります", "どちらか一方", id="regular days by two rules"),
    pytest.param("chair: 部長}", "chair: 部長, meets: {months: [2, 2], week: 3, weekday: 火}}", "key: bukai, name", "bodies[0].meets.months[1]", "「2」が二度", "一方を消して", id="regular days in the same month twice"),
    pytest.param("kind: meeting, audience: members", "kind: summary_deadline, audience: secretariat", "key: three_days", "reminders[0].kind", "会議録の期限（minutes）のある会議体がない", "minutes: {summary_days: 2}", id="a reminder of minutes that have no deadline"),
    pytest.param("chair: 委員長}", "chair: 委員長, assembly: true, urgent: report}", "key: iinkai, name", "bodies[1].urgent", "議会の機関なので", "urgent を消して", id="a chair decides alone for a committee of the assembly"),
    pytest.param("chair: 部長}", "chair: 部長, assembly: true, urgent: report}", "key: bukai, name", "bodies[0].urgent", "議会の機関なので", "urgent を消して", id="a chair decides alone for what deliberates in the assembly"),
    pytest.param("chair: 委員長}", "chair: 委員長, urgent: report}", "key: iinkai, name", "bodies[1].urgent", "報告を受ける機関なので", "urgent を消して", id="a chair alone receives the report"),
    pytest.param("kind: deliberative, chair: 部長}", "kind: voting, chair: 議長, urgent: approval}", "key: bukai, name", "bodies[0].urgent", "議決機関なので", "urgent を消して", id="a chair decides alone for those who vote"),
    pytest.param("label: 素案}\n", "label: 素案}\n      - {key: summary, kind: document, label: 概要版}\n", None, "stages[0].gates[1]", "「概要版」は、「素案」と同じ版で同時に", "一つにまとめる", id="a stage has two document gates"),
    pytest.param("label: 素案}\n", "label: 素案, document: mian}\n", "label: 素案}", "stages[0].gates[0].document", "文書「mian」は documents に", "「main」のことでは", id="a gate is about no document"),
    pytest.param("bodies:\n", "documents: [{key: main, label: 本編}, {key: summary, label: 概要版}]\nbodies:\n", None, "documents[1]", "「概要版」を作る段階がありません", "document: summary", id="nothing writes a document"),
    pytest.param("bodies:\n", "documents: [{key: main, label: 本編}, {key: main, label: 概要版}]\nbodies:\n", None, "documents[1].key", "二度使われています", "別の名前", id="two documents share a key"),
    pytest.param("label: 素案\n", "label: 素案\n    decided: true\n", None, "stages[0].decided", "始まると同時に決定した", "承認を経た後の段階に", id="a plan is decided at its opening"),
    pytest.param(", mandatory: true}", "}", "stages:\n", "stages", "必須の手続がない", "mandatory: true", id="no gate is mandatory"),
    pytest.param("    label: 意見募集\n", "    label: 意見募集\n    planned: {first: 2023-02, last: 2023-06}\n", None, "stages[1].planned.first", "前の段階「素案」の始まり 2023-03 より前の 2023-02 に", "段階の順", id="a stage is planned to begin before the one before it"),
    pytest.param("    label: 意見募集\n", "    label: 意見募集\n    planned: {first: 2023-04, last: 2023-05}\n", None, "stages[1].planned.last", "前の段階「素案」の終わり 2023-06 より前の 2023-05 に", "段階の順", id="a stage is planned to end before the one before it"),
    pytest.param("    label: 決定\n", "    label: 決定\n    planned: {first: 2023-01, last: 2023-07}\n", None, "stages[2].planned.first", "前の段階「素案」の始まり 2023-03 より前の 2023-01 に", "段階の順", id="a stage is planned to begin before one two steps back"),
    pytest.param("month: 2023-03, body", "month: 2023-02, body", "month: 2023-03, body", "schedule[0].month", "予定（2023-03 から 2023-06）の外", "month か", id="a body meets before the stage of its gate begins"),
    pytest.param("month: 2023-03, body", "month: 2023-07, body", "month: 2023-03, body", "schedule[0].month", "予定（2023-03 から 2023-06）の外", "month か", id="a body meets after the stage of its gate has ended"),
    pytest.param("month: 2023-03, body", "month: 2023-05, body", "month: 2023-04, event", "schedule[1].month", "先に済ませる手続「draft_bukai」の 2023-05 より前", "月を入れ替える", id="a gate is scheduled before one of the stage before"),
    pytest.param(
        "  - {month: 2023-04,", "  - {month: 2023-02, event: 起草, gates: [draft_document]}\n  - {month: 2023-04,", None, "schedule[1].month", "予定（2023-03 から 2023-06）の外", "month か", id="a document is scheduled before its stage begins"
    ),
    pytest.param("chair: 部長}", "chair: 部長, reaches: tallied, quorum: 半数以上, majority: 1/3以上}", "key: bukai, name", "bodies[0].majority", "1/3以上 では、反対の方が多くても", "半数以上", id="a minority carries the vote"),
    pytest.param("chair: 部長}", "chair: 部長, tie: fails}", "key: bukai, name", "bodies[0].tie", "使われません", "tie を消す", id="a recorded body has a rule for ties"),
    pytest.param("  - {month: 2023-05, body: iinkai, label: 素案報告}\n", "", "- {key: iinkai", "bodies[1].key", "「委員会」は、どの手続にも schedule にも", "body: iinkai の手続", id="a body is asked nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "key", "problem", "mend"), ONE_FAULT)
def test_the_chain_is_refused_when(
    old: str, new: str, place: str | None, key: str, problem: str, mend: str
) -> None:
    fault = next(fault for fault in broken((old, new)) if fault.key == key)
    assert problem in fault.problem
    assert mend in fault.mend
    if place is not None:
        assert fault.line == line_of(place)


def test_two_stages_sharing_a_key_are_told_at_the_second() -> None:
    faults = broken(("  - key: comment\n", "  - key: draft\n"))
    repeated = next(fault for fault in faults if "二度使われています" in fault.problem)
    assert (repeated.key, repeated.line) == ("stages[1].key", line_of("  - key: comment\n"))


def test_a_circle_of_stages_with_a_way_out_is_told_once_at_its_first_next() -> None:
    fault = the_only(broken(("next: [decision]", "next: [decision, draft]")))
    assert (fault.key, fault.line) == ("stages[0].next", line_of("next: [comment]"))
    assert "「素案」・「意見募集」" in fault.problem
    assert "差戻しは next に書かなくても" in fault.mend


def test_a_stage_leading_back_to_itself_is_a_circle() -> None:
    fault = the_only(broken(("next: [decision]", "next: [comment, decision]")))
    assert (fault.key, fault.line) == ("stages[1].next", line_of("next: [decision]"))
    assert "元の段階に戻って" in fault.problem


def test_a_stage_no_path_arrives_at_is_told() -> None:
    stray = "schedule:\n"
    faults = broken((stray, "  - {key: stray, label: 迷子, next: [decision]}\n" + stray))
    fault = the_only(faults)
    assert (fault.key, fault.line) == ("stages[3].key", line_of(stray))
    assert "着く道がありません" in fault.problem
    assert "stray を加える" in fault.mend


def test_stages_that_never_come_to_an_end_are_told() -> None:
    faults = broken(("next: []", "next: [draft]"))
    endless = [fault for fault in faults if "終わりの段階に着けません" in fault.problem]
    assert [fault.key for fault in endless] == ["stages[0].next", "stages[1].next", "stages[2].next"]
    assert all("next: []" in fault.mend for fault in endless)


def test_a_stage_after_the_decision_cannot_hold_a_mandatory_gate() -> None:
    later = "  - {key: printing, label: 印刷, gates: [{key: print, kind: document, label: 印, mandatory: true}]}\n"
    fault = the_only(broken(("    next: []\n", "    next: [printing]\n" + later)))
    assert fault.key == "stages[3].gates[0].mandatory"
    assert "通らずに" in fault.problem


TALLIED = ("chair: 部長}", "chair: 部長, reaches: tallied, quorum: 半数以上, majority: 過半数}")
VOTING = ("kind: deliberative, chair: 部長", "kind: voting, chair: 議長")


def test_a_tallied_body_cannot_open_a_gate_by_postponing() -> None:
    fault = the_only(broken(TALLIED, ("opens_on: [approved]", "opens_on: [continued]")))
    assert fault.key == "stages[0].gates[1].opens_on[0]"
    assert "同意ではない" in fault.problem


def test_a_tallied_vote_never_amends() -> None:
    voting = "kind: voting, chair: 議長, reaches: tallied, quorum: 半数以上, majority: 過半数"
    for opens in ("[amended]", "[passed, amended]"):
        change = ("opens_on: [approved]", f"opens_on: {opens}")
        fault = the_only(broken(("kind: deliberative, chair: 部長", voting), change))
        assert "採決（tallied）なので、amended（修正可決）という結果は出ません" in fault.problem
        assert fault.mend == "passed（可決） から選んでください"


def test_a_recorded_vote_may_open_on_an_amendment_but_not_on_it_alone() -> None:
    both = SOUND.replace(*VOTING).replace("opens_on: [approved]", "opens_on: [passed, amended]")
    assert check(parse_chain(both, "small.yaml")) == []
    fault = the_only(broken(VOTING, ("opens_on: [approved]", "opens_on: [amended]")))
    assert fault.key == "stages[0].gates[1].opens_on"
    assert "passed（可決）でも" in fault.problem


REFUSALS = [
    (kind, outcome)
    for kind in BodyKind
    for outcome in OUTCOMES_OF[kind]
    if outcome not in AGREEING_OUTCOMES[kind]
]


def test_what_refuses_or_postpones_is_known() -> None:
    assert {outcome.label for _, outcome in REFUSALS} == {"差戻し", "継続審議", "再報告", "否決", "継続審査"}


@pytest.mark.parametrize("mandatory", [True, False])
@pytest.mark.parametrize(("kind", "outcome"), REFUSALS)
def test_no_gate_opens_by_refusal(kind: BodyKind, outcome: Outcome, mandatory: bool) -> None:
    opens = (
        f"opens_on: [{AGREEING_OUTCOMES[kind][0]}, {outcome}]\n        mandatory: {str(mandatory).lower()}"
    )
    faults = broken(("kind: deliberative", f"kind: {kind}"), ("opens_on: [approved]", opens))
    assert the_only(faults).key == "stages[0].gates[1].opens_on[1]"


def test_a_signature_is_not_delegated_to_the_one_who_signs() -> None:
    own = "      - {key: sign, kind: signoff, label: 決裁, office: 区長, delegate: 区長}\n    next: [comment]"
    fault = the_only(broken(("    next: [comment]", own)))
    assert fault.key == "stages[0].gates[2].delegate"
    assert "「区長」と同じ" in fault.problem
    assert "別の職" in fault.mend


def test_nobody_decides_when_one_of_two_ways_asks_neither_a_body_nor_a_signature() -> None:
    fault = the_only(
        broken(
            ("format: 1\n", "format: 1\nsource: 例\n"),
            ("      - key: draft_bukai\n", "    next: [asked, unasked]\n  - key: asked\n    label: 部会\n    gates:\n      - key: draft_bukai\n"),
            ("        after: [draft_document]\n", ""),
            ("  - key: comment\n", "  - {key: unasked, label: 近道, next: [comment]}\n  - key: comment\n"),
        )
    )  # fmt: skip
    assert fault.key == "stages[4].decided"
    assert "会議体の議も決裁も経ずに" in fault.problem
    assert "kind: signoff" in fault.mend


def test_a_gate_is_not_scheduled_before_the_gate_it_comes_after() -> None:
    early = "  - {month: 2023-05, event: 起草, gates: [draft_document]}\n  - {month: 2023-05, body: iinkai"
    faults = broken(("  - {month: 2023-05, body: iinkai", early))
    told = next(fault for fault in faults if fault.key == "schedule[0].month")
    assert (
        "手続「draft_bukai」の 2023-03 は、先に済ませる手続「draft_document」の 2023-05 より前"
        in told.problem
    )


def test_a_gate_may_open_at_the_later_of_its_two_meetings() -> None:
    early = "  - {month: 2023-03, event: 予告, gates: [comment_period]}\n"
    late = SOUND.replace("month: 2023-03, body", "month: 2023-04, body").replace(
        "schedule:\n", "schedule:\n" + early
    )
    assert check(parse_chain(late, "small.yaml")) == []


def test_a_reminder_of_a_public_comment_needs_one() -> None:
    closing = "  - {key: closing, kind: comment_closing, audience: staff, when: 当日 08:30}\n"
    period = "{key: comment_period, kind: period, label: 募集, minimum_days: 19, mandatory: true}"
    signed = "{key: comment_period, kind: signoff, label: 決裁, office: 区長, mandatory: true}"
    fault = the_only(broken(("reminders:\n", "reminders:\n" + closing), (period, signed)))
    assert fault.key == "reminders[0].kind"
    assert "送られません" in fault.problem
    assert "kind: period の手続を置いて" in fault.mend


def test_two_branches_each_with_a_document_may_meet_in_a_public_comment() -> None:
    branches = SOUND.replace("next: [comment]", "next: [left, right]").replace(
        "  - key: comment\n",
        "  - {key: left, label: 左, next: [comment], gates: [{key: left_doc, kind: document, label: 左}]}\n"
        "  - {key: right, label: 右, next: [comment], gates: [{key: right_doc, kind: document, label: 右}]}\n"
        "  - key: comment\n",
    )
    bare = branches.replace(
        "{key: draft_document, kind: document,", "{key: draft_document, kind: signoff, office: 長,"
    )
    assert check(parse_chain(bare, "small.yaml")) == []


def test_a_document_on_only_one_branch_does_not_carry_a_public_comment() -> None:
    faults = broken(
        ("{key: draft_document, kind: document,", "{key: draft_document, kind: signoff, office: 長,"),
        ("next: [comment]", "next: [comment, left]"),
        (
            "  - key: comment\n",
            "  - {key: left, label: 左, next: [comment], gates: [{key: left_doc, kind: document, label: 左}]}\n"
            "  - key: comment\n",
        ),
    )
    fault = the_only(faults)
    assert fault.key == "stages[2].gates[0]"
    assert "文書がないまま" in fault.problem


def test_a_document_beside_the_period_is_enough() -> None:
    text = SOUND.replace(
        "{key: draft_document, kind: document,", "{key: draft_document, kind: signoff, office: 長,"
    )
    beside = "      - {key: comment_document, kind: document, label: 案}\n      - {key: comment_period"
    assert check(parse_chain(text.replace("      - {key: comment_period", beside), "small.yaml")) == []


def test_all_broken_rules_are_told_at_once_in_the_order_of_the_file() -> None:
    faults = broken(
        ("chair: 部長}", "chair: 部長, majority: 過半数}"),
        ("last: 2023-06", "last: 2023-02"),
        ("minimum_days: 19", "minimum_days: 3"),
        ("kind: meeting, audience: members", "kind: meeting, audience: staff"),
    )
    assert [fault.key for fault in faults] == [
        "bodies[0].majority",
        "stages[0].planned.last",
        "stages[1].gates[0].minimum_days",
        "reminders[0].audience",
    ]
