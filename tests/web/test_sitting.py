"""A sitting recorded in one form, over HTTP and without scripts."""

import re

import pytest

from definitions.terms import Outcome, Role
from tests.support.counting import counted
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.actions import GivenRsvp
from workflow.domain.errors import AlreadyDone
from workflow.domain.meetings import MeetingForm
from workflow.domain.minutes import Speaker
from workflow.domain.rsvp import Intent
from workflow.domain.votes import Choice
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.attendance import apart, places, polls
from workflow.queries.chains import chain_of
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.speeches import Besides, besides, speeches
from workflow.store.proof import prove

OFFICE, CHAIR, MEMBER = "joho_bukai_office", "joho_bukai_chair", "joho_bukai_1"
ALL = {f"there-joho_bukai_{who}": "yes" for who in ("chair", "1", "2")}
FORM = "/meetings/1/sitting"


def a_sitting(house: House, count: int = 1) -> list[int]:
    """The numbers of so many items of a meeting of the 部会 that has begun; nothing is recorded of it."""
    meeting = house.a_meeting()
    items = []
    for number in range(count):
        actions.open_plan(
            house.office, "tanto", f"p{number}", f"計画{number}", house.chain, department="it", now=house.now
        )
        house.a_version(key=f"p{number}")
        items.append(
            actions.list_item(house.office, OFFICE, meeting, f"p{number}", "policy_bukai", now=house.now)
        )
    house.later(days=7, hours=1)
    return items


def outcomes(house: House) -> list[Outcome | None]:
    with house.office.reading() as db:
        return [item.decided.outcome if item.decided else None for item in agenda(db, 1)]


def chosen(shown: str, field: str) -> str:
    """The value that a choice of the page shows."""
    choice = re.findall(rf'<select id="{field}".*?</select>', shown, re.S)[0]
    return (re.findall(r'value="([^"]*)" selected', choice) or re.findall(r'value="([^"]*)"', choice))[0]


def test_a_whole_sitting_is_recorded_in_one_form(house: House) -> None:
    (item,) = a_sitting(house)
    matter = actions.list_matter(house.office, OFFICE, 1, "その他", now=house.now)
    secretary = Browser(house, OFFICE)
    assert '<a class="button" href="/meetings/1/sitting"' in secretary.see("/meetings/1")
    form = {
        **ALL,
        "there-joho_bukai_2": "no",
        "presider": MEMBER,
        "arrived-joho_bukai_1": "09:30",
        "guests": "IT推進課長 山田\r\n財政課長 鈴木",
        "observers": "3",
        f"who-{item}-1": CHAIR,
        f"part-{item}-1": "recused",
        f"outcome-{item}": "conditional",
        f"conditions-{item}": "図を直す\r\n表を足す",
        f"note-{item}": "急ぐこと",
        f"speaker-{item}-1": f"member:{MEMBER}",
        f"text-{item}-1": "費用はいくらか。",
        f"speaker-{item}-2": "guest",
        f"name-{item}-2": "IT推進課長 山田",
        f"text-{item}-2": "三百万円である。",
        f"result-{matter}": "次回は四月とした。",
    }
    asked = secretary.send(FORM, **form)
    assert "8 件を記録する" in asked and "次の方にお知らせが送られます" in asked
    assert outcomes(house) == [None]
    done = secretary.do(FORM, **form)
    assert "8 件を記録しました。" in done and "下書きを表示しています" not in done
    assert "会議の終了へ進む" in done
    with house.office.reading() as db:
        held = meeting_of(db, 1)
        there = {place.seat.key: place for place in places(db, held)}
        (line,) = [each for each in agenda_lines(db, 1, agenda(db, 1)) if each.id == matter]
        (decided,) = [each.decided for each in agenda(db, 1) if each.decided]
        assert there[MEMBER].presided and there[MEMBER].arrived_at
        assert [there[key].present for key in (CHAIR, MEMBER, "joho_bukai_2")] == [True, True, False]
        assert besides(db, 1) == Besides(("IT推進課長 山田", "財政課長 鈴木"), 3)
        assert [(each.member, each.part.value) for each in apart(db, 1)] == [(CHAIR, "recused")]
        said = [(each.name, each.text) for each in speeches(db, 1)[item]]
        assert said[1] == ("IT推進課長 山田", "三百万円である。") and said[0][1] == "費用はいくらか。"
        assert line.result == "次回は四月とした。"
        assert decided.note == "急ぐこと" and [each.text for each in decided.conditions] == [
            "図を直す",
            "表を足す",
        ]
    assert prove(house.office).whole
    same = {**ALL, "there-joho_bukai_2": "no", "presider": MEMBER, "arrived-joho_bukai_1": "09:30"}
    same |= {
        "guests": "IT推進課長 山田\n財政課長 鈴木",
        "observers": "3",
        f"result-{matter}": "次回は四月とした。",
    }
    assert "新しく書かれたものはありません" in secretary.send(FORM, **same)


