"""Votes by the rules of real bodies, from their rule books. Each line of a table is one sitting."""

from fractions import Fraction

import pytest

from definitions.chain import Body, Threshold
from definitions.terms import Outcome, Role
from workflow.domain.votes import (
    AtItem,
    Ballot,
    Choice,
    Part,
    Room,
    Tally,
    contradicts,
    count,
    counts_of,
    counts_words,
    has_vote,
    room_of,
    rules_words,
    still_holds,
    tally_of,
)

ASSEMBLY = {"quorum": "半数以上", "majority": "過半数", "tie": "chair_decides"}
"""地方自治法第113条・第116条."""
MIYOSHI = {"quorum": "半数以上", "majority": "過半数", "tie": "chair_decides"}
"""三好市健幸づくり推進協議会運営規則第4条."""
SHIRATAKA = {"quorum": "過半数", "majority": "過半数", "tie": "chair_decides"}
"""白鷹町国民保護協議会運営規程第4条・第5条: who is absent names a deputy."""
KUMIYAMA = {"quorum": "過半数", "majority": "半数以上"}
"""久御山町防災会議規程第3条・第4条."""
HIRAKAWA = {"quorum": "過半数", "majority": "過半数", "tie": "chair_decides", "deputies_per_person": 1}
"""平川市国民保護協議会運営要綱第2条～第4条."""

PARTS = {"除": Part.RECUSED, "退": Part.LEFT, "遅": Part.ABSENT}
CHOICES = {"○": Choice.FOR, "×": Choice.AGAINST, "△": Choice.ABSTAIN}


def body(**rules: object) -> Body:
    base = {"key": "b", "name": "審議会", "kind": "advisory", "chair": "会長", "reaches": "tallied"}
    return Body.model_validate({**base, "quorum": "半数以上", "majority": "過半数", **rules})


def sitting(
    rule: Body, words: str, *, named: str | None = None, in_writing: bool = False
) -> tuple[Room, list[Ballot]]:
    """A sitting in one line. 会 is the chair, 副 the vice chair, any other sign a member; then 代 (by deputy), 欠 (absent),
    除, 退 or 遅 (for this item), ○ × △ (their vote) and 決○ (their deciding vote)."""
    members, ballots = [], []
    signs = [each[0] for each in words.split()]
    for number, each in enumerate(words.split(), 1):
        said, _, deciding = each[1:].partition("決")
        members.append(
            AtItem(
                number,
                {"会": Role.CHAIR, "副": Role.VICE_CHAIR}.get(each[0], Role.MEMBER),
                present="欠" not in said,
                by_deputy="代" in said,
                part=next((PARTS[sign] for sign in said if sign in PARTS), Part.PRESENT),
            )
        )
        ballots += [Ballot(number, CHOICES[sign]) for sign in said if sign in CHOICES]
        ballots += [Ballot(number, CHOICES[sign], casting=True) for sign in deciding]
    ballots.sort(key=lambda ballot: ballot.casting)
    presider = signs.index(named) + 1 if named else None
    return room_of(rule, members, named=presider, in_writing=in_writing), ballots


def tally(rules: dict[str, object], words: str, **how: object) -> Tally:
    rule = body(**rules)
    return tally_of(rule, *sitting(rule, words, **how))  # type: ignore[arg-type]


MEMBERS = {**ASSEMBLY, "majority_of": "members"}
VOTING = {**ASSEMBLY, "majority_of": "voting"}
ALWAYS = {**ASSEMBLY, "presider_votes": "always"}
WRITTEN = {**ASSEMBLY, "written_votes": True}


