"""Every page of the demonstration as pictures, for a person to look at, and by the rules of `must_read_well`:
`python -m tests.web.screenshots [folder]`."""

import sys
import tempfile
from pathlib import Path

import docx
from playwright.sync_api import Page

from tests.support.chromium import DESKTOP, PHONE, TABLET, chromium, must_read_well, serving, shoot, sign_in
from workflow.actions.search import rebuild_index
from workflow.cli.serve_commands import halfway
from workflow.web.app import build

PUBLIC = {
    "public": "/public",
    "public-comment": "/public/kankyo",
    "public-result": "/public/bosai2022",
    "sign-in": "/sign-in",
    "reset": "/reset",
    "nothing": "/nothing",
}
STAFF = {
    "today": "/",
    "days-week": "/days",
    "days-month": "/days?show=month",
    "days-day": "/days?show=day",
    "plans": "/plans",
    "plan": "/plans/dx2025",
    "plan-printed": "/plans/bosai2022",
    "plan-suspended": "/plans/shisetsu",
    "plan-opened": "/plans/kosodate",
    "plan-new": "/plans/new",
    "plans-spread": "/plans/_spread",
    "plans-late": "/plans?late=yes",
    "schedule": "/plans/dx2025/schedule",
    "schedule-outlook": "/plans/dx2025/schedule/outlook",
    "schedule-what-if": "/plans/dx2025/schedule/outlook?target=2023-12-01&change=return&gate=draft_honbu&to=draft",
    "search": "/search?words=計画",
    "guide": "/guide",
    "guide-plans": "/guide/plans",
    "plan-takeover": "/plans/_takeover",
    "plan-history": "/plans/dx2025/history",
    "version-text": "/plans/dx2025/versions/2/text",
    "version-compare": "/plans/dx2025/versions/compare?old=2&new=3",
    "circulate": "/plans/dx2025/circulate",
    "plan-inquiry": "/plans/dx2025/inquiries/1",
    "meetings": "/meetings",
    "meetings-coming": "/meetings?show=coming",
    "meetings-past": "/meetings?show=past",
    "meeting-new": "/meetings/new",
    "meeting-entered": "/meetings/entered",
    "comments": "/comments",
    "comment": "/comments/kankyo",
    "comment-intake": "/comments/kankyo/intake",
    "comment-opinions": "/comments/kankyo/opinions",
    "comment-preview": "/comments/kankyo/preview",
    "people": "/people",
    "person": "/people/bucho",
    "bodies": "/bodies",
    "body": "/bodies/shingikai",
    "body-year": "/bodies/shingikai/year",
    "chains": "/chains",
    "settings": "/settings",
    "settings-reminders": "/settings/reminders",
    "settings-unsent": "/settings/unsent",
    "settings-closed-days": "/settings/closed-days",
    "account": "/account",
    "password": "/account/password",
    "feeds": "/feeds",
    "tokens": "/tokens",
    "api": "/api/v1/docs",
}
ADMIN = {
    "log": "/log",
    "settings-plan-readers": "/settings/plan-readers",
    "settings-office-setup": "/settings/office-setup",
    "admin-departments": "/departments",
    "admin-invitations": "/people/_invitations",
    "admin-body-seats": "/bodies/joho_bukai/seats",
    "settings-second-step": "/settings/second-step",
    "admin-today": "/",
    "admin-plan": "/plans/korei",
    "admin-people": "/people",
    "admin-person": "/people/bucho",
    "admin-people-table": "/people/_table",
    "admin-body": "/bodies/shingikai",
    "admin-chain-new": "/chains/_new",
    "admin-settings": "/settings",
    "admin-closed-days": "/settings/closed-days",
    "admin-webhooks": "/settings/webhooks",
    "admin-calendars": "/settings/calendars",
}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    demo, mail = halfway(Path(tempfile.mkdtemp()) / "demo", site="http://127.0.0.1")
    rebuild_index(demo.office)
    passwords = {key: password for _, key, password in demo.guests}
    with chromium() as browser, serving(build(demo.office, mail, demo=demo)) as url:

        def screen(key: str | None = None) -> Page:
            page = browser.new_context(base_url=url, viewport=DESKTOP, locale="ja-JP").new_page()
            page.set_default_timeout(10_000)
            if key:
                sign_in(page, key, passwords[key])
            return page

        _shoot_all(screen(), folder, PUBLIC)
        _shoot_all(screen("tanto"), folder, STAFF)
        _shoot_all(screen("admin"), folder, ADMIN)
        for key in ("bucho", "kyoiku", "kucho", "gikai"):
            _shoot_all(screen(key), folder, {f"{key}-today": "/", f"{key}-plan": "/plans/korei"})
        _give_an_opinion(screen(), folder)
        _read_minutes(screen("tanto"), folder)
        _staff_at_work(screen("tanto"), folder)
        _answer_by_circular(screen("kyoiku"), folder)
        _administer(screen("admin"), folder)
        _shoot_all(screen("tanto"), folder, {"today-late": "/", "plan-late": "/plans/dx2025"})
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def _give_an_opinion(page: Page, folder: Path) -> None:
    page.goto("/public/kankyo")
    page.get_by_role("button", name="内容を確認する").click()
    page.get_by_label("氏名").fill("区民 十一")
    page.get_by_label("住所").fill("○○区本町1-1")
    page.get_by_label("ご意見 1").fill("雨水をためる公園を増やしてください。")
    page.get_by_role("button", name="内容を確認する").click()
    shoot(page, folder, "public-confirm")
    page.get_by_role("button", name="送信する").click()
    shoot(page, folder, "public-receipt")


