"""The agenda on its page: put plans on it, order it, take one off."""

import re

import pytest

from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.store.proof import prove

PLANS = ("a", "b", "c")


@pytest.fixture
def secretary(house: House) -> Browser:
    """The 事務局 of the 部会, with one meeting called and three plans before it."""
    for key in PLANS:
        actions.open_plan(
            house.office, "tanto", key, f"計画{key}", house.chain, department="it", now=house.now
        )
        house.a_version(key=key)
    house.a_meeting()
    return Browser(house, "joho_bukai_office")


def on_agenda(page: str) -> list[str]:
    return re.findall(r'<p class="head"><span class="number">\d+</span> <a href="/plans/(\w+)"', page)


def numbers(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'name="item" value="(\d+)"', page)]


def filled(secretary: Browser) -> str:
    return secretary.send("/meetings/1/items", add=[f"{key}:policy_bukai" for key in PLANS])


def test_several_plans_go_on_the_agenda_at_once_and_are_not_offered_again(secretary: Browser) -> None:
    assert 'value="a:policy_bukai"' in secretary.see("/meetings/1/add")
    shown = filled(secretary)
    assert "3 件を議題に載せました" in shown and on_agenda(shown) == ["a", "b", "c"]
    shown = secretary.see("/meetings/1/add")
    assert 'value="a:policy_bukai"' not in shown and "載せられる計画はありません" in shown


def test_a_plan_put_on_twice_is_told_and_keeps_no_other_from_it(secretary: Browser) -> None:
    secretary.send("/meetings/1/items", add="a:policy_bukai")
    shown = secretary.send("/meetings/1/items", add=["a:policy_bukai", "b:policy_bukai"])
    assert "1 件を議題に載せました" in shown and "既にこの会議の議題に載っています" in shown
    assert on_agenda(shown) == ["a", "b"]


def test_what_waits_on_another_agenda_is_offered_with_the_meeting_it_waits_at(secretary: Browser) -> None:
    filled(secretary)
    other = secretary.house.a_meeting()
    shown = secretary.see(f"/meetings/{other}/add")
    assert re.search(r'value="a:policy_bukai" disabled', shown)
    assert "「情報化推進部会」の議題に載っていて、まだ結果がありません。" in shown
    refused = secretary.send(f"/meetings/{other}/items", add="a:policy_bukai")
    assert "先にそちらの議題から外してください" in refused


def test_a_report_to_a_deliberating_body_is_listed_as_a_report(secretary: Browser) -> None:
    shown = secretary.send("/meetings/1/items", add="a:policy_bukai", purpose="report")
    assert '<span class="tag soft">報告</span>' in shown


def test_nothing_ticked_changes_nothing(secretary: Browser) -> None:
    assert "選ばれていません" in secretary.send("/meetings/1/items", 422)
    secretary.send("/meetings/1/items", 404, add="none:policy_bukai")


def test_buttons_move_an_item_up_and_down_and_not_beyond_the_ends(secretary: Browser) -> None:
    a, b, c = numbers(filled(secretary))
    assert on_agenda(secretary.send("/meetings/1/order", item=[a, b, c], move=f"down:{a}")) == ["b", "a", "c"]
    assert on_agenda(secretary.send("/meetings/1/order", item=[b, a, c], move=f"up:{c}")) == ["b", "c", "a"]
    assert on_agenda(secretary.send("/meetings/1/order", item=[b, c, a], move=f"up:{b}")) == ["b", "c", "a"]
    assert on_agenda(secretary.send("/meetings/1/order", item=[b, c, a], move=f"down:{a}")) == ["b", "c", "a"]


def test_an_order_sent_whole_is_taken_as_it_is(secretary: Browser) -> None:
    a, b, c = numbers(filled(secretary))
    assert on_agenda(secretary.send("/meetings/1/order", item=[c, a, b])) == ["c", "a", "b"]


def test_an_order_of_numbers_of_any_length_is_refused_kindly(secretary: Browser) -> None:
    filled(secretary)
    assert "開き直して" in secretary.send(
        "/meetings/1/order", 409, item=["9" * 5000], move="up:" + "9" * 5000
    )


