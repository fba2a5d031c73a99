"""A meeting's whole life in a real browser, from its preparation to what citizens read of it: once with the keyboard
alone, once without scripts."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from definitions.load import shipped
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.chains import open_to_citizens
from tests.support.chromium import Site, site_of
from tests.support.databases import SQLite
from tests.support.hands import Hands, Keys, NoScripts
from tests.support.scenario import House
from tests.support.smtp_server import Sink, serve
from tests.support.web_client import PASSWORD, SITE, mail_settings
from workflow import actions
from workflow.domain.calendar import tokyo_day

OFFICE, CHAIR, FIRST, SECOND = "joho_bukai_office", "joho_bukai_chair", "joho_bukai_1", "joho_bukai_2"

PLANS = [f"計画{number}" for number in range(1, 7)]

CLOSED_ITEM, CLOSED_RESULT, CLOSED_REMARK = "個人情報の漏えいへの対応", "三人に通知する。", "原因は誤送信だ。"
OPEN_PAPER, CLOSED_PAPER, ITEM_PAPER = "公開の資料", "委員限りの名簿", "漏えいの経緯"
DRAFT_WORDS = "案のうちだけの文。"
SECRETS = (CLOSED_ITEM, CLOSED_RESULT, CLOSED_REMARK, CLOSED_PAPER, ITEM_PAPER, DRAFT_WORDS)


class Town:
    """People before screens of their own, on the house's clock, and the mail server that takes their mail."""

    def __init__(self, site: Site, sink: Sink, *, keys: bool) -> None:
        self.site, self.house, self.sink, self.keys = site, site.house, sink, keys
        self.screens: dict[str, Hands] = {}
        self.days: dict[str, date] = {}

    def at_desk(self, key: str) -> Hands:
        """The person, signed in today."""
        hands = self._screen(key)
        if self.days.get(key) != tokyo_day(self.house.now):
            self.days[key] = tokyo_day(self.house.now)
            hands.go("/sign-in")
            hands.write("利用者ID", key)
            hands.write("パスワード", PASSWORD)
            hands.press("サインイン")
            expect(hands.page.get_by_role("heading", name="今日の仕事", level=1)).to_be_visible()
        return hands

    def citizen(self) -> Hands:
        """Somebody who has no account."""
        return self._screen("")

    def mailed(self) -> list[EmailMessage]:
        """Send what is due; the mails that the server took of it."""
        before = len(self.sink.raw)
        settings = replace(
            mail_settings(self.house.office.files.parent),
            smtp_host="127.0.0.1",
            smtp_port=self.sink.port,
            starttls=False,
        )
        tick(self.house.office, mailer_of(settings), settings, lambda: self.house.now)
        return self.sink.mails[before:]

    def _screen(self, key: str) -> Hands:
        if key not in self.screens:
            page = self.site.person(scripts=self.keys)
            if key:
                self.house.has_password(key, PASSWORD)
            self.screens[key] = Keys(page) if self.keys else NoScripts(page)
        return self.screens[key]


@pytest.fixture(params=["by keyboard alone", "without scripts"])
def town(request: pytest.FixtureRequest, browser: Browser, sqlite: SQLite, tmp_path: Path) -> Iterator[Town]:
    sink = Sink()
    server = serve(sink)
    chain = open_to_citizens(shipped("itabashi_dx_2025"))
    try:
        with sqlite.office(tmp_path) as office, site_of(House(office, chain), browser) as site:
            yield Town(site, sink, keys=request.param == "by keyboard alone")
    finally:
        server.stop()


