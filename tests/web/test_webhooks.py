"""Webhooks: another system, which really listens on this machine, is told of each step, once and signed."""

import base64
import hashlib
import hmac
import ipaddress
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from definitions.terms import Outcome
from notifications import network_guard, outbox, resending, webhooks
from notifications.dry_run import rehearse
from notifications.kinds import Kind
from notifications.network_guard import client, may_call
from notifications.outbox import Line
from notifications.scheduler import call, tick
from notifications.sending import LEASE, PAUSES, Sending
from notifications.transport import mailer_of
from tests.support.ports import free_port
from tests.support.scenario import House
from tests.support.web_client import Browser, Client, mail_settings
from tests.support.webhook_receiver import Receiver, receiving
from workflow import actions, queries
from workflow.domain.calendar import end_of_day, tokyo_day
from workflow.domain.deliveries import NOT_SENT, State
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed
from workflow.web.app import build

HERE = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


class Told:
    """A house whose steps are told to a receiver."""

    def __init__(self, house: House, receiver: Receiver, url: str = "") -> None:
        self.house = house
        self.settings = replace(mail_settings(house.office.files.parent), networks=HERE)
        self.secret = actions.add_webhook(house.office, "admin", url or receiver.url, now=house.now)

    def tick(self, **settings: object) -> Sending:
        """A round of the scheduler: the mails, then the other systems."""
        found = replace(self.settings, **settings)  # type: ignore[arg-type]
        tick(self.house.office, mailer_of(found), found, lambda: self.house.now)
        return call(self.house.office, found, lambda: self.house.now)

    def lines(self) -> list[Line]:
        with self.house.office.reading() as db:
            return [line for line in outbox.listing(db)[::-1] if line.kind is Kind.WEBHOOK]

    def line(self) -> Line:
        return self.lines()[-1]


def test_every_step_is_told_once_in_order(house: House, receiver: Receiver) -> None:
    told = Told(house, receiver)
    house.a_plan()
    house.a_version()
    for gate in ("policy_bukai", "policy_honbu", "policy_iinkai"):
        house.agree(gate)
        told.tick()
    house.advance()
    house.send_back("policy")
    for step in (actions.suspend, actions.resume, actions.withdraw):
        step(house.office, "tanto", "dx", "理由", seen=house.plan().revision, now=house.now)
    told.tick()
    told.tick()
    assert receiver.types == [
        "plan.opened",
        "version.added",
        "decision.recorded",
        "decision.recorded",
        "decision.recorded",
        "plan.advanced",
        "plan.sent_back",
        "plan.suspended",
        "plan.resumed",
        "plan.withdrawn",
    ]
    assert len({body["id"] for body in receiver.bodies}) == 10
    advanced = receiver.bodies[5]
    assert advanced["plan"] == {"key": "dx", "title": "DX推進計画"}
    assert (advanced["data"]["from"], advanced["data"]["to"]) == ("policy", "outline")
    assert advanced["at"].endswith("+09:00")


def test_a_public_comment_is_told_when_it_opens_and_when_it_is_published(
    house: House, receiver: Receiver
) -> None:
    house.a_plan(at="public_comment")
    told = Told(house.later(minutes=1), receiver)
    gate = next(gate.key for gate in house.plan().stage.gates if gate.kind == "period")
    last = actions.open_comment(house.office, "tanto", "dx", gate, tokyo_day(house.now), now=house.now)
    told.tick()
    house.now = end_of_day(last)
    actions.publish_result(house.office, "tanto", "dx", now=house.now)
    told.tick()
    assert receiver.types == ["comment.opened", "comment.published"]


def test_a_correction_and_a_taking_back_are_told(house: House, receiver: Receiver) -> None:
    told = Told(house, receiver)
    house.a_plan()
    house.a_version()
    decision = house.agree("policy_bukai")
    by = "joho_bukai_office"
    new = actions.correct_decision(house.office, by, decision, Outcome.RETURNED, "誤記", now=house.now)
    actions.take_back_decision(house.office, by, new, "やり直し", now=house.now)
    told.tick()
    assert receiver.types[-3:] == ["decision.recorded", "decision.corrected", "decision.taken_back"]


