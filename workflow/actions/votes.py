"""Use cases on votes: cast, shown by hands, taken back, and the chair's deciding one; and what they amount to."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from definitions.chain import Tie, Urgent
from definitions.terms import CARRYING_OUTCOME, Outcome, Role
from workflow.actions.items import Sitting, in_session, load, present_at, sitting_of, tally_at, votes_on
from workflow.actions.taking_back import must_be_own
from workflow.domain.calendar import shown_moment, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotNow, QuorumMissing
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.meetings import RATIFYING, MeetingForm, Purpose
from workflow.domain.rights import Act, Actor
from workflow.domain.votes import Choice, Tally, shown_share
from workflow.queries.actor import actor
from workflow.queries.bodies import places_of, seats
from workflow.queries.people import is_deputy_of, person_id
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Attendance, Vote


def cast_vote(
    office: Office, by: str, item: int, choice: Choice, *, member: str | None = None, now: datetime
) -> None:
    """A member's vote, or answer in a 持ち回り. A deputy who sits in names the `member` they sit in for.

    Raises `AlreadyDone` (voted before), `NotAllowed` (no member on the day of the meeting and today, or no deputy),
    `NotNow` (not begun, over, or decided), `BadInput`, `NotFound`.
    """
    if choice is Choice.WITHDRAWN:
        raise BadInput("採決", "取消しは票ではありません", "賛成・反対・棄権のいずれかを選んでください。")
    with office.writing() as db:
        who, sitting, seat = _voter(db, by, item, member, now)
        last = votes_on(db, item).get(seat)
        if last is not None and last.choice != Choice.WITHDRAWN:
            raise AlreadyDone("既に回答済みです。変える場合は、先に取り消してください。")
        _write_vote(db, who, sitting, seat, choice, turn=last.turn + 1 if last else 1, now=now)


def enter_votes(office: Office, by: str, item: int, votes: Mapping[str, Choice], *, now: datetime) -> None:
    """The 事務局 enters a show of hands, by member key: all of it or none. A member who is not named, or whose
    vote is the one entered, keeps it; another choice replaces it.

    Raises `BadInput` (nobody named, or somebody without a vote here: no member, not recorded present, or a
    chair who presides and votes only on a tie), `AlreadyDone` (decided), `NotNow` (not begun, over, or
    not decided by a show of hands), `NotAllowed`, `NotFound`.
    """
    if not votes:
        raise BadInput(
            "挙手の結果", "選ばれていません", "委員ごとに賛成・反対・棄権のいずれかを選んでください。"
        )
    with office.writing() as db:
        who, sitting = sitting_of(db, by, item, Act.ENTER_ATTENDANCE, now)
        _by_show_of_hands(sitting)
        seated = _hands(db, sitting, votes)
        before = votes_on(db, item)
        for key, choice in votes.items():
            last = before.get(seated[key])
            if last is None or last.choice != choice:
                turn = last.turn + 1 if last else 1
                _write_vote(db, who, sitting, seated[key], choice, turn=turn, now=now)


def take_back_vote(office: Office, by: str, item: int, *, member: str | None = None, now: datetime) -> None:
    """引戻し of one's own vote, until the item is decided. Raises as `cast_vote`."""
    with office.writing() as db:
        who, sitting, seat = _voter(db, by, item, member, now)
        last = votes_on(db, item).get(seat)
        if last is None or last.choice == Choice.WITHDRAWN:
            raise AlreadyDone("取り消す回答がありません。")
        right = Act.CAST_DECIDING_VOTE if last.casting else Act.VOTE
        holds = not last.casting or who.may(right, body=sitting.body.key)
        must_be_own(who, right, sitting.meeting.title, recorded_by=last.cast_by, holds=holds)
        _write_vote(db, who, sitting, seat, Choice.WITHDRAWN, turn=last.turn + 1, now=now)