def _seen(shown: str) -> str:
    return re.findall(r'name="seen" value="(\d+)"', shown)[0]


def _said(house: House, item: int) -> list[str]:
    with house.office.reading() as db:
        return [each.text for each in speeches(db, 1).get(item, [])]


def test_a_form_sent_again_by_the_back_button_records_its_remarks_once(house: House) -> None:
    """Also when a word was said twice, and when something was added to the form before it was sent again."""
    (item,) = a_sitting(house)
    secretary = Browser(house, OFFICE)
    form = {
        **ALL,
        "seen": _seen(secretary.see(FORM)),
        f"text-{item}-1": "異議なし。",
        f"text-{item}-2": "異議なし。",
        f"speaker-{item}-3": f"member:{MEMBER}",
        f"text-{item}-3": "費用は\r\nいくらか。 ",
    }
    assert "4 件を記録しました。" in secretary.send(FORM, **form)
    once = ["異議なし。", "異議なし。", "費用は\nいくらか。"]
    assert _said(house, item) == once
    shown = secretary.send(FORM, **form)
    assert "新しく書かれたものはありません" in shown and _said(house, item) == once
    assert "費用は" not in "".join(re.findall(r"<textarea.*?</textarea>", shown, re.S))
    form |= {f"speaker-{item}-4": "secretariat", f"text-{item}-4": "三百万円である。"}
    assert "1 件を記録しました。" in secretary.send(FORM, **form)
    assert _said(house, item) == [*once, "三百万円である。"]


def test_the_same_words_said_again_later_are_recorded_again(house: House) -> None:
    (item,) = a_sitting(house)
    secretary = Browser(house, OFFICE)
    for count in (1, 2):
        form = {**ALL, "seen": _seen(secretary.see(FORM)), f"text-{item}-1": "異議なし。"}
        secretary.send(FORM, **form)
        assert _said(house, item) == ["異議なし。"] * count


def test_what_is_confirmed_again_by_the_back_button_is_recorded_once(house: House) -> None:
    (item,) = a_sitting(house)
    secretary = Browser(house, OFFICE)
    form = {**ALL, "seen": _seen(secretary.see(FORM)), f"text-{item}-1": "異議なし。"}
    asked = secretary.send(FORM, **form, **{f"outcome-{item}": "approved"})
    assert _seen(asked) == form["seen"]
    for status in (200, 409):
        secretary.send(FORM, status, **form, **{f"outcome-{item}": "approved"}, sure="yes")
        assert _said(house, item) == ["異議なし。"]


def test_two_clicks_at_once_record_a_remark_once(house: House) -> None:
    (item,) = a_sitting(house)
    said = actions.Spoken(Speaker.CHAIR, "異議なし。")
    both = [actions.SaidAgain(after=0) for _ in range(2)]
    actions.record_speech(house.office, OFFICE, item, said, unless=both[0], now=house.now)
    with pytest.raises(AlreadyDone):
        actions.record_speech(house.office, OFFICE, item, said, unless=both[1], now=house.now)
    assert _said(house, item) == ["異議なし。"]


