"""The papers of a meeting in its letters, and the letter that tells of their changes, by a real mail server."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from definitions.chain import ReminderRule
from definitions.load import shipped
from notifications.dry_run import rehearse
from notifications.kinds import Kind
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.actions.test_papers import MEMBER, SECRETARIAT, Table
from tests.support.scenario import House
from tests.support.smtp_server import Sink
from tests.support.web_client import Browser, mail_settings
from workflow import actions
from workflow.domain.deliveries import State
from workflow.domain.papers import PaperKind
from workflow.domain.rights import PaperAudience
from workflow.store.database import Office

BODY = 4
"""The chair, two members and the 事務局."""


class Post:
    """The mails that a round sends, by their recipients."""

    def __init__(self, house: House, sink: Sink) -> None:
        self.house, self.sink = house, sink
        self.settings = replace(
            mail_settings(house.office.files.parent),
            smtp_host="localhost",
            smtp_port=sink.port,
            starttls=False,
        )

    def round(self) -> list[EmailMessage]:
        self.sink.raw.clear()
        tick(self.house.office, mailer_of(self.settings), self.settings, lambda: self.house.now)
        return self.sink.mails

    def about_papers(self) -> list[EmailMessage]:
        return [mail for mail in self.round() if "会議資料" in str(mail["subject"])]


@pytest.fixture
def table(office: Office) -> Table:
    """Under a chain that reminds the plan's staff of the agenda too."""
    chain = shipped("itabashi_dx_2025")
    rule = {"key": "staff_2days", "kind": "agenda_deadline", "audience": "staff", "when": "2営業日前 09:00"}
    told = (*chain.reminders, ReminderRule.model_validate(rule))
    return Table(House(office, chain.model_copy(update={"reminders": told})))


@pytest.fixture
def post(table: Table, sink: Sink) -> Post:
    return Post(table.house, sink)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_invitation_lists_the_papers_under_their_items_with_links_that_open(
    table: Table, post: Post
) -> None:
    table.add("次第")
    paper = table.add("収支の見込み", item=table.item)
    mails = post.round()
    assert len(mails) == BODY and {mail["subject"].count("会議資料") for mail in mails} == {0}
    text = text_of(mails[0])
    path = f"/meetings/{table.meeting}/papers/{paper}/{paper}.txt"
    assert text.index("【審議】DX推進計画") < text.index(f"資料2　収支の見込み　{post.settings.site}{path}")
    assert "\n　　資料1　次第" in text.replace("\r", ""), "under its heading"
    assert "\n　　　　資料2　収支の見込み" in text.replace("\r", ""), "under its item"
    html = mails[0].get_body(("html",))
    assert html is not None and f'href="{post.settings.site}{path}"' in html.get_content()
    assert Browser(table.house, MEMBER).client.get(path).content == "収支の見込み".encode()


def test_papers_that_came_with_the_invitation_are_told_in_it_alone(table: Table, post: Post) -> None:
    table.add("次第")
    assert len(post.round()) == BODY
    assert post.round() == []


def test_changes_of_one_round_are_one_letter_with_their_reasons(table: Table, post: Post) -> None:
    first, gone = table.add("収支", item=table.item), table.add("要らない案")
    post.round()
    second = table.replace(first, "収支の訂正")
    table.replace(second, "収支の再訂正", reason="単位の誤り", title="収支の見込み")
    table.add("名簿", kind=PaperKind.REFERENCE)
    table.withdraw(gone)
    table.withdraw(table.add("すぐ取り下げた案"))
    mails = post.about_papers()
    assert sorted(str(mail["to"]).rpartition("<")[2] for mail in mails) == sorted(
        f"joho-bukai-{who}@city.example.jp>" for who in ("office", "chair", "1", "2")
    )
    assert mails[0]["subject"] == "【会議資料】情報化推進部会（資料1の差し替え ほか2件）"
    text = text_of(mails[0])
    for words in (
        "資料1が差し替えられました。",
        "収支の見込み（第3版）",
        "議　題　DX推進計画",
        "理　由　単位の誤り",
        "閲覧できる方　庁内",
        "資料2が取り下げられました。",
        "理　由　議題に要らない",
        "参考資料1が追加されました。",
    ):
        assert words in text, words
    assert "すぐ取り下げた案" not in text and "資料3" not in text
    assert post.round() == []