def test_a_receiver_can_check_who_sent_it(house: House, receiver: Receiver) -> None:
    told = Told(house, receiver)
    house.a_plan()
    told.tick()
    _, headers, body = receiver.calls[0]
    key = base64.b64decode(told.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int(house.now.timestamp()))
    assert headers["webhook-id"] == json.loads(body)["id"]
    assert headers["content-type"] == "application/json"


def test_the_signature_is_that_of_the_specification() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    signature = webhooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_an_answer_for_now_is_tried_again_with_the_same_id(
    house: House, receiver: Receiver, status: int
) -> None:
    told = Told(house, receiver)
    house.a_plan()
    receiver.status = status
    assert told.tick().delayed == 1
    assert told.line().next_try_at == house.now + PAUSES[0] and f"HTTP {status}" in str(told.line().error)
    assert told.tick() == Sending()
    receiver.status = 204
    house.now += PAUSES[0]
    assert told.tick().sent == 1
    assert told.line().state is State.SENT
    assert len({body for _, _, body in receiver.calls}) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 410, 301, 302, 307, 308])
def test_an_answer_for_good_is_not_tried_again_nor_followed(
    house: House, receiver: Receiver, status: int
) -> None:
    told = Told(house, receiver)
    house.a_plan()
    receiver.status = status
    assert told.tick().failed == 1
    assert [path for path, _, _ in receiver.calls] == ["/hook"]
    assert told.line().state is State.FAILED and str(status) in str(told.line().error)


def test_a_line_cut_after_the_body_is_tried_again(house: House, receiver: Receiver) -> None:
    told = Told(house, receiver)
    house.a_plan()
    receiver.hang_up = True
    assert told.tick().delayed == 1
    assert "途中で接続が切れました" in str(told.line().error)


def test_a_slow_receiver_is_left_after_a_while_and_keeps_no_other_waiting(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_guard, "WHOLE_CALL", 0.2)
    told = Told(house, receiver)
    with receiving() as quick:
        actions.add_webhook(house.office, "admin", quick.url, now=house.now)
        house.a_plan()
        actions.suspend(house.office, "tanto", "dx", "理由", seen=1, now=house.now)
        receiver.pause = 0.6
        result = told.tick()
        assert (result.sent, result.delayed) == (2, 2)
        assert quick.types == ["plan.opened", "plan.suspended"]
    assert len(receiver.calls) == 1
    assert "時間内に応答がありません" in str(told.lines()[0].error)


def test_an_answer_that_drips_is_left_after_a_while(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_guard, "WHOLE_CALL", 0.5)
    told = Told(house, receiver)
    house.a_plan()
    receiver.drip = True
    began = time.monotonic()
    assert told.tick().delayed == 1
    assert time.monotonic() - began < 5
    assert "時間内に応答がありません" in str(told.line().error)


def test_the_address_that_was_checked_is_the_one_that_is_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, resolve = [], socket.getaddrinfo

    def rebinding(host: str, *arguments: Any, **options: Any) -> Any:
        if host == "hook.example.jp":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "10.9.9.9"
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with client((ipaddress.ip_network("127.0.0.0/8"),), timeout=5) as guarded:
        url = receiver.url.replace("127.0.0.1", "hook.example.jp")
        webhooks.Caller(guarded).call(url, {"x": "y"}, b"{}")
    (_, headers, _), *others = receiver.calls
    assert (
        headers["host"] == f"hook.example.jp:{receiver.port}" and asked == ["hook.example.jp"] and not others
    )


def test_nobody_there_is_tried_later_and_fails_in_the_end(house: House, receiver: Receiver) -> None:
    port = free_port()
    told = Told(house, receiver, f"http://127.0.0.1:{port}/secret-path")
    house.a_plan()
    for pause in PAUSES:
        assert told.tick().delayed == 1
        house.now += pause
    assert told.tick().failed == 1
    with house.office.reading() as db:
        [task] = [task for task in queries.worklist(db, "admin", house.now) if task.kind == "failed_mail"]
        [line] = outbox.listing(db, states=NOT_SENT)
    assert f"127.0.0.1:{port}" in task.words and "secret-path" not in task.words
    assert (line.recipient, line.address) == ("他システム", f"127.0.0.1:{port}")


