"""The pages of the public: what they show and when, what the form takes, and what never gets out."""

import html
import re
from datetime import timedelta

import pytest
from httpx import Response

from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.domain.calendar import end_of_day, tokyo_day
from workflow.domain.comments import Author, Disposition, Route

WRITER = {"name": "区民 一郎", "address": "板橋区板橋二丁目", "telephone": "03-0000-0000"}


@pytest.fixture
def asking(house: House) -> House:
    """A plan whose public comment opened today, an hour ago."""
    house.a_plan(at="public_comment")
    actions.open_comment(
        house.office, "tanto", "dx", "comment_period", tokyo_day(house.now), places=["IT推進課", "中央図書館"],
        contact="〒173-8501 板橋区板橋二丁目66番1号\nファクス 03-0000-1111", now=house.now,
    )  # fmt: skip
    return house.later(hours=1)


@pytest.fixture
def citizen(asking: House) -> Browser:
    return Browser(asking)


def press(citizen: Browser, step: str, *opinions: str, status: int = 200, **typed: str) -> Response:
    """A button of the form, with what was typed."""
    form = {**WRITER, **typed, "opinion": list(opinions), "step": step}
    answer = citizen.client.post("/public/dx", data=form)
    assert answer.status_code == status, answer.text
    return answer


def received(house: House) -> tuple[int, int]:
    """How many opinions of how many persons."""
    with house.office.reading() as db:
        counted = queries.comment_counts(db, 1)
    return counted.opinions, counted.persons


def a_published_comment(house: House) -> None:
    for route, name in ((Route.FAX, "秘密 一子"), (Route.MAIL, "秘密 二子")):
        actions.receive_opinions(
            house.office, "tanto", "dx", Author(name, "秘密の住所", "090-0000-0000", "秘密高校"),
            ["図が<b>小さい</b>", "費用が心配"], route=route, received_at=house.now, now=house.now,
        )  # fmt: skip
    with house.office.reading() as db:
        opinions = [each.id for each in queries.all_opinions(db, 1)]
        last = queries.rounds(db, "dx", house.now)[0].closes_on
    house.now = end_of_day(last)
    actions.receive_opinions(
        house.office, "tanto", "dx", Author("秘密 三子"), ["遅れた意見"], route=Route.POST, received_at=house.now,
        now=house.now,
    )  # fmt: skip
    answers = (
        (opinions[::2], "図が<b>小さい</b>。"),
        (opinions[1::2], "費用が心配である。"),
        ([opinions[-1] + 1], "期間後の意見の概要"),
    )
    for numbers, summary in answers:
        actions.answer_opinions(
            house.office, "tanto", "dx", numbers, summary=summary, answer="改めます。",
            disposition=Disposition.REFLECTED, now=house.now,
        )  # fmt: skip
    actions.publish_result(house.office, "tanto", "dx", now=house.now)


# --- what is shown, and when ---------------------------------------------------------------------------


def test_nothing_is_said_of_a_plan_before_its_comment_begins(house: House) -> None:
    house.a_plan(at="public_comment")
    stranger = Browser(house)
    unknown = stranger.see("/public/none", 404)
    assert stranger.see("/public/dx", 404) == unknown.replace("/public/none", "/public/dx")
    tomorrow = tokyo_day(house.now) + timedelta(days=1)
    actions.open_comment(house.office, "tanto", "dx", "comment_period", tomorrow, now=house.now)
    assert stranger.see("/public/dx", 404) == unknown.replace("/public/none", "/public/dx")
    for path in ("/public/dx/document", "/public/dx?round=1", "/public/dx/received?number=1-0001"):
        assert "DX" not in stranger.see(path, 404)
    assert press(stranger, "send", "早い", status=404)
    assert "DX" not in stranger.see("/public")
    house.later(days=1)
    assert "DX推進計画" in stranger.see("/public")
    assert "DX推進計画" in stranger.see("/public/dx")


def test_a_running_comment_says_what_until_when_where_and_how(citizen: Browser) -> None:
    shown = citizen.see("/public/dx")
    with citizen.house.office.reading() as db:
        (asked,) = queries.rounds(db, "dx", citizen.house.now)
    first = shown.split("<dd>")[1]
    assert re.match(r"令和\d+年\d+月\d+日（.）から\d+月\d+日（.）24:00まで（19日間）", first), first
    assert asked.days == 19
    for words in (
        "中央図書館",
        "IT推進課",
        "ファクス 03-0000-1111",
        "計画.docx",
        "郵送・ファクス・電子メール・窓口",
    ):
        assert words in shown
    assert "サインアウト" not in shown and "今日の仕事" not in shown


def test_the_text_asked_about_is_downloaded_even_when_a_newer_version_is_there(citizen: Browser) -> None:
    house = citizen.house
    before = citizen.client.get("/public/dx/document")
    assert before.headers["content-disposition"].startswith("attachment")
    assert before.headers["content-type"] == "application/octet-stream"
    house.a_correction("正誤を加えた案")
    assert citizen.client.get("/public/dx/document").content == before.content


