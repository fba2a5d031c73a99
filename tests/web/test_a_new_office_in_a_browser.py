"""An office set up and a plan opened by a new user, in the browser alone: from `serve` in an empty folder to the page
of the plan."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.support.chromium import DESKTOP, must_read_well, shoot
from tests.support.ports import free_port, until_it_answers
from tests.support.shell import SAKUTEI, Shell

PASSWORD = "はるはあけぼの やうやう白く"
PEOPLE = """氏名,利用者ID,メール,課,職
佐藤 一郎,sato,sato@city.example.jp,it,課長
鈴木 花子,suzuki,suzuki@city.example.jp,it,主査
高橋 三郎,takahashi,takahashi@city.example.jp,it,政策経営部長
"""
SHOTS = Path(os.environ["SAKUTEI_SHOTS"]) if "SAKUTEI_SHOTS" in os.environ else None
"""A folder for pictures of each page, for a person to look at."""

MOST_CLICKS = 30
"""Clicks of the whole walk, from the link of the terminal to the plan's page."""


class Hand:
    """The clicks of a person before a page, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def press(self, name: str, *, link: bool = False) -> None:
        self.page.get_by_role("link" if link else "button", name=name, exact=not link).first.click()
        self.clicks += 1

    def unfold(self, name: str) -> None:
        self.page.get_by_text(name, exact=True).first.click()
        self.clicks += 1

    def step(self, name: str) -> None:
        """From the first page on by one of its steps."""
        self.page.locator("ol.tasks").get_by_role("link", name=name).click()
        self.clicks += 1

    def on(self, name: str) -> None:
        """From the page of a step that is done on to the next one, by the line that names it."""
        self.page.get_by_role("navigation", name="庁の準備").get_by_role("link", name=name).click()
        self.clicks += 1


@contextmanager
def _terminal(shell: Shell) -> Iterator[str]:
    """The server in an empty folder; the link that it shows."""
    port, said = free_port(), shell.folder / "said"
    with said.open("wb") as stdout:
        command = [*SAKUTEI, "serve", "--port", str(port)]
        with subprocess.Popen(command, env=shell.env, cwd=shell.folder, stdout=stdout) as server:
            try:
                until_it_answers(port)
                found = re.search(r"http://\S+/setup/\S+", said.read_text("utf-8"))
                assert found
                yield found[0]
            finally:
                server.terminate()
                server.wait(timeout=30)


def test_a_new_user_sets_up_the_office_and_opens_a_plan(browser: Browser, tmp_path: Path) -> None:
    began = time.monotonic()
    with _terminal(Shell(tmp_path)) as link:
        page = browser.new_context(viewport=DESKTOP, locale="ja-JP").new_page()  # type: ignore[arg-type]
        page.set_default_timeout(10_000)
        hand = Hand(page)
        _registers(hand, link)
        _enters_the_people(hand)
        _seats_every_body(hand)
        _opens_a_plan(hand)
        expect(page.get_by_role("heading", name="DX推進計画")).to_be_visible()
        hand.press("今日の仕事", link=True)
    print(f"{hand.clicks} clicks, {time.monotonic() - began:.1f} s")
    assert hand.clicks <= MOST_CLICKS


def _registers(hand: Hand, link: str) -> None:
    page = hand.page
    page.goto(link)
    _look(page, "1-first-start")
    for label, value in (
        ("庁名", "板橋区"),
        ("氏名", "管理 太郎"),
        ("利用者ID", "admin"),
        ("電子メール", "a@city.example.jp"),
    ):
        page.get_by_label(label).fill(value)
    page.get_by_label("新しいパスワード", exact=False).first.fill(PASSWORD)
    page.get_by_label("新しいパスワード（もう一度）").fill(PASSWORD)
    hand.press("登録して始める")
    expect(page.get_by_role("heading", name="庁の準備")).to_be_visible()
    expect(page.get_by_text("まだ一度も動いていません")).to_have_count(0)
    _look(page, "2-today")


def _enters_the_people(hand: Hand) -> None:
    page = hand.page
    hand.step("課")
    page.get_by_label("課の一覧（建制順）").fill("政策企画課,seisaku\nIT推進課,it")
    _look(page, "2b-departments")
    hand.press("このとおりにする")
    hand.on("職員の登録")
    page.get_by_label("名簿", exact=True).fill(PEOPLE)
    hand.press("検査する")
    hand.press("3 人を登録する")
    hand.on("職員の招待")
    _look(page, "3-invitations")
    hand.press("招待する")
    hand.press("招待してリンクを画面に出す")
    expect(page.get_by_text(re.compile("/welcome/[0-9a-f]{64}"))).to_have_count(3)
    _look(page, "3b-links")


def _seats_every_body(hand: Hand) -> None:
    page = hand.page
    hand.on("策定の流れ")
    page.locator("article h2 a").first.click()
    hand.clicks += 1
    _look(page, "4-chain")
    page.locator("form[action$='/keep'] button").click()
    hand.clicks += 1
    bodies = page.get_by_role("navigation", name="庁の準備").get_by_role("link", name="の委員・事務局")
    expect(bodies.first).to_be_visible()
    while bodies.count():
        hand.on("の委員・事務局")
        page.get_by_label("1 行に 1 人").fill("高橋 三郎,会長\n佐藤 一郎\nsuzuki,事務局")
        _look(page, "5-seats")
        hand.press("検査する")
        _look(page, "6-seats-checked")
        hand.press("3 人を登録する")
        expect(page.get_by_text("3 人を登録しました")).to_be_visible()
    _look(page, "7-all-seated")


def _opens_a_plan(hand: Hand) -> None:
    page = hand.page
    hand.on("ご自分の所属の登録")
    hand.unfold("所属を登録する")
    page.locator("form[action$='/postings'] button").click()
    hand.clicks += 1
    hand.on("最初の計画")
    page.get_by_label("計画の名称").fill("DX推進計画")
    page.get_by_label("計画ID").first.fill("dx2029")
    _look(page, "8-plan")
    hand.press("開始する")


def _look(page: Page, name: str) -> None:
    must_read_well(page)
    if SHOTS:
        shoot(page, SHOTS, name)
