"""The pages, the API and the command line on periods that change: extended, corrected, cancelled, counted again, added
to; each named by its round."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.api_client import Program
from tests.support.chains import where_held_comments_count
from tests.support.scenario import House
from tests.support.terminal import Terminal
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.domain.calendar import TOKYO, end_of_day, parse_day, shown_day, tokyo_day
from workflow.domain.comments import Author, Disposition, Route
from workflow.store.database import Office

GATE = "comment_period"


@pytest.fixture
def asking(house: House) -> House:
    """A plan whose public comment opened today, an hour ago."""
    house.a_plan(at="public_comment")
    begin(house)
    return house.later(hours=1)


@pytest.fixture
def staff(asking: House) -> Browser:
    return Browser(asking, "tanto")


@pytest.fixture
def terminal(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """The command line at the office of the house."""
    url = house.office.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SAKUTEI_DATABASE_URL", url)
    monkeypatch.setenv("SAKUTEI_AS", "tanto")
    return Terminal(tmp_path, capsys, monkeypatch)


def begin(house: House) -> None:
    actions.open_comment(house.office, "tanto", "dx", GATE, tokyo_day(house.now), now=house.now)


def asked(house: House, round: int | None = None) -> queries.Consultation:
    with house.office.reading() as db:
        return queries.chosen_round(db, "dx", round, house.now)


def a_letter(house: House, *opinions: str, days_ago: float = 0) -> list[int]:
    actions.receive_opinions(
        house.office, "tanto", "dx", Author("秘密 一子"), opinions, route=Route.POST,
        received_at=house.now - timedelta(days=days_ago), now=house.now,
    )  # fmt: skip
    with house.office.reading() as db:
        return [each.id for each in queries.all_opinions(db, asked(house).held_id)][-len(opinions) :]


def an_answer(house: House, *opinions: int, summary: str = "概要") -> int:
    return actions.answer_opinions(
        house.office, "tanto", "dx", opinions, summary=summary, answer="考え方", disposition=Disposition.REFLECTED,
        now=house.now,
    )  # fmt: skip


def published(house: House) -> None:
    """After its period, with one opinion answered."""
    an_answer(house, *a_letter(house, "初めの意見"), summary="初めの概要")
    house.now = end_of_day(asked(house).closes_on)
    actions.publish_result(house.office, "tanto", "dx", now=house.now)


def sent_back(house: House) -> None:
    house.send_back("draft")
    house.open_every_gate()
    house.advance()


# --- pages -------------------------------------------------------------------------------------------------


def test_an_extension_is_asked_first_and_then_said_on_every_page(staff: Browser) -> None:
    house = staff.house
    last = asked(house).closes_on + timedelta(days=7)
    form = {"closes_on": last.isoformat(), "reason": "連休を挟むため", "round": "1"}
    assert "期間を延長する" in staff.see("/comments/dx")
    assert "延長します" in staff.send("/comments/dx/extend", **form) and asked(house).closes_on < last
    done = staff.do("/comments/dx/extend", **form)
    for shown in (done, Browser(house).see("/public/dx")):
        assert "連休を挟むため" in shown and "（26日間）" in shown and shown_day(last) in shown
    assert "連休を挟むため" in staff.see("/plans/dx/history")
    month = staff.see(f"/meetings?month={last:%Y-%m}")
    assert "DX推進計画" in month


def test_what_does_not_fit_is_said_on_the_page_which_keeps_what_was_typed(staff: Browser) -> None:
    house = staff.house
    shown = staff.send("/comments/dx/extend", 422, closes_on="いつか", reason="理由 <1>")
    assert "募集終了日" in shown and "理由 &lt;1&gt;" in shown
    early = (asked(house).closes_on - timedelta(days=5)).isoformat()
    form = {
        "opens_on": asked(house).opens_on.isoformat(),
        "closes_on": early,
        "contact": "電話 <03>",
        "reason": "誤り",
    }
    shown = staff.send("/comments/dx/correct", 422, **form)
    assert "19 日に足りません" in shown and "電話 &lt;03&gt;" in shown and early in shown
    assert "中止の理由" in staff.send("/comments/dx/cancel", 422, reason=" ")


def test_a_correction_is_shown_to_the_public_with_its_reason(staff: Browser) -> None:
    house = staff.house
    form = {
        "opens_on": asked(house).opens_on.isoformat(),
        "closes_on": asked(house).closes_on.isoformat(),
        "places": "中央図書館\r\n区政資料室",
        "contact": "ファクス 03-0000-1112\r\n電話 03-0000-1113",
        "reason": "番号の誤り",
    }
    staff.do("/comments/dx/correct", **form)
    shown = Browser(house).see("/public/dx")
    assert "番号の誤り" in shown and "03-0000-1113" in shown and "区政資料室" in shown
    assert "変わるところがありません" in staff.send("/comments/dx/correct", 422, **form)


def test_a_cancelled_comment_says_so_to_everybody_and_another_can_be_begun(staff: Browser) -> None:
    house = staff.house
    a_letter(house, "届いた意見")
    assert "中止します" in staff.send("/comments/dx/cancel", reason="文書の誤り")
    shown = staff.do("/comments/dx/cancel", reason="文書の誤り")
    assert "この募集は中止しました" in shown and "文書の誤り" in shown and "募集を始める" in shown
    citizen = Browser(house)
    for path in ("/public", "/public/dx"):
        assert "中止しました" in citizen.see(path)
    public = citizen.see("/public/dx")
    assert "文書の誤り" in public and "フォームで提出" not in public and "届いた意見" not in public
    assert "届いた意見" in staff.see("/comments/dx/opinions")
    assert "文書の誤り" in staff.see("/plans/dx") and "中止" in staff.see("/comments")
    staff.do("/comments/dx/open", gate=GATE, opens_on=tokyo_day(house.now).isoformat())
    assert "フォームで提出" in citizen.see("/public/dx")
    assert "中止しました" in citizen.see("/public/dx?round=1")


def test_a_comment_cancelled_before_it_began_is_never_public(house: House) -> None:
    house.a_plan(at="public_comment")
    first = tokyo_day(house.now) + timedelta(days=3)
    actions.open_comment(house.office, "tanto", "dx", GATE, first, now=house.now)
    actions.cancel_comment(house.office, "tanto", "dx", "延期", now=house.now)
    house.later(days=10)
    Browser(house).see("/public/dx", 404)


def test_the_pages_work_on_the_round_they_are_of(staff: Browser) -> None:
    house = staff.house
    (opinion,) = a_letter(house, "初めの意見。続き。")
    house.now = end_of_day(asked(house).closes_on)
    sent_back(house)
    begin(house)
    house.later(hours=1)
    staff.sign_in()
    listed = staff.see("/comments/dx/opinions?round=1")
    assert 'name="round" value="1"' in listed and "選んだ意見に回答する" in listed
    parts = staff.send(
        f"/comments/dx/opinions/{opinion}", letter="初めの意見。\r\n\r\n続き。", step="split", round="1"
    )
    assert "2 件に分けました" in parts and "（第1回）" in parts
    assert "選んだ意見 1 件" in staff.see(f"/comments/dx/answer?opinion={opinion}&round=1")
    with house.office.reading() as db:
        numbers = [each.id for each in queries.all_opinions(db, 1)]
    said = staff.send(
        "/comments/dx/answers",
        opinion=numbers,
        summary="概要",
        text="考え方",
        disposition="reflected",
        round="1",
    )
    assert "2 件の意見に回答しました" in said and "（第1回）" in said
    local = (house.now - timedelta(days=15)).astimezone(TOKYO)
    entered = staff.send(
        "/comments/dx/intake", route="post", day=f"{local:%Y-%m-%d}", time="09:00", name="区民", letter="三",
        step="enter", round="1",
    )  # fmt: skip
    assert "1-0002" in entered
    assert "三" in staff.see("/comments/dx/opinions?round=1") and "三</p>" not in staff.see(
        "/comments/dx/opinions"
    )
    staff.see("/comments/dx?round=9", 404)


def test_the_public_writes_to_the_round_it_reads(asking: House) -> None:
    house = asking
    actions.cancel_comment(house.office, "tanto", "dx", "延期", now=house.now)
    begin(house)
    house.later(hours=1)
    citizen = Browser(house)
    form = {"name": "区民", "address": "板橋区", "opinion": ["図が小さい"], "step": "send"}
    assert citizen.client.post("/public/dx", data={**form, "round": "1"}).status_code == 409
    assert "2-0001" in citizen.send("/public/dx", **form, round="2")


def test_what_is_found_later_is_published_as_an_addendum_with_its_day(staff: Browser) -> None:
    house = staff.house
    published(house)
    house.later(days=3)
    staff.sign_in()
    (found,) = a_letter(house, "机の中にあった意見", days_ago=5)
    assert "期間内の意見 1 件に回答がありません" in staff.see("/comments/dx")
    an_answer(house, found, summary="後の概要")
    citizen = Browser(house)
    before = citizen.see("/public/dx")
    assert "1件・1人" in before and "後の概要" not in before and "追補" not in before
    assert "後の概要" in staff.see("/comments/dx/publish") and "追補" in staff.see("/")
    assert "追補を公表します" in staff.send("/comments/dx/addendum")
    staff.do("/comments/dx/addendum")
    after = citizen.see("/public/dx")
    assert f"追補（{shown_day(tokyo_day(house.now))} 公表）" in after and "後の概要" in after
    assert "1件・1人" in after and "初めの概要" in after and "秘密" not in after
    assert "追補" not in staff.see("/")


def test_counting_an_earlier_comment_is_offered_decided_and_shown(office: Office) -> None:
    house = House(office, where_held_comments_count("itabashi_dx_2025"))
    house.a_plan(at="public_comment")
    begin(house)
    house.later(hours=1)
    published(house)
    sent_back(house)
    staff = Browser(house, "tanto")
    assert "前の募集を有効とする" in staff.see("/comments/dx")
    assert "有効とする理由" in staff.send("/comments/dx/count", 422, gate=GATE, reason="")
    shown = staff.do("/comments/dx/count", gate=GATE, reason="修正は軽微なため")
    public = Browser(house).see("/public/dx")
    for each in (shown, public, staff.see("/plans/dx"), staff.see("/plans/dx/history")):
        assert "修正は軽微なため" in each
    assert "第1回の結果を見る" in public and "初めの意見" in staff.see("/comments/dx/opinions")
    told = Program(house, "tanto").ask("plans/dx/comment")
    assert (told["period"]["counts_round"], told["counted"]["opinions"]) == (1, 1)


def test_counting_is_not_offered_where_the_chain_does_not_let_the_office(asking: House) -> None:
    published(asking)
    sent_back(asking)
    assert "前の募集を有効とする" not in Browser(asking, "tanto").see("/comments/dx")


def test_a_colleague_is_offered_no_change_and_refused_each(asking: House) -> None:
    colleague = Browser(asking, "mayor")
    assert "募集の変更" not in colleague.see("/comments/dx")
    later = (asked(asking).closes_on + timedelta(days=1)).isoformat()
    for path, form in (
        ("extend", {"closes_on": later, "reason": "一"}),
        ("correct", {"opens_on": later, "closes_on": later, "reason": "一"}),
        ("cancel", {"reason": "一"}),
        ("count", {"gate": GATE, "reason": "一"}),
        ("addendum", {}),
    ):
        colleague.send(f"/comments/dx/{path}", 403, **form, sure="yes")


# --- the API and the command line ----------------------------------------------------------------------


def test_a_comment_is_extended_corrected_and_cancelled_by_the_api(asking: House) -> None:
    program = Program(asking, "tanto")
    last = asked(asking).closes_on + timedelta(days=7)
    program.do("plans/dx/comment/extend", closes_on=last.isoformat(), reason="連休")
    program.do("plans/dx/comment/correct", places=["図書館"], reason="誤り")
    program.do("plans/dx/comment/correct", 422, reason="誤り")
    program.do("plans/dx/comment/cancel", reason="延期")
    program.do("plans/dx/comment/cancel", 409, reason="延期")
    told = program.ask("plans/dx/comment")["period"]
    assert (told["state"], told["cancelled_why"], told["places"]) == ("cancelled", "延期", ["図書館"])
    assert [each["act"] for each in told["changes"]] == [
        "comment.extended",
        "comment.corrected",
        "comment.cancelled",
    ]
    assert told["changes"][0]["fields"][0]["now"] == shown_day(last)


def test_a_call_names_its_round_and_means_the_newest_without(asking: House) -> None:
    house, program = asking, Program(asking, "tanto")
    (opinion,) = a_letter(house, "初めの意見")
    house.now = end_of_day(asked(house).closes_on)
    sent_back(house)
    begin(house)
    house.later(hours=1)
    program = Program(house, "tanto")
    assert program.ask("plans/dx/comment")["period"]["round"] == 2
    assert program.ask("plans/dx/comment", round=1)["counted"]["opinions"] == 1
    assert program.ask("plans/dx/comment/opinions")["opinions"] == []
    assert program.ask("plans/dx/comment/opinions", round=1)["opinions"][0]["number"] == opinion
    answer = {"opinions": [opinion], "summary": "概要", "answer": "考え方", "disposition": "reflected"}
    program.do("plans/dx/comment/answers", 404, **answer)
    program.do("plans/dx/comment/answers", **answer, round=1)
    program.do("plans/dx/comment/publish?round=1")
    assert program.ask("plans/dx/comment", round=1)["period"]["state"] == "published"
    program.ask("plans/dx/comment", 404, round=3)


def test_the_command_line_says_and_does_the_same(house: House, terminal: Terminal) -> None:
    house.at("2023-03-01 09:00")
    house.a_plan(at="public_comment")
    first = tokyo_day(house.now)
    actions.open_comment(house.office, "tanto", "dx", GATE, first, now=house.now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workflow.cli.comment_commands.now", lambda: house.now)
        last = asked(house).closes_on + timedelta(days=7)
        assert "24:00 まで" in terminal.run(
            "comment", "extend", "dx", "--closes", last.isoformat(), "--reason", "連休"
        )
        terminal.run("comment", "correct", "dx", "--place", "図書館", "--reason", "誤り")
        assert "連休" in terminal.run("comment", "show", "dx")
        told = json.loads(terminal.run("comment", "show", "dx", "--round", "1", "--json"))
        assert parse_day(told["period"]["closes_on"]) == last and told["period"]["places"] == ["図書館"]
        terminal.run("comment", "cancel", "dx", "--reason", "延期", "--round", "1")
        assert "中止されています" in terminal.refuse("comment", "publish", "dx")
        assert "まだ公表されていません" in terminal.refuse("comment", "addendum", "dx")
        assert "認めていません" in terminal.refuse("comment", "count", "dx", GATE, "--reason", "軽微")
