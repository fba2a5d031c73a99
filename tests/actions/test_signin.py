"""Signing in: right, wrong, too often, over."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.scenario import House
from workflow import actions
from workflow.domain.errors import BadInput, NotAllowed, SignInRefused

PASSWORD = "はるはあけぼの やうやう白く"


@pytest.fixture
def known(house: House) -> House:
    house.has_password("tanto", PASSWORD)
    return house


def _who(house: House, token: str) -> str | None:
    with house.office.reading() as db:
        seen = actions.signed_in(db, token, house.now)
    return seen.key if seen else None


def test_the_right_password_signs_in_until_the_day_is_over(known: House) -> None:
    token = actions.sign_in(known.office, "tanto", PASSWORD, now=known.now)
    assert _who(known, token) == "tanto"
    known.now += actions.TOKEN_LIFE
    assert _who(known, token) is None


def test_signing_out_ends_the_session(known: House) -> None:
    token = actions.sign_in(known.office, "tanto", PASSWORD, now=known.now)
    actions.sign_out(known.office, token, now=known.now)
    assert _who(known, token) is None


def test_a_new_password_ends_every_session(known: House) -> None:
    token = actions.sign_in(known.office, "tanto", PASSWORD, now=known.now)
    actions.set_password(known.office, "tanto", "tanto", PASSWORD + "2", now=known.now)
    assert _who(known, token) is None


def test_a_wrong_password_and_an_unknown_key_are_refused_alike(known: House) -> None:
    words = []
    for key in ("tanto", "nobody", "mayor"):
        with pytest.raises(SignInRefused) as refused:
            actions.sign_in(known.office, key, "違うパスワードです。", now=known.now)
        words.append(refused.value.message)
    assert len(set(words)) == 1


def test_guessing_is_stopped_for_a_while(known: House) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            actions.sign_in(known.office, "tanto", "guess", now=known.now)
    with pytest.raises(SignInRefused, match="あと 1 分"):
        actions.sign_in(known.office, "tanto", PASSWORD, now=known.now)
    known.now += timedelta(minutes=1)
    assert actions.sign_in(known.office, "tanto", PASSWORD, now=known.now)


def test_neither_password_nor_token_is_in_the_database(known: House) -> None:
    token = actions.sign_in(known.office, "tanto", PASSWORD, now=known.now)
    with known.office.reading() as db:
        kept = str(db.execute(text("SELECT * FROM credential")).all())
        kept += str(db.execute(text("SELECT * FROM sign_in")).all())
        kept += str(db.execute(text("SELECT data FROM event")).all())
    assert PASSWORD not in kept and token not in kept
    assert "$argon2id$" in kept


def test_only_oneself_or_an_administrator_sets_a_password(known: House) -> None:
    with pytest.raises(NotAllowed):
        actions.set_password(known.office, "tanto", "mayor", PASSWORD, now=known.now)
    with pytest.raises(BadInput, match="12 文字以上"):
        actions.set_password(known.office, "tanto", "tanto", "short", now=known.now)