@pytest.mark.parametrize(
    ("rules", "words", "carried"),
    [
        pytest.param(ASSEMBLY, "会 一○ 二○ 三×", True, id="116条1項: more than half of those present"),
        pytest.param(ASSEMBLY, "会 一○ 二○ 三× 四△", False, id="116条1項: an abstention is present"),
        pytest.param(ASSEMBLY, "会 一○ 二○ 三× 四", False, id="who is there and does not vote is present"),
        pytest.param(ASSEMBLY, "会 一○ 二×", None, id="116条1項: a tie waits for the chair"),
        pytest.param(ASSEMBLY, "会決○ 一○ 二×", True, id="116条1項: the chair decides a tie"),
        pytest.param(ASSEMBLY, "会決× 一○ 二×", False, id="116条1項: the chair decides against"),
        pytest.param(ASSEMBLY, "会○ 一○ 二○ 三× 四×", None, id="116条2項: the presider's vote is none"),
        pytest.param(ASSEMBLY, "会欠 副○ 一○ 二×", None, id="116条2項: nor the vice chair's who presides"),
        pytest.param(ASSEMBLY, "会 副○ 一○ 二×", True, id="a vice chair beside the chair votes"),
        pytest.param(ASSEMBLY, "会 一○ 二○ 三除", True, id="117条: who is recused is no no"),
        pytest.param(ASSEMBLY, "会 一○ 二○ 三× 四除○", True, id="117条: the vote of the recused is none"),
        pytest.param(ASSEMBLY, "会除 副 一○ 二○ 三×", True, id="117条: the vice chair presides for a recused chair"),
        pytest.param(ASSEMBLY, "会 一○ 二○ 三× 四退 五遅", True, id="who left or came late is not the base"),
        pytest.param(ALWAYS, "会○ 一○ 二×", True, id="a presider who votes as every member"),
        pytest.param(ALWAYS, "会○ 一×", None, id="a presider who votes still decides the tie"),
        pytest.param(ALWAYS, "会○決○ 一×", True, id="their vote and their deciding vote are two"),
        pytest.param({**ASSEMBLY, "tie": "fails"}, "会○ 一×", False, id="a tie that fails"),
        pytest.param({**ASSEMBLY, "tie": "fails"}, "会○ 一○ 二×", True, id="no tie to break: the presider votes"),
        pytest.param({**ASSEMBLY, "majority": "2/3以上"}, "会○ 一○ 二×", True, id="特別多数: the presider votes"),
        pytest.param({**ASSEMBLY, "majority": "2/3以上"}, "会 一○ 二×", False, id="特別多数: no tie"),
        pytest.param(MIYOSHI, "会 一○ 二○ 三× 四欠 五欠 六欠", True, id="三好市: carried"),
        pytest.param(MIYOSHI, "会決○ 一○ 二× 三欠 四欠", True, id="三好市: the tie is the chair's"),
        pytest.param(SHIRATAKA, "会 一代○ 二○ 三×", True, id="白鷹町: a deputy's vote counts for the seat"),
        pytest.param(KUMIYAMA, "会○ 一○ 二× 三×", True, id="久御山町: half carries it, nothing is tied"),
        pytest.param(KUMIYAMA, "会○ 一× 二× 三×", False, id="久御山町: less than half"),
        pytest.param(HIRAKAWA, "会代○ 副 一○ 二○ 三×", True, id="平川市: the chair's deputy votes, the vice chair presides"),
        pytest.param(HIRAKAWA, "会代○ 副決× 一×", False, id="平川市: who presided decides the tie"),
        pytest.param(VOTING, "会 一○ 二○ 三× 四△ 五", True, id="投票総数: for and against alone"),
        pytest.param(VOTING, "会 一△ 二△", False, id="投票総数: nobody for or against"),
        pytest.param(MEMBERS, "会○ 一○ 二○ 三欠 四欠 五欠", False, id="委員総数: half of all is not enough"),
        pytest.param(MEMBERS, "会○ 一○ 二○ 三○ 四欠 五欠", True, id="委員総数: more than half of all"),
        pytest.param(MEMBERS, "会○ 一○ 二× 三× 四除", False, id="委員総数: equal is not carried, and no tie"),
        pytest.param(MEMBERS, "会○ 一○ 二× 三除", True, id="委員総数: the recused are not the base"),
        pytest.param(WRITTEN, "会 一○ 二欠○ 三×", True, id="書面表決: who is absent votes in writing"),
        pytest.param(ASSEMBLY, "会 一○ 二欠○ 三×", None, id="書面表決: not where no rule has it"),
        pytest.param(WRITTEN, "会 一○ 二欠 三×", None, id="書面表決: who did not write is absent"),
        pytest.param(WRITTEN, "会 一○ 二退○ 三×", None, id="書面表決: not of who left the room"),
        pytest.param(WRITTEN, "会 一○ 二欠除○ 三×", None, id="書面表決: not of the recused"),
        pytest.param(WRITTEN, "会 一○ 二除○ 三×", None, id="書面表決: nor of one who came"),
        pytest.param(VOTING, "会 一○ 二○ 三○ 四× 五×", True, id="投票総数: three of five"),
        pytest.param(
            {**VOTING, "majority": "2/3以上"}, "会○ 一○ 二○ 三× 四×", False, id="投票総数: three of five are not two thirds"
        ),
    ],
)  # fmt: skip
def test_a_question_is_carried_as_the_rule_says(
    rules: dict[str, object], words: str, carried: bool | None
) -> None:
    assert tally(rules, words).carried is carried


