"""Use cases of coming in by mail: invite a person, ask for a new password, set it through the one-time link.

The link's token is made in memory each time its mail is sent (see `mint`), so that it stands nowhere but in the
mail. Every token that may have been delivered is valid until one is used or its time is over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from workflow.actions.identity import Proof, require_identity
from workflow.actions.minted_links import MintedLink, keep_links
from workflow.actions.passwords import a_password_for, hash_of, put_password
from workflow.actions.random_tokens import new_token, sha256
from workflow.actions.rate_limits import MAILS_ASKED, QUARTER, Counter, count_try, wait_left
from workflow.domain.accounts import LinkPurpose
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, LinkUnusable
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import typed_key
from workflow.queries.actor import actor, has_left
from workflow.queries.people import people_of_address, person_id
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Credential, LinkToken, MailedLink, Person

MAILS_TO_ONE = 3
"""Mails for a new password to one person within a quarter of an hour; no more are sent."""


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """The owner of a mailed link."""

    link: int
    person_id: int
    key: str
    name: str


def invite(office: Office, by: str, person: str, *, now: datetime) -> None:
    """Invite a person to set their first password: they get a mail with a link, and every older link of theirs
    ends.

    Raises `AlreadyDone` (they have a password), `BadInput` (they have left), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.KEEP_PEOPLE)
        _invite(db, who, person, now)


def invite_people(office: Office, by: str, people: Sequence[str], *, now: datetime) -> None:
    """Invite several people, each as `invite`: all of them, or none.

    Raises `AlreadyDone` (one of them has a password), `BadInput` (nobody is named, or one has left), `NotAllowed`,
    `NotFound`.
    """
    if not people:
        raise _nobody_chosen()
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.KEEP_PEOPLE)
        for person in dict.fromkeys(people):
            _invite(db, who, person, now)


def check_invitations(db: Session, by: str, people: Sequence[str], *, now: datetime) -> None:
    """Raises what `invite_people` would raise; it invites nobody."""
    if not people:
        raise _nobody_chosen()
    actor(db, by, tokyo_day(now)).require(Act.KEEP_PEOPLE)
    for person in dict.fromkeys(people):
        _invitable(db, person, now)


@dataclass(frozen=True, slots=True)
class HandedLink:
    """A link for whoever hands it over: a secret, which is kept nowhere. `path` is its page on this site."""

    key: str
    name: str
    path: str = field(repr=False)
    expires_at: datetime


def hand_over_links(
    office: Office, by: str, people: Sequence[str], *, after: int, proof: Proof, now: datetime
) -> list[HandedLink]:
    """Invite several people as `invite_people`, and return a link of each, to be given to them by hand: for an office
    without a mail server. With 本人確認: whoever has a link gets in as that person. `after` is the newest link when it was
    asked for: the same form sent again does not end the links that were handed over meanwhile.

    Raises what `invite_people` raises, `AlreadyDone` for the form sent again, and `IdentityUnconfirmed`.
    """
    if not people:
        raise _nobody_chosen()
    handed = []
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.KEEP_PEOPLE)
        require_identity(db, who, proof, now)
        _must_not_be_shown(db, LinkPurpose.WELCOME, people, after)
        for person in dict.fromkeys(people):
            handed.append(_handed(db, _invite(db, who, person, now, by_hand=True), now))
    return handed


