"""Use cases of passkeys (WebAuthn): register one, give it as second step or as 本人確認, and remove it. The keys stay with
their authenticators: what is kept here verifies their signatures and makes none."""

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.identity import InSession, Proof, require_identity
from workflow.actions.random_tokens import sha256
from workflow.actions.second_step import (
    ask_other_sessions,
    recovery_codes,
    require_enrolment,
    step_taken,
    wrong_tries_noted,
)
from workflow.domain.accounts import SecondStep
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.passkeys import CHALLENGE_LIFE, PasskeyUse, RelyingParty
from workflow.domain.validation import a_line
from workflow.queries.accounts import has_second_step
from workflow.queries.actor import actor
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.signatures import user_handle
from workflow.store.tables import Passkey, PasskeyChallenge, Person, RecoveryCode, SignIn

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor


def begin_passkey(office: Office, by: str, party: RelyingParty, *, proof: InSession, now: datetime) -> str:
    """Return what a browser needs to make a passkey of that session's person, as JSON.

    Raises `IdentityUnconfirmed`, `NotAllowed` (one has left), `NotFound`.
    """
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        require_enrolment(db, who, proof, now)
        options = generate_registration_options(
            rp_id=party.host,
            rp_name=party.name,
            user_id=user_handle(db, who.id),
            user_name=by,
            user_display_name=db.get_one(Person, who.id).name,
            challenge=_new_challenge(db, proof.token, PasskeyUse.ENROLMENT, now),
            timeout=_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=_descriptors(db, who.id),
        )
        return options_to_json(options)


def add_passkey(
    office: Office,
    by: str,
    party: RelyingParty,
    name: str,
    answer: str,
    *,
    proof: InSession,
    now: datetime,
) -> list[str]:
    """Keep the passkey that a browser made, and return the recovery codes, which are never shown again; none when the
    person has some from before. The session has taken the second step by it.

    Raises `BadInput` (the name; an answer that was not asked for, comes too late, or is from another site),
    `AlreadyDone` (it is registered), `IdentityUnconfirmed`, `NotAllowed`, `NotFound`.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    name = a_line("パスキーの名前", name)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        require_enrolment(db, who, proof, now)
    challenge = _taken_challenge(office, by, proof.token, PasskeyUse.ENROLMENT, now)
    with wrong_tries_noted(office, by, now), office.writing() as db:
        try:
            made = verify_registration_response(
                credential=_read(answer),
                expected_challenge=challenge,
                expected_rp_id=party.host,
                expected_origin=party.origin,
            )
        except Exception as error:  # the parsers of the library raise many kinds
            raise _unverified() from error
        credential = bytes_to_base64url(made.credential_id)
        if not _CREDENTIAL_ID.fullmatch(credential):
            raise _unverified()
        if db.scalar(select(Passkey.id).where(Passkey.credential_id == credential)):
            raise AlreadyDone("このパスキーは、既に登録されています。")
        kept = {
            "person_id": who.id,
            "name": name,
            "credential_id": credential,
            "public_key": bytes_to_base64url(made.credential_public_key),
            "sign_count": made.sign_count,
            "added_at": now,
        }
        db.execute(insert(Passkey).values(**kept))
        step_taken(db, by, who.id, proof.token, now, confirmed=made.user_verified)
        ask_other_sessions(db, who.id)
        record(db, Tag.PASSKEY_ADDED, at=now, by=who.id, person=by, name=name)
        return recovery_codes(db, who.id)


def ask_passkey(
    office: Office, by: str, session: str, party: RelyingParty, use: PasskeyUse, *, now: datetime
) -> str:
    """Return what a browser needs to give one of the person's passkeys, as JSON. Empty: they have none. Raises
    `NotAllowed`, `NotFound`."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        theirs = _descriptors(db, who.id)
        if not theirs:
            return ""
        options = generate_authentication_options(
            rp_id=party.host,
            challenge=_new_challenge(db, session, use, now),
            timeout=_MILLISECONDS,
            allow_credentials=theirs,
            user_verification=UserVerificationRequirement.REQUIRED
            if use is PasskeyUse.IDENTITY
            else UserVerificationRequirement.PREFERRED,
        )
        return options_to_json(options)