@pytest.mark.parametrize(
    ("rules", "words", "quorate"),
    [
        pytest.param(ASSEMBLY, "会 一 二欠 三欠", True, id="113条: half of the members"),
        pytest.param(ASSEMBLY, "会 一欠 二欠", False, id="113条: less than half"),
        pytest.param(ASSEMBLY, "会 一除 二欠 三欠", False, id="who is recused is not present"),
        pytest.param(ASSEMBLY, "会 一退 二欠 三欠", False, id="who left is not present"),
        pytest.param(SHIRATAKA, "会 一 二欠 三欠", False, id="白鷹町: half is not enough"),
        pytest.param(SHIRATAKA, "会 一代 二代 三欠", True, id="白鷹町: a deputy is present"),
        pytest.param(KUMIYAMA, "会 一 二欠 三欠", False, id="久御山町: more than one half"),
        pytest.param(WRITTEN, "会 一欠○ 二欠 三欠", True, id="書面表決: who wrote is present"),
        pytest.param(WRITTEN, "会 一欠 二欠 三欠", False, id="書面表決: who did not is not"),
    ],
)
def test_a_quorum_is_of_those_who_take_part(rules: dict[str, object], words: str, quorate: bool) -> None:
    assert tally(rules, words).quorate is quorate


@pytest.mark.parametrize("rules", [ASSEMBLY, ALWAYS, KUMIYAMA, VOTING, {**ASSEMBLY, "tie": "fails"}])
def test_the_same_votes_amount_to_the_same_in_a_sitting_and_in_writing(rules: dict[str, object]) -> None:
    for votes in ("会○ 一○ 二× 三×", "会○ 一○ 二○ 三×", "会× 一○ 二○ 三×", "会△ 一○ 二× 三○"):
        assert tally(rules, votes) == tally(rules, votes, in_writing=True)


def test_who_does_not_answer_in_writing_is_not_there() -> None:
    written = tally(ASSEMBLY, "会 一○ 二× 三○ 四", in_writing=True)
    assert (written.present, written.carried) == (4, True)
    assert tally(ALWAYS, "会 一○ 二×", in_writing=True).present == 2


def test_who_takes_their_answer_back_in_writing_is_not_there() -> None:
    room, answered = sitting(body(), "会 一○ 二×", in_writing=True)
    assert tally_of(body(), room, [*answered, Ballot(3, Choice.WITHDRAWN)]).present == 2


def test_who_presides_answers_in_writing_where_they_vote_as_every_member() -> None:
    for rules, answering in ((ASSEMBLY, {2, 3}), (ALWAYS, {1, 2, 3})):
        assert sitting(body(**rules), "会 一 二", in_writing=True)[0].writing == answering