def test_a_meeting_goes_from_its_preparation_to_what_citizens_read(town: Town) -> None:
    plans_are_before_the_body(town)

    prepares(town, "第1回情報化推進部会", days=14, plans=PLANS)
    adds_matters(town)
    expects_agenda(town, *PLANS, "報告事項", "計画7の進み", CLOSED_ITEM, "その他")
    enters_paper(town, "会議の資料", OPEN_PAPER, "公開")
    enters_paper(town, "会議の資料", CLOSED_PAPER, "この会議体だけ")
    enters_paper(town, CLOSED_ITEM, ITEM_PAPER, "公開")
    closes_to_the_public(town, CLOSED_ITEM)

    invited = calls(town, "計画1", "その他")
    answers_by_the_mails_link(town, invited, FIRST, "出席する", remark="資料は紙でください。")
    answers_by_the_mails_link(town, invited, SECOND, "欠席する")
    answers_by_the_mails_link(town, invited, CHAIR, "出席する")
    sees_the_answers(town, "出席予定 2 人", "資料は紙でください。")

    replaces_paper(town, OPEN_PAPER, why="数字の誤り")
    everybody_is_told(town, "【会議資料】", "数字の誤り")
    takes_off(town, "計画6", why="次の会議で諮る")
    adds_matter(town, "追加の報告")
    tells_the_changes(town)
    everybody_is_told(town, "【議題の変更】", "計画6", "追加の報告")

    town.house.later(days=14, hours=1)
    hands = takes_up_the_sitting(town)
    fills_in_who_is_there(hands, absent="委員2", late="委員1")
    fills_in_guests(hands, "部長 佐藤 一郎", observers=3)
    fills_in_remark(hands, CLOSED_ITEM, CLOSED_REMARK)
    fills_in_outcomes(hands, PLANS[:5])
    hands.write("結果", CLOSED_RESULT, within=card(CLOSED_ITEM))
    keeps_the_draft_over_a_walk(town)
    records_the_sitting(town, "遅参 09:20", "出席 2 人（代理を含む）")
    ends(town)

    drafts_and_edits_minutes(town)
    puts_minutes_to_the_chair(town)
    confirms_minutes(town)
    the_next_meeting_approves_them(town)
    publishes_minutes(town)

    citizen_reads(town)
    citizen_reaches_nothing_else(town)


# --- before the meeting ------------------------------------------------------------------------------------


def plans_are_before_the_body(town: Town) -> None:
    """Six plans with a version wait for the body, and one has none yet."""
    house = town.house
    for number in range(1, 8):
        actions.open_plan(
            house.office, "tanto", f"p{number}", f"計画{number}", house.chain, department="it", now=house.now
        )
        if number < 7:
            house.a_version(key=f"p{number}")


def prepares(town: Town, title: str, *, days: int, plans: list[str]) -> None:
    """The 事務局 prepares a meeting, with these plans on its agenda."""
    hands, day = town.at_desk(OFFICE), tokyo_day(town.house.now) + timedelta(days=days)
    hands.follow("会議", within="nav")
    hands.follow("会議を準備する")
    hands.write("会議の名称", title)
    hands.write("開催日", day.isoformat())
    hands.write("開始", "09:00")
    hands.write("終了", "11:30")
    hands.write("場所", "第一委員会室")
    for plan in plans:
        hands.mark(plan)
    hands.press("準備する")
    says(hands, "会議を準備しました。")


def adds_matters(town: Town) -> None:
    """The 事務局 adds a section, the report on a plan that is at no gate, and matters of the body's own."""
    adds_matter(town, "報告事項", heading=True)
    adds_matter(town, "計画7の進み", plan="計画7", minutes=10)
    adds_matter(town, CLOSED_ITEM)
    adds_matter(town, "その他")


def adds_matter(town: Town, title: str, *, plan: str = "", minutes: int = 0, heading: bool = False) -> None:
    hands = on_the_meeting(town)
    hands.follow("議題を加える")
    hands.write("議題の名称", title)
    if plan:
        hands.choose("報告する計画", plan)
    if minutes:
        hands.write("予定時間（分）", str(minutes))
    if heading:
        hands.mark("見出しとして載せる")
    hands.press("議題に載せる")
    says(hands, "議題に載せました。")


def expects_agenda(town: Town, *titles: str) -> None:
    lines = town.at_desk(OFFICE).page.locator(".agenda .head")
    expect(lines).to_contain_text(list(titles))


def enters_paper(town: Town, place: str, title: str, audience: str) -> None:
    """The 事務局 enters a paper under an item, or under 会議の資料."""
    hands, where = on_the_meeting(town), section(place)
    hands.unfold("資料を登録する", within=where)
    hands.bring("ファイル", [a_file(title, "")], within=where)
    hands.choose("閲覧できる人", audience, within=where)
    hands.press("登録する", within=where)
    says(hands, "1 件の資料を登録しました。")