def test_the_result_is_published_as_opinions_persons_and_answers(asking: House) -> None:
    a_published_comment(asking)
    shown = Browser(asking).see("/public/dx")
    assert "4件・2人（電子メール1人、ファクス1人）" in shown
    assert "募集期間の後に届いたご意見が1件（1人）" in shown
    for words in ("費用が心配である。", "改めます。", "反映", "図が&lt;b&gt;小さい&lt;/b&gt;。"):
        assert words in shown
    assert "遅れた意見" not in shown and "期間後の意見の概要" not in shown and "フォームで提出" not in shown


def test_who_wrote_is_on_no_public_page(asking: House) -> None:
    a_published_comment(asking)
    stranger = Browser(asking)
    for path in ("/public", "/public/dx", "/public/dx?round=1"):
        shown = stranger.see(path)
        assert "秘密" not in shown and "090-" not in shown, path


def test_no_answer_is_shown_before_the_publication(asking: House) -> None:
    actions.receive_opinions(
        asking.office, "tanto", "dx", Author("区民"), ["意見"], route=Route.FAX, received_at=asking.now, now=asking.now
    )  # fmt: skip
    actions.answer_opinions(
        asking.office, "tanto", "dx", [1], summary="下書き", answer="下書き", disposition=Disposition.OUTSIDE,
        now=asking.now,
    )  # fmt: skip
    asking.later(days=20)
    shown = Browser(asking).see("/public/dx")
    assert "募集は終わりました" in shown and "下書き" not in shown


def test_a_second_round_stands_beside_the_result_of_the_first(asking: House) -> None:
    a_published_comment(asking)
    asking.send_back("draft")
    asking.open_every_gate()
    asking.advance()
    actions.open_comment(
        asking.office, "tanto", "dx", "comment_period", tokyo_day(asking.now), now=asking.now
    )
    stranger = Browser(asking)
    assert "フォームで提出" in stranger.see("/public/dx")
    assert "費用が心配である。" in stranger.see("/public/dx?round=1")
    listed = stranger.see("/public")
    assert "第1回" in listed and "第2回" in listed


def test_a_round_of_any_length_is_answered(citizen: Browser) -> None:
    assert (
        "フォームで提出" in citizen.client.post("/public/dx", data={"round": "9" * 5000, "step": "more"}).text
    )


# --- the form ------------------------------------------------------------------------------------------


def test_a_citizen_sees_what_will_be_sent_then_sends_it_and_gets_a_number(citizen: Browser) -> None:
    shown = press(citizen, "check", "図が小さい", "", "費用が心配\r\nとても").text
    assert "まだ送られていません" in shown and "図が小さい" in shown
    assert received(citizen.house) == (0, 0)
    answer = press(citizen, "send", "図が小さい", "費用が心配\r\nとても")
    assert "1-0001" in answer.text and "/public/dx/received" in str(answer.url)
    assert "区民 一郎" not in answer.text
    assert received(citizen.house) == (2, 1)
    with citizen.house.office.reading() as db:
        assert [each.text for each in queries.all_opinions(db, 1)] == ["図が小さい", "費用が心配\nとても"]


def test_the_confirming_page_sends_exactly_what_it_shows(citizen: Browser) -> None:
    shown = press(citizen, "check", '"引用"と<script>\n二行目').text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    assert html.unescape(hidden["opinion"]) == '"引用"と<script>\n二行目'
    assert html.unescape(hidden["name"]) == WRITER["name"]
    assert "<script>\n" not in shown


def test_a_receipt_is_shown_only_to_who_has_its_seal(citizen: Browser) -> None:
    path = str(press(citizen, "send", "意見").url).removeprefix("http://office.example.jp")
    shown = citizen.see(path)
    assert "1-0001" in shown and "<dd>1件</dd>" in shown
    citizen.see(path.replace("1-0001", "1-0002"), 404)
    citizen.see("/public/dx/received?number=1-0001&seal=", 404)
    citizen.see("/public/dx/received?number=1-0001&seal=é", 404)


def test_more_fields_and_going_back_keep_what_was_typed(citizen: Browser) -> None:
    shown = press(citizen, "more", "一", "", "三", address="<港>").text
    assert re.findall(r'id="opinion-(\d)"', shown) == ["1", "2", "3", "4"]
    assert ">\n一</textarea>" in shown and ">\n三</textarea>" in shown and "&lt;港&gt;" in shown
    assert ">\n一</textarea>" in press(citizen, "back", "一").text
    assert received(citizen.house) == (0, 0)