def test_a_failed_one_is_sent_again_by_hand_with_its_id(house: House, receiver: Receiver) -> None:
    told = Told(house, receiver)
    house.a_plan()
    receiver.status = 410
    told.tick()
    with pytest.raises(NotAllowed):
        resending.resend(house.office, "mayor", told.line().id, now=house.now)
    resending.resend(house.office, "admin", told.line().id, now=house.now)
    receiver.status = 200
    assert told.tick().sent == 1
    assert len({body for _, _, body in receiver.calls}) == 1


def test_after_a_crash_the_same_call_is_made_when_the_lease_is_over(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def dies(*_: object) -> None:
        raise Crash

    told = Told(house, receiver)
    house.a_plan()
    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "settle", dies)
        with pytest.raises(Crash):
            told.tick()
    assert told.line().state is State.SENDING
    assert told.tick() == Sending()
    house.now += LEASE
    assert told.tick().sent == 1
    assert len({body for _, _, body in receiver.calls}) == 1 and len(receiver.calls) == 2


def test_two_senders_at_once_tell_it_once(house: House, receiver: Receiver) -> None:
    told = Told(house, receiver)
    house.a_plan()
    tick(house.office, mailer_of(told.settings), told.settings, lambda: house.now)
    receiver.pause = 0.1
    threads = [threading.Thread(target=told.tick) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receiver.calls) == 1


def test_a_stopped_one_is_told_nothing_more(house: House, receiver: Receiver) -> None:
    told = Told(house, receiver)
    house.a_plan()
    tick(house.office, mailer_of(told.settings), told.settings, lambda: house.now)
    actions.revoke_webhook(house.office, "admin", 1, now=house.now)
    assert told.tick().dropped == 1
    house.later(minutes=1)
    actions.suspend(house.office, "tanto", "dx", "理由", seen=1, now=house.now)
    told.tick()
    assert receiver.calls == [] and [line.state for line in told.lines()] == [State.DROPPED]
    with pytest.raises(AlreadyDone):
        actions.revoke_webhook(house.office, "admin", 1, now=house.now)


def test_what_happened_before_is_not_told(house: House, receiver: Receiver) -> None:
    house.a_plan()
    house.later(minutes=1)
    Told(house, receiver).tick()
    assert receiver.calls == []


def test_an_old_event_is_missed_not_sent(house: House, receiver: Receiver) -> None:
    told = Told(house, receiver)
    house.a_plan()
    house.later(days=15)
    told.tick()
    assert receiver.calls == [] and told.line().state is State.MISSED


def test_mails_go_to_people_as_ever_and_a_rehearsal_names_people_only(
    house: House, receiver: Receiver
) -> None:
    told = Told(house, receiver)
    house.a_plan()
    house.a_meeting()
    result = tick(house.office, mailer_of(told.settings), told.settings, lambda: house.now)
    assert result.sent == len(list(told.settings.mail_folder.glob("*.eml"))) > 0 and receiver.calls == []
    assert (
        rehearse(house.office, lambda o: actions.suspend(o, "tanto", "dx", "理由", seen=1, now=house.now))
        == []
    )


# --- which addresses may be called ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "64:ff9b:1::808:808", "192.0.0.192", "::7f00:1",
     "::808:808", "::ffff:0:7f00:1", "2001::1", "2001:10::1", "2001:db8::1", "2002:808:808::", "3fff::1", "5f00::1",
     "100::1", "fec0::1", "198.18.0.1", "192.0.0.9", "192.88.99.1", "192.0.2.1", "203.0.113.1", "240.0.0.1"],
)  # fmt: skip
def test_addresses_inside_are_not_called_unless_they_are_named(address: str) -> None:
    found = ipaddress.ip_address(address)
    assert not may_call(found, ())


@pytest.mark.parametrize(
    "address", ["203.0.114.1", "8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808", "192.0.1.1", "2400::1"]
)
def test_public_addresses_are_called(address: str) -> None:
    assert may_call(ipaddress.ip_address(address), ())


