"""The pages for who connects other programs, in a real browser."""

from playwright.sync_api import expect

from tests.support.chromium import Site, must_read_well
from workflow import actions


def test_the_pages_about_programs_read_well(site: Site) -> None:
    actions.add_webhook(
        site.house.office, "admin", "https://documents.example.lg.jp/" + "hook" * 40, now=site.house.now
    )
    page = site.person("admin")
    page.goto("/tokens")
    must_read_well(page)
    page.get_by_label("名称").fill("文書管理システム")
    page.get_by_role("button", name="発行する").click()
    expect(page.get_by_text("いま一度だけ表示されます")).to_be_visible()
    must_read_well(page)
    for path in ("/tokens", "/settings/webhooks", "/settings/webhooks/1", "/api/v1/docs"):
        page.goto(path)
        must_read_well(page)
    page.goto("/settings/webhooks/1")
    page.get_by_role("button", name="試しに送る").click()
    expect(page.get_by_text("（試し）")).to_be_visible()
    must_read_well(page)


def test_a_token_is_made_and_ended_without_scripts(site: Site) -> None:
    page = site.person("tanto", scripts=False)
    page.goto("/tokens")
    page.get_by_label("名称").fill("集計")
    page.get_by_role("button", name="発行する").click()
    assert (page.locator("#token").text_content() or "").startswith("sakutei_")
    page.get_by_role("link", name="連携キーの一覧へ").click()
    page.get_by_role("button", name="「集計」を失効させる").click()
    expect(page.get_by_role("cell", name="失効", exact=True)).to_be_visible()