@pytest.mark.parametrize(
    ("words", "named", "presides"),
    [
        ("会 副 一", None, "会"),
        ("会欠 副 一", None, "副"),
        ("会代 副 一", None, "副"),
        ("会欠 副欠 一", None, None),
        ("会欠 副欠 一", "一", "一"),
        ("会代 副欠 一", "会", "会"),
        ("会 副 一", "副", "副"),
        ("会 副除 一", "副", "会"),
    ],
)
def test_who_presides(words: str, named: str | None, presides: str | None) -> None:
    room, _ = sitting(body(), words, named=named)
    signs = [each[0] for each in words.split()]
    assert (None if room.presider is None else signs[room.presider - 1]) == presides


def test_who_presides_has_no_vote_as_a_member_where_the_rule_says_so() -> None:
    for rules, votes in ((ASSEMBLY, False), (ALWAYS, True), (KUMIYAMA, True)):
        rule = body(**rules)
        room, _ = sitting(rule, "会 一")
        assert has_vote(rule, room, 1) is votes
        assert has_vote(rule, room, 2)


def test_the_deciding_vote_is_of_who_presides_alone() -> None:
    assert tally(ASSEMBLY, "会欠決○ 副 一○ 二×").carried is None
    assert tally(ASSEMBLY, "会 副決○ 一○ 二×").carried is None
    assert tally(ASSEMBLY, "会欠 副決○ 一○ 二×").carried is True


def test_who_presides_is_told_by_number_in_an_office_of_many_people() -> None:
    several = {each: int(f"10{each}0") for each in range(1, 4)}
    there = [
        AtItem(several[each], Role.MEMBER, present=True, by_deputy=False, part=Part.PRESENT)
        for each in several
    ]
    named = int("1010")
    room = room_of(body(), there, named=named, in_writing=False)
    assert (room.presider, has_vote(body(), room, int("1010"))) == (1010, False)
    votes = [Ballot(several[2], Choice.FOR), Ballot(several[3], Choice.AGAINST)]
    deciding = Ballot(int("1010"), Choice.FOR, casting=True)
    assert tally_of(body(), room, [*votes, deciding]).carried is True


@pytest.mark.parametrize(
    ("outcome", "answers", "against_it"),
    [
        (Outcome.APPROVED, "○××", False),
        (Outcome.APPROVED, "×××", True),
        (Outcome.CONDITIONAL, "△×", True),
        (Outcome.RECEIVED, "△", True),
        (Outcome.PASSED, "××", True),
        (Outcome.AMENDED, "××", True),
        (Outcome.RETURNED, "○○", True),
        (Outcome.RETURNED, "○×", False),
        (Outcome.REJECTED, "○○", True),
        (Outcome.CONTINUED, "○○", False),
        (Outcome.CONTINUED, "××", False),
    ],
)
def test_an_outcome_can_contradict_the_answers_in_writing(
    outcome: Outcome, answers: str, against_it: bool
) -> None:
    assert contradicts(outcome, [CHOICES[each] for each in answers]) is against_it


@pytest.mark.parametrize(
    ("was", "corrected", "holds"),
    [
        ("会 一○ 二○ 三×", "会 一○ 二○ 三× 四欠", True),
        ("会 一○ 二○ 三欠", "会 一○ 二○ 三", True),
        ("会 一○ 二○ 三欠 四欠", "会 一○ 二○ 三 四", False),
        ("会 一○ 二○ 三×", "会欠 一欠○ 二欠○ 三欠×", False),
        ("会 一○ 二○ 三欠 四欠", "会 一○ 二欠○ 三欠 四欠", False),
        ("会 一 二× 三×", "会欠 一 二○ 三○", False),
        ("会欠 一欠 二欠", "会 一 二欠", True),
    ],
)
def test_a_corrected_attendance_keeps_what_was_decided_or_does_not(
    was: str, corrected: str, holds: bool
) -> None:
    first, second = tally(ASSEMBLY, was), tally(ASSEMBLY, corrected)
    assert still_holds(first, second, counted=True) is holds


