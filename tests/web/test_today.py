"""今日の仕事: what waits for whom, in which order, and where each line leads."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from definitions.terms import Outcome, Role
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.chromium import Site, must_read_well
from tests.support.counting import counted
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser, mail_settings
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.inquiries import GivenRemark, Silence
from workflow.store.tables import Delivery, Person


def lines(shown: str) -> list[tuple[str, str]]:
    """Each task as (where it leads, what it says), in the order of the page."""
    return re.findall(r'<span class="what"><a href="([^"]+)">([^<]+)</a>', shown)


@pytest.fixture
def ready(house: House) -> House:
    house.a_plan()
    house.a_version()
    return house


def test_a_result_to_record_leads_to_its_item_at_the_meeting(ready: House) -> None:
    item = ready.an_item("policy_bukai")
    secretary = Browser(ready, "joho_bukai_office")
    words = "情報化推進部会「DX推進計画」の結果"
    assert lines(secretary.see("/"))[0] == (f"/meetings/1/sitting#item-{item}", words)
    assert f'id="item-{item}"' in secretary.see("/meetings/1/sitting")
    chair = Browser(ready, "joho_bukai_chair")
    assert lines(chair.see("/"))[0] == (f"/meetings/1#item-{item}", words)


def test_a_condition_leads_to_the_form_that_closes_it(ready: House) -> None:
    ready.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    secretary = Browser(ready, "joho_bukai_office")
    (place, words), *_ = lines(secretary.see("/"))
    assert (place, words) == ("/plans/dx#condition-1", "「DX推進計画」の条件: 図を直す")
    assert 'id="condition-1"' in secretary.see("/plans/dx")


def test_a_condition_on_a_text_that_was_replaced_waits_for_nobody(ready: House) -> None:
    ready.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    ready.a_version("改めた")
    secretary = Browser(ready, "joho_bukai_office")
    assert "条件の解消" not in secretary.see("/")
    assert "解消を記録する" not in secretary.see("/plans/dx")


def test_what_the_next_meeting_waits_for_comes_before_what_has_no_day(ready: House) -> None:
    ready.a_plan("later")
    ready.a_plan("sooner", at="outline")
    ready.a_meeting("joho_bukai", days=3)
    actions.circulate(ready.office, "tanto", "dx", ["tanto"], now=ready.now)
    actions.send_back(ready.office, "tanto", "sooner", "policy", "見直し", seen=2, now=ready.now)
    shown = Browser(ready, "tanto").see("/")
    assert "期限のあるもの" in shown and "次の会議:" in shown
    assert "その他" not in shown


def test_the_nearest_meeting_comes_first(house: House) -> None:
    house.a_plan("a", at="decision")
    house.a_plan("b")
    house.a_meeting("ict_honbu", days=3)
    shown = Browser(house, "tanto").see("/")
    assert [place for place, _ in lines(shown)] == ["/plans/b#new-version", "/plans/a/advance"]
    assert shown.index("期限のあるもの") < shown.index("plans/b#new-version") < shown.index("その他")


def test_the_mayor_is_led_to_the_gate_to_sign_at(house: House) -> None:
    house.a_plan(at="proposal")
    house.a_version()
    for gate in ("proposal_bukai", "proposal_honbu", "proposal_iinkai"):
        house.agree(gate)
    mayor = Browser(house, "mayor")
    assert lines(mayor.see("/")) == [("/plans/dx#gate-decision_mayor", "「DX推進計画」の区長の決裁")]
    assert 'id="gate-decision_mayor"' in mayor.see("/plans/dx")


def test_a_review_owed_leads_to_its_form(house: House) -> None:
    house.a_plan(at="proposal")
    house.a_version()
    for gate in ("proposal_bukai", "proposal_honbu", "proposal_iinkai"):
        house.agree(gate)
    house.a_person("vice", "副 区長")
    actions.name_deputy(house.office, "admin", "mayor", "vice", LONG_AGO, now=house.now)
    assert "区長の代理者として代決します" in Browser(house, "vice").see("/plans/dx")
    number = actions.sign(house.office, "vice", "dx", "decision_mayor", seen=house.text(), now=house.now)
    mayor = Browser(house, "mayor")
    (place, _), *_ = lines(mayor.see("/"))
    assert place == f"/plans/dx#review-{number}"
    assert f'id="review-{number}"' in mayor.see("/plans/dx")


def test_a_decision_taken_alone_is_owed_to_the_next_meeting(ready: House) -> None:
    actions.decide_alone(
        ready.office,
        "joho_bukai_chair",
        "dx",
        "policy_bukai",
        Outcome.APPROVED,
        "急ぎ",
        seen=ready.text(),
        now=ready.now,
    )
    secretary = Browser(ready, "joho_bukai_office")
    assert lines(secretary.see("/"))[0][0] == "/plans/dx/decisions/1"
    meeting = ready.a_meeting("joho_bukai")
    assert lines(secretary.see("/"))[0][0] == f"/meetings/{meeting}#agenda"


def test_who_has_nothing_to_do_is_told_what_may_come(house: House) -> None:
    shown = Browser(house, "tanto").see("/")
    assert "この庁の最初の計画を、ここから始められます" in shown
    assert 'href="/plans/new"' in shown
    shown = Browser(house, "joho_bukai_office").see("/")
    assert "待っている仕事はありません" in shown
    buttons = re.findall(r'<p class="row">.*?</p>', shown, re.DOTALL)
    assert len(buttons) == 1 and 'href="/meetings"' in buttons[0] and 'href="/meetings/new"' in buttons[0]
    assert 'href="/plans/new"' not in Browser(house, "mayor").see("/meetings")


@pytest.fixture
def failed(ready: House) -> House:
    """An invitation that could not be sent, because its address is none."""
    meeting = ready.a_meeting("joho_bukai")
    actions.list_item(ready.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=ready.now)
    with ready.office.writing() as db:
        db.execute(update(Person).where(Person.key == "joho_bukai_1").values(email="x"))
    settings = mail_settings(ready.office.files.parent)
    tick(ready.office, mailer_of(settings), settings, lambda: ready.now)
    return ready


def test_a_failed_mail_is_sent_again_with_one_click(failed: House) -> None:
    secretary = Browser(failed, "joho_bukai_office")
    shown = secretary.see("/")
    (place, words), *_ = lines(shown)
    assert place == "/meetings/1" and "委員1さんへの通知" in words
    number = re.findall(r"/deliveries/(\d+)/resend", shown)[0]
    assert "送信待ちに戻しました" in secretary.send(f"/deliveries/{number}/resend")
    with failed.office.reading() as db:
        assert db.get_one(Delivery, int(number)).state == State.PENDING


def test_a_member_may_not_send_mail_again(failed: House) -> None:
    with failed.office.reading() as db:
        number = db.query(Delivery.id).filter_by(state=State.FAILED.value).scalar()
    member = Browser(failed, "ict_honbu_1")
    assert "通知の再送" in member.send(f"/deliveries/{number}/resend", 403)


def test_today_costs_the_same_statements_however_much_waits(house: House) -> None:
    """For somebody who is everything at once: staff, 事務局, member, administrator and a deputy. One of them is an
    administrator's alone: the notices that cannot be made."""
    actions.post(house.office, "admin", "admin", "it", LONG_AGO, position="課長", now=house.now)
    actions.name_deputy(house.office, "admin", "mayor", "admin", LONG_AGO, now=house.now)
    for body in house.chain.bodies:
        for role in (Role.SECRETARIAT, Role.MEMBER):
            actions.seat(house.office, "admin", "admin", body.key, role, LONG_AGO, now=house.now)
    busy = Browser(house, "admin")

    def cost() -> int:
        busy.sign_in()
        with counted(house) as sent:
            busy.see("/")
        return len(sent)

    def inquired(plan: str) -> None:
        """Of the person, and answered with a remark by another."""
        due_on = tokyo_day(house.now) + timedelta(days=9)
        number = actions.inquire(
            house.office, "tanto", plan, "照会", "御意見を", departments=["mayor"], people=["admin"], due_on=due_on,
            silence=Silence.ANSWER_WANTED, now=house.now,
        )  # fmt: skip
        said = [GivenRemark("高い")]
        actions.answer_inquiry(house.office, "mayor", plan, number, said, has_opinion=True, now=house.now)

    house.a_plan("one", at="proposal")
    house.a_version(key="one")
    house.an_item("proposal_bukai", "one")
    actions.circulate(house.office, "tanto", "one", ["admin"], now=house.now)
    inquired("one")
    cost()
    before = cost()
    for number in range(4):
        house.a_plan(f"more{number}")
        house.a_version(key=f"more{number}")
        house.agree("policy_bukai", f"more{number}", outcome=Outcome.CONDITIONAL, conditions=["直す", "足す"])
        house.a_meeting("ict_honbu", days=3 + number)
        actions.circulate(house.office, "tanto", f"more{number}", ["admin"], now=house.now)
        inquired(f"more{number}")
    assert cost() == before
    assert before <= 14


def test_today_reads_well_and_leads_on_by_keyboard(site: Site) -> None:
    house = site.house
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    house.a_meeting("ict_honbu", days=3)
    page = site.person("joho_bukai_office")
    must_read_well(page)
    page.get_by_role("link", name="「DX推進計画」の条件: 図を直す").press("Enter")
    expect(page).to_have_url(re.compile("/plans/dx#condition-1"))
    expect(page.get_by_label("どう満たしたか")).to_be_in_viewport()
    idle = site.person("mayor")
    expect(idle.get_by_text("待っている仕事はありません")).to_be_visible()
    must_read_well(idle)