def cast_deciding_vote(office: Office, by: str, item: int, choice: Choice, *, now: datetime) -> None:
    """The chair decides a tie (可否同数のときは会長の決するところによる).

    Raises `NotNow` (there is no tie to break), and as `cast_vote`.
    """
    if choice not in (Choice.FOR, Choice.AGAINST):
        raise BadInput("裁決", "賛成・反対以外では決しません", "賛成か反対を選んでください。")
    with office.writing() as db:
        who, sitting = sitting_of(db, by, item, Act.CAST_DECIDING_VOTE, now)
        if who.id not in _presiding(db, sitting):
            raise NotNow(
                "裁決", sitting.meeting.title, "会議を主宰した会長（欠席のときは副会長）が決します。"
            )
        if tally_at(db, sitting).carried is not None:
            raise NotNow("裁決", sitting.meeting.title, "可否同数ではありません。")
        votes = votes_on(db, item)
        turn = votes[who.id].turn + 1 if who.id in votes else 1
        _write_vote(db, who, sitting, who.id, choice, turn=turn, now=now, casting=True)


def _presiding(db: Session, sitting: Sitting) -> set[int]:
    """Return the presiding members: the chair on the meeting's day; while the chair is absent, the vice chair."""
    members = seats(db, sitting.body.key, sitting.day)
    if sitting.meeting.form != MeetingForm.IN_WRITING:
        there = present_at(db, sitting.meeting.id)
        members = [seat for seat in members if seat.person_id in there]
    for role in (Role.CHAIR, Role.VICE_CHAIR):
        if presiding := {seat.person_id for seat in members if seat.role is role}:
            return presiding
    return set()


def current_tally(db: Session, item: int) -> Tally:
    """Return the present tally of the votes on an item."""
    return tally_at(db, load(db, item))


def outcome_of_votes(db: Session, item: int, *, conditions: Sequence[str] = (), note: str = "") -> Outcome:
    """The outcome the votes on an item amount to now: what `decide_by_votes` would record.

    Raises `QuorumMissing`, `NotNow` (nobody voted; tied: the chair decides first; or the body does not
    vote), `NotFound`.
    """
    return outcome_at(db, load(db, item), conditions, note)


def _voter(db: Session, by: str, item: int, member: str | None, now: datetime) -> tuple[Actor, Sitting, int]:
    """The person, the sitting, and in whose seat they vote: a seat of the day of the meeting that is theirs to vote
    from today."""
    who = actor(db, by, tokyo_day(now))
    sitting = load(db, item)
    in_session(sitting, now)
    in_writing = sitting.meeting.form == MeetingForm.IN_WRITING
    if sitting.body.reaches != "tallied" and not in_writing:
        raise NotNow("採決", sitting.meeting.title, "この会議体の結果は議事から記録します。")
    if in_writing and now >= sitting.meeting.ends_at:
        raise NotNow(
            "回答",
            sitting.meeting.title,
            say("回答期限 {at} を過ぎました。", at=shown_moment(sitting.meeting.ends_at)),
        )
    if sitting.decided:
        raise AlreadyDone("この議題は既に決しています。")
    seat = person_id(db, member) if member else who.id
    if seat not in {held.person_id for held in seats(db, sitting.body.key, sitting.day)}:
        who.refuse(Act.VOTE)
    if in_writing:
        if seat != who.id and not is_deputy_of(db, who.id, seat, sitting.day):
            who.refuse(Act.VOTE)
    elif not _sits(db, sitting.meeting.id, seat, who.id):
        raise NotNow("採決", sitting.meeting.title, "出席が記録されていません。事務局に確かめてください。")
    if seat not in places_of(db, who, sitting.body.key):
        who.refuse(Act.VOTE, ended=True)
    return who, sitting, seat


def _by_show_of_hands(sitting: Sitting) -> None:
    """Raises the error that prevents a show of hands on this item."""
    title = sitting.meeting.title
    if sitting.body.reaches != "tallied":
        raise NotNow("挙手の記録", title, "この会議体の結果は議事から記録します。")
    if sitting.meeting.form == MeetingForm.IN_WRITING:
        raise NotNow("挙手の記録", title, "持ち回りでは、委員か代理者が回答します。")
    if sitting.decided:
        raise AlreadyDone("この議題は既に決しています。")