def test_what_was_recorded_from_the_minutes_needs_its_quorum_alone() -> None:
    first = tally(ASSEMBLY, "会 一○ 二○ 三欠 四欠")
    assert still_holds(first, tally(ASSEMBLY, "会 一○ 二○ 三 四"), counted=False)
    assert not still_holds(first, tally(ASSEMBLY, "会 一 二欠 三欠 四欠"), counted=False)


@pytest.mark.parametrize(
    ("was", "corrected", "holds"),
    [
        ("会 一", "会 一欠", True),
        ("会 一", "会欠 一欠", False),
        ("会欠 一", "会欠 一欠", False),
        ("会欠 一欠", "会欠 一欠", True),
    ],
)
def test_an_outcome_needs_somebody_there_unless_nobody_was(was: str, corrected: str, holds: bool) -> None:
    first, second = (tally({"quorum": None}, words) for words in (was, corrected))
    assert still_holds(first, second, counted=False) is holds


# --- counted alone -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quorum", "present", "quorate"),
    [
        ("半数以上", 5, True),
        ("過半数", 5, False),
        ("過半数", 6, True),
        ("2/3以上", 6, False),
        ("2/3以上", 7, True),
    ],
)
def test_a_quorum_differs_by_a_word(quorum: str, present: int, quorate: bool) -> None:
    rule = body(quorum=quorum)
    assert count(rule, members=10, present=present, votes=[], presided=False, recused=0).quorate is quorate


@pytest.mark.parametrize(
    ("majority", "in_favour", "against", "carried"),
    [("過半数", 3, 2, True), ("過半数", 2, 3, False), ("2/3以上", 4, 2, True), ("2/3以上", 3, 2, False)],
)
def test_a_majority_is_of_those_present(majority: str, in_favour: int, against: int, carried: bool) -> None:
    votes = [Choice.FOR] * in_favour + [Choice.AGAINST] * against
    found = count(
        body(majority=majority), members=6, present=len(votes), votes=votes, presided=False, recused=0
    )
    assert found.carried is carried


def test_a_tie_is_the_chairs_or_fails_as_the_rule_says() -> None:
    votes = [Choice.FOR, Choice.AGAINST]
    assert count(body(), members=3, present=3, votes=votes, presided=True, recused=0).carried is None
    assert (
        count(body(), members=801, present=801, votes=votes * 400, presided=True, recused=0).carried is None
    )
    assert (
        count(
            body(), members=3, present=3, votes=votes, presided=True, recused=0, deciding=Choice.FOR
        ).carried
        is True
    )
    assert (
        count(body(tie="fails"), members=3, present=2, votes=votes, presided=False, recused=0).carried
        is False
    )


def test_who_is_there_and_does_not_vote_keeps_a_majority_from_being_reached() -> None:
    votes = [Choice.FOR, Choice.FOR, Choice.AGAINST, Choice.ABSTAIN]
    assert count(body(), members=6, present=5, votes=votes, presided=False, recused=0).carried is False


def test_a_tie_is_no_tie_where_more_than_half_is_asked() -> None:
    votes = [Choice.FOR, Choice.AGAINST]
    special = body(majority="2/3以上")
    assert (
        count(
            special, members=3, present=3, votes=votes, presided=True, recused=0, deciding=Choice.FOR
        ).carried
        is False
    )


def test_only_members_who_are_there_are_counted() -> None:
    rule = body(tie="fails")
    room, ballots = sitting(rule, "一欠○ 二× 三")
    found = tally_of(rule, room, [*ballots, Ballot(9, Choice.FOR)])
    assert (found.in_favour, found.against, found.quorate) == (0, 1, True)