def give_passkey(
    office: Office,
    by: str,
    session: str,
    party: RelyingParty,
    use: PasskeyUse,
    answer: str,
    *,
    now: datetime,
) -> None:
    """Take the second step in a session with a passkey, or confirm by it who one is (本人確認). As second step it does
    the other too where the authenticator asked for finger, face or PIN.

    Raises `BadInput` (an answer that was not asked for, comes too late, is from another site, of a passkey that is not
    theirs, or of one that was copied), `NotAllowed`, `NotFound`.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes

    challenge = _taken_challenge(office, by, session, use, now)
    with wrong_tries_noted(office, by, now), office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        given = _read(answer)
        theirs = Passkey.person_id == who.id, Passkey.credential_id == given["id"]
        kept = db.scalar(select(Passkey).where(*theirs))
        if kept is None:
            raise BadInput("パスキー", "登録されていません", "別のパスキーか、ほかの方法で確かめてください。")
        try:
            verified = verify_authentication_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=party.host,
                expected_origin=party.origin,
                credential_public_key=base64url_to_bytes(kept.public_key),
                credential_current_sign_count=kept.sign_count,
                require_user_verification=use is PasskeyUse.IDENTITY,
            )
        except Exception as error:  # the parsers of the library raise many kinds
            raise _unverified() from error
        used = {"sign_count": verified.new_sign_count, "used_at": now}
        db.execute(update(Passkey).where(Passkey.id == kept.id).values(**used))
        if use is PasskeyUse.SECOND_STEP:
            step_taken(db, by, who.id, session, now, confirmed=verified.user_verified)
        else:
            mine = SignIn.person_id == who.id, SignIn.token_sha256 == sha256(session)
            signed_in = update(SignIn).where(*mine, SignIn.waits_for == SecondStep.NONE)
            db.execute(signed_in.values(confirmed_at=now))


def remove_passkey(office: Office, by: str, number: int, *, proof: Proof, now: datetime) -> None:
    """Let go of one of one's own passkeys; with the last means, of the recovery codes too. Raises
    `IdentityUnconfirmed`, `NotAllowed`, `NotFound`."""
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        require_identity(db, who, proof, now)
        theirs = Passkey.person_id == who.id, Passkey.id == number
        name = db.scalar(delete(Passkey).where(*theirs).returning(Passkey.name))
        if name is None:
            raise NotFound("パスキー", str(number))
        if not has_second_step(db, who.id):
            db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == who.id))
        record(db, Tag.PASSKEY_REMOVED, at=now, by=who.id, person=by, name=name)


_CREDENTIAL_ID = re.compile(r"[A-Za-z0-9_-]{1,1364}")
"""1023 bytes at most, as base64url."""

_MILLISECONDS = int(CHALLENGE_LIFE.total_seconds() * 1000)


def _new_challenge(db: Session, session: str, use: PasskeyUse, now: datetime) -> bytes:
    """A challenge for that session and purpose, in place of the one before."""
    from webauthn.helpers import bytes_to_base64url, generate_challenge

    challenge, digest = generate_challenge(), sha256(session)
    before = (PasskeyChallenge.session_sha256 == digest) & (PasskeyChallenge.purpose == use)
    db.execute(delete(PasskeyChallenge).where(before | (PasskeyChallenge.ends_at <= now)))
    kept = {"value": bytes_to_base64url(challenge), "ends_at": now + CHALLENGE_LIFE}
    db.execute(insert(PasskeyChallenge).values(session_sha256=digest, purpose=use, **kept))
    return challenge


def _taken_challenge(office: Office, by: str, session: str, use: PasskeyUse, now: datetime) -> bytes:
    """Take the challenge away and return it, in a transaction of its own: it is spent by a wrong answer too. Raises
    `BadInput` when there is none, `NotAllowed`, `NotFound`."""
    from webauthn.helpers import base64url_to_bytes

    with office.writing() as db:
        actor(db, by, tokyo_day(now)).require_service()
        asked = (PasskeyChallenge.session_sha256 == sha256(session)) & (PasskeyChallenge.purpose == use)
        taken = db.execute(
            delete(PasskeyChallenge).where(asked).returning(PasskeyChallenge.value, PasskeyChallenge.ends_at)
        ).first()
    if taken is None or taken.ends_at <= now:
        raise BadInput(
            "パスキー",
            "5 分を過ぎたか、既に使われた問いへの答えです",
            "この画面から、もう一度行ってください。",
        )
    return base64url_to_bytes(taken.value)


def _descriptors(db: Session, person: int) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    found = db.scalars(select(Passkey.credential_id).where(Passkey.person_id == person).order_by(Passkey.id))
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in found]


def _read(answer: str) -> dict[str, Any]:
    """The answer of a browser. Raises `BadInput` when it is none."""
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        raise _unverified() from None
    match read:
        case {"id": str(credential)} if _CREDENTIAL_ID.fullmatch(credential):
            return dict(read)
    raise _unverified()


def _unverified() -> BadInput:
    return BadInput(
        "パスキー", "確かめられません", "もう一度行うか、別のパスキーか、ほかの方法で確かめてください。"
    )
