"""Items of an agenda at no gate: matters of the body's own, interim reports on a plan, headings; and planned minutes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from definitions.load import shipped
from definitions.terms import Outcome, Role
from notifications.composing import Stationery
from notifications.kinds import Kind
from notifications.meeting_letters import sample
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser, mail_settings
from workflow import actions
from workflow.domain.errors import BadInput, NotAllowed, NotNow
from workflow.domain.meetings import Purpose, numbered
from workflow.queries import Waiting, worklist
from workflow.queries.agenda import Line, agenda, agenda_lines
from workflow.queries.meetings import meeting as meeting_of
from workflow.store.proof import prove

SECRETARIAT = "joho_bukai_office"


def lines(house: House, meeting: int) -> list[Line]:
    with house.office.reading() as db:
        return agenda_lines(db, meeting, agenda(db, meeting))


@pytest.fixture
def meeting(house: House) -> int:
    """A meeting with a plan at its gate, opened by the election of the chair and closed by other business."""
    house.a_plan()
    house.a_version()
    number = house.a_meeting()
    for title, how in (
        ("議事", {"heading": True}),
        ("会長の選出", {"planned_minutes": 10}),
        ("報告", {"heading": True}),
        ("DX推進計画の進み具合", {"plan": "dx"}),
    ):
        actions.list_matter(house.office, SECRETARIAT, number, title, now=house.now, **how)  # type: ignore[arg-type]
    actions.list_item(house.office, SECRETARIAT, number, "dx", "policy_bukai", now=house.now)
    return number


def test_an_agenda_reads_as_a_shidai_does(house: House, meeting: int) -> None:
    first, election, reports, interim, gate = lines(house, meeting)
    actions.order_items(
        house.office, SECRETARIAT, meeting, [each.id for each in (first, election, gate, reports, interim)], now=house.now
    )  # fmt: skip
    assert [(each.number, each.title) for each in lines(house, meeting)] == [
        ("1", "議事"),
        ("(1)", "会長の選出"),
        ("(2)", "DX推進計画"),
        ("2", "報告"),
        ("(1)", "DX推進計画の進み具合"),
    ]
    assert [each.item is not None for each in lines(house, meeting)] == [False, False, True, False, False]


def test_an_agenda_without_headings_is_numbered_straight_on() -> None:
    assert numbered([Purpose.DELIBERATE, Purpose.MATTER, Purpose.INTERIM]) == ["1", "2", "3"]


def test_what_stands_before_the_first_heading_is_counted_with_the_headings() -> None:
    agenda = [
        Purpose.MATTER,
        Purpose.MATTER,
        Purpose.HEADING,
        Purpose.DELIBERATE,
        Purpose.HEADING,
        Purpose.MATTER,
    ]
    assert numbered(agenda) == ["1", "2", "3", "(1)", "4", "(1)"]


def test_the_letter_and_the_page_list_everything_in_its_order(house: House, meeting: int) -> None:
    with house.office.reading() as db:
        letter = sample(db, meeting_of(db, meeting), Kind.MEETING_CALLED, house.now)
    text = Stationery(mail_settings(house.office.files.parent)).text(letter)
    assert "1　議事\n" in text and "(1)　【その他の議題】会長の選出" in text
    assert "(2)　【審議】DX推進計画（策定方針）" in text and "(1)　【中間報告】DX推進計画の進み具合" in text
    page = Browser(house, SECRETARIAT).see(f"/meetings/{meeting}")
    assert page.index("会長の選出") < page.index("DX推進計画の進み具合")
    assert "予定 10 分" in page and "会議は 120 分" in page


def test_a_matter_wants_no_outcome_and_keeps_no_meeting_open(house: House, meeting: int) -> None:
    *_, gate = lines(house, meeting)
    house.later(days=7, hours=1)
    house.everybody_attends("joho_bukai", meeting)
    with house.office.reading() as db:
        recording = [each for each in worklist(db, SECRETARIAT, house.now) if each.kind is Waiting.RECORD]
    assert len(recording) == 1
    actions.record_outcome(house.office, SECRETARIAT, gate.id, Outcome.APPROVED, now=house.now)
    actions.close_meeting(house.office, SECRETARIAT, meeting, "議事要旨", now=house.now)
    assert prove(house.office).findings == []


def test_what_came_of_a_matter_is_recorded_in_words_and_corrected_with_a_reason(
    house: House, meeting: int
) -> None:
    _, election, _, _, gate = lines(house, meeting)
    asked = house.office, SECRETARIAT, election.id
    with pytest.raises(NotNow):
        actions.record_result(*asked, "部長を選出した。", now=house.now)
    house.later(days=7, hours=1)
    actions.record_result(*asked, "部長を選出した。", now=house.now)
    house.everybody_attends("joho_bukai", meeting)
    actions.record_outcome(house.office, SECRETARIAT, gate.id, Outcome.APPROVED, now=house.now)
    actions.close_meeting(house.office, SECRETARIAT, meeting, "議事要旨", now=house.now)
    with pytest.raises(BadInput):
        actions.record_result(*asked, "次長を選出した。", now=house.now)
    actions.record_result(*asked, "次長を選出した。", reason="聞き違い", now=house.now)
    assert lines(house, meeting)[1].result == "次長を選出した。"
    assert "次長を選出した。" in Browser(house, SECRETARIAT).see(f"/meetings/{meeting}")


REFUSED: dict[str, tuple[type[Exception], Callable[[House, int], object]]] = {
    "no title": (BadInput, lambda h, m: actions.list_matter(h.office, SECRETARIAT, m, " ", now=h.now)),
    "two lines": (BadInput, lambda h, m: actions.list_matter(h.office, SECRETARIAT, m, "一\n二", now=h.now)),
    "no minutes": (
        BadInput,
        lambda h, m: actions.list_matter(h.office, SECRETARIAT, m, "一", planned_minutes=0, now=h.now),
    ),
    "a heading with minutes": (
        BadInput,
        lambda h, m: actions.list_matter(
            h.office, SECRETARIAT, m, "一", heading=True, planned_minutes=5, now=h.now
        ),
    ),
    "minutes of a heading": (
        BadInput,
        lambda h, m: actions.plan_minutes(h.office, SECRETARIAT, lines(h, m)[0].id, 5, now=h.now),
    ),
    "words for a gate": (
        BadInput,
        lambda h, m: actions.record_result(h.office, SECRETARIAT, lines(h, m)[-1].id, "了承", now=h.now),
    ),
    "words for a heading": (
        BadInput,
        lambda h, m: actions.record_result(h.office, SECRETARIAT, lines(h, m)[0].id, "了承", now=h.now),
    ),
    "another body": (
        NotAllowed,
        lambda h, m: actions.list_matter(h.office, "ict_honbu_office", m, "一", now=h.now),
    ),
    "a gate's purpose": (
        BadInput,
        lambda h, m: actions.list_item(
            h.office, SECRETARIAT, m, "dx", "policy_bukai", purpose=Purpose.MATTER, now=h.now
        ),
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_makes_no_sense_is_refused(house: House, meeting: int, why: str) -> None:
    error, act = REFUSED[why]
    before = lines(house, meeting)
    with pytest.raises(error):
        act(house, meeting)
    assert lines(house, meeting) == before


def test_a_report_on_a_plan_one_may_not_read_is_refused(house: House) -> None:
    house.a_plan()
    house.a_person("other")
    actions.add_chain(house.office, "admin", shipped("two_rounds"), now=house.now)
    actions.seat(house.office, "admin", "other", "kentokai", Role.SECRETARIAT, LONG_AGO, now=house.now)
    starts = house.now + timedelta(days=7)
    number = actions.call_meeting(
        house.office, "other", "kentokai", "検討会", starts_at=starts, ends_at=starts + timedelta(hours=1), place="会議室",
        now=house.now,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        actions.list_matter(house.office, "other", number, "報告", plan="dx", now=house.now)


def test_minutes_are_planned_and_unplanned_for_any_item(house: House, meeting: int) -> None:
    *_, gate = lines(house, meeting)
    browser = Browser(house, SECRETARIAT)
    browser.send(f"/meetings/{meeting}/items/{gate.id}/minutes", minutes="25")
    assert lines(house, meeting)[-1].planned_minutes == 25
    browser.send(f"/meetings/{meeting}/items/{gate.id}/minutes", 422, minutes="二十")
    browser.send(f"/meetings/{meeting}/items/{gate.id}/minutes", minutes="")
    assert lines(house, meeting)[-1].planned_minutes is None


def test_a_sitting_with_nobody_present_is_not_closed(house: House) -> None:
    number = house.a_meeting()
    house.later(days=8)
    with pytest.raises(NotNow, match="一人も記録されていません"):
        actions.close_meeting(house.office, SECRETARIAT, number, "議事要旨", now=house.now)


def test_who_is_not_of_the_body_sees_the_report_on_their_plan_and_no_other_business(
    house: House, meeting: int
) -> None:
    shown = Browser(house, "tanto").see(f"/meetings/{meeting}")
    assert "DX推進計画の進み具合" in shown and "会長の選出" not in shown
