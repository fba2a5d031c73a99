"""The page of many plans at once: the load of each sitting, clashes, who has too much; and the proposal that spreads them."""

from lxml import html

from definitions.terms import Role
from tests.support.counting import counted
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.actions.spread import compute_spread

PAGE = "/plans/_spread"


def some_plans(house: House, count: int) -> None:
    for number in range(count):
        house.a_plan(f"plan{number:02}")


def cell(shown: str, month: str, body: str) -> str:
    """The words of the load of the body in that month."""
    found = html.fromstring(shown).xpath(
        f"//table[@aria-label='会議体と月ごとの件数']//tr[th[text()='{month}']]/td[@data-label='{body}']"
    )
    return str(found[0].text_content()).strip()


def test_the_load_of_each_body_is_counted_by_month_and_marked_where_it_is_too_much(house: House) -> None:
    some_plans(house, 9)
    page = Browser(house, "tanto").see(PAGE)
    assert "終わっていない計画 9 件" in page
    assert cell(page, "令和5年3月", "情報化推進部会") == "9 1件超過"
    assert cell(page, "令和5年3月", house.chain.body("ict_honbu").name) == ""
    assert "令和5年3月の情報化推進部会: 9件（会議 1 回の見込み）" in page
    assert "IT推進課" in page and "1人" in page


def test_what_is_called_is_counted_on_its_day_and_a_second_meeting_takes_its_part(house: House) -> None:
    some_plans(house, 9)
    house.a_version(key="plan00")
    for days in (9, 16):
        meeting = house.a_meeting("joho_bukai", days=days)
    actions.list_item(house.office, "joho_bukai_office", meeting, "plan00", "policy_bukai", now=house.now)
    assert cell(Browser(house, "tanto").see(PAGE), "令和5年3月", "情報化推進部会") == "9"


def test_the_same_room_and_the_same_member_at_one_time_are_named(house: House) -> None:
    some_plans(house, 1)
    house.a_meeting("joho_bukai")
    house.a_meeting("ict_honbu")
    shown = Browser(house, "tanto").see(PAGE)
    assert "同じ時間に、同じ場所です（第一委員会室）" in shown
    assert "両方の委員です" not in shown
    actions.seat(
        house.office, "admin", "joho_bukai_1", "ict_honbu", Role.MEMBER, house.now.date(), now=house.now
    )
    assert "両方の委員です（情報化推進部会 委員1）" in Browser(house, "tanto").see(PAGE)


def test_of_many_clashes_the_first_are_named_and_the_rest_is_counted(house: House) -> None:
    for _ in range(11):
        house.a_meeting("joho_bukai")
    shown = Browser(house, "tanto").see(PAGE)
    assert shown.count("同じ時間に、同じ場所です（第一委員会室）") == 50
    assert "ほかに 5 件あります。" in shown


def test_one_person_before_two_bodies_on_a_day_is_named(house: House) -> None:
    house.a_plan("b", at="outline")
    house.a_plan("a")
    for key, gate in (("a", "policy_bukai"), ("b", "outline_honbu")):
        house.a_version(key=key)
        body = house.body_of(gate)
        meeting = house.a_meeting(body, days=10)
        actions.list_item(house.office, f"{body}_office", meeting, key, gate, now=house.now)
    assert "同じ日に 2 の会議があり、職員は 1 人です" in Browser(house, "tanto").see(PAGE)


def test_who_reads_no_plan_sees_no_load(house: House) -> None:
    some_plans(house, 3)
    house.a_person("other")
    actions.add_department(house.office, "admin", "zei", "課税課", now=house.now)
    actions.post(house.office, "admin", "other", "zei", house.now.date(), now=house.now)
    page = Browser(house, "other").see(PAGE)
    assert "終わっていない計画 0 件" in page and "情報化推進部会" not in page


def test_the_page_costs_the_same_for_more_plans(house: House) -> None:
    staff = Browser(house, "tanto")

    def cost() -> int:
        staff.see(PAGE)
        with counted(house) as sent:
            staff.see(PAGE)
        return len(sent)

    some_plans(house, 1)
    house.a_meeting("joho_bukai")
    first = cost()
    for number in range(6):
        house.a_plan(f"more{number}")
    house.a_meeting("ict_honbu")
    assert cost() == first <= 12


def ticked(shown: str) -> list[str]:
    """The plans whose part may be taken."""
    return [str(each) for each in html.fromstring(shown).xpath("//input[@name='plan']/@value")]


def a_proposal(house: House, staff: Browser) -> str:
    """The page after a proposal was asked for and computed; its number is in its forms."""
    staff.send(f"{PAGE}/ask")
    assert compute_spread(house.office, now=house.now)
    return staff.see(PAGE)


def number_in(shown: str) -> str:
    return str(html.fromstring(shown).xpath("//input[@name='number']/@value")[0])


def test_a_proposal_is_asked_for_looked_at_and_taken(house: House) -> None:
    some_plans(house, 10)
    staff = Browser(house, "tanto")
    assert "計算しています" in staff.send(f"{PAGE}/ask")
    assert compute_spread(house.office, now=house.now)
    shown = staff.see(PAGE)
    assert "証明されています" in shown and "から 令和" in shown
    with counted(house) as sent:
        staff.see(PAGE)
    assert len(sent) <= 16
    plans = ticked(shown)
    form = {"number": number_in(shown), "reason": "会議を分けるため", "agreed": "部長"}
    assert "選ばれていません" in staff.send(f"{PAGE}/take", 422, **form)
    typed = staff.send(f"{PAGE}/take", 422, **form | {"agreed": ""}, plan=plans[0])
    assert (
        "会議を分けるため" in typed
        and html.fromstring(typed).xpath("//input[@name='plan' and @checked]/@value") == plans[:1]
    )
    done = staff.send(f"{PAGE}/take", **form, plan=plans)
    assert f"{len(plans)} 件の計画の工程表を、案のとおりに変えました" in done
    assert ticked(done) == [] and "採用済み" in done
    assert house.plan(plans[0]).schedule_number == 1
    assert "会議を分けるため" in staff.see(f"/plans/{plans[0]}/schedule")


def test_a_plan_that_changed_meanwhile_is_named_and_the_others_are_taken(house: House) -> None:
    some_plans(house, 10)
    staff = Browser(house, "tanto")
    shown = a_proposal(house, staff)
    plans, number = ticked(shown), number_in(shown)
    actions.take_part(house.office, "tanto", plans[0], int(number), "先に", "部長", now=house.now)
    form = {"number": number, "reason": "会議を分けるため", "agreed": "部長", "plan": plans}
    answer = staff.send(f"{PAGE}/take", 409, **form)
    assert f"{house.plan(plans[0]).title}: " in answer and "工程表が変わりました" in answer
    assert f"{len(plans) - 1} 件の計画の工程表を" in answer
    assert all(house.plan(plan).schedule_number == 1 for plan in plans)


def test_a_proposal_is_thrown_away(house: House) -> None:
    some_plans(house, 2)
    staff = Browser(house, "tanto")
    shown = a_proposal(house, staff)
    assert "日程が変わるものはありません" in shown
    assert "案を捨てました" in staff.send(f"{PAGE}/discard", number=number_in(shown))
    assert "割り振りの案を作る" in staff.see(PAGE)


def test_who_changes_no_schedule_sees_no_proposal(house: House) -> None:
    some_plans(house, 10)
    a_proposal(house, Browser(house, "tanto"))
    chair = Browser(house, "joho_bukai_chair")
    assert "割り振りの案" not in chair.see(PAGE)
    chair.post(f"{PAGE}/ask", 403)
