"""The manual: every guide with pictures of the demonstration, on A4: `python -m tests.web.manual [file.pdf]`."""

import base64
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.support.chromium import DESKTOP, chromium, serving, sign_in
from workflow.cli.serve_commands import halfway
from workflow.web.app import build
from workflow.web.guide import Guide, guides

PICTURES = {
    "sign-in": ("/sign-in",),
    "today": ("/", "/days"),
    "plans": ("/plans",),
    "plan": ("/plans/dx2025",),
    "versions": ("/plans/dx2025/versions/compare?old=2&new=3",),
    "schedule": ("/plans/dx2025/schedule",),
    "meetings": ("/meetings",),
    "comments": ("/comments/kankyo",),
    "open": ("/public/meetings",),
    "people": ("/people", "/bodies/joho_bukai"),
    "chains": ("/chains",),
    "log": ("/log",),
    "settings": ("/settings/closed-days",),
    "account": ("/account",),
    "search": ("/search?words=計画",),
}
"""The pages of the demonstration that are shown beside a guide."""

MEETING = ("papers", "sitting", "votes", "minutes")
"""The guides beside which a meeting of the demonstration is shown."""

STYLE = """
@page { size: A4; margin: 18mm 16mm; }
body { font: 10.5pt/1.7 "Noto Sans CJK JP", sans-serif; word-break: auto-phrase; text-wrap: pretty; }
article { break-before: page; } h1 { font-size: 18pt; border-bottom: 2px solid #264af4; } h2 { font-size: 12.5pt; }
h2 { break-after: avoid; } figure { break-inside: avoid; margin: 0 0 1em; } img { width: 75%; border: 1px solid #999; }
.front { height: 240mm; display: grid; place-content: center; text-align: center; } .front h1 { border: 0; font-size: 26pt; }
"""


def main() -> None:
    paper = Path(sys.argv[1] if len(sys.argv) > 1 else "manual.pdf")
    demo, mail = halfway(Path(tempfile.mkdtemp()) / "demo", site="http://127.0.0.1")
    passwords = {key: password for _, key, password in demo.guests}
    with chromium() as browser, serving(build(demo.office, mail, demo=demo)) as url:
        page = browser.new_context(base_url=url, viewport=DESKTOP, locale="ja-JP").new_page()
        pictures = {"sign-in": [_picture(page, "/sign-in")]}
        sign_in(page, "admin", passwords["admin"])
        pictures["log"] = [_picture(page, "/log")]
        sign_in_again(page, "tanto", passwords["tanto"])
        page.goto("/meetings?show=past")
        held = (
            page.locator("#main a:has-text('第2回 情報化推進部会')").first.get_attribute("href")
            or "/meetings"
        )
        for key in guides():
            if key not in pictures:
                shown = PICTURES.get(key, (held,) if key in MEETING else ())
                pictures[key] = [_picture(page, each) for each in shown]
        # A page of its own: those of the office let in no style and no picture that stand in them.
        book = browser.new_context().new_page()
        book.set_content(_book(pictures))
        book.pdf(path=paper, prefer_css_page_size=True, print_background=True)
    print(f"{len(guides())} guides in {paper}")


def sign_in_again(page: Page, key: str, password: str) -> None:
    page.context.clear_cookies()
    sign_in(page, key, password)


def _picture(page: Page, path: str) -> str:
    """The first screen of a page."""
    page.goto(path)
    return base64.b64encode(page.screenshot()).decode()


def _book(pictures: dict[str, list[str]]) -> str:
    articles = "".join(_article(each, pictures[each.key]) for each in guides().values())
    front = '<section class="front"><h1>策定</h1><p>使い方</p></section>'
    return f'<html lang="ja"><style>{STYLE}</style><body>{front}{articles}</body></html>'


def _article(guide: Guide, pictures: list[str]) -> str:
    shown = "".join(f'<figure><img src="data:image/png;base64,{each}" alt=""></figure>' for each in pictures)
    return f"<article><h1>{guide.title}</h1>{shown}{guide.body}</article>"


if __name__ == "__main__":
    main()
