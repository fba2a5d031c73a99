"""An event of which no notice can be made is held, alone: the others go, and it is told and read again."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from definitions.terms import Role
from notifications.kinds import Kind
from tests.support.outbox_scenario import SINCE, PostRoom
from workflow import queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.events import Tag
from workflow.queries import Task, Waiting
from workflow.queries.actor import actor
from workflow.store.event_log import _APPEND, record
from workflow.store.tables import Event, HeldEvent, Membership, Person


def of_a_newer_release(room: PostRoom) -> None:
    """An event with a tag that this release does not know."""
    append(room, tag="plan_teleported", data="{}")


def of_nobody(room: PostRoom) -> None:
    append(room, tag=Tag.MEMBER_SEATED, data='{"person":"later","body":"bukai"}')


def with_broken_data(room: PostRoom) -> None:
    append(room, tag=Tag.CIRCULATED, data='{"readers":')


def of_a_gate_the_chain_has_not(room: PostRoom) -> None:
    with room.office.writing() as db:
        record(db, Tag.DECISION_RECORDED, at=room.now, by=4, plan=1, gate="gone", outcome="approved")


def append(room: PostRoom, **row: str) -> None:
    with room.office.writing() as db:
        seq = (db.scalar(select(Event.seq).order_by(Event.seq.desc()).limit(1)) or 0) + 1
        db.connection().execute(
            _APPEND,
            {"seq": seq, "at": room.now, "by": 4, "plan_id": 1, "meeting_id": None, "hash": "0" * 64, **row},
        )


@pytest.mark.parametrize(
    "unreadable", [of_a_newer_release, of_nobody, with_broken_data, of_a_gate_the_chain_has_not]
)
def test_the_notices_of_the_other_events_go(room: PostRoom, unreadable) -> None:  # type: ignore[no-untyped-def]
    room.quiet()
    unreadable(room)
    room.meeting()
    room.tick()
    assert len(room.lines(Kind.MEETING_CALLED)) == 4
    [task] = _told(room, "admin")
    assert (task.kind, task.number) == (Waiting.HELD_EVENT, _held(room)[0])
    assert [task.kind for task in _told(room, "one")] == [Waiting.RSVP]


def test_it_is_read_again_and_its_notice_goes_once_it_can_be_made(room: PostRoom) -> None:
    room.meeting()
    room.quiet()
    of_nobody(room)
    room.tick()
    tries = []
    for _ in range(3):
        tries.append(_next_try(room) - room.now)
        room.now = _next_try(room)
        room.tick()
    assert tries == sorted(tries)
    assert tries[0] >= timedelta(minutes=1)
    assert room.sink.raw == []
    with room.office.writing() as db:
        db.execute(insert(Person).values(id=9, key="later", name="後田 次郎", email="later@city.example.jp"))
        db.execute(insert(Membership).values(person_id=9, body_key="bukai", role=Role.MEMBER, since=SINCE))
    room.now = _next_try(room)
    room.tick()
    room.tick()
    assert room.sink.to == ["later@city.example.jp"]
    assert (_held(room), _told(room, "admin")) == ([], [])


def _told(room: PostRoom, person: str) -> list[Task]:
    with room.office.reading() as db:
        return queries.waiting_for(db, actor(db, person, tokyo_day(room.now)), room.now)


def _held(room: PostRoom) -> list[int]:
    with room.office.reading() as db:
        return list(db.scalars(select(HeldEvent.event_seq)))


def _next_try(room: PostRoom):  # type: ignore[no-untyped-def]
    with room.office.reading() as db:
        return db.scalars(select(HeldEvent.next_try_at)).one()
