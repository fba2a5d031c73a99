"""Webhooks: each step of a plan is sent to other systems, through the same outbox as mail. The messages follow
the Standard Webhooks specification: the body is JSON; `webhook-id` is the same for every attempt,
`webhook-timestamp` is the second of this attempt, and `webhook-signature` is `v1,` with the base64 of the
HMAC-SHA256 of `{id}.{timestamp}.{body}` under the secret (base64 after `whsec_`). A receiver recomputes it,
compares in constant time, and refuses an old timestamp and an id it has received before."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Event as Stop
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.kinds import Kind
from notifications.network_guard import GuardedClient, Network, NotReached, Refused, client, redirected
from notifications.outbox import Entry, enqueue
from notifications.sending import (
    LEASE,
    LeasedDelivery,
    Sending,
    Written,
    due_of,
    given_back,
    lease,
    outcome,
    settle,
    tried,
    write_batch,
)
from notifications.subjects import NoLongerDue
from workflow.actions.webhooks import SECRET_PREFIX
from workflow.domain.calendar import TOKYO, tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.errors import NotFound, SakuteiError
from workflow.domain.events import Tag
from workflow.domain.language import reworded, say
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.store.database import Office
from workflow.store.tables import Delivery, Event, Plan, Webhook

STEPS = frozenset(
    {
        Tag.PLAN_OPENED,
        Tag.PLAN_ADVANCED,
        Tag.PLAN_SENT_BACK,
        Tag.PLAN_SUSPENDED,
        Tag.PLAN_RESUMED,
        Tag.PLAN_WITHDRAWN,
        Tag.PLAN_FINISHED,
        Tag.PLAN_STOPPED,
        Tag.VERSION_ADDED,
        Tag.VERSION_DECLARED,
        Tag.TEXT_CONFIRMED,
        Tag.TEXT_PUT_AGAIN,
        Tag.CONFIRMATION_TAKEN_BACK,
        Tag.DECISION_RECORDED,
        Tag.DECISION_CORRECTED,
        Tag.DECISION_TAKEN_BACK,
        Tag.DECIDED_ALONE,
        Tag.RATIFIED,
        Tag.CONDITION_CLOSED,
        Tag.SIGNED,
        Tag.SIGNOFF_TAKEN_BACK,
        Tag.COMMENT_OPENED,
        Tag.COMMENT_EXTENDED,
        Tag.COMMENT_CORRECTED,
        Tag.COMMENT_CANCELLED,
        Tag.COMMENT_COUNTED,
        Tag.COMMENT_PUBLISHED,
        Tag.ADDENDUM_PUBLISHED,
    }
)
"""The events sent to other systems."""

TRIAL = "test"
"""The type of a call that only tries whether it arrives."""

TRY_LATER = frozenset({408, 425, 429})
"""Refusals of a receiver (4xx) that hold only for now."""


class CallRefused(SakuteiError):
    """The other system will never take this."""

    def __init__(self, words: str) -> None:
        self.words = words

    @property
    def message(self) -> str:
        return say(
            "通知先に断られました: {words}。通知先と URL を確かめてから再送してください。",
            words=reworded(self.words),
        )


class CallDelayed(SakuteiError):
    """The other system did not take this now."""

    def __init__(self, words: str) -> None:
        self.words = words

    @property
    def message(self) -> str:
        return say(
            "通知先が受け取りませんでした: {words}。しばらくして自動で送り直します。",
            words=reworded(self.words),
        )


def entries(hooks: list[Webhook], event: Event, missed: str | None) -> list[Entry]:
    """Return the deliveries of the event to the webhooks given, which were registered when it happened."""
    if event.tag not in STEPS:
        return []
    return [
        Entry(
            claim=f"webhook:{hook.id}:{event.seq}",
            kind=Kind.WEBHOOK,
            rule=event.tag,
            webhook_id=hook.id,
            plan_id=event.plan_id,
            event_seq=event.seq,
            due_at=event.at,
            missed=missed,
        )
        for hook in hooks
        if hook.made_at <= event.at
    ]


def listening(db: Session) -> list[Webhook]:
    """The webhooks that are not stopped."""
    return list(db.scalars(select(Webhook).where(Webhook.revoked_at.is_(None)).order_by(Webhook.id)))


def try_out(office: Office, by: str, webhook: int, *, now: datetime) -> None:
    """Put a call in the outbox that only tries whether it arrives. Raises `NotAllowed`, `NotFound`."""
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.CONNECT)
        found = db.get(Webhook, webhook)
        if found is None or found.revoked_at is not None:
            raise NotFound("他システムへの通知", str(webhook))
        claim = f"webhook-test:{webhook}:{now.isoformat()}"
        enqueue(db, [Entry(claim=claim, kind=Kind.WEBHOOK, rule=TRIAL, webhook_id=webhook, due_at=now)], now)


def send_due(
    office: Office,
    allowed: tuple[Network, ...],
    clock: Callable[[], datetime],
    stop: Stop | None = None,
) -> Sending:
    """Send every due webhook. `allowed` are the internal networks that may be called. When `stop` is set, the
    present message is finished and the others are released."""
    result, stop = Sending(), stop or Stop()
    with client(allowed) as guarded:
        caller = Caller(guarded)
        while not stop.is_set():
            numbers = lease(office, _DUE, clock())
            if not numbers:
                break
            calls = write_batch(office, _WRITABLE, numbers, _writer, clock(), result)
            _send(office, caller, calls, clock, stop, result)
    return result


class Caller:
    """Calls other systems, at addresses that may be called."""

    def __init__(self, client: GuardedClient) -> None:
        self._client = client

    def call(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """POST the body. Raises `CallRefused`, `CallDelayed`."""
        try:
            answer = self._client.opened("POST", url, headers=headers, content=body)
        except Refused as error:
            raise CallRefused(error.words) from error
        except NotReached as error:
            raise CallDelayed(error.words) from error
        with suppress(httpx.HTTPError):
            answer.close()
        _judge(answer.status_code)


def signature(secret: str, number: str, timestamp: int, body: bytes) -> str:
    """The signature of a call, as a receiver recomputes it."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((number.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise CallRefused(redirected(status))
    if 400 <= status < 500 and status not in TRY_LATER:
        raise CallRefused(f"HTTP {status}")
    raise CallDelayed(f"HTTP {status}")