def hand_over_reset(
    office: Office, by: str, person: str, *, after: int, proof: Proof, now: datetime
) -> HandedLink:
    """Return a link by which somebody who forgot their password sets a new one, to be given to them by hand: for an office
    without a mail server. Every older link of theirs ends; their password and their sessions stay until it is used. With
    本人確認, and `after`, as `hand_over_links`; the person and the administrators are told.

    Raises `BadInput` (they have no password, or have left), `AlreadyDone` for the form sent again, `NotAllowed`,
    `IdentityUnconfirmed`, `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.KEEP_PEOPLE)
        require_identity(db, who, proof, now)
        number = person_id(db, person)
        if db.get(Credential, number) is None:
            raise BadInput(
                "職員",
                say("「{person}」さんは、まだパスワードを設定していません", person=person),
                "その職員のページから招待してください。",
            )
        _must_not_have_left(db, person, say("職員"), now)
        _must_not_be_shown(db, LinkPurpose.RESET, [person], after)
        end_links(db, number)
        link = _new_link(db, number, LinkPurpose.RESET, now)
        record(db, Tag.RESET_HANDED, at=now, by=who.id, person=person, link=link)
        return _handed(db, link, now)


def ask_reset(office: Office, typed: str, *, source: str = "", now: datetime) -> None:
    """Request a mail with a link for a new password, by key or mail address, without signing in; `source` is the
    network address of the request. The result is the same when the name is unknown or asked for too often."""
    with office.writing() as db:
        entitled = _entitled(db, typed_key(typed), now)
        counters = [Counter("reset", source, MAILS_ASKED, within=QUARTER)] if source and entitled else []
        if wait_left(db, counters, now):
            return
        count_try(db, counters, now)
        for person in entitled:
            link = _new_link(db, person.id, LinkPurpose.RESET, now)
            record(db, Tag.RESET_ASKED, at=now, by=None, person=person.key, link=link)


def mint(link: MailedLink, now: datetime) -> MintedLink:
    """A new token for the link, valid until `expires_at`; those minted before stay as they are. For the writer of its mail
    only, each time the mail is sent."""
    ends = now + LinkPurpose(link.purpose).life
    return MintedLink(new_token(), "link_token", {"link_id": link.id, "expires_at": ends})


def end_links(db: Session, person: int) -> int:
    """End every link that was mailed to the person, and return how many. A mail that waits to be sent gets a token
    of its own."""
    theirs = select(MailedLink.id).where(MailedLink.person_id == person)
    ended = db.execute(delete(LinkToken).where(LinkToken.link_id.in_(theirs)))
    return ended.rowcount  # type: ignore[attr-defined, no-any-return]


def is_superseded(db: Session, link: MailedLink) -> bool:
    """Return whether the person was invited again later."""
    newer = MailedLink.person_id == link.person_id, MailedLink.purpose == LinkPurpose.WELCOME
    return bool(db.scalar(select(exists().where(*newer, MailedLink.id > link.id))))


def is_over(db: Session, link: MailedLink, now: datetime) -> bool:
    """Return whether the link's mail was written before and all its tokens have expired."""
    ends = db.scalar(select(func.max(LinkToken.expires_at)).where(LinkToken.link_id == link.id))
    return ends is not None and ends <= now


def link_holder(db: Session, purpose: LinkPurpose, token: str, now: datetime) -> LinkHolder:
    """Return the owner of a link, without using the link. Raises `LinkUnusable`."""
    row = db.execute(
        select(MailedLink, LinkToken.expires_at, Person.key, Person.name, has_left(tokyo_day(now)))
        .join(LinkToken, LinkToken.link_id == MailedLink.id)
        .join(Person, Person.id == MailedLink.person_id)
        .where(LinkToken.token_sha256 == sha256(token), MailedLink.purpose == purpose)
    ).first()
    if row is None:
        raise LinkUnusable(
            "このリンクは使えません。新しいメールが届いているときは、そのリンクを開いてください"
        )
    link, expires_at, key, name, left = row
    if left:
        raise LinkUnusable("このリンクは、異動・退職のため使えません")
    if link.used_at is not None:
        raise LinkUnusable("このリンクは、もう使えません。パスワードは既に設定されています")
    if expires_at <= now:
        raise LinkUnusable("このリンクの期限が過ぎました")
    return LinkHolder(link.id, link.person_id, key, name)


def set_password_by_link(
    office: Office, purpose: LinkPurpose, token: str, password: str, *, now: datetime
) -> None:
    """Set the password of whose link it is. Ends all their sessions, and every mailed link of theirs is used up.

    Raises `LinkUnusable`, `BadInput` (the password cannot be taken; the link still can).
    """
    with office.reading() as db:
        a_password_for(office, db, link_holder(db, purpose, token, now).person_id, password)
    hashed = hash_of(password)
    with office.writing() as db:
        holder = link_holder(db, purpose, token, now)
        put_password(db, holder.person_id, hashed, now)
        record(db, Tag.PASSWORD_SET, at=now, by=holder.person_id, person=holder.key, link=holder.link)


