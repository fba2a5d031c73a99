"""Letters on changes by which somebody could get in as somebody else: to the person, and to every administrator."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from pyotp import TOTP

from tests.support.authenticator import Passkey
from tests.support.outbox_scenario import PostRoom
from workflow import actions
from workflow.actions.sessions import begin_session
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.passkeys import relying_party
from workflow.queries.people import person_id

PASSWORD = "はるはあけぼの やうやう白く"
NEW = "right@city.example.jp"


def _address(room: PostRoom) -> None:
    proof = actions.OwnMachine()
    actions.change_person(room.office, "admin", "one", email=NEW, proof=proof, now=room.now)


def _administrator(room: PostRoom) -> None:
    proof, today = actions.OwnMachine(), tokyo_day(room.now)
    actions.name_administrator(room.office, "admin", "one", today, proof=proof, now=room.now)


def _auditor(room: PostRoom) -> None:
    proof, tomorrow = actions.OwnMachine(), tokyo_day(room.now) + timedelta(days=1)
    actions.name_auditor(room.office, "admin", "one", tomorrow, proof=proof, now=room.now)


def _password(room: PostRoom) -> None:
    actions.set_password(room.office, "one", "one", PASSWORD, now=room.now)


def _second_step(room: PostRoom) -> None:
    proof = actions.OwnMachine()
    app = TOTP(actions.begin_authenticator(room.office, "one", proof=proof, now=room.now))
    actions.confirm_authenticator(room.office, "one", app.at(room.now), proof=proof, now=room.now)


def _passkey(room: PostRoom) -> None:
    with room.office.writing() as db:
        here = actions.InSession(begin_session(db, person_id(db, "one"), "", room.now, confirmed_at=room.now))
    party = relying_party("http://localhost", "策定")
    assert party
    ask = actions.begin_passkey(room.office, "one", party, proof=here, now=room.now)
    answer = Passkey().make(ask, party.origin)
    actions.add_passkey(room.office, "one", party, "青い鍵", answer, proof=here, now=room.now)


def _token(room: PostRoom) -> None:
    ends = room.now + timedelta(days=30)
    actions.make_token(room.office, "one", "集計", [Scope.READ, Scope.PEOPLE], expires_at=ends, now=room.now)


@pytest.mark.parametrize(
    ("change", "subject", "words"),
    [
        (_address, "電子メールの変更", ["one@city.example.jp", NEW]),
        (_administrator, "システム管理者の指定", []),
        (_auditor, "監査の指定", []),
        (_password, "パスワードの設定", ["（本人）"]),
        (_second_step, "二段階目の確認の登録", ["（本人）"]),
        (_passkey, "パスキーの登録", ["青い鍵", "（本人）"]),
        (_token, "連携キーの発行", ["集計", "読み取り、名簿の管理"]),
    ],
)
def test_the_person_and_every_administrator_are_told(
    room: PostRoom, change: Callable[[PostRoom], None], subject: str, words: list[str]
) -> None:
    change(room)
    room.tick()
    told = {"one@city.example.jp", "admin@city.example.jp"} | ({NEW} if change is _address else set())
    assert set(room.sink.to) == told and len(room.sink.to) == len(told)
    for mail in room.sink.mails:
        assert subject in mail["Subject"] and "one" in mail["Subject"]
        for text in _texts(mail):
            assert "心当たり" in text and all(word in text for word in words), text
    room.tick()
    assert len(room.sink.to) == len(told), "once"


def test_a_name_alone_is_nobodys_alarm(room: PostRoom) -> None:
    actions.change_person(room.office, "admin", "one", name="別の名", now=room.now)
    room.tick()
    assert room.sink.mails == []


def test_the_first_administrator_of_an_office_is_told_of_nothing(room: PostRoom) -> None:
    room.tick()
    assert (room.sink.mails, room.states()) == ([], [])


def test_the_old_address_is_told_even_when_the_letter_is_sent_again(room: PostRoom) -> None:
    room.sink.mode = "hang_up"
    _address(room)
    room.tick()
    room.sink.mode, room.now = "accept", room.due()
    room.tick()
    assert "one@city.example.jp" in room.sink.to and set(room.states()) == {State.SENT}


def _texts(mail: EmailMessage) -> list[str]:
    parts = [mail.get_body((kind,)) for kind in ("plain", "html")]
    return [part.get_content() for part in parts if part is not None]
