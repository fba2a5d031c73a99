"""A new office: the steps of setting it up on the administrator's first page, until all are done."""

import re
from dataclasses import replace

import pytest

from definitions.load import shipped
from definitions.terms import Role
from tests.support.counting import counted
from tests.support.scenario import LONG_AGO, House, moment
from tests.support.web_client import PASSWORD, Browser
from workflow import actions
from workflow.domain.office_setup import SetupStep
from workflow.queries.people import people_by_key
from workflow.store.database import Office


@pytest.fixture
def new_office(office: Office) -> House:
    """An office with its first administrator and nothing else."""
    actions.begin(office, "admin", "管理 太郎", "admin@city.example.jp", now=moment("2023-03-01 09:00"))
    new = House(office)
    new.has_password("admin", PASSWORD)
    return new


def _done(page: str) -> list[str]:
    """The steps with a tick."""
    return re.findall(r'class="tag good">済</span>\s*<span class="what"><a href="[^"]*">\d\. ([^<]+)<', page)


def test_the_first_page_of_a_new_office_lists_every_step_in_order(new_office: House) -> None:
    page = Browser(new_office, "admin").see("/")
    assert re.findall(r">\d\. ([^<]+)<", page) == [each.label for each in SetupStep]
    assert _done(page) == []
    assert "待っているのは、上の「庁の準備」の手順です" in page and "待っている仕事はありません" not in page
    for missing in ("課がまだ", "職員がまだいません", "策定の流れがまだ", "会議体がまだ", "メールサーバーが"):
        assert missing in page


def test_what_is_done_has_its_tick_and_what_is_missing_is_said_by_name(new_office: House) -> None:
    office, now = new_office.office, new_office.now
    admin = Browser(new_office, "admin")
    actions.add_department(office, "admin", "it", "IT推進課", now=now)
    assert _done(admin.see("/")) == ["課"]
    actions.add_person(office, "admin", "sato", "佐藤", "sato@city.example.jp", now=now)
    assert "招待していない職員: 1人" in admin.see("/")
    actions.invite(office, "admin", "sato", now=now)
    chain = shipped("itabashi_dx_2025")
    actions.add_chain(office, "admin", chain, now=now)
    page = admin.see("/")
    assert _done(page) == ["課", "職員", "策定の流れ"]
    first, *others = sorted(chain.bodies, key=lambda body: body.key)
    names = "、".join(body.name for body in [first, *others])
    assert f"委員のいない会議体: {names}" in page and f"事務局のいない会議体: {names}" in page
    assert f'href="/bodies/{first.key}/seats"' in page
    actions.seat(office, "admin", "sato", first.key, Role.MEMBER, LONG_AGO, now=now)
    assert f"会長のいない会議体: {first.name}" in admin.see("/")


def test_the_people_are_not_done_while_nobody_but_the_administrator_was_invited(new_office: House) -> None:
    office, now, admin = new_office.office, new_office.now, Browser(new_office, "admin")
    actions.add_chain(office, "admin", shipped("itabashi_dx_2025"), now=now)
    actions.add_person(office, "admin", "sato", "佐藤", "sato@city.example.jp", now=now)
    actions.seat(office, "admin", "sato", "joho_bukai", Role.MEMBER, LONG_AGO, now=now)
    page = admin.see("/")
    assert "職員" not in _done(page) and "招待した職員がまだいません" in page
    assert re.search(r'href="/people/_invitations">\d\. 職員<', page)
    assert 'value="sato" checked' in admin.see("/people/_invitations")
    actions.invite(office, "admin", "sato", now=now)
    assert "職員" in _done(admin.see("/"))


def test_it_goes_away_when_all_is_done_and_is_reached_again_from_the_settings(house: House) -> None:
    for key in ("tanto", "mayor", *_office_people(house)):
        house.has_password(key, PASSWORD)
    house.a_plan()
    admin = Browser(house, "admin")
    assert "庁の準備" not in admin.see("/").partition("<main")[2], "an office can do without a mail server"
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_host="127.0.0.1")
    assert "試しのメールをまだ" in admin.see("/")
    actions.note_trial(house.office, "admin", now=house.now)
    assert "庁の準備" not in admin.see("/").partition("<main")[2]
    assert _done(admin.see("/settings/office-setup")) == [each.label for each in SetupStep]


def test_it_stays_while_the_work_of_a_plan_waits_until_a_mail_server_alone_is_left(house: House) -> None:
    actions.post(house.office, "admin", "admin", "it", LONG_AGO, now=house.now)
    house.a_plan()
    page = Browser(house, "admin").see("/")
    assert 'href="/plans/dx' in page and "招待していない職員" in page
    for key in ("tanto", "mayor", *_office_people(house)):
        house.has_password(key, PASSWORD)
    admin = Browser(house, "admin")
    page = admin.see("/")
    assert 'href="/plans/dx' in page and "庁の準備" not in page.partition("<main")[2]
    steps = admin.see("/settings/office-setup")
    assert "メールサーバーが" in steps and "後でもかまいません" in steps


def _office_people(house: House) -> list[str]:
    with house.office.reading() as db:
        return [each.key for each in people_by_key(db)[0]]


def _way_on(page: str) -> str:
    """The line of the way on; empty: there is none."""
    found = re.search(r'<nav class="way.*?</nav>', page, re.DOTALL)
    return found[0] if found else ""


