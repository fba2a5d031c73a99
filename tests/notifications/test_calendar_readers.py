"""Calendar entries as a reader reads them that nobody here wrote, and that shares no code with the writer."""

from datetime import UTC, datetime

import pytest
import vobject

from tests.support.outbox_scenario import PostRoom
from workflow.domain.meetings import MeetingForm

TITLES = (
    "第1回 情報化推進部会",
    "長い題名の会議" * 28,
    '引用 "符"; 読点, 逆斜線 \\ と改行を含む、名前🙂',
)


@pytest.mark.parametrize("title", TITLES)
def test_what_is_called_moved_and_cancelled_is_one_event_whose_number_grows(
    room: PostRoom, title: str
) -> None:
    meeting = room.meeting(title=title, place="第一委員会室、2階; 東棟")
    room.tick()
    room.move(meeting, "2023-06-20 14:00")
    room.tick()
    room.cancel(meeting)
    room.tick()
    entries = read(room, "one")
    assert [method for method, _ in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    events = [event for _, event in entries]
    assert len({event.uid.value for event in events}) == 1
    assert [int(event.sequence.value) for event in events] == [0, 1, 2]
    assert {event.summary.value for event in events} == {title}
    assert {event.location.value for event in events} == {"第一委員会室、2階; 東棟"}
    assert [event.dtstart.value.astimezone(UTC) for event in events] == [
        datetime(2023, 6, 12, 5, tzinfo=UTC),
        *[datetime(2023, 6, 20, 5, tzinfo=UTC)] * 2,
    ]
    assert events[-1].status.value == "CANCELLED"


def test_each_entry_of_one_mail_is_whole(room: PostRoom) -> None:
    for number in (1, 2, 3):
        room.meeting(f"2023-06-{11 + number} 14:00", title=f"第{number}回")
    room.meeting("2023-06-02 09:00", ends="2023-06-09 17:00", form=MeetingForm.IN_WRITING, title="持ち回り")
    room.tick()
    events = [event for _, event in read(room, "one")]
    assert sorted(event.summary.value for event in events) == [
        "回答期限: 持ち回り",
        *(f"第{number}回" for number in (1, 2, 3)),
    ]
    assert {event.attendee.value for event in events} == {"mailto:one@city.example.jp"}


def read(room: PostRoom, person: str) -> list[tuple[str, vobject.base.Component]]:
    """The method and the event of each calendar file that the person got, in the order of the mails."""
    files = [
        vobject.readOne(part.get_payload(decode=True).decode())
        for to, mail in zip(room.sink.to, room.sink.mails, strict=True)
        if to.startswith(f"{person}@")
        for part in mail.iter_attachments()
    ]
    return [(file.method.value, file.vevent) for file in files]