def test_what_the_members_answered_is_filled_in_and_said_to_be(house: House) -> None:
    meeting = house.a_meeting()
    for who, intent in ((MEMBER, Intent.ABSENT), (CHAIR, Intent.ATTENDS)):
        actions.give_rsvp(house.office, who, meeting, GivenRsvp(intent), now=house.now)
    house.later(days=7, hours=1)
    secretary = Browser(house, OFFICE)
    shown = secretary.see(FORM)
    assert "出欠の回答から入れてあります" in shown
    fields = [chosen(shown, f"there-joho_bukai_{who}") for who in ("chair", "1", "2")]
    assert fields == ["yes", "no", ""]
    page = secretary.see("/meetings/1")
    assert "出欠の回答から入れてあります" in page
    assert re.search(rf'name="there-{MEMBER}" value="no" checked', page)
    secretary.send(
        FORM, **{f"there-joho_bukai_{who}": value for who, value in zip(("chair", "1"), fields, strict=False)}
    )
    shown = secretary.see(FORM)
    assert "出欠の回答から入れてあります" not in shown and chosen(shown, f"there-{MEMBER}") == "no"


def test_what_is_refused_stays_and_says_why_while_the_rest_is_recorded(house: House) -> None:
    one, two, three = a_sitting(house, 3)
    secretary = Browser(house, OFFICE)
    form = {
        **ALL,
        f"outcome-{one}": "approved",
        f"outcome-{two}": "conditional",
        f"note-{two}": "図を直すこと",
        f"note-{three}": "結果はまだ",
        f"text-{two}-1": "発言は記録する。",
        "observers": "多数",
    }
    answer = secretary.post(FORM, 409, **form, sure="yes")
    assert "3 件を記録しました。次の 3 件は記録できませんでした" in answer.text
    for at in ("besides", f"item-{two}", f"item-{three}"):
        assert f'<a href="#{at}"' in answer.text and f'id="why-{at}"' in answer.text
    assert "条件付き了承に条件がありません" in answer.text and "「多数」は人数ではありません" in answer.text
    assert outcomes(house) == [Outcome.APPROVED, None, None]
    for shown in (answer.text, secretary.see(FORM)):
        assert "図を直すこと" in shown and "結果はまだ" in shown and 'value="多数"' in shown
        assert shown.count("発言は記録する。") == 1
    with house.office.reading() as db:
        assert [each.text for each in speeches(db, 1)[two]] == ["発言は記録する。"]
    mended = {
        **ALL,
        f"outcome-{two}": "conditional",
        f"conditions-{two}": "図",
        f"outcome-{three}": "continued",
        "observers": "",
    }
    secretary.do(FORM, **mended)
    assert outcomes(house) == [Outcome.APPROVED, Outcome.CONDITIONAL, Outcome.CONTINUED]
    assert "下書きを表示しています" not in secretary.see(FORM)


def test_a_draft_outlives_the_session_and_is_its_writers_alone(house: House) -> None:
    (item,) = a_sitting(house)
    actions.seat(
        house.office, "admin", "tanto", "joho_bukai", Role.SECRETARIAT, house.now.date(), now=house.now
    )
    secretary = Browser(house, OFFICE)
    saved = secretary.send(f"{FORM}/draft", **ALL, **{f"note-{item}": "書きかけ"})
    assert "下書きを保存しました 10:00" in saved and "保存した下書きを表示しています" in saved
    assert outcomes(house) == [None]
    secretary.client.post("/sign-out", data={"csrf": secretary.csrf})
    secretary.sign_in()
    again = secretary.see(FORM)
    assert "書きかけ" in again and chosen(again, f"there-{MEMBER}") == "yes"
    colleague = Browser(house, "tanto").see(FORM)
    assert "書きかけ" not in colleague and "下書きを表示しています" not in colleague
    for other in (CHAIR, MEMBER):
        assert "書きかけ" not in Browser(house, other).see("/meetings/1")
        Browser(house, other).see(FORM, 403)
    thrown = secretary.send(f"{FORM}/draft/discard")
    assert "下書きを捨てました" in thrown and "書きかけ" not in thrown
    with house.office.reading() as db:
        assert not db.connection().exec_driver_sql("SELECT id FROM sitting_draft").all()