def test_the_page_of_a_step_leads_to_the_next_one_that_is_open(new_office: House) -> None:
    office, now, admin = new_office.office, new_office.now, Browser(new_office, "admin")
    assert "いまの手順: 課" in _way_on(admin.see("/departments")) and 'href="/"' in _way_on(
        admin.see("/settings")
    )
    actions.add_department(office, "admin", "it", "IT推進課", now=now)
    assert 'href="/people/_table">職員の登録' in _way_on(admin.see("/departments"))
    actions.add_person(office, "admin", "sato", "佐藤", "sato@city.example.jp", now=now)
    assert 'href="/people/_invitations">職員の招待' in _way_on(admin.see("/people"))
    actions.invite(office, "admin", "sato", now=now)
    chain = shipped("itabashi_dx_2025")
    shown = re.search(r'href="(/chains/[0-9a-f]{12})"', admin.see("/chains"))
    assert shown and "いまの手順: 策定の流れ" in _way_on(admin.see(shown[1]))
    actions.add_chain(office, "admin", chain, now=now)
    first, second = sorted(chain.bodies, key=lambda body: body.key)[:2]
    assert f'href="/bodies/{first.key}/seats">{first.name}の委員・事務局' in _way_on(admin.see("/chains"))
    for role in (Role.CHAIR, Role.SECRETARIAT):
        actions.seat(office, "admin", "sato", first.key, role, LONG_AGO, now=now)
    assert f'href="/bodies/{second.key}/seats"' in _way_on(admin.see(f"/bodies/{first.key}"))


def test_the_first_departments_are_said_to_be_registered_and_may_have_headings(new_office: House) -> None:
    admin = Browser(new_office, "admin")
    assert "半角の英小文字・数字・_・- で 60 字以内" in admin.see("/departments")
    shown = admin.send("/departments/_list", lines="名称\t課ID\n総務課\tsoumu\n財政課\tzaisei")
    assert "課を 2 件登録しました。" in shown
    shown = admin.send("/departments/_list", lines="総務課,soumu\n財政課,zaisei\nIT推進課,it")
    assert "課の一覧を変えました（1 件）。" in shown


def test_the_first_plan_is_for_staff_of_a_department_to_begin(house: House) -> None:
    for key in ("tanto", "mayor", *_office_people(house)):
        house.has_password(key, PASSWORD)
    admin = Browser(house, "admin")
    way = _way_on(admin.see("/people"))
    assert "最初の計画は、担当課の職員が始めます。招待した人に伝えてください。" in way and "button" not in way
    assert '<a class="small" href="/people/admin">ご自分も課の職員なら' in way
    assert 'href="/people/_invitations">6. 最初の計画<' in admin.see("/")
    begins = "この庁の最初の計画を、ここから始められます"
    assert begins in Browser(house, "tanto").see("/") and begins not in admin.see("/")
    actions.post(house.office, "admin", "admin", "it", LONG_AGO, now=house.now)
    way = _way_on(admin.see("/people"))
    assert '<a class="button" href="/plans/new">最初の計画</a>' in way and "ご自分も" not in way


def test_the_mail_is_tried_before_anybody_is_invited_by_it(new_office: House) -> None:
    office, now, admin = new_office.office, new_office.now, Browser(new_office, "admin")
    state = admin.client.app.state  # type: ignore[attr-defined]
    actions.add_department(office, "admin", "it", "IT推進課", now=now)
    assert "職員の登録" in _way_on(admin.see("/departments"))
    state.mail = replace(state.mail, smtp_host="127.0.0.1")
    assert 'href="/settings">メール<' in _way_on(admin.see("/departments"))
    actions.note_trial(office, "admin", now=now)
    assert 'href="/people/_table">職員の登録<' in _way_on(admin.see("/settings"))


def test_the_way_on_ends_with_the_first_plan_and_is_an_administrators(house: House) -> None:
    admin, tanto = Browser(house, "admin"), Browser(house, "tanto")
    assert _way_on(admin.see("/people")) and not _way_on(tanto.see("/people"))
    assert not _way_on(admin.see("/")) and not _way_on(admin.see("/meetings"))
    with counted(house) as before:
        admin.see("/people")
    house.a_plan()
    with counted(house) as after:
        assert not _way_on(admin.see("/people"))
    assert len(after) == len(before) - 2


def test_nobody_but_an_administrator_sees_it(house: House) -> None:
    tanto = Browser(house, "tanto")
    assert "庁の準備" not in tanto.see("/")
    tanto.see("/settings/office-setup", 403)


def test_a_trial_that_the_server_did_not_take_is_no_tick(new_office: House) -> None:
    admin = Browser(new_office, "admin")
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_host="127.0.0.1", smtp_port=1)
    admin.send("/settings/trial", 409)
    assert "メール" not in _done(admin.see("/"))


def test_it_costs_the_same_statements_for_more_bodies_and_people(new_office: House) -> None:
    admin = Browser(new_office, "admin")

    def cost() -> int:
        with counted(new_office) as sent:
            admin.see("/")
        return len(sent)

    cost()
    before = cost()
    actions.add_chain(new_office.office, "admin", shipped("itabashi_dx_2025"), now=new_office.now)
    for number in range(3):
        actions.add_person(
            new_office.office, "admin", f"p{number}", "名", f"p{number}@city.example.jp", now=new_office.now
        )
    assert cost() == before <= 14
