"""People, bodies, chains, the log and the settings in a real browser, at desktop and phone width."""

import pytest
from playwright.sync_api import Page, expect

from definitions.load import shipped, shipped_chains
from tests.support.chromium import DESKTOP, Site, must_read_well
from workflow import actions
from workflow.domain.meetings import MeetingForm

PATHS = (
    "/people", "/people?day=2019-01-01", "/people?words=nobody", "/people/joho_bukai_chair", "/people/_table", "/bodies",
    "/bodies/joho_bukai", "/bodies/joho_bukai/year?months=12", "/bodies/ict_honbu?day=2019-01-01", "/chains", "/chains/_new", "/log", "/log?tag=plan.opened",
    "/settings", "/settings/unsent", "/settings/reminders", "/settings/closed-days",
)  # fmt: skip
"""Every page of the office's keeping."""

NOTHING_LEAVES_ITS_BOX = """() => [...document.querySelectorAll('svg.picture g')].flatMap(part => {
    const box = part.children[0].getBBox();
    return [...part.querySelectorAll('text')].filter(text => {
        const at = text.getBBox();
        return at.x < box.x || at.x + at.width > box.x + box.width || at.y < box.y - 1
            || at.y + at.height > box.y + box.height + 1;
    }).map(text => text.textContent);
})"""


def test_every_page_reads_well_for_who_keeps_the_office(site: Site) -> None:
    _furnished(site)
    page = site.person("admin")
    for path in PATHS:
        page.goto(path)
        for summary in page.locator("main summary").all()[:12]:
            summary.click()
        must_read_well(page)


def test_every_page_reads_well_for_who_only_reads(site: Site) -> None:
    _furnished(site)
    page = site.person("tanto", scripts=False)
    for path in PATHS:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path


STARTS = "list => list.map(each => each.getBoundingClientRect().left)"
"""Where the elements of a list begin, from the left."""

GAPS = """list => list.map(each => each.getBoundingClientRect().left
    - (each.previousElementSibling?.getBoundingClientRect().right ?? each.parentNode.getBoundingClientRect().left))"""
"""How far the elements of a list stand from what is before them."""


def test_ticks_steps_and_buttons_stand_in_line(site: Site) -> None:
    """What is to be ticked stands in columns, the titles of the steps under one another, and no link sticks to a button."""
    for number, name in enumerate(("森", "長谷川 久美子", "五十嵐 一郎", "林 二郎")):
        actions.add_person(
            site.house.office, "admin", f"x{number}", name, f"x{number}@example.jp", now=site.house.now
        )
    page = site.person("admin")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path, unfolded in (("/people/_invitations", ""), ("/bodies/joho_bukai/seats", "職員から選ぶ")):
            page.goto(path)
            if unfolded and not page.get_by_role("checkbox").first.is_visible():
                page.get_by_text(unfolded, exact=True).click()
            ticks = page.locator(".choices input").evaluate_all(STARTS)
            assert len(set(ticks)) <= (2 if width == 1280 else 1) < len(ticks), path
            assert page.get_by_role("link", name="やめる").evaluate_all(GAPS)[0] >= 12
        page.goto("/settings/office-setup")
        assert len(set(page.locator(".steps .what").evaluate_all(STARTS))) == 1
    words = "el => { const text = document.createRange(); text.selectNodeContents(el.previousSibling);"
    page.goto("/people/_table")
    button = page.locator(".way .button")
    assert (
        button.evaluate(
            f"{words} return el.getBoundingClientRect().left - text.getBoundingClientRect().right; }}"
        )
        >= 8
    )


def test_the_picture_of_every_shipped_chain_reads_well_and_no_word_leaves_its_box(site: Site) -> None:
    page = site.person("admin")
    for key in shipped_chains():
        page.goto("/chains")
        page.get_by_role("link", name=shipped(key).title).click()
        expect(page.get_by_role("img", name=shipped(key).title)).to_be_visible()
        assert page.evaluate(NOTHING_LEAVES_ITS_BOX) == []
        must_read_well(page)