def _nobody_chosen() -> BadInput:
    return BadInput("招待する職員", "選ばれていません", "1 人以上を選んでください。")


def _must_not_be_shown(db: Session, purpose: LinkPurpose, people: Sequence[str], after: int) -> None:
    """Raises `AlreadyDone` where one of the people got a later link for that purpose than the one of that number, or none."""
    later = MailedLink.purpose == purpose, MailedLink.id > after
    if db.scalar(select(exists().where(*later, MailedLink.person_id == Person.id, Person.key.in_(people)))):
        raise AlreadyDone(
            "リンクは既に画面に出しました。渡したリンクはそのまま使えます。渡せなかったときは、その職員のページから出し直してください。"
        )


def _must_not_have_left(db: Session, person: str, place: str, now: datetime) -> None:
    """Raises `BadInput`, which names the `place`, where all that the person was has ended."""
    if actor(db, person, tokyo_day(now)).left:
        raise BadInput(
            place,
            say("「{person}」の所属と任期は、すべて終わっています", person=person),
            "先に、新しい所属か任期を名簿に登録してください。",
        )


def _handed(db: Session, number: int, now: datetime) -> HandedLink:
    """The link of that number with a token of its own, to be handed over."""
    link = db.get_one(MailedLink, number)
    minted = mint(link, now)
    keep_links(db, [minted])
    holder = db.get_one(Person, link.person_id)
    path = f"/{LinkPurpose(link.purpose).value}/{minted.token}"
    return HandedLink(holder.key, holder.name, path, minted.values["expires_at"])


def _invite(db: Session, who: Actor, person: str, now: datetime, *, by_hand: bool = False) -> int:
    """Invite one; return the number of the link. `by_hand`: no mail bears it, it is handed over."""
    number = _invitable(db, person, now)
    end_links(db, number)
    link = _new_link(db, number, LinkPurpose.WELCOME, now)
    told = {"shown": True} if by_hand else {}
    record(db, Tag.PERSON_INVITED, at=now, by=who.id, person=person, link=link, **told)
    return link


def _invitable(db: Session, person: str, now: datetime) -> int:
    """The number of a person who can be invited. Raises `AlreadyDone`, `BadInput`, `NotFound`."""
    number = person_id(db, person)
    if db.get(Credential, number) is not None:
        raise AlreadyDone(
            say(
                "「{person}」さんは既にパスワードを設定しています。忘れたときは、本人がサインインの画面の「パスワードを忘れたとき」から設定し直せます。",
                person=person,
            )
        )
    _must_not_have_left(db, person, say("招待する職員"), now)
    return number


def _new_link(db: Session, person: int, purpose: LinkPurpose, now: datetime) -> int:
    row = {"person_id": person, "purpose": purpose, "made_at": now}
    return db.scalars(insert(MailedLink).returning(MailedLink.id), row).one()


def _entitled(db: Session, typed: str, now: datetime) -> list[Person]:
    """Return the people who may receive a reset mail: the person of that key, or those of that address, who had a
    password or an invitation before, have not left, and have not just received several mails."""
    known = exists().where(Credential.person_id == Person.id)
    invited = exists().where(MailedLink.person_id == Person.id, MailedLink.purpose == LinkPurpose.WELCOME)
    had = (
        select(func.count())
        .where(
            MailedLink.person_id == Person.id,
            MailedLink.purpose == LinkPurpose.RESET,
            MailedLink.made_at > now - QUARTER,
        )
        .scalar_subquery()
    )
    here = ~has_left(tokyo_day(now))
    people = select(Person.id).where(here, or_(known, invited), had < MAILS_TO_ONE)
    if "@" in typed:
        return people_of_address(db, typed, people)
    return list(db.scalars(select(Person).where(Person.key == typed, Person.id.in_(people))))
