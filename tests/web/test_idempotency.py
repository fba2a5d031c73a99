"""A call with an idempotency key is done once: sent again, sent twice at once, or cut off in between."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.support.api_client import Program
from tests.support.scenario import House
from workflow import actions
from workflow.actions import idempotency
from workflow.actions.idempotency import Answered, Claim
from workflow.domain.errors import AnswerLost, BadInput, CallRunning, DatabaseUnusable, KeyReused
from workflow.domain.events import Tag
from workflow.store.tables import AnsweredCall, Event


@pytest.fixture
def staff(house: House) -> Program:
    house.a_plan()
    return Program(house, "tanto")


def suspensions(house: House) -> int:
    return how_many(house, Tag.PLAN_SUSPENDED)


def how_many(house: House, tag: Tag) -> int:
    with house.office.reading() as db:
        return db.scalar(select(func.count()).where(Event.tag == tag)) or 0


def suspend(program: Program, status: int = 201, key: str = "k1", reason: str = "見直し") -> Any:
    return program.post("plans/dx/suspend", status, idempotency_key=key, seen=1, reason=reason)


def a_claim(house: House, key: str = "k1", request: str = "a" * 64) -> Claim:
    claimed = actions.claim_call(house.office, 1, key, request, now=house.now)
    assert isinstance(claimed, Claim)
    return claimed


def test_the_same_call_gets_the_first_answer_again(staff: Program) -> None:
    first, second = suspend(staff), suspend(staff)
    assert second.json() == first.json() and second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert suspensions(staff.house) == 1


def test_without_a_key_each_call_is_its_own(staff: Program) -> None:
    suspend(staff, key="")
    assert suspend(staff, 409, key="").json()["type"] == "/problems/plan-moved"


def test_a_refusal_is_given_again_too(staff: Program) -> None:
    first = suspend(staff, 422, reason=" ")
    again = suspend(staff, 422, reason=" ")
    assert first.json() == again.json() and again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == "application/problem+json"


def test_the_key_of_another_request_is_refused(staff: Program) -> None:
    suspend(staff)
    assert suspend(staff, 422, reason="別の理由").json()["type"] == "/problems/key-reused"
    said = staff.post("plans/dx/withdraw", 422, idempotency_key="k1", seen=1, reason="見直し")
    assert said.json()["type"] == "/problems/key-reused"
    assert staff.house.plan().status == "suspended"


def test_a_key_is_its_tokens_own(staff: Program) -> None:
    suspend(staff)
    other = Program(staff.house, "tanto")
    assert suspend(other, 409).json()["type"] == "/problems/plan-moved"


@pytest.mark.parametrize("key", ["x" * 201, "a b", "\x7f"])
def test_a_key_that_cannot_be_kept_is_refused(staff: Program, key: str) -> None:
    assert suspend(staff, 422, key=key).json()["errors"][0]["place"] == "Idempotency-Key"
    assert suspensions(staff.house) == 0


def test_a_document_sent_again_in_another_wrapping_is_the_same(staff: Program) -> None:
    def send(content: bytes) -> Any:
        headers = {"idempotency-key": "doc"}
        return staff.client.post("plans/dx/versions", files={"document": ("a.txt", content)}, headers=headers)

    assert (send(b"text").json(), send(b"text").json()) == ({"number": 1}, {"number": 1})
    assert send(b"other").json()["type"] == "/problems/key-reused"
    assert how_many(staff.house, Tag.VERSION_ADDED) == 1


def test_a_dry_run_is_another_request_than_the_step(staff: Program) -> None:
    body = {"seen": 1, "reason": "見直し"}
    headers = {"idempotency-key": "k1"}
    assert staff.client.post("plans/dx/suspend?dry_run=true", json=body, headers=headers).status_code == 200
    assert suspend(staff, 422).json()["type"] == "/problems/key-reused"
    assert suspensions(staff.house) == 0


def test_two_at_once_do_it_once(staff: Program) -> None:
    together = threading.Barrier(4)
    answers = []

    def send() -> None:
        together.wait()
        answers.append(staff.client.post(
            "plans/dx/suspend", json={"seen": 1, "reason": "見直し"}, headers={"idempotency-key": "k1"}
        ))  # fmt: skip

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert suspensions(staff.house) == 1
    told = {(answer.status_code, answer.json().get("type")) for answer in answers}
    assert (201, None) in told and told <= {(201, None), (409, "/problems/call-running")}


def test_while_it_is_done_the_second_waits_for_its_answer(
    staff: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    real = actions.suspend

    def slow(*how: Any, **more: Any) -> Any:
        begun.set()
        time.sleep(0.5)
        return real(*how, **more)

    monkeypatch.setattr("workflow.actions.suspend", slow)
    first = threading.Thread(target=suspend, args=(staff,))
    first.start()
    assert begun.wait(10)
    assert suspend(staff).headers["idempotent-replayed"] == "true"
    first.join()
    assert suspensions(staff.house) == 1


def test_while_it_is_not_done_yet_the_second_is_told_to_come_back(staff: Program) -> None:
    suspend(staff)
    with staff.house.office.writing() as db:
        db.execute(update(AnsweredCall).values(status=None, body=None))
    answer = suspend(staff, 409)
    assert answer.json()["type"] == "/problems/call-running" and answer.headers["retry-after"] == "1"


def test_cut_off_before_the_commit_it_is_done_when_sent_again(staff: Program) -> None:
    a_claim(staff.house)
    with pytest.raises(CallRunning):
        a_claim(staff.house)
    staff.house.later(seconds=61)
    again = a_claim(staff.house)
    office = actions.ClaimedOffice(staff.house.office, again)
    actions.suspend(office, "tanto", "dx", "見直し", seen=1, now=staff.house.now)
    assert suspensions(staff.house) == 1


def test_done_without_its_answer_it_is_not_done_again_and_says_so(staff: Program) -> None:
    claim = a_claim(staff.house)
    actions.suspend(
        actions.ClaimedOffice(staff.house.office, claim), "tanto", "dx", "見直し", seen=1, now=staff.house.now
    )
    with pytest.raises(CallRunning):
        a_claim(staff.house)
    staff.house.later(seconds=61)
    with pytest.raises(AnswerLost):
        a_claim(staff.house)
    assert suspensions(staff.house) == 1


def test_a_slow_first_one_is_rolled_back_when_its_claim_was_taken_over(staff: Program) -> None:
    slow = a_claim(staff.house)
    staff.house.later(seconds=61)
    quick = a_claim(staff.house)
    actions.suspend(
        actions.ClaimedOffice(staff.house.office, quick), "tanto", "dx", "見直し", seen=1, now=staff.house.now
    )
    with pytest.raises(CallRunning):
        actions.resume(
            actions.ClaimedOffice(staff.house.office, slow),
            "tanto",
            "dx",
            "再開",
            seen=2,
            now=staff.house.now,
        )
    actions.keep_answer(staff.house.office, slow, 409, "{}")
    actions.keep_answer(staff.house.office, quick, 201, '{"number":1}')
    again = actions.claim_call(staff.house.office, 1, "k1", "a" * 64, now=staff.house.now)
    assert again == Answered(201, '{"number":1}')
    assert staff.house.plan().status == "suspended"


def test_what_was_given_back_can_be_sent_again_at_once_unless_it_was_done(staff: Program) -> None:
    actions.release_call(staff.house.office, a_claim(staff.house))
    claim = a_claim(staff.house)
    actions.suspend(
        actions.ClaimedOffice(staff.house.office, claim), "tanto", "dx", "見直し", seen=1, now=staff.house.now
    )
    actions.release_call(staff.house.office, claim)
    staff.house.later(seconds=61)
    with pytest.raises(AnswerLost):
        a_claim(staff.house)


def test_what_broke_is_not_kept(staff: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("workflow.actions.suspend", broken)
        assert suspend(staff, 500).json()["type"] == "/problems/unexpected"
    suspend(staff, 201)
    assert suspensions(staff.house) == 1


def test_what_was_committed_is_answered_as_done_whatever_comes_after(
    staff: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise DatabaseUnusable("他の処理が書き込み中です", "少し待ってから、もう一度操作してください。")

    for after in ("keep_answer", "release_call"):
        monkeypatch.setattr(f"workflow.actions.{after}", broken)
    first = suspend(staff)
    again = suspend(staff)
    assert again.json() == first.json() and again.headers["idempotent-replayed"] == "true"
    assert suspensions(staff.house) == 1


def test_cut_off_after_the_commit_the_answer_is_there_at_once(staff: Program) -> None:
    claim = a_claim(staff.house)
    now = staff.house.now
    actions.ClaimedOffice(staff.house.office, claim).do(
        lambda office: actions.suspend(office, "tanto", "dx", "見直し", seen=1, now=now), lambda _: "{}"
    )
    assert actions.claim_call(staff.house.office, 1, "k1", "a" * 64, now=now) == Answered(201, "{}")
    assert suspensions(staff.house) == 1


def test_a_use_case_that_is_refused_leaves_neither_a_row_nor_an_answer(staff: Program) -> None:
    claim = a_claim(staff.house)
    with pytest.raises(BadInput):
        actions.ClaimedOffice(staff.house.office, claim).do(
            lambda office: actions.suspend(office, "tanto", "dx", " ", seen=1, now=staff.house.now),
            lambda _: "{}",
        )
    actions.release_call(staff.house.office, claim)
    assert suspensions(staff.house) == 0
    a_claim(staff.house)


def test_answers_are_forgotten_after_seven_days(staff: Program) -> None:
    suspend(staff)
    staff.house.later(days=7)
    assert suspend(staff).headers["idempotent-replayed"] == "true"
    staff.house.later(seconds=1)
    assert suspend(staff, 409).json()["type"] == "/problems/plan-moved"


def test_old_answers_of_other_calls_are_swept_a_few_at_a_time(staff: Program) -> None:
    for number in range(idempotency.SWEPT_AT_ONCE + 5):
        a_claim(staff.house, f"old-{number}")
    with staff.house.office.writing() as db:
        db.execute(update(AnsweredCall).values(at=staff.house.now - timedelta(days=8)))
    left = []
    for number in range(2):
        a_claim(staff.house, f"new-{number}")
        with staff.house.office.reading() as db:
            left.append(db.scalar(select(func.count()).where(AnsweredCall.key.startswith("old-"))))
    assert left == [5, 0]


def test_another_request_is_refused_even_while_the_first_runs(staff: Program) -> None:
    a_claim(staff.house)
    with pytest.raises(KeyReused):
        actions.claim_call(staff.house.office, 1, "k1", "b" * 64, now=staff.house.now)
