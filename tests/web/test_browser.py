"""The frame around every page, in a real browser."""

from playwright.sync_api import expect

from tests.support.chromium import PHONE, Site, must_read_well


def test_the_pages_everybody_has_read_well(site: Site) -> None:
    site.house.a_plan()
    page = site.person("tanto")
    for path in ("/", "/plans", "/plans/dx", "/meetings", "/log", "/sign-in", "/nothing"):
        page.goto(path)
        must_read_well(page)


def test_a_reader_chooses_english_and_plain_dates(site: Site) -> None:
    page = site.person("tanto")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.get_by_role("button", name="日本語").click()
    expect(page.get_by_role("heading", name="今日の仕事")).to_be_visible()


def test_a_filter_is_a_plain_form_with_an_address_to_go_back_from(site: Site) -> None:
    site.house.a_plan("first")
    site.house.a_plan("second")
    page = site.person("tanto", scripts=False)
    page.goto("/plans")
    page.get_by_label("名称・計画ID").fill("second")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.locator("main tbody tr")).to_have_count(1)
    assert "words=second" in page.url
    page.go_back()
    expect(page.locator("main tbody tr")).to_have_count(2)


def test_each_field_of_a_schedule_is_named_beside_it_on_a_phone(site: Site) -> None:
    site.house.a_plan()
    page = site.person("tanto", viewport=PHONE)
    page.goto("/plans/dx/schedule#change")
    [line, *_] = page.locator(".sheet.form tbody tr").all()
    for cell in line.locator("td").all():
        named = cell.evaluate("each => getComputedStyle(each, '::before').content")
        label, field = cell.bounding_box(), cell.locator("input, select").bounding_box()
        assert label is not None and field is not None and len(named) > len('""')
        assert field["x"] - label["x"] > 100, f"{named} lies beside the page"


def test_why_a_schedule_is_refused_is_seen_where_the_button_leads(site: Site) -> None:
    site.house.a_plan()
    page = site.person("tanto", viewport=PHONE)
    page.goto("/plans/dx/schedule#change")
    page.get_by_label("1 行目時期", exact=True).fill("そのうち")
    page.get_by_label("変更の理由").fill("委員会の日程")
    page.get_by_label("了解した人・会議").fill("部長")
    page.get_by_role("button", name="変わるところを確かめる").click()
    expect(page.get_by_role("alert")).to_be_in_viewport()