def test_a_script_saves_the_draft_and_gets_a_sentence(house: House) -> None:
    items = a_sitting(house, 16)
    secretary = Browser(house, OFFICE)

    def save(words: str, csrf: str = secretary.csrf) -> tuple[int, str]:
        answer = secretary.client.post(
            f"{FORM}/draft",
            data={"csrf": csrf, **{f"note-{item}": words for item in items}},
            headers={"accept": "text/plain"},
            follow_redirects=False,
        )
        return answer.status_code, answer.text

    assert save("書きかけ") == (200, "下書きを保存しました 10:00")
    assert save("ほかの文", csrf="0" * 64)[0] == 403
    code, words = save("長" * 20_000)
    assert code == 422 and "300000 文字までしか保存できません" in words
    assert "書きかけ" in secretary.see(FORM)
    refused = secretary.send(f"{FORM}/draft", 422, **{f"note-{item}": "長" * 20_000 for item in items})
    assert "300000 文字までしか保存できません" in refused and "長長長" in refused


def test_a_line_is_added_without_a_script_and_nothing_is_lost(house: House) -> None:
    (item,) = a_sitting(house)
    secretary = Browser(house, OFFICE)
    form = {**ALL, f"text-{item}-1": "初めの発言", f"outcome-{item}": "approved"}
    answer = secretary.client.post(
        f"{FORM}/draft", data={"csrf": secretary.csrf, **form, "more": f"text-{item}"}, follow_redirects=False
    )
    assert answer.headers["location"] == f"{FORM}#text-{item}-2"
    shown = secretary.see(FORM)
    assert f'id="text-{item}-2"' in shown and f'id="text-{item}-3"' not in shown
    assert "初めの発言" in shown and re.search(rf'name="outcome-{item}" value="approved" checked', shown)
    shown = secretary.send(f"{FORM}/draft", **form, more=f"who-{item}", **{f"who-{item}-1": MEMBER})
    assert f'id="who-{item}-2"' in shown


def test_ten_items_are_recorded_in_one_post_at_a_constant_cost_an_item(house: House) -> None:
    items = a_sitting(house, 10)
    secretary = Browser(house, OFFICE)

    def cost(**form: str) -> int:
        with counted(house) as sent:
            secretary.do(FORM, **ALL, **form)
        return len(sent)

    cost()
    cost(**{f"outcome-{items[0]}": "approved"})
    two, three, four = (
        cost(**{f"outcome-{item}": "approved" for item in some})
        for some in (items[1:3], items[3:6], items[6:])
    )
    assert four - three == three - two <= 12, (two, three, four)
    assert outcomes(house) == [Outcome.APPROVED] * 10


def test_the_form_of_forty_items_costs_few_statements(house: House) -> None:
    items = a_sitting(house, 2)
    for number in range(38):
        actions.list_matter(house.office, OFFICE, 1, f"議題{number}", now=house.now)
    secretary = Browser(house, OFFICE)
    secretary.see(FORM)
    with counted(house) as sent:
        shown = secretary.see(FORM)
    assert shown.count('class="card outcome"') == 40 and len(sent) <= 12, sent
    secretary.do(FORM, **ALL, **{f"outcome-{items[0]}": "approved"})
    with counted(house) as sent:
        secretary.see(FORM)
    assert len(sent) <= 12, sent


