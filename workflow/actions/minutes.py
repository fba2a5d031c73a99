"""Use cases on the texts of a meeting's minutes (概要 and 会議録): drafted from the record, edited, put to the chair, who
confirms or returns them, corrected, and put to the body's approval at its next meeting."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.meetings import held_by_right, must_have_begun, refuse_at
from workflow.actions.minutes_texts import begin_version, change, drafted, newest_text, rewrite
from workflow.actions.open_meetings import publish_by_rule
from workflow.domain.calendar import tokyo_day
from workflow.domain.comparison import Comparison, compare
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.meetings import MeetingStatus, Purpose
from workflow.domain.minutes import (
    LONGEST_MINUTES,
    BesideText,
    MinutesKind,
    MinutesState,
    blocks_of,
    lines_of,
)
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_text, some_text
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.meetings import meetings_after
from workflow.queries.minutes import confirmers
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.minutes_word import minutes_in
from workflow.store.tables import AgendaItem, Meeting, MinutesText

APPROVAL = {kind: f"前回{kind.label}の承認" for kind in MinutesKind}
"""The title of the item, as a 次第 has it."""


def draft_minutes(
    office: Office, by: str, meeting: int, kind: MinutesKind, *, anew: bool = False, now: datetime
) -> int:
    """Draft a text from the record, or draft it again while it is a draft; returns the number of its version. What somebody
    edited is drafted over `anew` alone.

    Raises `AlreadyDone` (it was edited), `NotNow` (not begun, put to the chair, or final), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, held = held_by_right(db, by, meeting, Act.KEEP_MINUTES, now)
        must_have_begun(held, say("{kind}の作成", kind=label(kind)), now)
        row, text = newest_text(db, meeting, kind), drafted(db, meeting, kind)
        if row is None:
            version = begin_version(db, meeting, kind, text, edited=False, by=who.id, now=now)
        else:
            _must_be(row, held, MinutesState.DRAFT, say("{kind}の作成", kind=label(kind)))
            if row.edited and not anew:
                raise AlreadyDone(
                    "この案は、人が直しています。記録から作り直すと、直した文は失われます。作り直すときは、そのことを確かめて選んでください。"
                )
            rewrite(db, row, text, edited=False, by=who.id, now=now)
            version = row.version
        _record(db, Tag.MINUTES_DRAFTED, who, held, kind, version, now)
        return version


def edit_minutes(
    office: Office, by: str, meeting: int, kind: MinutesKind, text: str, *, seen: int, now: datetime
) -> None:
    """Edit a draft. `seen` is the revision the person began from.

    Raises `BadInput` (no text), `AlreadyDone` (somebody else edited it since), `NotNow` (no draft), `NotAllowed`,
    `NotFound`.
    """
    some_text(kind.label, text, LONGEST_MINUTES)
    with office.writing() as db:
        who, held, row = _text(db, by, meeting, kind, Act.KEEP_MINUTES, now)
        _must_be(row, held, MinutesState.DRAFT, say("{kind}の修正", kind=label(kind)))
        _must_be_seen(row, seen)
        rewrite(db, row, text, edited=True, by=who.id, now=now)
        _record(db, Tag.MINUTES_EDITED, who, held, kind, row.version, now)


@dataclass(frozen=True, slots=True)
class MinutesBack:
    """A text that was edited in Word, before it is taken: how it compares with the text that stands, whose `version`,
    `revision` and `state` are told. `same`: not even a space differs. `marked`: the document was made from these minutes,
    and `stale`: from an earlier text than the one that stands. `beside` is what it has besides its text."""

    text: str
    version: int
    revision: int
    state: MinutesState
    same: bool
    marked: bool
    stale: bool
    beside: tuple[BesideText, ...]
    comparison: Comparison


def compare_minutes(
    office: Office, by: str, meeting: int, kind: MinutesKind, filename: str, document: Path, *, now: datetime
) -> MinutesBack:
    """Compare a text that was edited in Word with the one that stands. Nothing is taken yet: that is an edit of the draft,
    or a correction of a final text.

    Raises `BadInput` (no Word document, no text, another meeting's minutes), `NotNow` (the chair has the text), `NotAllowed`,
    `NotFound`.
    """
    doing = say("{kind}の修正", kind=label(kind))
    with office.reading() as db:
        _, held, row = _text(db, by, meeting, kind, Act.KEEP_MINUTES, now)
        if row.state == MinutesState.PUT:
            raise _not_now(row, held, doing)
        version, revision, state, stands = row.version, row.revision, MinutesState(row.state), row.text
        if state.final:
            _must_be_over(held, doing)
    found = minutes_in(filename, document)
    mark = found.mark
    if mark and (mark.meeting, mark.kind) != (meeting, kind):
        raise BadInput(
            "Word の文書",
            say("会議 {number} の{kind}です", number=mark.meeting, kind=label(mark.kind)),
            say("会議 {number} の{kind}の Word を選んでください。", number=meeting, kind=label(kind)),
        )
    some_text(kind.label, found.text, LONGEST_MINUTES)
    return MinutesBack(
        found.text,
        version,
        revision,
        state,
        same=lines_of(found.text) == lines_of(stands),
        marked=mark is not None,
        stale=mark is not None and (mark.version, mark.revision) != (version, revision),
        beside=found.beside,
        comparison=compare(blocks_of(stands), blocks_of(found.text)),
    )