def _read_minutes(page: Page, folder: Path) -> None:
    """A sitting with its papers and minutes; and a text that comes back from Word."""
    page.goto("/meetings?show=past")
    page.locator("#main a:has-text('第2回 情報化推進部会')").first.click()
    shoot(page, folder, "sitting-over")
    page.get_by_role("link", name="概要・会議録を開く").first.click()
    shoot(page, folder, "minutes")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Word でダウンロード").last.click()
    paper = docx.Document(str(taken.value.path()))
    next(
        each for each in paper.paragraphs if "八割" in each.text
    ).text = "　前計画では、達成した施策が九割であった。"
    edited = folder / "minutes.docx"
    paper.save(str(edited))
    page.get_by_text("Word で直した文を取り込む").last.click()
    page.get_by_label("直した Word 文書（docx）").last.set_input_files(edited)
    page.get_by_role("button", name="今の文と比べる").last.click()
    page.get_by_role("button", name="この文に訂正する").wait_for()
    shoot(page, folder, "minutes-word")
    edited.unlink()


def _staff_at_work(page: Page, folder: Path) -> None:
    """The pages behind forms: confirmations, refusals, and what comes after."""
    page.goto("/chains")
    page.locator("#main a[href^='/chains/']").first.click()
    shoot(page, folder, "chain")
    page.goto("/plans/dx2025#decisions")
    page.get_by_role("link", name="訂正・引戻し").first.click()
    shoot(page, folder, "decision")
    page.goto("/plans/dx2025/circulate")
    page.get_by_label("教育長 七海").check()
    page.get_by_label("部長 三郎").check()
    page.get_by_role("button", name="送られるお知らせを確かめる").click()
    shoot(page, folder, "circulate-confirm")
    page.get_by_role("button", name="供覧に付す").click()
    page.goto("/meetings/new")
    page.get_by_label("会議の名称").fill("第4回 情報化推進部会")
    page.get_by_label("開催日").fill("2023-10-10")
    page.get_by_label("開始 必須").fill("14:00")
    page.get_by_label("終了 必須").fill("16:00")
    page.get_by_label("場所").fill("区役所 本庁舎 9階会議室")
    page.get_by_role("button", name="準備する").click()
    shoot(page, folder, "meeting-prepared")
    page.get_by_role("link", name="招集へ進む").click()
    shoot(page, folder, "meeting-summon")
    page.get_by_role("button", name="招集する").click()
    shoot(page, folder, "meeting-called")
    page.goto("/meetings?show=coming")
    page.locator("#main a:has-text('持ち回り')").first.click()
    shoot(page, folder, "circular")
    page.goto("/meetings?show=past")
    page.locator("#main a:has-text('第3回 情報化推進部会')").first.click()
    shoot(page, folder, "sitting")
    page.get_by_role("link", name="通知の文面を見る").click()
    shoot(page, folder, "notice")
    page.go_back()
    page.get_by_role("button", name="印のない人は出席にして記録する").click()
    page.get_by_role("link", name="会議の進行を記録する").click()
    shoot(page, folder, "sitting-form")
    page.get_by_label("2 条件付き了承").check()
    page.get_by_role("textbox", name="条件").fill("成果指標の目標値を見直すこと")
    page.get_by_role("button", name="記録する", exact=True).click()
    shoot(page, folder, "sitting-confirm")
    page.get_by_role("button", name="1 件を記録する").click()
    shoot(page, folder, "sitting-recorded")
    page.goto("/comments/kankyo/opinions")
    page.get_by_role("link", name="意見を分ける").first.click()
    shoot(page, folder, "comment-split")
    page.goto("/comments/kankyo/opinions")
    page.get_by_label("選ぶ").first.check()
    page.get_by_role("button", name="選んだ意見に回答する").click()
    shoot(page, folder, "comment-answer")
    page.goto("/comments/kankyo/answers")
    shoot(page, folder, "comment-answers")
    page.goto("/comments/kankyo/publish")
    shoot(page, folder, "comment-publish")


def _answer_by_circular(page: Page, folder: Path) -> None:
    page.goto("/")
    page.get_by_role("link", name="への回答").first.click()
    shoot(page, folder, "circular-member")


def _administer(page: Page, folder: Path) -> None:
    page.goto("/settings/webhooks")
    page.get_by_label("URL").fill("https://nowhere.invalid/sakutei")
    page.get_by_role("button", name="登録する").click()
    shoot(page, folder, "refused")
    page.goto("/tokens")
    page.get_by_label("名称").fill("文書管理システム")
    page.get_by_role("button", name="発行する").click()
    shoot(page, folder, "token-made")


def _shoot_all(page: Page, folder: Path, paths: dict[str, str]) -> None:
    for name, path in paths.items():
        page.goto(path)
        must_read_well(page, (DESKTOP, TABLET, PHONE))
        shoot(page, folder, name)


if __name__ == "__main__":
    main()