def _hands(db: Session, sitting: Sitting, votes: Mapping[str, Choice]) -> dict[str, int]:
    """The seats of the members named, by key. Raises `BadInput` on the first who has no vote to enter."""
    members = {seat.key: seat for seat in seats(db, sitting.body.key, sitting.day)}
    there = present_at(db, sitting.meeting.id)
    for key, choice in votes.items():
        seat = members.get(key)
        if seat is None:
            raise BadInput(
                "挙手の結果",
                say("「{key}」は開催日の委員ではありません", key=key),
                "名簿と任期を確かめてください。",
            )
        if seat.person_id not in there:
            raise BadInput(
                "挙手の結果",
                say("{name}さんの出席が記録されていません", name=seat.name),
                "先に出欠を記録してください。",
            )
        if seat.role is Role.CHAIR and sitting.body.tie is Tie.CHAIR_DECIDES:
            raise BadInput(
                "挙手の結果",
                say("{name}さんは会長として、可否同数のときに決します", name=seat.name),
                "会長の票は外してください。",
            )
        if choice is Choice.WITHDRAWN:
            raise BadInput(
                "挙手の結果",
                say("{name}さんの「取消し」は票ではありません", name=seat.name),
                "賛成・反対・棄権のいずれかを選んでください。",
            )
    return {key: members[key].person_id for key in votes}


def _sits(db: Session, meeting: int, seat: int, person: int) -> bool:
    """Return whether the person acts for that seat: as its member, or as its recorded deputy."""
    found = db.scalar(
        select(Attendance).where(
            Attendance.meeting_id == meeting, Attendance.member_id == seat, Attendance.present
        )
    )
    return found is not None and (found.deputy_id or seat) == person


def _write_vote(
    db: Session,
    who: Actor,
    sitting: Sitting,
    seat: int,
    choice: Choice,
    *,
    turn: int,
    now: datetime,
    casting: bool = False,
) -> None:
    db.execute(
        insert(Vote).values(
            item_id=sitting.item.id,
            member_id=seat,
            turn=turn,
            choice=choice,
            casting=casting,
            cast_by=who.id,
            cast_at=now,
        )
    )
    tag = Tag.VOTE_TAKEN_BACK if choice is Choice.WITHDRAWN else Tag.VOTE_CAST
    record(
        db,
        tag,
        at=now,
        by=who.id,
        plan=sitting.plan.id,
        meeting=sitting.meeting.id,
        item=sitting.item.id,
        member=seat,
        choice=choice,
        casting=casting,
    )


def outcome_at(db: Session, sitting: Sitting, conditions: Sequence[str], note: str) -> Outcome:
    """Return the outcome of the votes on the item. Raises `QuorumMissing`, and `NotNow` when the body does not
    vote, nobody has voted, or it is a tie that the chair has not decided."""
    counting, title = say("採決の集計"), sitting.meeting.title
    if sitting.body.reaches != "tallied":
        raise NotNow(counting, title, "この会議体の結果は議事から記録します。")
    tally = tally_at(db, sitting)
    if tally.cast == 0:
        raise NotNow(counting, title, _nobody_voted(sitting))
    rule = sitting.body.quorum
    if rule is not None and not tally.quorate:
        raise QuorumMissing(sitting.body.name, tally.present, tally.members, shown_share(rule))
    if tally.carried is None:
        raise NotNow(counting, title, "可否同数です。会長の裁決を先に記録してください。")
    return _carried_outcome(sitting, tally.carried, conditions, note)


def _nobody_voted(sitting: Sitting) -> str:
    if sitting.meeting.form == MeetingForm.IN_WRITING:
        return say("まだ誰も回答していません。委員の回答を待ってください。")
    return say(
        "まだ誰も採決していません。出欠を確かめ、挙手の結果を記録するか、委員に採決を入れてもらってください。"
    )


def _carried_outcome(sitting: Sitting, carried: bool, conditions: Sequence[str], note: str) -> Outcome:
    purpose = Purpose(sitting.item.purpose)
    if purpose is Purpose.RATIFY:
        ratifying = RATIFYING[sitting.body.urgent or Urgent.REPORT]
        return ratifying[0] if carried else ratifying[-1]
    outcome = CARRYING_OUTCOME[sitting.body.kind][0 if carried else 1]
    if outcome is Outcome.APPROVED and conditions:
        return Outcome.CONDITIONAL
    if outcome is Outcome.ADVISED and note.strip():
        return Outcome.ADVISED_WITH_OPINION
    return outcome
