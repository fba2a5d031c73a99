"""Every page of the demonstration as pictures, for a person to look at: `python -m tests.web.screenshots [folder]`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.web.browsing import DESKTOP, chromium, serving, shoot, sign_in
from workflow.cli.serve_commands import halfway
from workflow.web.app import build

PUBLIC = {
    "public": "/public",
    "public-comment": "/public/kankyo",
    "sign-in": "/sign-in",
    "reset": "/reset",
    "nothing": "/nothing",
}
STAFF = {
    "today": "/",
    "plans": "/plans",
    "plan": "/plans/dx2025",
    "plan-printed": "/plans/bosai2022",
    "plan-suspended": "/plans/shisetsu",
    "plan-new": "/plans/new",
    "plan-history": "/plans/dx2025/history",
    "decision": "/plans/dx2025/decisions/1",
    "circulate": "/plans/dx2025/circulate",
    "meetings": "/meetings",
    "meetings-coming": "/meetings?show=coming",
    "meetings-past": "/meetings?show=past",
    "meeting-new": "/meetings/new",
    "comments": "/comments",
    "comment": "/comments/kankyo",
    "comment-intake": "/comments/kankyo/intake",
    "comment-opinions": "/comments/kankyo/opinions",
    "people": "/people",
    "person": "/people/bucho",
    "bodies": "/bodies",
    "body": "/bodies/shingikai",
    "chains": "/chains",
    "log": "/log",
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
FOLLOWED = {
    "chain": ("/chains", "#main a[href^='/chains/']"),
    "sitting": ("/meetings?show=past", "#main a:has-text('第3回 情報化推進部会')"),
    "circular": ("/meetings?show=coming", "#main a:has-text('持ち回り')"),
    "advance": ("/plans/kosodate", "#main summary"),
}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    demo, mail = halfway(Path(tempfile.mkdtemp()) / "demo", site="http://127.0.0.1")
    passwords = {key: password for _, key, password in demo.guests}
    with chromium() as browser, serving(build(demo.office, mail, demo=demo)) as url:
        stranger = browser.new_context(base_url=url, viewport=DESKTOP, locale="ja-JP").new_page()
        _shoot_all(stranger, folder, PUBLIC)
        for key in passwords:
            page = browser.new_context(base_url=url, viewport=DESKTOP, locale="ja-JP").new_page()
            sign_in(page, key, passwords[key])
            if key == "tanto":
                _shoot_all(page, folder, STAFF)
                for name, (path, link) in FOLLOWED.items():
                    page.goto(path)
                    page.locator(link).first.click()
                    shoot(page, folder, name)
            else:
                _shoot_all(page, folder, {f"{key}-today": "/", f"{key}-plan": "/plans/korei"})
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def _shoot_all(page: Page, folder: Path, paths: dict[str, str]) -> None:
    for name, path in paths.items():
        page.goto(path)
        shoot(page, folder, name)


if __name__ == "__main__":
    main()