def test_a_deciding_vote_breaks_the_tie_there_was_and_no_later_one() -> None:
    room, _ = sitting(body(), "一 二 会 四 五")
    tied = [Ballot(1, Choice.FOR), Ballot(2, Choice.AGAINST), Ballot(3, Choice.FOR, casting=True)]
    assert tally_of(body(), room, tied).carried is True
    tied_again = [*tied, Ballot(4, Choice.FOR), Ballot(5, Choice.AGAINST)]
    assert tally_of(body(), room, tied_again).carried is None


def test_a_presider_who_decides_again_replaces_the_deciding_vote() -> None:
    room, tied = sitting(body(), "会 一○ 二×")
    decided_twice = [*tied, Ballot(1, Choice.FOR, casting=True), Ballot(1, Choice.AGAINST, casting=True)]
    assert tally_of(body(), room, decided_twice).carried is False


def test_votes_taken_back_leave_the_deciding_vote_while_the_tie_is_there() -> None:
    room, tied = sitting(body(), "会 一○ 二× 三○ 四×")
    taken_back = [Ballot(4, Choice.WITHDRAWN), Ballot(5, Choice.WITHDRAWN)]
    found = tally_of(body(), room, [*tied, Ballot(1, Choice.FOR, casting=True), *taken_back])
    assert (found.in_favour, found.against, found.carried) == (1, 1, True)


def test_nobody_out_of_nobody_reaches_no_share() -> None:
    assert not Threshold(share=Fraction(1, 2), inclusive=True).reached(0, 0)


# --- said to people ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (ASSEMBLY, "出席委員の過半数・会長の決するところによる・可否同数のときだけ決する・できない"),
        (KUMIYAMA, "出席委員の半数以上・ほかの委員と同じく採決に加わる・できない"),
        (ALWAYS, "出席委員の過半数・会長の決するところによる・ほかの委員と同じく採決に加わる・できない"),
        (VOTING, "賛成と反対の票の過半数・会長の決するところによる・可否同数のときだけ決する・できない"),
        (MEMBERS, "全委員の過半数・ほかの委員と同じく採決に加わる・できない"),
        ({"tie": "fails"}, "出席委員の過半数・否決とする・ほかの委員と同じく採決に加わる・できない"),
        ({"majority": "2/3以上"}, "出席委員の2/3以上・ほかの委員と同じく採決に加わる・できない"),
        ({"majority": "1/10以上"}, "出席委員の1/10以上・ほかの委員と同じく採決に加わる・できない"),
        ({"majority": "1/3超"}, "出席委員の1/3超・ほかの委員と同じく採決に加わる・できない"),
        (WRITTEN, "出席委員の過半数・会長の決するところによる・可否同数のときだけ決する・できる"),
    ],
)
def test_the_rules_of_a_body_are_told_as_they_are_counted(rules: dict[str, object], said: str) -> None:
    told = dict(rules_words(body(**rules)))
    of_votes = ("可決", "可否同数のとき", "会議を進行する人の票", "書面表決")
    assert "・".join(told[name] for name in of_votes if name in told) == said


def test_the_rules_of_a_body_begin_with_its_quorum_and_end_with_its_deputies() -> None:
    told = rules_words(body(quorum="2/3以上", deputies_per_person=2))
    assert (told[0], told[-1]) == (("定足数", "委員の2/3以上"), ("代理", "1 人で 2 人まで"))
    untold = Body(key="b", name="部会", kind="deliberative", chair="部長")
    assert rules_words(untold) == [("代理", f"1 人で {untold.deputies_per_person} 人まで")]


def test_a_decision_keeps_the_numbers_of_its_votes() -> None:
    kept = counts_of(tally(ASSEMBLY, "会 一○ 二○ 三○ 四× 五△ 六除 七欠"))
    assert counts_words(kept) == "賛成 3・反対 1・棄権 1・出席 6（委員 8 人）・除斥 1"


def test_all_valid_votes_are_cast_votes() -> None:
    assert tally(ASSEMBLY, "会 一○ 二○ 三○ 四× 五× 六× 七△ 八△ 九").cast == 8