def put_minutes(office: Office, by: str, meeting: int, kind: MinutesKind, *, now: datetime) -> None:
    """Put a draft to the chair, who is asked by mail to confirm it.

    Raises `NotNow` (the meeting is not over, no draft, nobody to confirm it), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, held, row = _text(db, by, meeting, kind, Act.KEEP_MINUTES, now)
        _must_be_over(held, say("確認の依頼"))
        _must_be(row, held, MinutesState.DRAFT, say("確認の依頼"))
        if not confirmers(db, meeting_of(db, meeting), tokyo_day(now)):
            raise NotNow("確認の依頼", held.title, "会長も副会長もいません。名簿を確かめてください。")
        change(db, row, state=MinutesState.PUT, note="")
        _record(db, Tag.MINUTES_PUT, who, held, kind, row.version, now)


def return_minutes(
    office: Office, by: str, meeting: int, kind: MinutesKind, note: str, *, now: datetime
) -> None:
    """Return a text to its draft: by the chair, with what is to be mended; or by the 事務局, which asked too early.

    Raises `BadInput` (no note), `NotNow` (it is not put to the chair), `NotAllowed`, `NotFound`.
    """
    some_text("差戻しの所見", note)
    with office.writing() as db:
        who, held, row = _text(db, by, meeting, kind, Act.CONFIRM_MINUTES, now)
        _must_be(row, held, MinutesState.PUT, say("{kind}の差戻し", kind=label(kind)))
        _right_to_settle(db, who, held, now)
        change(db, row, state=MinutesState.DRAFT, note=note)
        _record(db, Tag.MINUTES_RETURNED, who, held, kind, row.version, now, note=note)


def confirm_minutes(
    office: Office, by: str, meeting: int, kind: MinutesKind, *, seen: int, note: str = "", now: datetime
) -> None:
    """Confirm a text as the chair of the sitting: it becomes final. The 事務局 enters what the chair confirmed on paper, and
    says so in the `note`. `seen` is the revision that was read.

    Raises `NotAllowed`, `NotNow` (it is not put to the chair), `AlreadyDone` (it changed), `BadInput`, `NotFound`.
    """
    a_text("確認の所見", note)
    with office.writing() as db:
        who, held, row = _text(db, by, meeting, kind, Act.CONFIRM_MINUTES, now)
        _must_be(row, held, MinutesState.PUT, say("{kind}の確認", kind=label(kind)))
        _must_be_seen(row, seen)
        if not _right_to_settle(db, who, held, now):
            some_text("確認の方法", note)
        change(db, row, state=MinutesState.CONFIRMED, note=note, settled_by=who.id, settled_at=now)
        _record(db, Tag.MINUTES_CONFIRMED, who, held, kind, row.version, now, note=note)
        publish_by_rule(db, who.id, held, row, now=now)


def correct_minutes(
    office: Office,
    by: str,
    meeting: int,
    text: str,
    reason: str,
    *,
    kind: MinutesKind = MinutesKind.SUMMARY,
    now: datetime,
) -> None:
    """Correct a text of a meeting that is over. A final one gets a new version, which the chair confirms again; the earlier
    ones stay readable. A draft is changed.

    Raises `BadInput` (no text or no reason), `NotNow` (the meeting is not over, or the chair has the text), `NotAllowed`,
    `NotFound`.
    """
    some_text(kind.label, text, LONGEST_MINUTES)
    some_text("訂正の理由", reason)
    with office.writing() as db:
        who, held = held_by_right(db, by, meeting, Act.KEEP_MINUTES, now)
        _must_be_over(held, say("{kind}の訂正", kind=label(kind)))
        row = newest_text(db, meeting, kind)
        was = row.text if row else ""
        if row is not None and row.state == MinutesState.DRAFT:
            rewrite(db, row, text, edited=True, by=who.id, now=now)
            version = row.version
        elif row is not None and row.state == MinutesState.PUT:
            raise _not_now(row, held, say("{kind}の訂正", kind=label(kind)))
        else:
            version = begin_version(db, meeting, kind, text, edited=True, by=who.id, now=now, reason=reason)
        _record(
            db, Tag.MINUTES_CORRECTED, who, held, kind, version, now, was=was, minutes=text, reason=reason
        )


def list_minutes(
    office: Office, by: str, meeting: int, kind: MinutesKind = MinutesKind.FULL, *, now: datetime
) -> int:
    """Put confirmed minutes to the approval of the body, as the first item of its next meeting, and return the item's
    number.

    Raises `NotNow` (not confirmed, or no meeting to come), `AlreadyDone` (approved, or on an agenda), `NotAllowed`,
    `NotFound`.
    """
    with office.writing() as db:
        who, held, row = _text(db, by, meeting, kind, Act.SET_AGENDA, now)
        if row.state == MinutesState.APPROVED:
            raise AlreadyDone(say("この{kind}は既に承認されています。", kind=label(kind)))
        _must_be(row, held, MinutesState.CONFIRMED, say("承認の議題の設定"))
        on_one = select(AgendaItem.id).where(
            AgendaItem.approves_id == row.id, AgendaItem.removed_at.is_(None)
        )
        if db.scalar(on_one) is not None:
            raise AlreadyDone(say("この{kind}の承認は、既に議題に載っています。", kind=label(kind)))
        after = meetings_after(db, held)
        coming = next((each for each in after if each.starts_at > now and not each.in_writing), None)
        if coming is None:
            raise NotNow(
                "承認の議題の設定", held.title, "次の会議がまだありません。先に会議を準備してください。"
            )
        title = f"{APPROVAL[kind]}（{held.title}）"[:200]
        db.execute(
            update(AgendaItem)
            .where(AgendaItem.meeting_id == coming.id)
            .values(position=AgendaItem.position + 1)
        )
        item = db.scalars(
            insert(AgendaItem).returning(AgendaItem.id),
            {
                "meeting_id": coming.id,
                "position": 1,
                "purpose": Purpose.MATTER,
                "title": title,
                "approves_id": row.id,
            },
        ).one()
        record(
            db,
            Tag.ITEM_LISTED,
            at=now,
            by=who.id,
            meeting=coming.id,
            item=item,
            purpose=Purpose.MATTER,
            title=title,
            approves=row.id,
        )
        return item


def _text(
    db: Session, by: str, meeting: int, kind: MinutesKind, act: Act, now: datetime
) -> tuple[Actor, Meeting, MinutesText]:
    """The person, with the right to do that in the body, the meeting, and the newest version of the text. Raises
    `NotFound`, `NotAllowed`."""
    who, held = held_by_right(db, by, meeting, act, now)
    row = newest_text(db, meeting, kind)
    if row is None:
        raise NotFound(label(kind), say("会議 {number}", number=meeting))
    return who, held, row


def _right_to_settle(db: Session, who: Actor, held: Meeting, now: datetime) -> bool:
    """Return whether the person confirms the minutes of the meeting themselves; else they are of its 事務局. Raises
    `NotAllowed`."""
    asked = confirmers(db, meeting_of(db, held.id), tokyo_day(now))
    if any(each.person_id == who.id for each in asked):
        return True
    if not who.may(Act.KEEP_MINUTES, body=held.body_key):
        who.refuse(Act.CONFIRM_MINUTES)
    return False


def _must_be(row: MinutesText, held: Meeting, state: MinutesState, doing: str) -> None:
    """Raises `NotNow` for a text in another state."""
    if row.state != state:
        raise _not_now(row, held, doing)


def _not_now(row: MinutesText, held: Meeting, doing: str) -> NotNow:
    state = label(MinutesState(row.state))
    return NotNow(
        doing,
        held.title,
        say("{kind}は「{state}」です。", kind=label(MinutesKind(row.kind)), state=state),
    )


def _must_be_seen(row: MinutesText, seen: int) -> None:
    """Raises `AlreadyDone` when somebody changed the text since."""
    if row.revision != seen:
        raise AlreadyDone(
            say(
                "ご覧になった後に、ほかの人が{kind}を直しました。画面を開き直し、直された文を確かめてください。",
                kind=label(MinutesKind(row.kind)),
            )
        )


def _must_be_over(held: Meeting, doing: str) -> None:
    """Raises `NotNow` for a meeting that was not closed."""
    if held.status != MeetingStatus.CLOSED:
        refuse_at(held, doing)


def _record(
    db: Session, tag: Tag, who: Actor, held: Meeting, kind: MinutesKind, version: int, now: datetime, **data: Any
) -> None:  # fmt: skip
    record(db, tag, at=now, by=who.id, meeting=held.id, text=kind, version=version, **data)
