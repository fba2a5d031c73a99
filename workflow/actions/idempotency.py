"""A program's call by its idempotency key: done once, and answered alike however often it is sent.

A call is claimed by a row of its own before anything is done. The use case's own transaction marks that row, so
that what was done and the knowledge that it was done are committed together or not at all. The answer is kept
in the row afterwards. So:

- A program that dies before its use case committed leaves a claim that ends after `LEASE`; the call sent again
  is then done. Should the first one still be alive, its mark finds the claim taken and its work is rolled back.
- A program that dies between that commit and the keeping of the answer leaves the mark alone; the call sent
  again is not done a second time, and is told so (`AnswerLost`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from workflow.domain.errors import AnswerLost, CallRunning, KeyReused
from workflow.store.database import ObservedOffice, Office
from workflow.store.tables import AnsweredCall

KEPT = timedelta(days=7)
"""Time for which a stored response is returned again."""

LEASE = timedelta(minutes=1)
"""Time after which a claimed request is assumed to have failed."""

SWEPT_AT_ONCE = 20
"""Number of the oldest responses that each new claim checks, to delete those older than `KEPT`."""

_DONE = 0
"""The status of a call that was done and whose answer is not kept yet."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A call that is ours to do."""

    call: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer a call was given before."""

    status: int
    body: str


def claim_call(
    office: Office, token: int, key: str, request_sha256: str, *, now: datetime
) -> Claim | Answered:
    """The call to do, or the answer it was given before.

    Raises `KeyReused` (the key came with another request), `CallRunning` (it is being done), `AnswerLost`.
    """
    with office.writing() as db:
        _sweep(db, now)
        mine = (AnsweredCall.token_id == token, AnsweredCall.key == key)
        db.execute(delete(AnsweredCall).where(*mine, AnsweredCall.at < now - KEPT))
        found = db.scalar(select(AnsweredCall).where(*mine))
        if found is None:
            row = {"token_id": token, "key": key, "request_sha256": request_sha256, "at": now}
            return Claim(db.scalars(insert(AnsweredCall).returning(AnsweredCall.id), row).one(), now)
        if found.request_sha256 != request_sha256:
            raise KeyReused(key)
        if found.status is not None and found.body is not None:
            return Answered(found.status, found.body)
        if now < found.at + LEASE:
            raise CallRunning
        if found.status == _DONE:
            raise AnswerLost
        db.execute(update(AnsweredCall).where(AnsweredCall.id == found.id).values(at=now))
        return Claim(found.id, now)


def marking(office: Office, claim: Claim) -> Office:
    """The office in which a use case marks the call as done in its own transaction. Such a transaction raises
    `CallRunning` and is rolled back when the claim is no longer ours."""

    def mark(db: Session) -> None:
        marked = update(AnsweredCall).where(*_ours(claim), AnsweredCall.status.is_(None)).values(status=_DONE)
        if db.execute(marked).rowcount != 1:  # type: ignore[attr-defined]
            raise CallRunning

    return ObservedOffice(office, mark)


def keep_answer(office: Office, claim: Claim, status: int, body: str) -> None:
    """Keep the answer, to be given again."""
    with office.writing() as db:
        db.execute(update(AnsweredCall).where(*_ours(claim)).values(status=status, body=body))


def release_call(office: Office, claim: Claim) -> None:
    """Give a call back that was not done, so that it can be sent again at once. One that was done stays marked."""
    with office.writing() as db:
        db.execute(delete(AnsweredCall).where(*_ours(claim), AnsweredCall.status.is_(None)))


def _ours(claim: Claim) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return AnsweredCall.id == claim.call, AnsweredCall.at == claim.at


def _sweep(db: Session, now: datetime) -> None:
    """Numbers rise with time: the oldest come first, and a claim costs the same however many there are."""
    oldest = select(AnsweredCall.id).order_by(AnsweredCall.id).limit(SWEPT_AT_ONCE)
    numbers = list(db.scalars(oldest))
    db.execute(delete(AnsweredCall).where(AnsweredCall.id.in_(numbers), AnsweredCall.at < now - KEPT))
