"""Accounts of people and programs: passwords, sessions, mailed links, calendar feeds, tokens, webhooks."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class Credential(Record):
    """A person's password, as argon2id keeps it."""

    __tablename__ = "credential"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class SignIn(Record):
    """A session in a browser, which calls itself `agent`. Only the SHA-256 of its token is kept. `confirmed_at` is when
    its person last gave their password in it; None: never, they came through the provider. Until `waits_for` is empty the session opens nothing."""

    __tablename__ = "sign_in"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    agent: Mapped[str] = mapped_column(String(200))
    confirmed_at: Mapped[datetime | None]
    waits_for: Mapped[str] = mapped_column(String(20), server_default="")


class LateForm(Record):
    """The form that a person sent after their session had ended, or that was refused: where it went, the page it stood on, and the names and
    values of its fields, secrets apart; with the reason, where it was refused. For its writer alone, the newest of each, for a day."""

    __tablename__ = "late_form"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    action: Mapped[str] = mapped_column(String(500))
    page: Mapped[str] = mapped_column(String(500))
    fields: Mapped[list[Any]]
    kept_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, server_default="")


class Authenticator(Record):
    """A person's authenticator app: the secret it shares with us, sealed by `store.authenticators`, which no page shows again and no log keeps, and the
    number of the half minute whose code was used last. `confirmed_at` None: no code was given yet, it is not in use."""

    __tablename__ = "authenticator"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int]


class RecoveryCode(Record):
    """A code that replaces a lost app or passkey once. Only the SHA-256 is kept, of 79 random bits; using it deletes it."""

    __tablename__ = "recovery_code"
    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class Passkey(Record):
    """A person's passkey, by the name they gave it. `credential_id` and `public_key` are base64url; `sign_count` is the
    highest count its authenticator told, 0 when it keeps none."""

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Record):
    """The random value that a session was last asked to have signed for a purpose. Answering deletes it."""

    __tablename__ = "passkey_challenge"
    session_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(100))
    ends_at: Mapped[datetime]


class SecondStepDemand(Record):
    """The one row that says of whom the office demands a second step; none: of nobody."""

    __tablename__ = "second_step_demand"
    id: Mapped[int] = mapped_column(primary_key=True)
    whom: Mapped[str] = mapped_column(String(20))


class ProviderIdentity(Record):
    """The user of an OIDC provider, by its own name for them, that a person is bound to since their first sign-in."""

    __tablename__ = "provider_identity"
    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    bound_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("issuer", "person_id"))


class FailedSignIn(Record):
    """A failed attempt, counted so that guessing is slow. `name` is a SHA-256, cut short: of the key that was
    typed, known or not, or of the network address. `place` is one of the address or the device of the attempt,
    where attempts are counted by place; else empty."""

    __tablename__ = "failed_sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    __table_args__ = (Index(None, "name", "at"),)


class MailedLink(Record):
    """A person's leave to set a password by mail: an invitation, or a reset. Each mail for it has a token of its
    own (`LinkToken`). `used_at` is when the person got a password."""

    __tablename__ = "mailed_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LinkToken(Record):
    """A token that was written in one mail, which may have been delivered. Only its SHA-256 is stored; deleting
    it revokes it."""

    __tablename__ = "link_token"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("mailed_link.id"), index=True)
    expires_at: Mapped[datetime]


class Feed(Record):
    """A calendar somebody subscribes to by a secret URL: a body's meetings, or (with no body) their own."""

    __tablename__ = "feed"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    body_key: Mapped[str | None] = mapped_column(ForeignKey("body.key"))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiToken(Record):
    """A program's right to act for a person, within its scopes."""

    __tablename__ = "api_token"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AnsweredCall(Record):
    """A writing call of a program by its idempotency key, with the answer that is given again."""

    __tablename__ = "answered_call"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"))
    key: Mapped[str] = mapped_column(String(200))
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("token_id", "key"),)


class Webhook(Record):
    """Another system that receives each step. `secret` signs the messages."""

    __tablename__ = "webhook"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(100))
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OfficeSecret(Record):
    """The one row whose value keys the marks only this office can make. No page shows it."""

    __tablename__ = "office_secret"
    value: Mapped[str] = mapped_column(String(64), primary_key=True)


class PublicTry(Record):
    """A form sent by the public, counted for rate limiting. `sender_sha256` is of the network address with a
    daily salt: it identifies the same sender without naming them."""

    __tablename__ = "public_try"
    id: Mapped[int] = mapped_column(primary_key=True)
    sender_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (Index(None, "sender_sha256", "at"),)
