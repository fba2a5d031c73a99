"""Settings in the browser: how mail goes out, what did not, what will, and the closed days."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import update

from notifications.inbox import Inbox
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.api_client import Program
from tests.support.counting import counted
from tests.support.scenario import House, moment
from tests.support.smtp_server import Sink, serve
from tests.support.web_client import Browser, mail_settings
from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.calendar import shown_moment
from workflow.domain.deliveries import State
from workflow.domain.meetings import MeetingForm
from workflow.store.settings import Settings
from workflow.store.tables import Delivery


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    controller = serve(sink)
    yield sink
    controller.stop()


def _with_server(house: House, key: str, sink: Sink) -> Browser:
    """Somebody whose office mails through that server."""
    browser = Browser(house, key)
    state = browser.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(
        state.mail,
        smtp_host="127.0.0.1",
        smtp_port=sink.port,
        starttls=False,
        username=None,
        password="himitsu",
    )
    return browser


def test_the_way_of_the_mail_is_shown_and_never_the_password(house: House, sink: Sink) -> None:
    assert "メールサーバーの設定がない" in Browser(house, "tanto").see("/settings")
    shown = _with_server(house, "tanto", sink).see("/settings")
    assert f"127.0.0.1:{sink.port}" in shown and "sakutei@example.jp" in shown
    assert "himitsu" not in shown


def test_it_is_said_who_sets_which_variables_and_that_the_office_goes_on_without(
    house: House, sink: Sink
) -> None:
    named = {f"SAKUTEI_{name.upper()}" for name in Settings.model_fields}
    without, with_server = Browser(house, "admin").see("/settings"), _with_server(house, "admin", sink)
    for shown in (without, with_server.see("/settings")):
        variables = set(re.findall(r"<code>(SAKUTEI_\w+)</code>", shown))
        assert {"SAKUTEI_SMTP_HOST", "SAKUTEI_SMTP_PASSWORD", "SAKUTEI_MAIL_FROM"} <= variables <= named
        assert "サーバーを管理する人" in shown
    assert "このまま使い続けられます" in without
    assert "このまま使い続けられます" not in with_server.see("/settings")


def test_a_trial_mail_goes_to_oneself_through_the_real_server(house: House, sink: Sink) -> None:
    admin = _with_server(house, "admin", sink)
    assert "admin@city.example.jp に試しに送る" in admin.see("/settings")
    assert "メールサーバーが受け取りました" in admin.send("/settings/trial")
    assert sink.to == ["admin@city.example.jp"]
    (mail,) = sink.mails
    assert mail["Subject"] == "【送信の確認】板橋区の策定から"
    body = mail.get_body(("plain",))
    assert body is not None and "管理 太郎 様" in body.get_content()


@pytest.mark.parametrize(
    ("mode", "words"), [("refuse", "550 5.1.1 no such user"), ("delay", "451 4.7.1 greylisted")]
)
def test_what_the_server_answered_is_said(house: House, sink: Sink, mode: str, words: str) -> None:
    sink.mode = mode
    said = _with_server(house, "admin", sink).send("/settings/trial", 409)
    assert "メールを送れませんでした" in said and words in said


def test_a_server_that_is_not_there_is_said_kindly(house: House, sink: Sink) -> None:
    admin = _with_server(house, "admin", sink)
    sink.port = 1
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_port=1)
    assert "接続を拒まれました" in admin.send("/settings/trial", 409)


def test_without_a_server_the_trial_mail_lies_in_the_folder(house: House) -> None:
    admin = Browser(house, "admin")
    assert "試しに保存する" in admin.see("/settings") and "試しに送る" not in admin.see("/settings")
    assert "に保存しました" in admin.send("/settings/trial")
    assert len(list((house.office.files.parent / "mail").iterdir())) == 1


def test_everything_that_could_not_be_sent_is_sent_again_at_once(house: House) -> None:
    number = _unsent(house, State.FAILED)
    secretary = Browser(house, "joho_bukai_office")
    assert "もう一度送る" in secretary.see("/settings/unsent")
    assert "件を送信待ちに戻しました" in secretary.send("/settings/unsent/resend")
    assert _state(house, number) == State.PENDING
    Browser(house, "joho_bukai_1").send("/settings/unsent/resend", 403)


def test_what_could_not_be_sent_is_sent_again_after_it_was_said_to_whom(house: House) -> None:
    number = _unsent(house, State.FAILED)
    secretary = Browser(house, "joho_bukai_office")
    shown = secretary.see("/settings/unsent")
    assert "送信できず" in shown and "サーバーが断りました" in shown
    asked = secretary.send(f"/settings/unsent/{number}/resend")
    assert "joho-bukai-" in asked and _state(house, number) == State.FAILED
    assert "送信待ちに戻しました" in secretary.do(f"/settings/unsent/{number}/resend")
    assert _state(house, number) == State.PENDING
    secretary.send(f"/settings/unsent/{number}/resend", 409, sure="yes")


def test_what_was_missed_is_listed_too(house: House) -> None:
    _unsent(house, State.MISSED)
    assert "時機を逸した" in Browser(house, "admin").see("/settings/unsent")


def test_who_may_not_send_a_mail_again_does_not_see_it_and_is_refused(house: House) -> None:
    number = _unsent(house, State.FAILED)
    member = Browser(house, "joho_bukai_1")
    shown = member.see("/settings/unsent")
    assert "送れなかった通知はありません" in shown and "resend" not in shown
    member.send(f"/settings/unsent/{number}/resend", 403)
    member.send(f"/settings/unsent/{number}/resend", 403, sure="yes")
    Browser(house, "admin").send("/settings/unsent/999/resend", 404)
    assert "送れなかった通知はありません" in _cleared(house).see("/settings/unsent")


def test_the_reminders_to_come_are_those_the_scheduler_will_send(house: House) -> None:
    house.at("2023-06-01 09:00")
    house.a_meeting("joho_bukai", days=11)
    shown = Browser(house, "tanto").see("/settings/reminders")
    promised = set(_promises(shown))
    assert promised == {
        ("令和5年6月7日（水）09:00", 3), ("令和5年6月12日（月）08:30", 3), ("令和5年6月5日（月）09:00", 1),
    }  # fmt: skip
    invitations = ("令和5年6月1日（木）09:00", 4)
    assert _sent_by_the_scheduler(house, until=moment("2023-06-12 08:35")) == promised | {invitations}


def test_a_closed_day_moves_the_reminders(house: House) -> None:
    house.at("2023-06-01 09:00")
    house.a_meeting("joho_bukai", days=11)
    admin = Browser(house, "admin")
    admin.send("/settings/closed-days", day="2023-06-09", name="区制記念日")
    assert "令和5年6月6日（火）09:00" in admin.see("/settings/reminders")


def test_a_sent_reminder_and_one_in_writing_say_so(house: House) -> None:
    house.at("2023-06-01 09:00")
    house.a_meeting("joho_bukai", days=11, form=MeetingForm.IN_WRITING)
    house.a_meeting("ict_honbu", days=7)
    _sent_by_the_scheduler(house, until=house.now)
    house.at("2023-06-05 10:00")
    _sent_by_the_scheduler(house, until=house.now)
    shown = Browser(house, "tanto").see("/settings/reminders")
    assert "未回答の方。最大 3 人" in shown and "3 通送信済" in shown


def test_without_meetings_the_page_says_what_to_do(house: House) -> None:
    assert "会議を招集すると" in Browser(house, "tanto").see("/settings/reminders")


def test_closed_days_are_entered_for_a_year_beside_its_holidays(house: House) -> None:
    admin = Browser(house, "admin")
    shown = admin.send("/settings/closed-days", day="令和5年10月1日", name="区制記念日")
    assert "区制記念日" in shown and "元日" in shown
    assert "区制記念日" not in admin.see("/settings/closed-days?year=2024")
    assert "既に閉庁日です" in admin.send("/settings/closed-days", 409, day="2023-10-01", name="再び")
    assert "日: 入力されていません" in admin.send("/settings/closed-days", 422, day="", name="空")


def test_several_days_are_closed_at_once_and_one_is_opened_again(house: House) -> None:
    admin = Browser(house, "admin")
    admin.send("/settings/closed-days", day="2033-08-13", until="2033-08-15", name="夏季の閉庁")
    assert admin.see("/settings/closed-days?year=2033").count("夏季の閉庁</td>") == 3
    listed = "2034-10-01 区制記念日\n2034-12-27〜2034-12-28 年末の閉庁"
    shown = admin.send("/settings/closed-days/list", days=listed)
    assert "閉庁日を 3 日登録しました" in shown and shown.count("年末の閉庁</td>") == 2
    assert "2 行目" in admin.send("/settings/closed-days/list", 422, days="2035-01-04 甲\n2035-02-30 乙")
    assert "甲" not in admin.see("/settings/closed-days?year=2035")
    again = admin.send("/settings/closed-days/list", 409, days=listed)
    assert "令和16年10月1日（日）、" in again and "既に閉庁日です" in again
    assert "空です" in admin.send("/settings/closed-days/remove", 422, day="2034-10-01", reason="")
    shown = admin.send("/settings/closed-days/remove", day="2034-10-01", reason="日を誤った")
    assert "閉庁日を取り消しました" in shown and "区制記念日" not in shown
    assert "閉庁日を取消し" in admin.see("/log")
    admin.send("/settings/closed-days/remove", 404, day="2034-10-01", reason="もう一度")


def test_days_are_closed_each_year_without_being_entered_again(house: House) -> None:
    admin = Browser(house, "admin")
    form = {"first": "12/29", "last": "1/3", "name": "年末年始の休日", "since": "2033"}
    admin.send("/settings/closed-days/rules", **form)
    assert "既にあります" in admin.send("/settings/closed-days/rules", 409, **form)
    assert "毎年ある月日" in admin.send("/settings/closed-days/rules", 422, **{**form, "first": "2/29"})
    assert admin.see("/settings/closed-days?year=2040").count("年末年始の休日</td>") == 7
    admin.send("/settings/closed-days/rules/1/end", last_year="2034")
    assert admin.see("/settings/closed-days?year=2040").count("年末年始の休日</td>") == 1
    Browser(house, "tanto").send("/settings/closed-days/rules", 403, **form)


def test_a_year_that_is_none_is_refused_as_it_was_typed(house: House) -> None:
    admin = Browser(house, "admin")
    rule = {"name": "年末年始", "first": "12/29", "last": "1/3"}
    assert "「令和九年」は使えません" in admin.send(
        "/settings/closed-days/rules", 422, **rule, since="令和九年"
    )
    admin.send("/settings/closed-days/rules", **rule, since="2027")
    refused = admin.send("/settings/closed-days/rules/1/end", 422, last_year="来年")
    assert "「来年」は使えません" in refused


def test_a_day_that_passed_closed_stays_closed(house: House) -> None:
    actions.close_day(house.office, "admin", date(2023, 6, 9), "創立記念日", now=house.now)
    house.at("2023-06-12 09:00")
    admin = Browser(house, "admin")
    said = admin.send("/settings/closed-days/remove", 409, day="2023-06-09", reason="誤り")
    assert "令和5年6月9日（金）は、閉庁日のまま過ぎました" in said


def test_programs_close_days_and_open_them(house: House) -> None:
    program = Program(house, "admin", Scope.PEOPLE, Scope.READ)
    days = [{"day": "2033-08-15", "name": "夏季の閉庁"}, {"day": "2033-08-16", "name": "夏季の閉庁"}]
    program.do("/closed_days/list", days=days)
    program.do("/closed_days/remove", day="2033-08-16", reason="日を誤った")
    assert program.ask("/closed_days", year=2033) == {"closed_days": days[:1]}


def test_only_administrators_try_the_mail_and_close_days(house: House) -> None:
    member = Browser(house, "tanto")
    for path in ("/settings", "/settings/closed-days"):
        main = member.see(path).partition("<main")[2].partition("</main>")[0]
        assert "<form" not in main
    member.send("/settings/trial", 403)
    member.send("/settings/closed-days", 403, day="2023-10-01", name="区制記念日")


@pytest.mark.parametrize("path", ["/settings/reminders", "/people", "/bodies", "/bodies/joho_bukai", "/log"])
def test_a_page_costs_the_same_statements_for_more_meetings_and_people(house: House, path: str) -> None:
    browser = Browser(house, "admin")
    house.a_meeting("joho_bukai")
    browser.see(path)
    with counted(house) as before:
        browser.see(path)
    for number in range(5):
        house.a_meeting("joho_bukai", days=5 + number)
        house.a_meeting("ict_honbu", days=8 + number)
        house.a_person(f"more{number}")
    with counted(house) as after:
        browser.see(path)
    assert len(after) == len(before) <= 12, "\n\n".join(after)


def _unsent(house: House, state: State) -> int:
    """A notice of a meeting of the 部会 that did not go out."""
    house.a_meeting("joho_bukai")
    _sent_by_the_scheduler(house, until=house.now)
    with house.office.writing() as db:
        number = db.query(Delivery.id).order_by(Delivery.id).first()[0]  # type: ignore[index]
        values = {"state": state, "error": "サーバーが断りました", "finished_at": house.now}
        db.execute(update(Delivery).where(Delivery.id == number).values(**values))
    return int(number)


def _cleared(house: House) -> Browser:
    with house.office.writing() as db:
        db.execute(update(Delivery).values(state=State.SENT))
    return Browser(house, "admin")


def _state(house: House, number: int) -> str:
    with house.office.reading() as db:
        return db.get_one(Delivery, number).state


def _promises(shown: str) -> Iterator[tuple[str, int]]:
    for row in shown.partition("<tbody")[2].split("<tr ")[1:]:
        cells = [cell.partition("</td>")[0].partition(">")[2] for cell in row.split("<td ")]
        yield cells[1], int(cells[3].partition("（")[2].partition(" 人")[0])


def _sent_by_the_scheduler(house: House, until: datetime) -> set[tuple[str, int]]:
    """Let the scheduler work every half an hour: when mail went out, and how many."""
    settings = mail_settings(house.office.files.parent)
    told = set()
    while house.now <= until:
        sent = tick(house.office, mailer_of(settings), settings, lambda: house.now).sent
        if sent:
            told.add((shown_moment(house.now), sent))
        house.later(minutes=30)
    return told


def test_the_inbox_for_answers_is_shown_to_administrators_with_what_was_set_aside(house: House) -> None:
    admin = Browser(house, "admin")
    assert "受信箱は設定されていません" in admin.see("/settings/answers")
    actions.set_mail_aside(
        house.office, "誰か <a@example.net>", "御案内", "予定表からの回答ではありません", now=house.now
    )
    inbox = Inbox("answers@city.example.jp", "imap.example.jp", 993, "answers", "himitsu")
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, inbox=inbox)
    shown = admin.see("/settings/answers")
    assert "answers@city.example.jp" in shown and "誰か &lt;a@example.net&gt;" in shown
    assert "himitsu" not in shown
    Browser(house, "tanto").see("/settings/answers", 403)
    assert "/settings/answers" not in Browser(house, "tanto").see("/settings")
