"""The page of a plan's own schedule: its versions, and the form that changes it and forgets nothing."""

import json

from lxml import html

from definitions.chain import Chain
from definitions.load import shipped
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.calendar import parse_moment

PAGE = "/plans/dx/schedule"


def form_of(browser: Browser) -> dict[str, str]:
    """The fields of the form as the page fills them."""
    form = html.fromstring(browser.see(PAGE)).xpath("//form[contains(@action, '/schedule')]")[0]
    return {
        **{name: value or "" for name, value in form.form_values() if name != "csrf"},
        "reason": "委員会の日程が決まったため",
        "agreed": "政策経営部長",
    }


def test_a_line_moves_after_the_page_said_what_changes(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    asked = form_of(staff) | {
        "when:3": "令和5年6月定例会",
        "when:12": "2023-07",
        "event:12": "住民説明会",
        "tentative:12": "yes",
    }
    asked["body:3"], asked["gates:3"], asked["label:3"] = "kikaku_iinkai", "policy_iinkai", "策定方針報告"
    shown = staff.send(PAGE, **asked)
    assert "令和5年6月 → 令和5年6月の定例会" in shown or "2023-06 → 2023-06の定例会" in shown
    assert "住民説明会" in shown
    assert "第1回変更" in shown
    after = staff.send(PAGE, **asked, sure="yes")
    assert "前の工程表は、版として残っています" in after
    assert house.plan().schedule_number == 1
    assert any(line.event == "住民説明会" and line.tentative for line in house.plan().schedule.lines)
    assert "第1回変更" in staff.see("/plans/dx")


def test_what_was_typed_stays_when_it_is_refused_and_when_lines_are_added(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    asked = form_of(staff) | {"when:0": "そのうち", "event:13": "書きかけ", "when:13": "2023-07"}
    refused = staff.send(PAGE, status=422, **asked)
    assert "日付として読めません" in refused
    assert "そのうち" in refused and "書きかけ" in refused and "委員会の日程が決まったため" in refused
    more = staff.send(PAGE, **asked, step="more")
    assert "そのうち" in more and 'name="when:15"' in more


def test_who_only_reads_is_shown_no_form(house: House) -> None:
    house.a_plan()
    member = Browser(house, "joho_bukai_1")
    page = member.see(PAGE)
    assert "当初" in page and "<textarea" not in page


def offered(page: str, line: int) -> list[str]:
    """The meetings that the form offers to the line."""
    return html.fromstring(page).xpath(f"//select[@name='meeting:{line}']/option[@value != '']/@value")


def line_of(fields: dict[str, str], body: str) -> int:
    """The number of the first line of the body in the form."""
    return next(int(name[5:]) for name, value in fields.items() if name.startswith("body:") and value == body)


def test_a_line_is_bound_to_the_nearest_meetings_of_its_own_body(house: House) -> None:
    house.a_plan()
    bound = house.a_meeting("joho_bukai", days=1)
    staff = Browser(house, "tanto")
    fields = form_of(staff)
    line = line_of(fields, "joho_bukai")
    staff.send(PAGE, **fields | {f"meeting:{line}": str(bound)}, sure="yes")
    house.later(days=5)
    past = [house.a_meeting("joho_bukai", days=day) for day in range(1, 21)]
    house.later(days=30)
    coming = [house.a_meeting("joho_bukai", days=day) for day in range(1, 21)]
    other = house.a_meeting("ict_honbu")
    staff = Browser(house, "tanto")
    page, fields = staff.see(PAGE), form_of(staff)
    assert offered(page, line) == [str(each) for each in (bound, *past[5:], *coming[:15])]
    assert offered(page, line_of(fields, "ict_honbu")) == [str(other)]
    last = int(fields["count"]) - 1
    assert {str(other), str(coming[0])} <= set(offered(page, last)), "a new line has no body yet"
    event = staff.send(PAGE, **fields | {f"event:{last}": "住民説明会", "step": "more"})
    assert not offered(event, last), "an event is no meeting"


def test_what_the_chain_does_not_know_is_refused_by_the_row_of_the_form(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    fields = form_of(staff)
    row = int(fields["count"])  # the last one; the one before it is empty
    for wrong in (
        {f"body:{row - 1}": "nobody"},
        {f"body:{row - 1}": "joho_bukai", f"gates:{row - 1}": "no_gate"},
        {f"body:{row - 1}": "joho_bukai", f"event:{row - 1}": "説明会"},
    ):
        refused = staff.send(PAGE, status=422, **fields | {f"when:{row - 1}": "2023-04"} | wrong)
        assert f"工程表の {row} 行目" in refused and "2023-04" in refused
    unknown = {"first:nowhere": "2023-04", "last:nowhere": "2023-05"}
    assert "nowhere" in staff.send(PAGE, status=422, **fields | unknown, sure="yes")
    assert house.plan().schedule_number == 0


def test_a_bound_line_says_what_became_of_its_meeting(house: House) -> None:
    house.a_plan()
    number = house.a_meeting("joho_bukai", days=21)
    staff = Browser(house, "tanto")
    fields = form_of(staff)
    fields |= {f"meeting:{line_of(fields, 'joho_bukai')}": str(number)}
    assert "令和5年3月 → 令和5年3月22日（水）（招集済）" in staff.send(PAGE, **fields)
    staff.send(PAGE, **fields, sure="yes")
    moved = {"starts_at": parse_moment("2023-03-24 10:00"), "ends_at": parse_moment("2023-03-24 11:00")}
    actions.move_meeting(
        house.office, "joho_bukai_office", number, **moved, reason="会場の都合", now=house.now
    )
    assert "会議は令和5年3月24日（金）に変わりました" in staff.see(PAGE)
    actions.cancel_meeting(house.office, "joho_bukai_office", number, "台風", now=house.now)
    for reader in (staff, Browser(house, "joho_bukai_1")):
        assert "中止された会議です" in reader.see(PAGE)


def test_the_schedule_of_a_chain_without_a_body_is_changed_too(house: House) -> None:
    raw = json.loads(shipped("itabashi_dx_2025").canonical_json())
    raw |= {
        "key": "alone",
        "bodies": [],
        "reminders": [],
        "schedule": [{"month": "2023-05", "event": "説明会"}],
    }
    for stage in raw["stages"]:
        stage["gates"] = [gate | {"after": []} for gate in stage.get("gates", []) if gate["kind"] != "body"]
    actions.open_plan(
        house.office, "tanto", "dx", "個別計画", Chain.model_validate(raw), department="it", first_month="2023-03", now=house.now
    )  # fmt: skip
    staff = Browser(house, "tanto")
    fields = form_of(staff) | {"when:1": "2023-07", "event:1": "住民説明会"}
    assert "住民説明会" in staff.send(PAGE, **fields, sure="yes")
    staff.see(f"{PAGE}/outlook")
