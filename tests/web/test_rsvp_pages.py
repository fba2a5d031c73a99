"""Answers to an invitation over HTTP: by a mailed link, on the meeting's page, as a program; and as a person sees them."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from tests.support.api_client import Program
from tests.support.chromium import Site, must_read_well
from tests.support.mailbox import mailed
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.actions.rsvp import ANSWERS_AT_ONCE, mint_rsvp_link
from workflow.domain.rsvp import Intent
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.people import person_id
from workflow.queries.rsvp import Answer, invited
from workflow.store.tables import Event, Rsvp, RsvpLink

SECRETARIAT, ONE, TWO = "joho_bukai_office", "joho_bukai_1", "joho_bukai_2"


def a_link(house: House, meeting: int, member: str = ONE) -> str:
    with house.office.writing() as db:
        return f"/answer/{mailed(db, mint_rsvp_link(meeting, person_id(db, member), house.now))}"


def answer(house: House, meeting: int, member: str = ONE) -> Answer | None:
    with house.office.reading() as db:
        members = {each.seat.key: each.answer for each in invited(db, meeting_of(db, meeting))}
    return members[member]


def kept(house: House) -> tuple[int, int]:
    with house.office.reading() as db:
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in (Rsvp, Event))  # type: ignore[return-value]


@pytest.fixture
def meeting(house: House) -> int:
    return house.a_meeting()


def test_a_member_answers_by_the_link_without_signing_in(house: House, meeting: int) -> None:
    stranger, link = Browser(house), a_link(house, meeting)
    shown = stranger.see(link)
    for words in (
        "情報化推進部会 委員1 様",
        "第一委員会室",
        "令和5年3月8日",
        "まだお答えをいただいていません",
    ):
        assert words in shown
    shown = stranger.send(link, intent="absent", remark="出張のため")
    assert "お答えを承りました" in shown and "<strong>欠席</strong>" in shown
    found = answer(house, meeting)
    assert found and (found.intent, found.remark) == (Intent.ABSENT, "出張のため")
    assert "sakutei" not in stranger.client.cookies, "nobody is signed in by it"


def test_opening_a_link_answers_nothing_whoever_opens_it(house: House, meeting: int) -> None:
    stranger, link = Browser(house), a_link(house, meeting)
    before = kept(house)
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT", "DELETE"):
        stranger.client.request(method, f"{link}?intent=attends")
    assert kept(house) == before
    assert stranger.client.head(link).status_code == 200
    stranger.send(link, intent="attends")
    assert kept(house) == (before[0] + 1, before[1] + 1)


def test_a_form_without_an_answer_is_asked_again_with_what_was_typed(house: House, meeting: int) -> None:
    stranger, link = Browser(house), a_link(house, meeting)
    assert "いずれかを選んでください" in stranger.send(link, 422, intent="perhaps")
    shown = stranger.send(link, 422, intent="by_deputy", remark="よろしく")
    assert "代理の方を選ぶか、氏名を書いてください" in shown and "よろしく" in shown
    assert "<details open>" in shown
    assert "代理出席（財政課 主査）" in stranger.send(link, intent="by_deputy", deputy_name="財政課 主査")


@pytest.mark.parametrize("token", ["0" * 64, "x", "%00", "あ", "..%2f..%2fetc", "?"])
def test_a_link_that_never_was_is_no_error_of_ours(house: House, token: str) -> None:
    client = Browser(house).client
    assert client.get(f"/answer/{token}").status_code in (404, 410)
    assert client.post(f"/answer/{token}", data={"intent": "attends"}).status_code in (404, 410)


def test_a_link_that_is_over_says_what_instead(house: House, meeting: int) -> None:
    stranger, link = Browser(house), a_link(house, meeting)
    house.later(days=7)
    assert "に始まっています。出欠は、事務局にお知らせください" in stranger.see(link)
    stranger.send(link, 409, intent="attends")
    house.later(hours=2)
    for shown in (stranger.see(link, 410), stranger.send(link, 410, intent="attends")):
        assert "は終わりました。出欠は、サインインして会議のページで答えるか" in shown


def test_a_link_takes_so_many_answers_and_no_more(house: House, meeting: int) -> None:
    stranger, link = Browser(house), a_link(house, meeting)
    for number in range(ANSWERS_AT_ONCE):
        stranger.send(link, intent="attends", remark=str(number))
    assert "時間をおいて" in stranger.send(link, 429, intent="absent")


def test_the_address_of_a_link_is_told_to_nobody(house: House, meeting: int) -> None:
    stranger, link = Browser(house), a_link(house, meeting)
    for method, path in (("GET", link), ("POST", link), ("HEAD", link), ("GET", "/answer/" + "0" * 64)):
        answered = stranger.client.request(method, path)
        assert answered.headers["referrer-policy"] == "no-referrer"
        assert answered.headers["cache-control"] == "no-store"
    assert not re.findall(r'(?:src|href)="https?:', stranger.see(link)), "nothing is loaded from elsewhere"
    with house.office.reading() as db:
        assert link.rpartition("/")[2] not in db.scalars(select(RsvpLink.token_sha256)).all()


def test_a_member_answers_on_the_meetings_page(house: House, meeting: int) -> None:
    mine = Browser(house, ONE)
    shown = mine.see(f"/meetings/{meeting}")
    assert "あなたの出欠" in shown and "一人ひとりの回答" not in shown
    shown = mine.send(f"/meetings/{meeting}/rsvp", intent="attends", member=ONE)
    assert "出欠の回答を記録しました" in shown and "出席予定 1 人" in shown
    assert (found := answer(house, meeting)) and found.intent is Intent.ATTENDS


def test_what_a_member_wrote_is_read_by_the_secretariat_alone(house: House, meeting: int) -> None:
    Browser(house, ONE).send(f"/meetings/{meeting}/rsvp", intent="absent", remark="入院のため")
    assert "入院のため" in Browser(house, SECRETARIAT).see(f"/meetings/{meeting}")
    for other in (TWO, "tanto", "admin"):
        assert "入院のため" not in Browser(house, other).see(f"/meetings/{meeting}")


def test_the_secretariat_records_what_was_told_and_sees_who_has_not_answered(
    house: House, meeting: int
) -> None:
    desk = Browser(house, SECRETARIAT)
    shown = desk.send(f"/meetings/{meeting}/rsvp", intent="attends", member=ONE, remark="電話")
    assert "欠席 0 人・未回答 2 人" in shown and "事務局の記入" in shown
    assert "委員を選んでください" in desk.send(f"/meetings/{meeting}/rsvp", 422, intent="attends")
    Browser(house, TWO).send(f"/meetings/{meeting}/rsvp", 403, intent="absent", member=ONE)


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_the_quorum_stands_beside_the_answers(house: House) -> None:
    meeting = house.a_meeting("shingikai")
    desk = Browser(house, "shingikai_office")
    assert "定足数 2 人" in desk.see(f"/meetings/{meeting}")
    for member in ("shingikai_1", "shingikai_2"):
        shown = desk.send(f"/meetings/{meeting}/rsvp", intent="attends", member=member)
    assert "出席予定 2 人（代理を含む）／定足数 2 人" in shown and "達する見込み" in shown


def test_the_secretariat_revokes_the_links(house: House, meeting: int) -> None:
    link = a_link(house, meeting)
    shown = Browser(house, SECRETARIAT).send(f"/meetings/{meeting}/rsvp/links/revoke", member=ONE)
    assert "回答用リンクを 1 件、無効にしました" in shown
    Browser(house).see(link, 410)


def test_a_deputy_answers_for_their_principal_and_the_page_says_so(house: House, meeting: int) -> None:
    house.a_person("deputy", "代理 次郎")
    actions.name_deputy(house.office, "admin", ONE, "deputy", LONG_AGO, now=house.now)
    mine = Browser(house, "deputy")
    assert "委員1さんの代理として" in mine.see(f"/meetings/{meeting}")
    mine.send(f"/meetings/{meeting}/rsvp", intent="by_deputy", member=ONE, deputy="deputy")
    assert (found := answer(house, meeting)) and (found.deputy, found.by_key) == ("代理 次郎", "deputy")


def test_a_program_answers_and_reads_the_answers(house: House, meeting: int) -> None:
    Program(house, ONE).do(f"meetings/{meeting}/rsvp", intent="absent", remark="出張")
    found = Program(house, SECRETARIAT).ask(f"meetings/{meeting}/rsvp")
    assert (found["attending"], found["absent"], found["unanswered"], found["needed"]) == (0, 1, 2, None)
    [mine] = [each["answer"] for each in found["members"] if each["member"] == ONE]
    assert (mine["intent"], mine["way"], mine["remark"]) == ("absent", "page", "出張")
    Program(house, ONE).ask(f"meetings/{meeting}/rsvp", 403)
    Program(house, "ict_honbu_office").ask(f"meetings/{meeting}/rsvp", 403)
    Program(house, SECRETARIAT).do(f"meetings/{meeting}/rsvp/links/revoke")


def test_a_link_answers_in_a_browser_without_scripts(site: Site) -> None:
    page = site.person(scripts=False)
    page.goto(a_link(site.house, site.house.a_meeting()))
    page.get_by_role("button", name="出席する").first.click()
    expect(page.get_by_role("status")).to_contain_text("お答えを承りました")


def test_a_person_answers_by_the_link_on_a_phone(site: Site) -> None:
    page = site.person()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(a_link(site.house, site.house.a_meeting()))
    must_read_well(page)
    page.get_by_role("button", name="欠席する").click()
    expect(page.get_by_role("status")).to_contain_text("お答えを承りました")
    must_read_well(page)
    page.get_by_text("代理の方が出席する", exact=True).first.click()
    page.get_by_label("代理の方の氏名").fill("財政課 主査 山田 太郎")
    page.get_by_role("button", name="代理の方が出席する").click()
    expect(page.get_by_text("代理出席（財政課 主査 山田 太郎）")).to_be_visible()
    must_read_well(page)


def test_the_secretariat_reads_the_answers_on_the_meetings_page(site: Site) -> None:
    meeting = site.house.a_meeting()
    for member, intent in ((ONE, Intent.ATTENDS), (TWO, Intent.ABSENT)):
        reply = actions.GivenRsvp(intent, remark="出張のため" if intent is Intent.ABSENT else "")
        actions.give_rsvp(site.house.office, member, meeting, reply, now=site.house.now)
    page = site.person(SECRETARIAT)
    page.goto(f"/meetings/{meeting}")
    must_read_well(page)
    expect(page.get_by_role("row", name=re.compile("委員2"))).to_contain_text("出張のため")
    page.get_by_text("電話などで聞いた回答を書く").click()
    page.get_by_label("委員", exact=False).first.select_option("joho_bukai_chair")
    page.locator("#rsvp-intent").select_option("attends")
    page.get_by_role("button", name="回答を記録する").click()
    expect(page.get_by_role("status")).to_contain_text("出欠の回答を記録しました")
