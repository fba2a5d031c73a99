"""A program's call by its idempotency key: done once, and answered alike however often it is sent.

A call is claimed by a row of its own before anything is done. The use case's own transaction writes the answer into
that row, so that what was done and its answer are committed together or not at all. So:

- A program that dies before its use case committed leaves a claim that ends after `LEASE`; the call sent again
  is then done. Should the first one still be alive, its answer finds the claim taken and its work is rolled back.
- Whatever happens after that commit, the call sent again gets the answer. Only a use case outside `ClaimedOffice.do`
  leaves a mark without one (`AnswerLost`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from workflow.domain.errors import AnswerLost, CallRunning, KeyReused
from workflow.store.database import JoinedOffice, ObservedOffice, Office
from workflow.store.tables import AnsweredCall

KEPT = timedelta(days=7)
"""Time for which a stored response is returned again."""

LEASE = timedelta(minutes=1)
"""Time after which a claimed request is assumed to have failed."""

SWEPT_AT_ONCE = 20
"""Number of the oldest responses that each new claim checks, to delete those older than `KEPT`."""

_CREATED = 201
"""The status of what was done."""

_DONE = 0
"""The status of a call that was done and whose answer is not kept yet."""


Done = TypeVar("Done")


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


class ClaimedOffice(ObservedOffice):
    """The office in which a claimed call is done. Its transactions mark the call as done; one raises `CallRunning` and
    is rolled back when the claim is no longer ours. `answered`: the answer was committed as well."""

    def __init__(self, office: Office, claim: Claim) -> None:
        super().__init__(office, self._mark)
        self.answered = False
        self._claim, self._status, self._body = claim, _DONE, cast(str | None, None)

    def do(self, act: Callable[[Office], Done], answer_of: Callable[[Done], str]) -> Done:
        """Do the act and keep its answer (201) in one transaction. Raises what the act raises."""
        with self.writing() as db:
            done = act(JoinedOffice(self, db, self.files))
            self._status, self._body = _CREATED, answer_of(done)
        self.answered = True
        return done

    def _mark(self, db: Session) -> None:
        ours = update(AnsweredCall).where(*_ours(self._claim), AnsweredCall.status.is_(None))
        if db.execute(ours.values(status=self._status, body=self._body)).rowcount != 1:  # type: ignore[attr-defined]
            raise CallRunning


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
