"""Use cases of the second step of signing in: enrol an authenticator app (RFC 6238), give its code or a recovery code,
let go of every means, and demand the step of people. Passkeys, the other means, have a module of their own."""

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.identity import InSession, Proof, require_identity
from workflow.actions.random_tokens import sha256
from workflow.actions.rate_limits import WRONG_PASSWORDS, Counter, count_try, forget_all, wait_left
from workflow.actions.security import note_wrong_try
from workflow.domain.accounts import SecondStep, StepsDemanded
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, SignInRefused, Unwritable
from workflow.domain.events import Tag
from workflow.domain.rights import Act, Actor
from workflow.domain.security import SecurityKind
from workflow.queries.accounts import has_second_step, is_demanded, steps_demanded
from workflow.queries.actor import actor
from workflow.queries.people import person_id
from workflow.store import authenticators
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.security_log import enter
from workflow.store.tables import Authenticator, Passkey, Person, RecoveryCode, SecondStepDemand, SignIn

RECOVERY_CODES = 10

STEP = 30
"""Seconds for which a code of the app holds."""

_SECRET_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # noqa: S105
_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def begin_authenticator(office: Office, by: str, *, proof: Proof, now: datetime) -> str:
    """Return the secret that one's app is to keep, until a code of it was given the same.

    Raises `AlreadyDone` (one has an app already), `IdentityUnconfirmed`, `NotAllowed` (one has left), `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        require_enrolment(db, who, proof, now)
        kept = db.get(Authenticator, who.id)
        if kept is None:
            secret = "".join(secrets.choice(_SECRET_LETTERS) for _ in range(32))
            kept_as = authenticators.sealed(office.key_file, who.id, secret)
            db.execute(insert(Authenticator).values(person_id=who.id, secret=kept_as, last_step=0))
            return secret
        if kept.confirmed_at is not None:
            raise AlreadyDone("認証アプリは、既に登録されています。")
        return authenticators.secret_of(office.key_file, kept)


def confirm_authenticator(office: Office, by: str, code: str, *, proof: Proof, now: datetime) -> list[str]:
    """Take the app into use with its first code, and return the recovery codes, which are never shown again; none when
    the person has some from before. The session has taken the second step by it.

    Raises `BadInput` (the code is wrong), `SignInRefused` (wrong too often), `AlreadyDone`, `IdentityUnconfirmed`,
    `NotAllowed`, `NotFound`.
    """
    _count(office, by, now)
    with wrong_tries_noted(office, by, now), office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        require_enrolment(db, who, proof, now)
        kept = db.get(Authenticator, who.id)
        if kept is None:
            raise NotFound("認証アプリ", by)
        if kept.confirmed_at is not None:
            raise AlreadyDone("認証アプリは、既に登録されています。")
        _use_code(office, db, kept, code, now)
        db.execute(update(Authenticator).where(Authenticator.person_id == who.id).values(confirmed_at=now))
        if isinstance(proof, InSession):
            step_taken(db, by, who.id, proof.token, now)
        ask_other_sessions(db, who.id)
        record(db, Tag.SECOND_STEP_SET, at=now, by=who.id, person=by)
        return recovery_codes(db, who.id)


def give_second_step(office: Office, by: str, session: str, code: str, *, now: datetime) -> None:
    """Take the second step in a session, with a code of the app or a recovery code, each of which serves once. It also
    confirms who one is (本人確認).

    Raises `BadInput` (it is wrong), `SignInRefused` (wrong too often), `NotAllowed`, `NotFound`.
    """
    _count(office, by, now)
    with wrong_tries_noted(office, by, now), office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        if not has_second_step(db, who.id):
            raise NotFound("二段階目の確認", by)
        spent = delete(RecoveryCode).where(
            RecoveryCode.person_id == who.id, RecoveryCode.code_sha256 == sha256(_plain(code))
        )
        if db.execute(spent).rowcount:  # type: ignore[attr-defined]
            record(db, Tag.RECOVERY_CODE_USED, at=now, by=who.id, person=by)
        else:
            app = select(Authenticator).where(
                Authenticator.person_id == who.id, Authenticator.confirmed_at.is_not(None)
            )
            _use_code(office, db, db.scalar(app), code, now)
        step_taken(db, by, who.id, session, now)


def reset_second_step(office: Office, by: str, person: str, *, proof: Proof, now: datetime) -> None:
    """Let go of one's own app, passkeys and recovery codes, or as administrator of somebody's who lost theirs. Their
    sessions end.

    Raises `NotAllowed`, `IdentityUnconfirmed`, `NotFound` (the person, or they have none).
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        if by == person:
            who.require_service()
        else:
            who.require(Act.KEEP_PEOPLE)
        require_identity(db, who, proof, now)
        number = person_id(db, person)
        if not has_second_step(db, number):
            raise NotFound("二段階目の確認", person)
        for table in (Authenticator, Passkey, RecoveryCode, SignIn):
            db.execute(delete(table).where(table.person_id == number))
        record(db, Tag.SECOND_STEP_RESET, at=now, by=who.id, person=person)


