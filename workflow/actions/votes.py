"""Use cases on votes: cast, shown by hands, taken back, and the chair's deciding one; and what they amount to."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from definitions.chain import Urgent
from definitions.terms import CARRYING_OUTCOME, Outcome
from workflow.actions.attendance import too_many_deputised
from workflow.actions.in_writing import answer_late, must_have_consented
from workflow.actions.items import Sitting, in_session, load, room_at, sitting_of, tally_at, votes_on
from workflow.actions.meetings import must_be_open, still_listed
from workflow.actions.taking_back import must_be_own
from workflow.domain.calendar import shown_moment, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotNow, QuorumMissing
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.meetings import RATIFYING, Purpose
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_text
from workflow.domain.votes import Choice, Tally, has_vote, only_breaks_ties, shown_share
from workflow.queries.actor import actor
from workflow.queries.bodies import Seat, places_of, seats
from workflow.queries.people import is_deputy_of, person_id
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Attendance, Vote


def cast_vote(
    office: Office,
    by: str,
    item: int,
    choice: Choice,
    *,
    member: str | None = None,
    remark: str = "",
    now: datetime,
) -> bool:
    """A member's vote, or answer in a 持ち回り, with the opinion or the conditions they give. A deputy who sits in names the
    `member` they sit in for. Return whether it came in time: an answer after the last moment of a 持ち回り is kept, and not
    counted.

    Raises `AlreadyDone` (voted before), `NotAllowed` (no member on the day of the meeting and today, or no deputy),
    `NotNow` (not begun, over, or decided; the members have not agreed to a 持ち回り; the member has left, is recused, or
    presides and votes on a tie alone), `BadInput`, `NotFound`.
    """
    a_text("意見・条件", remark)
    if choice is Choice.WITHDRAWN:
        raise BadInput("採決", "取消しは票ではありません", "賛成・反対・棄権のいずれかを選んでください。")
    with office.writing() as db:
        who, sitting, seat = _voter(db, by, item, member, now)
        if why := _why_no_vote(db, sitting, seat):
            raise NotNow("採決", sitting.meeting.title, why)
        must_have_consented(db, sitting)
        votes = votes_on(db, item)
        last = votes.get(seat)
        if last is not None and last.choice != Choice.WITHDRAWN:
            raise AlreadyDone("既に回答済みです。変える場合は、先に取り消してください。")
        if seat != who.id and sitting.in_writing:
            _answers_for_few(who, sitting, votes)
        if _too_late(sitting, now):
            answer_late(db, who, sitting, seat, choice, remark, now)
            return False
        turn = last.turn + 1 if last else 1
        _write_vote(db, who, sitting, seat, choice, turn=turn, remark=remark, now=now)
        return True


def enter_votes(
    office: Office, by: str, item: int, votes: Mapping[str, Choice], *, reason: str = "", now: datetime
) -> None:
    """The 事務局 enters a show of hands, by member key: all of it or none. A member who is not named, or whose
    vote is the one entered, keeps it. Another choice replaces what the 事務局 entered before; a vote that a member or
    their deputy cast themselves only with a `reason`. Where the body's rule has 書面表決, absent members may be named.

    Raises `BadInput` (nobody named, or somebody without a vote here: no member, not recorded present, 退席 or 除斥, or
    one who presides and votes only on a tie), `AlreadyDone` (decided, or a member's own vote says otherwise),
    `NotNow` (not begun, over, or not decided by a show of hands), `NotAllowed`, `NotFound`.
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
            seat = seated[key]
            last = before.get(seat.person_id)
            if last is None or last.choice != choice:
                if last is not None and last.choice != Choice.WITHDRAWN and not reason.strip():
                    _is_of_the_secretariat(db, sitting, seat, last)
                turn = last.turn + 1 if last else 1
                _write_vote(db, who, sitting, seat.person_id, choice, turn=turn, reason=reason, now=now)


def take_back_vote(office: Office, by: str, item: int, *, member: str | None = None, now: datetime) -> None:
    """引戻し of one's own vote, or by the 事務局 of one they entered, until the item is decided. Raises as
    `cast_vote`."""
    with office.writing() as db:
        who, sitting, seat = _who_takes_back(db, by, item, member, now)
        last = votes_on(db, item).get(seat)
        if last is None or last.choice == Choice.WITHDRAWN:
            raise AlreadyDone("取り消す回答がありません。")
        if _too_late(sitting, now):
            raise NotNow(
                "回答の取消し",
                sitting.meeting.title,
                say("回答期限 {at} を過ぎました。", at=shown_moment(sitting.meeting.ends_at)),
            )
        must_be_own(who, Act.VOTE, sitting.meeting.title, recorded_by=last.cast_by, holds=True)
        _write_vote(db, who, sitting, seat, Choice.WITHDRAWN, turn=last.turn + 1, now=now)


def cast_deciding_vote(office: Office, by: str, item: int, choice: Choice, *, now: datetime) -> None:
    """Decide a tie (可否同数のときは会長の決するところによる), as the person who presided or, for them and from the minutes,
    as the 事務局.

    Raises `NotNow` (there is no tie to break, nobody is recorded to have presided, or somebody else did), and as
    `cast_vote`.
    """
    if choice not in (Choice.FOR, Choice.AGAINST):
        raise BadInput("裁決", "賛成・反対以外では決しません", "賛成か反対を選んでください。")
    with office.writing() as db:
        who, sitting = actor(db, by, tokyo_day(now)), load(db, item)
        presider = room_at(db, sitting).presider
        _may_decide_the_tie(db, who, sitting, presider)
        in_session(sitting, now)
        if presider is None:
            raise NotNow(
                "裁決",
                sitting.meeting.title,
                "会議を進行した人が記録されていません。出欠の記録で、進行した人を選んでください。",
            )
        if tally_at(db, sitting).carried is not None:
            raise NotNow("裁決", sitting.meeting.title, "可否同数ではありません。")
        votes = votes_on(db, item)
        turn = votes[presider].turn + 1 if presider in votes else 1
        _write_vote(db, who, sitting, presider, choice, turn=turn, now=now, casting=True)


def _may_decide_the_tie(db: Session, who: Actor, sitting: Sitting, presider: int | None) -> None:
    """Raises `NotAllowed`, and `NotNow` for a chair who did not preside. The 事務局 enters it from the minutes."""
    if who.may(Act.ENTER_ATTENDANCE, body=sitting.body.key):
        return
    if presider is not None and _sits(db, sitting, presider, who.id):
        if presider not in places_of(db, who, sitting.body.key):
            who.refuse(Act.CAST_DECIDING_VOTE, ended=True)
        return
    who.require(Act.CAST_DECIDING_VOTE, body=sitting.body.key)
    raise NotNow("裁決", sitting.meeting.title, "会議を主宰した会長（欠席のときは副会長）が決します。")


def current_tally(db: Session, item: int) -> Tally:
    """Return the present tally of the votes on an item."""
    return tally_at(db, _listed(db, item))


def outcome_of_votes(db: Session, item: int, *, conditions: Sequence[str] = (), note: str = "") -> Outcome:
    """The outcome the votes on an item amount to now: what `decide_by_votes` would record.

    Raises `QuorumMissing`, `NotNow` (nobody voted; tied: the chair decides first; or the body does not
    vote), `NotFound`.
    """
    return outcome_at(db, _listed(db, item), conditions, note)


def _listed(db: Session, item: int) -> Sitting:
    """The item while it is on its agenda. Raises `NotFound`, `NotNow`."""
    sitting = load(db, item)
    still_listed(item, sitting.removed_why)
    return sitting


def _who_takes_back(
    db: Session, by: str, item: int, member: str | None, now: datetime
) -> tuple[Actor, Sitting, int]:
    """As `_voter`; or the 事務局, and the member whose vote they entered."""
    who, sitting = actor(db, by, tokyo_day(now)), load(db, item)
    if member is None:
        return _voter(db, by, item, member, now)
    seat = person_id(db, member)
    last, theirs = votes_on(db, item).get(seat), is_deputy_of(db, who.id, seat, sitting.day)
    entered = last is not None and last.cast_by == who.id and seat != who.id and not theirs
    if entered and not who.may(Act.ENTER_ATTENDANCE, body=sitting.body.key):
        who.refuse(Act.ENTER_ATTENDANCE, ended=True)
    if who.may(Act.ENTER_ATTENDANCE, body=sitting.body.key):
        in_session(sitting, now)
        _undecided(sitting)
        return who, sitting, seat
    return _voter(db, by, item, member, now)


def _voter(db: Session, by: str, item: int, member: str | None, now: datetime) -> tuple[Actor, Sitting, int]:
    """The person, the sitting, and in whose seat they vote: a seat of the day of the meeting that is theirs to vote
    from today."""
    who, sitting = actor(db, by, tokyo_day(now)), load(db, item)
    seat = person_id(db, member) if member else who.id
    deputy = seat != who.id and is_deputy_of(db, who.id, seat, sitting.day)
    sits = _sits(db, sitting, seat, who.id)
    if seat not in {held.person_id for held in seats(db, sitting.body.key, sitting.day)}:
        who.refuse(Act.VOTE)
    if seat != who.id and not deputy and not sits:
        who.refuse(Act.VOTE)
    still_listed(item, sitting.removed_why)
    if sitting.body.written_votes:
        must_be_open(sitting.meeting, "記録")
    else:
        in_session(sitting, now)
    if sitting.body.reaches != "tallied" and not sitting.in_writing:
        raise NotNow("採決", sitting.meeting.title, "この会議体の結果は議事から記録します。")
    if not _too_late(sitting, now):
        _undecided(sitting)
    if sitting.in_writing or seat in room_at(db, sitting).writing:
        if seat != who.id and not deputy:
            who.refuse(Act.VOTE)
    elif not sits:
        raise NotNow("採決", sitting.meeting.title, "出席が記録されていません。事務局に確かめてください。")
    if seat not in places_of(db, who, sitting.body.key):
        who.refuse(Act.VOTE, ended=True)
    return who, sitting, seat


def _too_late(sitting: Sitting, now: datetime) -> bool:
    """Return whether the last moment to answer a 持ち回り has passed."""
    return sitting.in_writing and now >= sitting.meeting.ends_at


def _undecided(sitting: Sitting) -> None:
    if sitting.decided:
        raise AlreadyDone("この議題は既に決しています。")


def _why_no_vote(db: Session, sitting: Sitting, seat: int) -> str:
    """Return why a vote of the seat would not be counted on the item; empty when it is."""
    room = room_at(db, sitting)
    if has_vote(sitting.body, room, seat):
        return ""
    if only_breaks_ties(sitting.body, room, seat):
        return say("会議を進行する人は、可否同数のときに決します。")
    if seat in room.recused:
        return say("この議題では除斥と記録されています。")
    return say("この議題では退席または欠席と記録されています。")


def _answers_for_few(who: Actor, sitting: Sitting, votes: Mapping[int, Vote]) -> None:
    """Raises `BadInput` when the person has already answered this 持ち回り for as many members as a deputy may."""
    theirs = [
        seat
        for seat, vote in votes.items()
        if vote.cast_by == who.id and seat != who.id and vote.choice != Choice.WITHDRAWN
    ]
    if len(theirs) >= sitting.body.deputies_per_person:
        raise too_many_deputised(who.name, sitting.body.deputies_per_person)


def _is_of_the_secretariat(db: Session, sitting: Sitting, seat: Seat, vote: Vote) -> None:
    """Raises `AlreadyDone` when the member, or the deputy who sits in for them, cast the vote."""
    if vote.cast_by == seat.person_id or _sits(db, sitting, seat.person_id, vote.cast_by):
        raise AlreadyDone(
            say(
                "{name}さんは自ら「{choice}」と採決しています。本人が取り消すか、置き換える理由を書いてください。",
                name=seat.name,
                choice=label(Choice(vote.choice)),
            )
        )


def _by_show_of_hands(sitting: Sitting) -> None:
    """Raises the error that prevents a show of hands on this item."""
    title = sitting.meeting.title
    if sitting.body.reaches != "tallied":
        raise NotNow("挙手の記録", title, "この会議体の結果は議事から記録します。")
    if sitting.in_writing:
        raise NotNow("挙手の記録", title, "持ち回りでは、委員か代理者が回答します。")
    _undecided(sitting)


def _hands(db: Session, sitting: Sitting, votes: Mapping[str, Choice]) -> dict[str, Seat]:
    """The seats of the members named, by key. Raises `BadInput` on the first who has no vote to enter."""
    members = {seat.key: seat for seat in seats(db, sitting.body.key, sitting.day)}
    there = _present(db, sitting.meeting.id)
    for key, choice in votes.items():
        seat = members.get(key)
        if seat is None:
            raise BadInput(
                "挙手の結果",
                say("「{key}」は開催日の委員ではありません", key=key),
                "名簿と任期を確かめてください。",
            )
        if choice is Choice.WITHDRAWN:
            raise BadInput(
                "挙手の結果",
                say("{name}さんの「取消し」は票ではありません", name=seat.name),
                "賛成・反対・棄権のいずれかを選んでください。",
            )
        why = _why_no_vote(db, sitting, seat.person_id)
        if why and seat.person_id not in there:
            raise BadInput(
                "挙手の結果",
                say("{name}さんの出席が記録されていません", name=seat.name),
                "先に出欠を記録してください。",
            )
        if why:
            raise BadInput(
                "挙手の結果",
                say("{name}さんの票は数えられません: {why}", name=seat.name, why=why),
                "この委員の票は外してください。",
            )
    return {key: members[key] for key in votes}


def _present(db: Session, meeting: int) -> set[int]:
    """The members recorded as present, themselves or by a deputy."""
    return set(
        db.scalars(select(Attendance.member_id).where(Attendance.meeting_id == meeting, Attendance.present))
    )


def _sits(db: Session, sitting: Sitting, seat: int, person: int) -> bool:
    """Return whether the person acts for that seat: as its member, or as its recorded deputy."""
    if sitting.in_writing:
        return seat == person
    found = db.scalar(
        select(Attendance).where(
            Attendance.meeting_id == sitting.meeting.id, Attendance.member_id == seat, Attendance.present
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
    remark: str = "",
    reason: str = "",
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
            remark=remark.strip() or None,
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
        **({"reason": reason} if reason.strip() else {}),
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
        raise NotNow(counting, title, "可否同数です。会長（進行した人）の裁決を先に記録してください。")
    return _carried_outcome(sitting, tally.carried, conditions, note)


def _nobody_voted(sitting: Sitting) -> str:
    if sitting.in_writing:
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