def test_a_named_network_is_called_and_its_neighbour_is_not() -> None:
    named = (ipaddress.ip_network("10.1.0.0/16"),)
    assert may_call(ipaddress.ip_address("10.1.2.3"), named)
    assert may_call(ipaddress.ip_address("::ffff:10.1.2.3"), named)
    assert not may_call(ipaddress.ip_address("10.2.0.1"), named)


def test_the_address_is_looked_at_again_when_it_is_called(house: House, receiver: Receiver) -> None:
    told = Told(house, receiver)
    house.a_plan()
    assert told.tick(networks=()).failed == 1
    assert receiver.calls == [] and "SAKUTEI_WEBHOOK_NETWORKS" in str(told.line().error)


def test_the_very_address_that_was_checked_is_connected_to(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means a harmless address when it is checked, and another one afterwards."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host: str, port: int, *how: object, **more: object) -> object:
        if host == "localhost":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return real(host, port, *how, **more)  # type: ignore[arg-type]

    told = Told(house, receiver, receiver.url.replace("127.0.0.1", "localhost"))
    house.a_plan()
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert told.tick().sent == 1
    assert len(asked) == 1 and receiver.calls[0][1]["host"] == f"localhost:{receiver.port}"


@pytest.mark.parametrize(
    "url",
    ["http://example.jp/", "ftp://example.jp/", "https://", "https://u:p@example.jp/", "https://example.jp/#x", "javascript:1",
     "https://example.jp:99999/", "https://exa mple.jp/", "https://[::1/", "https://example.jp/\r\nX: y", "https://日本.jp/",
     "https://example.jp/" + "x" * 500],
)  # fmt: skip
def test_only_a_safe_url_is_registered(house: House, url: str) -> None:
    with pytest.raises(BadInput):
        actions.add_webhook(house.office, "admin", url, now=house.now)


# --- the page ------------------------------------------------------------------------------------------


def admins_page(house: House, networks: tuple[ipaddress.IPv4Network, ...] = HERE) -> Browser:
    browser = Browser(house, "admin")
    settings = replace(mail_settings(house.office.files.parent), networks=networks)
    cookies = browser.client.cookies
    browser.client = Client(
        build(house.office, settings, clock=lambda: house.now),
        base_url="http://office.example.jp",
        cookies=cookies,
    )
    return browser


def test_an_administrator_registers_tries_and_stops_a_system(house: House, receiver: Receiver) -> None:
    browser = admins_page(house)
    shown = browser.send("/settings/webhooks", url=receiver.url)
    found = re.search(r'<code id="secret">(whsec_[^<]+)</code>', shown)
    assert found and found[1] not in browser.see("/settings/webhooks/1")
    browser.send("/settings/webhooks/1/test")
    assert "送信待ち" in browser.see("/settings/webhooks/1")
    webhooks.send_due(house.office, HERE, lambda: house.now)
    assert receiver.types == ["test"]
    assert "送信済" in browser.see("/settings/webhooks/1")
    browser.send("/settings/webhooks/1/deliveries/1/resend")
    assert "送信待ち" in browser.see("/settings/webhooks/1")
    browser.send("/settings/webhooks/1/revoke")
    assert "停止" in browser.see("/settings/webhooks")
    browser.send("/settings/webhooks/1/test", 404)


def test_an_address_inside_is_refused_when_it_is_registered(house: House, receiver: Receiver) -> None:
    assert "SAKUTEI_WEBHOOK_NETWORKS" in admins_page(house, ()).send(
        "/settings/webhooks", 422, url=receiver.url
    )


def test_others_neither_see_nor_change_what_is_told(house: House, receiver: Receiver) -> None:
    Told(house, receiver)
    browser = Browser(house, "tanto")
    for path in ("/settings/webhooks", "/settings/webhooks/1"):
        browser.see(path, 403)
    for path in ("", "/1/test", "/1/revoke", "/1/deliveries/1/resend"):
        browser.send(f"/settings/webhooks{path}", 403, url="https://example.jp/")