def test_an_order_of_an_agenda_seen_before_it_changed_is_refused_kindly(secretary: Browser) -> None:
    a, b, c = numbers(filled(secretary))
    secretary.send(f"/meetings/1/items/{b}/remove", reason="取下げ")
    assert "開き直して" in secretary.send("/meetings/1/order", 409, item=[c, b, a])


def test_an_item_is_taken_off_with_a_reason(secretary: Browser) -> None:
    a, *_ = numbers(filled(secretary))
    secretary.send(f"/meetings/1/items/{a}/remove", 422, reason=" ")
    shown = secretary.send(f"/meetings/1/items/{a}/remove", reason="資料の不備")
    assert on_agenda(shown) == ["b", "c"]
    assert 'value="a:policy_bukai"' in secretary.see("/meetings/1/add")


def test_an_item_whose_plan_has_a_newer_version_says_so(secretary: Browser) -> None:
    filled(secretary)
    secretary.house.a_version("改めた文", key="b")
    shown = secretary.see("/meetings/1")
    assert "現在の版は第2版です。この議題を外し" in shown
    assert 'value="b:policy_bukai"' in secretary.see("/meetings/1/add")


def test_only_the_bodys_secretariat_sees_and_sets_the_agendas_order(secretary: Browser) -> None:
    a, b, c = numbers(filled(secretary))
    for key in ("joho_bukai_1", "joho_bukai_chair", "ict_honbu_office"):
        other = Browser(secretary.house, key)
        shown = other.see("/meetings/1")
        assert "上へ" not in shown and "議題を加える" not in shown and on_agenda(shown) == ["a", "b", "c"]
        other.send("/meetings/1/order", 403, item=[c, b, a])
        other.send("/meetings/1/items", 403, add="a:policy_bukai")
        other.send(f"/meetings/1/items/{a}/remove", 403, reason="x")


def titles(page: str) -> list[str]:
    heads = re.findall(r'<p class="head">(.*?)</p>', page)
    return [re.sub(r"<[^>]+>", " ", head).split()[1] for head in heads]


def test_plans_and_matters_go_on_the_agenda_at_once_in_the_order_typed(secretary: Browser) -> None:
    typed = "開会\n■議事\n＊\nその他 5分"
    shown = secretary.send("/meetings/1/items", add=["b:policy_bukai", "a:policy_bukai"], matters=typed)
    assert "5 件を議題に載せました" in shown
    assert titles(shown) == ["開会", "議事", "計画b", "計画a", "その他"] and "予定 5 分" in shown


def test_they_go_after_the_item_chosen_or_first(secretary: Browser) -> None:
    a, b, _ = numbers(filled(secretary))
    form = secretary.see("/meetings/1/add")
    assert f'<option value="{a}">1 計画a の後</option>' in form
    shown = secretary.send("/meetings/1/items", matters="一\n二", after=a)
    assert titles(shown) == ["計画a", "一", "二", "計画b", "計画c"]
    shown = secretary.send("/meetings/1/items", matters="開会", after=0)
    assert titles(shown) == ["開会", "計画a", "一", "二", "計画b", "計画c"]
    secretary.send(f"/meetings/1/items/{b}/remove", reason="取下げ")
    refused = secretary.send("/meetings/1/items", matters="迷子", after=b)
    assert "この会議の議題にありません" in refused and "迷子" not in titles(refused)
    assert prove(secretary.house.office).findings == []


def test_what_was_typed_and_ticked_stays_when_a_line_cannot_be_taken(secretary: Browser) -> None:
    shown = secretary.send("/meetings/1/items", 422, add="b:policy_bukai", matters="開会\n休憩 900分")
    assert "900 分は受け取れません" in shown and "開会\n休憩 900分</textarea>" in shown
    assert (
        re.search(r'value="b:policy_bukai" checked', shown) and on_agenda(secretary.see("/meetings/1")) == []
    )


def test_one_button_ticks_every_plan_and_keeps_what_was_typed(secretary: Browser) -> None:
    for where in ("/meetings/1/items", "/meetings/new"):
        shown = secretary.send(where, show="every", body="joho_bukai", matters="その他", add="c:policy_bukai")
        assert all(re.search(f'value="{key}:policy_bukai" checked', shown) for key in PLANS), where
        assert "その他</textarea>" in shown
    assert on_agenda(secretary.see("/meetings/1")) == []
