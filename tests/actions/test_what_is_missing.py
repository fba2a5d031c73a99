"""A field that was left empty is refused as missing: no refusal names an empty value."""

from collections.abc import Callable
from datetime import date

import pytest

from definitions.errors import ChainInvalid
from definitions.load import parse_chain, shipped_text
from definitions.terms import Role
from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.domain.calendar import parse_day, parse_moment
from workflow.domain.closed_days import day_of_year
from workflow.domain.errors import SakuteiError
from workflow.domain.schedules import parse_month
from workflow.queries.chains import chain_for
from workflow.queries.plans import plan_by_key

BLANK = ("", "  ", "\u3000", "\u200b")
MISSING = ("入力されていません", "指定されていません")

FIELDS: dict[str, Callable[[House, str], object]] = {
    "課ID": lambda h, blank: actions.add_department(h.office, "admin", blank, "課", now=h.now),
    "利用者ID": lambda h, blank: actions.add_person(
        h.office, "admin", blank, "名", "n@city.example.jp", now=h.now
    ),
    "電子メール": lambda h, blank: actions.add_person(h.office, "admin", "n", "名", blank, now=h.now),
    "計画ID": lambda h, blank: actions.open_plan(
        h.office, "tanto", blank, "計画", h.chain, department="it", now=h.now
    ),
    "課": lambda h, blank: actions.post(h.office, "admin", "tanto", blank, LONG_AGO, now=h.now),
    "職員": lambda h, blank: actions.invite(h.office, "admin", blank, now=h.now),
    "会議体": lambda h, blank: actions.seat(
        h.office, "admin", "tanto", blank, Role.MEMBER, LONG_AGO, now=h.now
    ),
    "代理": lambda h, blank: actions.name_deputy(h.office, "admin", "tanto", blank, LONG_AGO, now=h.now),
    "名簿": lambda h, blank: actions.add_people(
        h.office, "admin", [actions.Newcomer(1, "名", blank, "n@city.example.jp")], LONG_AGO, now=h.now
    ),
    "課の一覧": lambda h, blank: actions.put_departments(
        h.office, "admin", actions.read_departments(f"甲,{blank}\n乙,{blank}"), now=h.now
    ),
    "策定の流れ": lambda h, blank: _asked(h, lambda db: chain_for(db, blank)),
    "計画": lambda h, blank: _asked(h, lambda db: plan_by_key(db, blank)),
    "日付": lambda h, blank: parse_day(blank),
    "日時": lambda h, blank: parse_moment(blank),
    "月": lambda h, blank: parse_month(blank, "月"),
    "月日": lambda h, blank: day_of_year(blank, "閉庁日"),
}


def _asked(house: House, question: Callable[..., object]) -> object:
    with house.office.reading() as db:
        return question(db)


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_left_empty_is_said_to_be_missing(house: House, field: str) -> None:
    for blank in BLANK:
        with pytest.raises(SakuteiError) as refused:
            FIELDS[field](house, blank)
        said = refused.value.message
        assert any(words in said for words in MISSING), said
        assert f"「{blank}」" not in said and "「」" not in said


def test_a_key_left_empty_in_a_chain_is_said_to_be_missing() -> None:
    text = shipped_text("itabashi_dx_2025")
    for empty in ("key: itabashi_dx_2025", "body: joho_bukai"):
        assert empty in text
        with pytest.raises(ChainInvalid) as refused:
            parse_chain(text.replace(empty, f"{empty.partition(' ')[0]} ''", 1), "流れ")
        assert "値がありません" in refused.value.message and "「」" not in refused.value.message


def test_a_value_that_was_given_is_still_named(house: House) -> None:
    with pytest.raises(SakuteiError, match="「A」は使えません"):
        actions.add_department(house.office, "admin", "A", "課", now=house.now)
    with pytest.raises(SakuteiError, match="職員「x」はありません"):
        actions.invite(house.office, "admin", "x", now=house.now)
    assert parse_day("2023-06-12") == date(2023, 6, 12)