def closes_to_the_public(town: Town, item: str) -> None:
    hands = on_the_meeting(town)
    hands.unfold("非公開の決定を記録する")
    number = hands.page.locator(section(item)).locator(".number").first.inner_text()
    hands.choose("対象", f"{number}　{item}")
    hands.write("非公開の理由", "個人の情報を扱うため")
    hands.write("根拠", "条例第7条第3号")
    hands.press("非公開にする")
    says(hands, "非公開の決定を記録しました。")


def calls(town: Town, *in_the_letter: str) -> dict[str, str]:
    """The 事務局 reads the letter, and calls the meeting; the text of the mail that each address gets."""
    hands = on_the_meeting(town)
    hands.follow("招集へ進む")
    letter = hands.page.locator(".letter")
    for words in in_the_letter:
        expect(letter).to_contain_text(words)
    expect(hands.page.get_by_text("joho-bukai-chair@city.example.jp")).to_be_visible()
    assert town.mailed() == []
    hands.press("招集する")
    says(hands, "会議を招集しました。")
    return {str(each["to"]): text_of(each) for each in town.mailed() if "【会議の御案内】" in each["subject"]}


def answers_by_the_mails_link(
    town: Town, invited: dict[str, str], key: str, answer: str, *, remark: str = ""
) -> None:
    """A member answers without signing in."""
    mail = next(text for to, text in invited.items() if key.replace("_", "-") in to)
    hands = town.citizen()
    hands.go(re.findall(rf"{re.escape(SITE)}(/answer/\S+)", mail)[0])
    if remark:
        hands.write("伝言", remark)
    hands.press(answer)
    says(hands, "お答えを承りました。")


def sees_the_answers(town: Town, *words: str) -> None:
    page = on_the_meeting(town).page
    page.reload()
    answers = page.locator("section[aria-labelledby=rsvp]")
    for each in words:
        expect(answers).to_contain_text(each)


def replaces_paper(town: Town, title: str, *, why: str) -> None:
    hands, where = on_the_meeting(town), f"li[id^=paper-]:has-text('{title}')"
    hands.unfold("差し替え・取下げ・訂正", within=where)
    hands.bring("差し替えるファイル", [a_file(title, "改訂")], within=where)
    hands.write("差し替えの理由", why, within=where)
    hands.press("差し替える", within=where)
    says(hands, "差し替えました。")


def takes_off(town: Town, item: str, *, why: str) -> None:
    hands, where = on_the_meeting(town), section(item)
    hands.unfold("外す", within=where)
    hands.write("議題から外す理由", why, within=where)
    hands.press("議題から外す", within=where)
    says(hands, "議題から外しました。")


def tells_the_changes(town: Town) -> None:
    hands = on_the_meeting(town)
    hands.press("議題の変更を知らせる")
    expect(hands.page.get_by_text("joho-bukai-1@city.example.jp")).to_be_visible()
    hands.press("議題の変更を知らせる")
    says(hands, "議題の変更を知らせます。")


def everybody_is_told(town: Town, subject: str, *words: str) -> None:
    found = [each for each in town.mailed() if subject in each["subject"]]
    assert len({str(each["to"]) for each in found}) >= 3
    for mail in found:
        assert all(each in text_of(mail) for each in words), text_of(mail)


# --- the meeting -------------------------------------------------------------------------------------------


def takes_up_the_sitting(town: Town) -> Hands:
    hands = on_the_meeting(town)
    hands.follow("会議の進行を記録する")
    return hands


def fills_in_who_is_there(hands: Hands, *, absent: str, late: str) -> None:
    for name, there in (("会長", "出席"), (late, "出席"), (absent, "欠席")):
        hands.choose(f"情報化推進部会 {name}", there)
    hands.unfold("遅参・退席の時刻")
    hands.write("来た時刻（遅参）", "09:20", within=f"fieldset:has(legend:has-text('{late}'))")


def fills_in_guests(hands: Hands, guest: str, *, observers: int) -> None:
    hands.write("説明者・関係者", guest)
    hands.write("傍聴者の数", str(observers))


def fills_in_remark(hands: Hands, item: str, text: str) -> None:
    hands.choose("発言者", "情報化推進部会 委員1", within=card(item))
    hands.write("発言（質問、答え）", text, within=card(item))


def fills_in_outcomes(hands: Hands, plans: list[str]) -> None:
    for plan in plans:
        hands.mark("1 了承", within=card(plan))


