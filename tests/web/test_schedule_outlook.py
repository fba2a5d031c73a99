"""The page 見込みと逆算 of a plan's schedule: what is expected, what a change would do, and that nothing is done."""

import subprocess
import sys
from dataclasses import replace

from lxml import html
from sqlalchemy import func, select

from tests.support.counting import counted
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.store import tables

PAGE = "/plans/dx/schedule/outlook"


def cells(page: str, label: str) -> list[str]:
    """The row of the activity of that label, cell by cell: the last of that label."""
    rows = html.fromstring(page).xpath("//table//tr[th[@scope='row']]")
    return next(
        [" ".join(cell.text_content().split()) for cell in row.xpath("td")]
        for row in rows
        if label in row.xpath("string(th)")
    )


def written(house: House) -> list[int]:
    """The number of rows of every table that a schedule or a meeting could change."""
    kept = (tables.Event, tables.ScheduleVersion, tables.Meeting, tables.AgendaItem, tables.Plan)
    with house.office.reading() as db:
        return [db.scalar(select(func.count()).select_from(each)) or 0 for each in kept]


# The plan begins on 2023-03-01: see tests/domain/test_schedule_outlook.py for the days, worked by hand.


def test_the_page_says_what_is_expected_what_is_latest_and_what_cannot_be_missed(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    assert f'href="{PAGE}"' in staff.see("/plans/dx/schedule")
    shown = staff.see(f"{PAGE}?target=2024-03-29")
    assert cells(shown, "策定方針（案）") == [
        "", "令和5年6月まで", "令和5年3月14日（火）", "令和5年3月14日（火）", "令和5年3月24日（金）", "7 営業日",
    ]  # fmt: skip
    assert "決定の見込みは令和6年2月6日（火）" in shown
    assert "次に逃せない日" in shown and "令和5年3月24日（金）を逃すと" in shown
    assert "6月定例会に間に合わないと" in shown


def test_what_is_done_is_shown_with_its_day(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    shown = Browser(house, "tanto").see(PAGE)
    assert cells(shown, "策定方針（案）")[0] == "令和5年3月1日（水）"
    assert cells(shown, "部会での検討")[0] == "令和5年3月8日（水）"


def test_a_target_that_cannot_be_met_says_what_would_mend_it(house: House) -> None:
    house.a_plan()
    shown = Browser(house, "tanto").see(f"{PAGE}?target=令和6年2月1日")
    assert "令和6年2月6日（火）まで延ばせば、実現できます" in shown
    assert "目標日（令和6年2月1日（木））に間に合わないため、「遅くとも」と「余裕」は示せません" in shown
    assert cells(shown, "策定方針（案）")[-2:] == ["", ""]
    [link] = html.fromstring(shown).xpath("//a[contains(., '令和6年2月6日（火）までの決定で逆算する')]/@href")
    assert cells(Browser(house, "tanto").see(link.partition("#")[0]), "策定方針（案）")[-1].endswith("営業日")


def test_a_supposed_change_is_shown_and_nothing_is_written_until_it_is_made_the_next_version(
    house: House,
) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    before = written(house)
    shown = staff.see(f"{PAGE}?change=move&line=11&when=2024-03")
    assert "決定は令和6年2月6日（火）から令和6年3月6日（水）へ、29日遅れます" in shown
    for change in ("change=drop&line=5", "change=lengthen&gate=comment_period&days=40"):
        assert "印刷などがすべて終わる日は" in staff.see(f"{PAGE}?{change}")
    again = staff.see(f"{PAGE}?change=return&gate=draft_honbu&to=draft")
    assert "素案の「本部への報告」の2回目は" in again
    [form] = html.fromstring(shown).xpath("//form[@method='post'][contains(@action, '/schedule#change')]")
    fields = {name: value for name, value in form.form_values() if name != "csrf"}
    offered = staff.send("/plans/dx/schedule", **fields, step="more")
    assert 'value="2024-03"' in offered and "変更の理由" in offered
    assert written(house) == before
    asked = {**fields, "reason": "委員会の日程が変わったため", "agreed": "政策経営部長"}
    assert "令和6年2月 → 令和6年3月（仮）" in staff.send("/plans/dx/schedule", **asked)
    staff.send("/plans/dx/schedule", **asked, sure="yes")
    assert house.plan().schedule_number == 1
    assert "決定の見込みは令和6年3月6日（水）" in staff.see(PAGE)


def test_a_change_that_cannot_be_made_is_refused_in_words(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    assert "工程表にありません" in staff.see(f"{PAGE}?change=move&line=99&when=2024-03", status=422)
    assert "日付として読めません" in staff.see(f"{PAGE}?change=move&line=1&when=そのうち", status=422)
    assert "日付として読めません" in staff.see(f"{PAGE}?target=いつか", status=422)
    assert "通ってきた段階ではありません" in staff.see(
        f"{PAGE}?change=return&gate=policy_bukai&to=printing", status=422
    )


def test_why_a_change_cannot_be_made_is_said_where_its_form_leads_to(house: House) -> None:
    house.a_plan()
    shown = Browser(house, "tanto").see(f"{PAGE}?change=move&line=1&when=来月", status=422)
    [said] = html.fromstring(shown).xpath("//section[h2[@id='suppose']]//*[@role='alert']")
    assert "2024-03、2024-03-11、2024-03 定例会" in said.text_content()
    assert shown.count('role="alert"') == 1


def test_a_change_that_a_schedule_alone_does_not_make_says_so(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    assert "パブリックコメント募集（いまの見込みは 19 日間）" in staff.see(PAGE)
    shorter = staff.see(f"{PAGE}?change=lengthen&gate=comment_period&days=10")
    assert "募集の日数は工程表には入りません" in shorter and "募集は 19 日以上です" in shorter
    assert "日以上です" not in staff.see(f"{PAGE}?change=lengthen&gate=comment_period&days=40")
    assert "「本部への報告」の手続は必要です" in staff.see(f"{PAGE}?change=drop&line=1")


def test_a_month_is_supposed_for_what_is_on_an_agenda_and_its_meeting_is_named(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai", days=21)
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    shown = Browser(house, "tanto").see(f"{PAGE}?change=move&line=0&when=2023-05")
    assert "策定方針の「部会での検討」は令和5年3月22日（水）から令和5年5月中へ" in shown
    assert "招集した会議の議題に載っています" in shown


def test_a_plan_is_reckoned_only_for_who_may_read_it_and_changed_only_by_its_staff(house: House) -> None:
    house.a_plan()
    house.a_person("stranger")
    Browser(house, "stranger").see(PAGE, status=403)
    member = Browser(house, "joho_bukai_1").see(f"{PAGE}?change=move&line=11&when=2024-03")
    assert "29日遅れます" in member and "次の版にする" not in member


def test_moving_a_called_meeting_says_what_it_does_to_the_plans_on_its_agenda(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai", days=21)
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    before = written(house)
    sure = Browser(house, "joho_bukai_office").send(
        f"/meetings/{meeting}/move", day="2023-06-28", begins="10:00", ends="12:00", reason="会場の都合"
    )
    assert "DX推進計画への影響" in sure
    assert "策定方針の「部会での検討」は令和5年3月22日（水）から令和5年6月28日（水）へ" in sure
    assert written(house) == before


def test_the_page_asks_a_constant_number_of_statements(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    staff.see(PAGE)
    with counted(house) as once:
        staff.see(PAGE)
    for key in ("two", "three"):
        house.a_plan(key)
    with counted(house) as again:
        staff.see(f"{PAGE}?change=move&line=11&when=2024-03")
    assert len(once) == len(again) <= 12


def test_no_solver_is_loaded_for_one_plan() -> None:
    script = (
        "import sys\n"
        "import workflow.web.app\n"
        "from tests.domain.test_schedule_outlook import basis\n"
        "from workflow.domain.scheduling.outlook import Supposed, Supposition, outlook, suppose\n"
        "outlook(basis())\n"
        "suppose(basis(), Supposition(Supposed.DROP, line=5))\n"
        "assert 'ortools' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


def test_a_line_bound_to_a_called_meeting_names_the_other_plans_on_its_agenda(house: House) -> None:
    for key in ("dx", "two"):
        house.a_plan(key)
        house.a_version(key=key)
    meeting = house.a_meeting("joho_bukai", days=21)
    for key in ("dx", "two"):
        actions.list_item(house.office, "joho_bukai_office", meeting, key, "policy_bukai", now=house.now)
    schedule = house.plan().schedule
    first = replace(schedule.lines[0], when="2023-03-22", meeting=meeting)
    actions.change_schedule(
        house.office, "tanto", "dx", replace(schedule, lines=(first, *schedule.lines[1:])), "招集した", "部長",
        seen=0, now=house.now,
    )  # fmt: skip
    shown = Browser(house, "tanto").see(f"{PAGE}?change=move&line=0&when=2023-03-29")
    assert "令和5年3月22日（水）から令和5年3月29日（水）へ" in shown
    assert 'href="/plans/two/schedule/outlook"' in shown and "次の版にする" not in shown