def test_nothing_is_decided_where_nobody_is_present(house: House) -> None:
    (item,) = a_sitting(house)
    secretary = Browser(house, OFFICE)
    absent = dict.fromkeys(ALL, "no")
    for there in ({}, absent):
        shown = secretary.send(FORM, 409, **there, **{f"outcome-{item}": "approved"})
        assert "出席した委員が一人も記録されていません" in shown
        assert re.search(rf'name="outcome-{item}" value="approved" checked', shown)
    assert outcomes(house) == [None]
    secretary.do(FORM, **absent, **{f"outcome-{item}": "continued"})
    assert outcomes(house) == [Outcome.CONTINUED]


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_a_body_that_votes_is_counted_in_the_same_form(house: House) -> None:
    office = "shingikai_office"
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("shingikai")
    item = actions.list_item(house.office, office, meeting, "dx", "consultation_shingikai", now=house.now)
    house.later(days=7, hours=1)
    there = {f"there-shingikai_{who}": "yes" for who in ("chair", "1", "2")}
    secretary = Browser(house, office)
    tie = {f"vote-{item}-shingikai_1": "for", f"vote-{item}-shingikai_2": "against"}
    shown = secretary.send(FORM, 409, **there, **tie, **{f"outcome-{item}": "counted"})
    assert "可否同数です" in shown and f'id="deciding-{item}"' in shown
    given = {**there, **tie, f"deciding-{item}": "for", f"outcome-{item}": "counted"}
    done = secretary.do(FORM, **given)
    assert "2 件を記録しました" in done and "可否同数" not in done
    with house.office.reading() as db:
        held = meeting_of(db, meeting)
        rule = chain_of(db, held.chain_sha256).body("shingikai")
        poll = polls(db, held, rule, places(db, held))[item]
    assert poll.deciding is Choice.FOR and outcomes(house) == [Outcome.ADVISED]


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_everybody_else_votes_alike_in_one_choice(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("shingikai")
    item = actions.list_item(
        house.office, "shingikai_office", meeting, "dx", "consultation_shingikai", now=house.now
    )
    house.later(days=7, hours=1)
    form = {f"there-shingikai_{who}": "yes" for who in ("chair", "1", "2")}
    form |= {f"rest-{item}": "for", f"outcome-{item}": "counted"}
    Browser(house, "shingikai_office").do(FORM, **form)
    assert outcomes(house) == [Outcome.ADVISED]


def test_the_form_is_there_while_the_meeting_runs_alone(house: House) -> None:
    meeting = house.a_meeting()
    writing = house.a_meeting(form=MeetingForm.IN_WRITING)
    secretary = Browser(house, OFFICE)
    for number in (meeting, writing):
        assert "会議の進行" not in secretary.see(f"/meetings/{number}/sitting")
        assert f'href="/meetings/{number}/sitting"' not in secretary.see(f"/meetings/{number}")
    house.later(days=7, hours=1)
    secretary.sign_in()
    assert "会議の進行" in secretary.see(FORM)
    house.everybody_attends("joho_bukai", meeting)
    actions.close_meeting(house.office, OFFICE, meeting, "終わった。", now=house.now)
    assert "会議の進行" not in secretary.see(FORM)
    secretary.see("/meetings/99/sitting", 404)


def test_closing_says_that_a_draft_is_left(house: House) -> None:
    (item,) = a_sitting(house)
    secretary = Browser(house, OFFICE)
    secretary.do(FORM, **ALL, **{f"outcome-{item}": "approved"})
    secretary.send(f"{FORM}/draft", **{f"text-{item}-1": "書きかけの発言"})
    assert "まだ記録していない下書きがあります" in secretary.send("/meetings/1/close", minutes="了承した。")
    secretary.send(f"{FORM}/draft/discard")
    assert "下書きがあります" not in secretary.send("/meetings/1/close", minutes="了承した。")


def test_a_remark_put_in_on_the_meetings_page_is_recorded_once_when_it_is_sent_again(house: House) -> None:
    (item,) = a_sitting(house)
    said = actions.Spoken(Speaker.CHAIR, "ほかにないか。")
    last = actions.record_speech(house.office, OFFICE, item, said, now=house.now)
    secretary = Browser(house, OFFICE)
    form = {"speaker": "chair", "name": "", "text": "異議なし。", "before": str(last)}
    sent = form | {"seen": _seen(secretary.see("/meetings/1"))}
    secretary.send(f"/items/{item}/speeches", **sent)
    refused = secretary.send(f"/items/{item}/speeches", 409, **sent)
    assert "既に記録されています" in refused and _said(house, item) == ["異議なし。", "ほかにないか。"]
    secretary.send(f"/items/{item}/speeches", **form, seen=_seen(secretary.see("/meetings/1")))
    assert _said(house, item) == ["異議なし。", "異議なし。", "ほかにないか。"]