def keeps_the_draft_over_a_walk(town: Town) -> None:
    """What was written so far is there again after the page was left."""
    hands, number = town.at_desk(OFFICE), number_of_the_meeting(town)
    hands.press("下書きを保存")
    hands.go("/")
    hands.go(f"/meetings/{number}/sitting")
    expect(hands.page.get_by_text("保存した下書きを表示しています")).to_be_visible()


def records_the_sitting(town: Town, *shown: str) -> None:
    hands = town.at_desk(OFFICE)
    number = number_of_the_meeting(town)
    hands.press("記録する")
    hands.press(hands.page.locator("button[value=yes]").inner_text())
    says(hands, "件を記録しました。")
    hands.go(f"/meetings/{number}")
    for words in shown:
        expect(hands.page.get_by_text(words).first).to_be_visible()


def card(place: str) -> str:
    """The part of the form of the sitting that is about an item."""
    return f"section.outcome:has(h2:has-text('{place}'))"


def ends(town: Town) -> None:
    hands = on_the_meeting(town)
    hands.press("会議を終了する")
    hands.press("会議を終了する")
    says(hands, "会議を終了しました。")


# --- the minutes -------------------------------------------------------------------------------------------


def drafts_and_edits_minutes(town: Town) -> None:
    """The 事務局 drafts the minutes from the record, reads in them what is closed, and takes it out."""
    hands = on_the_meeting(town)
    hands.follow("概要・会議録を開く")
    hands.press("記録から案を作る（会議録）")
    says(hands, "記録から案を作りました。")
    edits_minutes(hands, lambda text: f"{text}{DRAFT_WORDS}")
    expect(hands.page.locator("#full ~ .text").first).to_contain_text(CLOSED_REMARK)
    edits_minutes(hands, without_what_is_closed)
    expect(hands.page.locator("#full ~ .text").first).to_contain_text("遅参 09:20")


def edits_minutes(hands: Hands, edit: Callable[[str], str]) -> None:
    hands.unfold("案を直す", within="section[aria-labelledby=full]")
    text = hands.page.locator("#edit-full").input_value()
    hands.write("会議録", edit(text), within="form[action$='full/edit']")
    hands.press("案を保存する", within="form[action$='full/edit']")
    says(hands, "案を保存しました。")


def without_what_is_closed(text: str) -> str:
    """The draft as it is put to the chair: of the closed item only that it was closed."""
    kept = re.sub(rf"議題\S+　{CLOSED_ITEM}\n(　.*\n)*", "（非公開の議題）\n", text).replace(DRAFT_WORDS, "")
    assert not any(secret in kept for secret in SECRETS), kept
    return kept


def puts_minutes_to_the_chair(town: Town) -> None:
    hands = town.at_desk(OFFICE)
    hands.press("部会長に確認を依頼する（会議録）")
    expect(hands.page.get_by_text("joho-bukai-chair@city.example.jp")).to_be_visible()
    hands.press("確認を依頼する")
    says(hands, "確認を依頼しました。")
    (mail,) = [each for each in town.mailed() if "【会議録の確認】" in each["subject"]]
    assert "joho-bukai-chair@city.example.jp" in mail["to"]


def confirms_minutes(town: Town) -> None:
    """The chair finds them on the first page, reads, and confirms."""
    hands = town.at_desk(CHAIR)
    hands.go("/")
    hands.follow("第1回情報化推進部会")
    hands.press("確認した（確定する）（会議録）")
    says(hands, "会議録を確定しました。")


def the_next_meeting_approves_them(town: Town) -> None:
    first = number_of_the_meeting(town)
    prepares(town, "第2回情報化推進部会", days=14, plans=["計画6"])
    calls(town, "計画6")
    hands = town.at_desk(OFFICE)
    hands.go(f"/meetings/{first}/minutes")
    hands.press("次の会議で承認を諮る（会議録）")
    says(hands, "次の会議の最初の議題に載せました。")
    expects_agenda(town, "前回会議録の承認（第1回情報化推進部会）", "計画6")
    town.house.later(days=14, minutes=30)
    hands = takes_up_the_sitting(town)
    fills_in_who_is_there(hands, absent="委員2", late="委員1")
    hands.write("結果", "承認した。", within=card("前回会議録の承認"))
    fills_in_outcomes(hands, ["計画6"])
    records_the_sitting(town)
    ends(town)
    town.at_desk(OFFICE).go(f"/meetings/{first}/minutes")
    expect(town.at_desk(OFFICE).page.get_by_role("heading", name="会議録 承認済")).to_be_visible()