@pytest.mark.parametrize("step", ["check", "send", ""])
@pytest.mark.parametrize(
    ("typed", "opinions", "field", "words"),
    [
        ({"name": ""}, ["意見"], "name", "氏名を入力してください"),
        ({"address": "　"}, ["意見"], "address", "住所を入力してください"),
        ({"name": "あ" * 201}, ["意見"], "name", "200 文字以内"),
        ({"affiliation": "高校\x07"}, ["意見"], "affiliation", "制御文字"),
        ({}, ["", " "], "opinion-1", "意見を入力してください"),
        ({}, ["一", "い" * 20_001], "opinion-2", "20000 文字以内"),
        ({}, ["\x00"], "opinion-1", "制御文字"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    citizen: Browser, step: str, typed: dict[str, str], opinions: list[str], field: str, words: str
) -> None:
    shown = press(citizen, step, *opinions, status=422, **typed).text
    assert 'role="alert"' in shown and f'href="#{field}"' in shown
    (entry,) = re.findall(rf'<(?:input|textarea) id="{field}"[^>]*>', shown)
    assert 'aria-invalid="true"' in entry and f"{field}-problem" in entry
    assert words in re.findall(rf'id="{field}-problem">([^<]*)<', shown)[0]
    assert "03-0000-0000" in shown
    if len(opinions) == 2 and opinions[0]:
        assert ">\n一</textarea>" in shown
    assert received(citizen.house) == (0, 0)


def test_the_form_pressed_twice_gives_one_receipt(citizen: Browser) -> None:
    numbers = {re.findall(r"1-\d{4}", press(citizen, "send", "意見").text)[0] for _ in range(2)}
    assert numbers == {"1-0001"}
    assert received(citizen.house) == (1, 1)


def test_who_fills_in_the_field_nobody_sees_gets_no_receipt_and_leaves_no_trace(citizen: Browser) -> None:
    shown = press(citizen, "send", "宣伝", homepage="https://spam.example").text
    assert "受け付けられませんでした" in shown and "ファクス 03-0000-1111" in shown
    assert "1-0001" not in shown
    assert received(citizen.house) == (0, 0)


def test_too_many_in_an_hour_are_told_when_to_come_again_and_the_other_ways(citizen: Browser) -> None:
    for number in range(10):
        press(citizen, "send", f"意見{number}")
    answer = press(citizen, "send", "もう一つ", status=429)
    assert answer.headers["retry-after"] == "3600"
    assert "以後に、もう一度" in answer.text and "ファクス 03-0000-1111" in answer.text
    citizen.house.later(hours=1)
    assert "1-0011" in press(citizen, "send", "もう一つ").text


def test_citizens_of_ipv4_on_a_socket_of_ipv6_have_a_limit_each(citizen: Browser) -> None:
    citizen.client.to_app.client = ("::ffff:203.0.113.7", 50000)
    for number in range(10):
        press(citizen, "send", f"意見{number}")
    press(citizen, "send", "もう一つ", status=429)
    citizen.client.to_app.client = ("::ffff:203.0.113.8", 50000)
    press(citizen, "send", "隣の人の意見")


def test_what_comes_at_24_hours_is_not_taken_and_shown_back(citizen: Browser) -> None:
    citizen.house.now = end_of_day(tokyo_day(citizen.house.now) + timedelta(days=18))
    shown = press(citizen, "send", "間に合わない意見", status=409).text
    assert "募集は終わりました" in shown and "間に合わない意見" in shown
    assert received(citizen.house) == (0, 0)


def test_a_form_of_another_site_or_of_any_size_is_not_taken(citizen: Browser) -> None:
    form = {**WRITER, "opinion": "意見", "step": "send"}
    evil = citizen.client.post("/public/dx", data=form, headers={"origin": "https://evil.example"})
    assert evil.status_code == 403
    large = citizen.client.post("/public/dx", data={**form, "opinion": "a" * 5_000_000})
    assert large.status_code == 413
    unsized = citizen.client.post("/public/dx", content=iter([b"step=send"]))
    assert unsized.status_code == 413
    upload = citizen.client.post("/public/dx", data=form, files={"opinion": ("a.txt", b"x")})
    assert upload.status_code == 400
    assert received(citizen.house) == (0, 0)


def test_a_withdrawn_plan_takes_no_opinions_and_is_not_listed(citizen: Browser) -> None:
    house = citizen.house
    actions.withdraw(house.office, "tanto", "dx", "取りやめ", seen=house.plan().revision, now=house.now)
    assert "いま受け付けていません" in press(citizen, "send", "意見", status=409).text
    assert "DX推進計画" not in citizen.see("/public")


def test_a_correction_during_the_period_is_published_with_what_it_changed(house: House) -> None:
    house.a_plan(at="draft")
    house.a_version("# 目的\n対象は50件とする。\n")
    for gate in ("draft_bukai", "draft_honbu", "draft_iinkai"):
        house.agree(gate)
    house.advance()
    actions.open_comment(house.office, "tanto", "dx", "comment_period", tokyo_day(house.now), now=house.now)
    citizen = Browser(house)
    assert "文書の正誤" not in citizen.see("/public/dx")
    house.a_correction("# 目的\n対象は60件とする。\n")
    number = house.text()
    assert f"/public/dx/corrections/{number}" in citizen.see("/public/dx")
    shown = citizen.see(f"/public/dx/corrections/{number}")
    assert re.search(r"<del[^>]*>50</del>", shown) and re.search(r"<ins[^>]*>60</ins>", shown)
    sent = citizen.client.get(f"/public/dx/corrections/{number}/document")
    assert sent.content.decode() == "# 目的\n対象は60件とする。\n"
    citizen.see("/public/dx/corrections/1", 404)
    citizen.see("/public/dx/corrections/1/document", 404)