_CLAIM = (Delivery.id, Delivery.claim, Delivery.kind, Delivery.rule, Delivery.event_seq, Delivery.due_at)
_STATE = (
    *(Delivery.attempts, Delivery.message, Delivery.address),
    *(Delivery.told_sequence, Delivery.told_agenda, Delivery.told_event),
)
_HOOK = (Webhook.id.label("webhook"), Webhook.url, Webhook.secret, Webhook.revoked_at)
_DUE = due_of(Delivery.webhook_id.is_not(None))
_WRITABLE = select(*_CLAIM, *_STATE, *_HOOK).join(Webhook, Webhook.id == Delivery.webhook_id)


def _writer(db: Session) -> Callable[[Any], Written]:
    return lambda row: _written(db, row)


def _written(db: Session, row: Any) -> Written:
    """Return the URL and the body of the request. Raises `NoLongerDue` when the webhook was stopped."""
    if row.revoked_at is not None:
        raise NoLongerDue(State.DROPPED, say("この通知先への通知は停止されています"))
    return Written(row.url, row.message or _body(db, row), Kind.WEBHOOK)


def _body(db: Session, row: Any) -> bytes:
    event = db.get(Event, row.event_seq) if row.event_seq else None
    plan = db.get(Plan, event.plan_id) if event and event.plan_id else None
    said = {
        "id": _number(row.claim),
        "type": row.rule,
        "at": (event.at if event else row.due_at).astimezone(TOKYO).isoformat(),
        "plan": {"key": plan.key, "title": plan.title} if plan else None,
        "data": json.loads(event.data) if event else {},
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _number(claim: str) -> str:
    """The id of a call: the same however often it is sent."""
    return "msg_" + hashlib.sha256(claim.encode()).hexdigest()[:32]


def _send(
    office: Office,
    caller: Caller,
    deliveries: list[LeasedDelivery],
    clock: Callable[[], datetime],
    stop: Stop,
    result: Sending,
) -> None:
    """Send each delivery and commit what came of it. A system that does not answer is not asked again in this
    batch: it would only keep the others waiting."""
    silent: dict[int, str] = {}
    taken_at = clock()
    for position, delivery in enumerate(deliveries):
        if stop.is_set() or clock() > taken_at + LEASE / 2:
            settle(office, [given_back(each, clock()) for each in deliveries[position:]])
            return
        hook = delivery.row.webhook
        if hook in silent:
            settle(office, [tried(delivery, silent[hook], clock(), result)])
            continue
        try:
            caller.call(delivery.address, _headers(delivery, clock()), delivery.message)
        except CallRefused as error:
            result.failed += 1
            settle(office, [outcome(delivery, State.FAILED, clock(), error.message)])
        except CallDelayed as error:
            silent[hook] = error.message
            settle(office, [tried(delivery, error.message, clock(), result)])
        else:
            result.sent += 1
            settle(office, [outcome(delivery, State.SENT, clock())])


def _headers(delivery: LeasedDelivery, now: datetime) -> dict[str, str]:
    number, timestamp = _number(delivery.row.claim), int(now.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "sakutei-webhook/1",
        "webhook-id": number,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(delivery.row.secret, number, timestamp, delivery.message),
    }