def publishes_minutes(town: Town) -> None:
    hands = town.at_desk(OFFICE)
    hands.mark("非公開の議題があります。")
    hands.press("会議録を公開する")
    says(hands, "会議録を公開しました。")


# --- the public --------------------------------------------------------------------------------------------


def citizen_reads(town: Town) -> None:
    """The list, the meeting, an open paper in its newest edition, the minutes, the news and the calendar."""
    hands = town.citizen()
    hands.go("/public/meetings")
    hands.follow("第1回情報化推進部会")
    main = hands.page.locator("main")
    for words in ("計画1", "計画7の進み", "その他", "個人の情報を扱うため", "条例第7条第3号", "遅参 09:20"):
        expect(main).to_contain_text(words)
    assert hands.download(OPEN_PAPER).read_text("utf-8") == content(OPEN_PAPER, "改訂")
    for feed in ("/public/meetings.rss", "/public/meetings.ics"):
        assert "第1回情報化推進部会" in unfolded(hands.page.request.get(feed).text())


def citizen_reaches_nothing_else(town: Town) -> None:
    """By no address, and in no file, whatever a citizen types: of the papers, the newest edition of the open one alone."""
    hands, editions = town.citizen(), range(1, 6)
    papers = {number: f"/public/meetings/1/papers/{number}/x.txt" for number in editions}
    public = [
        "/public/meetings",
        "/public/meetings/1",
        "/public/meetings/2",
        "/public/meetings/2/papers/4/x.txt",
    ]
    public += ["/public/meetings.rss", "/public/meetings.ics", f"/public/meetings?words={CLOSED_ITEM}"]
    internal = ["/", "/meetings", "/meetings?show=past", f"/plans?words={CLOSED_ITEM}", "/people", "/log"]
    for base in ("/meetings/1", "/meetings/2", "/v1/meetings/1", "/v1/meetings/2"):
        internal += [base, f"{base}/minutes", f"{base}/papers", f"{base}/notices", f"{base}/papers/4/x.txt"]
        internal += [
            f"{base}/sheets/{file}" for file in ("all.zip", "all.pdf", "agenda.docx", "minutes.docx")
        ]
    reached = {path: hands.page.request.get(path) for path in (*public, *papers.values(), *internal)}
    for path, answer in reached.items():
        text = unfolded(answer.body().decode("utf-8", "replace"))
        assert not [secret for secret in SECRETS if secret in text], path
    assert [number for number, path in papers.items() if reached[path].ok] == [4]
    for path in internal:
        answer = reached[path]
        assert answer.status in (401, 404, 405) or answer.url.partition("?")[0].endswith("/sign-in"), path


# --- the pages ---------------------------------------------------------------------------------------------


def on_the_meeting(town: Town) -> Hands:
    """The 事務局 on the page of the meeting where they are; reached anew only where it is another page."""
    hands = town.at_desk(OFFICE)
    if not re.search(r"/meetings/\d+(#.*)?$", hands.page.url):
        hands.go("/meetings?show=coming")
        hands.follow("情報化推進部会")
    return hands


def number_of_the_meeting(town: Town) -> int:
    return int(re.findall(r"/meetings/(\d+)", town.at_desk(OFFICE).page.url)[0])


def section(place: str) -> str:
    """The part of the page that is about an item, or the papers of the meeting."""
    return (
        "section:has(> #papers)" if place == "会議の資料" else f".agenda > li:has(.head:has-text('{place}'))"
    )


def says(hands: Hands, words: str) -> None:
    expect(hands.page.get_by_role("status")).to_contain_text(words)


def a_file(name: str, edition: str) -> FilePayload:
    return {"name": f"{name}.txt", "mimeType": "text/plain", "buffer": content(name, edition).encode()}


def content(name: str, edition: str) -> str:
    return f"{name}の中身{edition}"


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def unfolded(text: str) -> str:
    """A calendar's long lines, whole again."""
    return text.replace("\r\n ", "")
