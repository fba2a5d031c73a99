"""Use cases of coming in by mail: invite a person, ask for a new password, set it through the one-time link.

The link's token is minted when its mail is written (see `mint`), so that it stands nowhere but in the mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, func, insert, or_, select
from sqlalchemy.orm import Session

from workflow.audit import Tag, record
from workflow.calendar import tokyo_day
from workflow.engine.attempts import MAILS_ASKED, WINDOW, Counter, try_once
from workflow.engine.passwords import a_password, hash_of, put_password
from workflow.engine.random_tokens import new_token, sha256
from workflow.errors import AlreadyDone, LinkUnusable
from workflow.language import say
from workflow.office import Office
from workflow.people import person_id
from workflow.records import Credential, MailedLink, Person
from workflow.rights import Act, actor

MAILS_TO_ONE = 3
"""Mails for a new password to one person within `WINDOW`; no more are sent."""


class LinkPurpose(StrEnum):
    """What a mailed link is for. The value is its path's first part, too."""

    WELCOME = "welcome"
    RESET = "reset"

    @property
    def life(self) -> timedelta:
        """How long the link is valid after its mail was written."""
        return timedelta(days=7) if self is LinkPurpose.WELCOME else timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Whose link it is."""

    link: int
    person_id: int
    key: str
    name: str


def invite(office: Office, by: str, person: str, *, now: datetime) -> None:
    """Invite a person to set their first password: they get a mail with a link. A newer invitation does not make
    an older one useless.

    Raises `AlreadyDone` (they have a password), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.KEEP_PEOPLE)
        number = person_id(db, person)
        if db.get(Credential, number) is not None:
            raise AlreadyDone(
                say(
                    "「{person}」さんは既にパスワードを設定しています。忘れたときは、本人がサインインの画面の「パスワードを忘れたとき」から設定し直せます。",
                    person=person,
                )
            )
        link = _new_link(db, number, LinkPurpose.WELCOME, now)
        record(db, Tag.PERSON_INVITED, at=now, by=who.id, person=person, link=link)


def ask_reset(office: Office, typed: str, *, source: str = "", now: datetime) -> None:
    """Anybody asks for a mail with a link for a new password, by key or mail address; `source` is the network
    address they ask from. What is typed may be unknown, and asked too often: nothing tells the difference."""
    with office.writing() as db:
        if source and try_once(db, [Counter("reset", source, MAILS_ASKED)], now) is None:
            return
        for person in _entitled(db, typed.strip().replace("\0", ""), now):
            link = _new_link(db, person.id, LinkPurpose.RESET, now)
            record(db, Tag.RESET_ASKED, at=now, by=None, person=person.key, link=link)


def mint(link: MailedLink, now: datetime) -> str:
    """A new token for the link, valid from now on; one minted before no longer is. For the writer of its mail
    only, in the transaction that keeps the mail."""
    token = new_token()
    link.token_sha256, link.expires_at = sha256(token), now + LinkPurpose(link.purpose).life
    return token


def link_holder(db: Session, purpose: LinkPurpose, token: str, now: datetime) -> LinkHolder:
    """Whose link it is; reading it uses nothing up. Raises `LinkUnusable`."""
    row = db.execute(
        select(MailedLink, Person.key, Person.name)
        .join(Person, Person.id == MailedLink.person_id)
        .where(MailedLink.token_sha256 == sha256(token), MailedLink.purpose == purpose)
    ).first()
    if row is None:
        raise LinkUnusable(
            "このリンクは使えません。新しいメールが届いているときは、そのリンクを開いてください"
        )
    link, key, name = row
    if link.used_at is not None:
        raise LinkUnusable("このリンクは、もう使えません。パスワードは既に設定されています")
    if link.expires_at <= now:
        raise LinkUnusable("このリンクの期限が過ぎました")
    return LinkHolder(link.id, link.person_id, key, name)


def set_password_by_link(
    office: Office, purpose: LinkPurpose, token: str, password: str, *, now: datetime
) -> None:
    """Set the password of whose link it is. Ends all their sessions, and every mailed link of theirs is used up.

    Raises `LinkUnusable`, `BadInput` (the password cannot be taken; the link still can).
    """
    with office.reading() as db:
        a_password(db, link_holder(db, purpose, token, now).person_id, password)
    hashed = hash_of(password)
    with office.writing() as db:
        holder = link_holder(db, purpose, token, now)
        put_password(db, holder.person_id, hashed, now)
        record(db, Tag.PASSWORD_SET, at=now, by=holder.person_id, person=holder.key, link=holder.link)


def _new_link(db: Session, person: int, purpose: LinkPurpose, now: datetime) -> int:
    row = {"person_id": person, "purpose": purpose, "made_at": now, "expires_at": now + purpose.life}
    return db.scalars(insert(MailedLink).returning(MailedLink.id), row).one()


def _entitled(db: Session, typed: str, now: datetime) -> list[Person]:
    """Who may have such a mail: the person of that key, or those of that address, who were let in before, by a
    password or an invitation, and have not just had several."""
    known = exists().where(Credential.person_id == Person.id)
    invited = exists().where(MailedLink.person_id == Person.id, MailedLink.purpose == LinkPurpose.WELCOME)
    had = (
        select(func.count())
        .where(
            MailedLink.person_id == Person.id,
            MailedLink.purpose == LinkPurpose.RESET,
            MailedLink.made_at > now - WINDOW,
        )
        .scalar_subquery()
    )
    named = or_(Person.key == typed, func.lower(Person.email) == typed.lower())
    return list(db.scalars(select(Person).where(named, or_(known, invited), had < MAILS_TO_ONE)))