def test_an_administrator_adds_a_table_of_people_with_the_keyboard_alone(site: Site) -> None:
    page = site.person("admin", scripts=False)
    page.goto("/people/_table")
    _go_to(page, "名簿", exact=True)
    page.keyboard.type("佐藤 一郎,sato,sato@city.example.jp,IT推進課,課長")
    page.get_by_role("button", name="検査する").press("Enter")
    must_say = page.get_by_text("誤りはありません。1 人を登録できます。")
    expect(must_say).to_be_visible()
    page.get_by_role("button", name="1 人を登録する").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 人を登録しました")
    expect(page.get_by_role("link", name="佐藤 一郎")).to_be_visible()


@pytest.mark.parametrize("secure", [True, False])
def test_a_link_that_is_handed_over_is_copied_with_a_button(site: Site, *, secure: bool) -> None:
    """Also where the office's pages are not on https, and the browser gives them no clipboard."""
    page = site.person("admin")
    if not secure:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    _hands_over_links(page)
    link = page.locator("td code").nth(1).inner_text()
    button = page.locator("td button").nth(1)
    name = page.get_by_role("rowheader").nth(1).inner_text().rpartition("（")[0]
    assert name in button.inner_text()
    must_read_well(page)
    button.press("Enter")
    expect(page.get_by_role("status")).to_have_text(f"{name}さんのリンクをコピーしました。")
    expect(button).to_contain_text("コピーしました")
    field = page.get_by_role("textbox", name="探す言葉")
    field.evaluate("each => each.removeAttribute('maxlength')")
    field.press("Control+V")
    assert field.input_value() == link and "/welcome/" in link


def test_links_are_handed_over_without_scripts_and_without_a_button_that_does_nothing(site: Site) -> None:
    page = site.person("admin", scripts=False)
    _hands_over_links(page)
    expect(page.get_by_text("/welcome/").first).to_be_visible()
    expect(page.get_by_role("button", name="コピー")).to_have_count(0)


def _hands_over_links(page: Page) -> None:
    page.goto("/people/_invitations")
    page.get_by_role("button", name="招待する").click()
    page.get_by_role("button", name="招待してリンクを画面に出す").click()
    expect(page.get_by_role("heading", name="招待のリンク")).to_be_visible()


def test_a_faulty_definition_shows_its_faults_beside_its_text(site: Site) -> None:
    page = site.person("admin")
    page.goto("/chains/_new")
    page.get_by_text("書いた流れ（YAML）があるとき").click()
    page.get_by_label("策定の流れ（YAML）").fill(
        "format: 1\nkey: x\ntitle: 例\noffice: 市\nbodys: []\nstages: []\n"
    )
    page.get_by_role("button", name="検査する").click()
    expect(page.get_by_role("alert")).to_contain_text("誤りが")
    expect(page.get_by_role("cell", name="bodys")).to_be_visible()
    must_read_well(page)


def _go_to(page: Page, label: str, *, exact: bool) -> None:
    page.get_by_label(label, exact=exact).focus()


def _furnished(site: Site) -> None:
    house = site.house
    house.at("2023-06-01 09:00")
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.a_meeting("joho_bukai", days=11)
    house.a_meeting("ict_honbu", days=12, form=MeetingForm.IN_WRITING)
    actions.name_deputy(house.office, "admin", "joho_bukai_chair", "tanto", house.now.date(), now=house.now)
    actions.close_day(
        house.office, "admin", house.now.date().replace(month=10, day=1), "区制記念日", now=house.now
    )


def test_the_head_of_a_page_is_one_line_on_a_screen_of_1280_pixels_in_both_languages(site: Site) -> None:
    page = site.person("admin")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    for language in ("日本語", "English"):
        page.goto("/people")
        if page.get_by_role("button", name=language).count():
            page.get_by_role("button", name=language).click()
            page.wait_for_load_state()
        middles = page.evaluate(
            "[...document.querySelectorAll('header.bar > *')].map(each => {"
            " const box = each.getBoundingClientRect(); return (box.top + box.bottom) / 2 })"
        )
        assert len(middles) == 4 and max(middles) - min(middles) < 5, language