def test_each_round_tells_what_is_new_since_the_last(table: Table, post: Post) -> None:
    post.round()
    table.add("一つめ")
    assert "一つめ" in text_of(post.about_papers()[0])
    table.house.later(hours=1)
    table.add("二つめ")
    changes = text_of(post.about_papers()[0]).partition("会議名")[0]
    assert "二つめ" in changes and "一つめ" not in changes


def test_changes_that_waited_for_the_mail_server_go_in_one_letter(table: Table, post: Post) -> None:
    post.round()
    post.sink.mode = "delay"
    for title in ("一つめ", "二つめ"):
        table.add(title)
        assert post.round() == []
        table.house.later(minutes=10)
    post.sink.mode = "accept"
    table.house.later(hours=2)
    mails = post.about_papers()
    assert len(mails) == BODY
    assert all("一つめ" in text_of(mail) and "二つめ" in text_of(mail) for mail in mails)
    assert post.round() == []


def test_what_is_for_the_body_alone_is_in_no_mail_to_who_may_not_read_it(table: Table, post: Post) -> None:
    """The staff of the plan are reminded of the agenda's deadline, and read neither the body's papers nor the meeting's."""
    table.add("庁内の名簿")
    table.add("計画の資料", item=table.item)
    table.add("委員限り", item=table.item, audience=PaperAudience.BODY)
    texts: dict[str, str] = {}
    for _ in range(15):
        for mail in post.round():
            texts[str(mail["to"])] = texts.get(str(mail["to"]), "") + text_of(mail)
        table.house.later(hours=12)
    staff = next(text for whom, text in texts.items() if "tanto@" in whom)
    assert "計画の資料" in staff and "委員限り" not in staff and "庁内の名簿" not in staff
    members = [text for whom, text in texts.items() if "joho-bukai-1@" in whom]
    assert "委員限り" in members[0] and "庁内の名簿" in members[0]


def test_who_was_not_told_of_the_meeting_is_not_told_of_its_papers(table: Table, post: Post) -> None:
    table.house.later(days=8)
    held = actions.enter_meeting(
        table.house.office, SECRETARIAT, "joho_bukai", "済んだ会議",
        starts_at=table.house.now, ends_at=table.house.now, place="会議室", now=table.house.now,
    )  # fmt: skip
    table.meeting = held
    table.add("後からの資料")
    assert post.about_papers() == []


def test_a_meeting_that_is_cancelled_or_over_tells_of_no_paper(table: Table, post: Post) -> None:
    post.round()
    table.add("一つめ")
    actions.cancel_meeting(table.house.office, SECRETARIAT, table.meeting, "台風", now=table.house.now)
    assert post.about_papers() == []


def test_a_moved_meeting_tells_of_the_move_all_the_same(table: Table, post: Post) -> None:
    post.round()
    table.add("一つめ")
    starts_at = table.house.now + timedelta(days=20)
    actions.move_meeting(
        table.house.office, SECRETARIAT, table.meeting, starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1), reason="会場", now=table.house.now,
    )  # fmt: skip
    (mail, *others) = post.round()
    text = text_of(mail)
    assert len(others) == BODY - 1 and "資料1が追加されました。" in text and "変更の理由　会場" in text


def test_the_step_says_beforehand_who_will_be_told(table: Table, post: Post) -> None:
    post.round()
    told = rehearse(
        table.house.office,
        lambda o: actions.add_paper(o, SECRETARIAT, table.meeting, "a.txt", b"a", now=table.house.now),
    )
    assert {kind for kind, _ in told} == {Kind.PAPERS} and len(told) == BODY
    assert table.papers == []


def test_a_letter_is_listed_with_what_the_meeting_told(table: Table, post: Post) -> None:
    post.round()
    table.add("一つめ")
    post.round()
    page = Browser(table.house, SECRETARIAT).see(f"/meetings/{table.meeting}/notices")
    assert page.count("会議資料の追加・差し替え・取下げ") >= BODY
    assert State.SENT.label in page