def demand_second_step(office: Office, by: str, whom: StepsDemanded, *, proof: Proof, now: datetime) -> None:
    """Demand the second step of people, at once: their sessions, too, wait for it until they have a means. Raises
    `NotAllowed`, `IdentityUnconfirmed`, `AlreadyDone`."""
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.KEEP_PEOPLE)
        require_identity(db, who, proof, now)
        if steps_demanded(db) is whom:
            raise AlreadyDone("既にそのとおりです。")
        db.execute(delete(SecondStepDemand))
        db.execute(insert(SecondStepDemand).values(id=1, whom=whom))
        _ask_who_has_none(db, now)
        record(db, Tag.SECOND_STEP_DEMANDED, at=now, by=who.id, whom=whom)


def _ask_who_has_none(db: Session, now: datetime) -> None:
    """Let the sessions of those of whom it is demanded, and who have no means yet, wait for their first one."""
    signed_in = select(Person.id, Person.key).join(SignIn, SignIn.person_id == Person.id)
    for number, key in db.execute(signed_in.where(SignIn.waits_for == SecondStep.NONE).distinct()).all():
        if is_demanded(db, actor(db, key, tokyo_day(now))) and not has_second_step(db, number):
            theirs = SignIn.person_id == number, SignIn.waits_for == SecondStep.NONE
            db.execute(update(SignIn).where(*theirs).values(waits_for=SecondStep.ENROLMENT))


def require_enrolment(db: Session, who: Actor, proof: Proof, now: datetime) -> None:
    """Check that the person may take another means into use: in a session that waits for their first one, or having
    just confirmed who they are. Raises `IdentityUnconfirmed`."""
    if isinstance(proof, InSession):
        waits_for = select(SignIn.waits_for).where(
            SignIn.person_id == who.id, SignIn.token_sha256 == sha256(proof.token)
        )
        if db.scalar(waits_for) == SecondStep.ENROLMENT:
            return
    require_identity(db, who, proof, now)


def recovery_codes(db: Session, person: int) -> list[str]:
    """Make the recovery codes of a person, one set whichever means they have, and return them: they are never shown
    again. Empty: they have some left."""
    if db.scalar(select(RecoveryCode.code_sha256).where(RecoveryCode.person_id == person).limit(1)):
        return []
    codes = ["-".join(_letters(4) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    rows = [{"code_sha256": sha256(_plain(each)), "person_id": person} for each in codes]
    db.execute(insert(RecoveryCode), rows)
    return codes


def ask_other_sessions(db: Session, person: int) -> None:
    """Let the sessions that wait for a person's first means wait for the means they now have: it was enrolled in
    another."""
    waiting = SignIn.person_id == person, SignIn.waits_for == SecondStep.ENROLMENT
    db.execute(update(SignIn).where(*waiting).values(waits_for=SecondStep.CODE))


def step_taken(
    db: Session, by: str, person: int, session: str, now: datetime, *, confirmed: bool = True
) -> None:
    """Note that the session has taken its second step, and with `confirmed` that its person is before the screen."""
    mine = SignIn.person_id == person, SignIn.token_sha256 == sha256(session)
    if db.scalar(select(SignIn.waits_for).where(*mine)):
        enter(db, SecurityKind.SIGNED_IN, at=now, by=person)
    at = {"confirmed_at": now} if confirmed else {}
    db.execute(update(SignIn).where(*mine).values(waits_for=SecondStep.NONE, **at))
    forget_all(db, _counter(by))


@contextmanager
def wrong_tries_noted(office: Office, by: str, now: datetime) -> Iterator[None]:
    """Outside of the transaction, which ends without a trace where the code or the passkey is wrong."""
    try:
        yield
    except Unwritable:
        raise
    except BadInput:
        with office.reading() as db:
            person = person_id(db, by)
        note_wrong_try(office, person, now=now)
        raise


def _count(office: Office, by: str, now: datetime) -> None:
    """Count a try before it is made. Raises `SignInRefused`, `NotAllowed`, `NotFound`."""
    with office.writing() as db:
        actor(db, by, tokyo_day(now)).require_service()
        counters = [_counter(by)]
        if wait := wait_left(db, counters, now):
            raise SignInRefused(wait=wait)
        count_try(db, counters, now)


def _counter(by: str) -> Counter:
    return Counter("second step", by, WRONG_PASSWORDS)


def _use_code(office: Office, db: Session, kept: Authenticator | None, code: str, now: datetime) -> None:
    """Use up a code of the app, of this half minute or its neighbours. Raises `BadInput`, also for one used before."""
    from pyotp import TOTP

    if kept is None:
        raise BadInput(
            "予備のコード", "違うか、既に使われています", "控えたものを、1 文字ずつ確かめてください。"
        )
    here, app = int(now.timestamp()) // STEP, TOTP(authenticators.secret_of(office.key_file, kept))
    typed = _plain(code).encode("utf-8", "replace")
    for step in range(max(here - 1, kept.last_step + 1), here + 2):
        if hmac.compare_digest(app.generate_otp(step).encode(), typed):
            used = update(Authenticator).where(Authenticator.person_id == kept.person_id)
            db.execute(used.values(last_step=step))
            return
    raise BadInput(
        "確認コード",
        "違うか、既に使われています",
        "認証アプリに新しいコードが出るのを待って、入力し直してください。端末の時計も確かめてください。",
    )


def _letters(count: int) -> str:
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(count))


def _plain(code: str) -> str:
    """A code as it was typed, without spaces and hyphens, in small letters."""
    return "".join(sign for sign in code if sign.isalnum()).lower()
