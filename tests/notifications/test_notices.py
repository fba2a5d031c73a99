"""Notices and invitations, as they follow from the event log."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

from icalendar import Calendar
from sqlalchemy import select

from definitions.terms import Outcome
from notifications.dry_run import rehearse
from notifications.kinds import Kind
from notifications.scheduler import tick
from tests.support.outbox_scenario import PostRoom
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import mail_settings
from workflow import actions, queries
from workflow.domain.deliveries import State
from workflow.domain.events import Tag
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Meeting


def entries(room: PostRoom) -> list[Calendar]:
    parts = [part for mail in room.sink.mails for part in mail.iter_attachments()]
    assert {part.get_content_type() for part in parts} == {"application/ics"}
    return [Calendar.from_ical(part.get_payload(decode=True)) for part in parts]


def test_invitation_to_members_and_secretariat(room: PostRoom) -> None:
    meeting = room.meeting()
    room.item(meeting)
    room.tick()
    room.tick()
    assert len(room.sink.to) == 4
    body = room.sink.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "【審議】DX推進計画（骨子案）" in body
    assert "計画.docx　第1版（SHA-256 aaaaaaaaaaaa）" in body
    entry = entries(room)[0]
    event = entry.walk("VEVENT")[0]
    assert (entry["METHOD"], event["UID"], event["SEQUENCE"]) == (
        "REQUEST",
        f"meeting-{meeting}@city.example.jp",
        0,
    )
    assert event["DTSTART"].to_ical() == b"20230612T050000Z"


def test_move_has_a_higher_sequence(room: PostRoom) -> None:
    meeting = room.meeting()
    room.quiet()
    room.move(meeting, "2023-06-20 10:00")
    room.tick()
    assert len(room.sink.to) == 4
    assert {entry.walk("VEVENT")[0]["SEQUENCE"] for entry in entries(room)} == {1}
    assert "変更前の日時　令和5年6月12日（月）14:00" in room.sink.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_cancellation_goes_to_everybody_invited(room: PostRoom) -> None:
    meeting = room.meeting()
    room.quiet()
    room.cancel(meeting)
    room.tick()
    assert len(room.sink.to) == 4
    assert {entry["METHOD"] for entry in entries(room)} == {"CANCEL"}


def test_an_invitation_overtaken_by_a_move_invites_to_the_new_day_and_says_nothing_of_a_change(
    room: PostRoom,
) -> None:
    meeting = room.meeting()
    room.move(meeting, "2023-06-20 10:00")
    room.tick()
    assert room.states(Kind.MEETING_CALLED) == [State.SENT] * 4
    assert room.states(Kind.MEETING_MOVED) == [State.DROPPED] * 4
    text = room.sink.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "会議を招集いたします" in text and "令和5年6月20日" in text and "変更" not in text


def test_decision_to_staff_and_secretariat(room: PostRoom) -> None:
    meeting = room.meeting()
    item = room.item(meeting)
    room.quiet().at("2023-06-12 16:30")
    room.decision(item, meeting, Outcome.APPROVED)
    room.tick()
    assert sorted(room.sink.to) == ["secretary@city.example.jp", "tanto@city.example.jp"]
    assert "了承" in room.sink.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_conditions_ask_the_staff_to_act(room: PostRoom) -> None:
    meeting = room.meeting()
    item = room.item(meeting)
    room.quiet().at("2023-06-12 16:30")
    room.decision(item, meeting, Outcome.CONDITIONAL, ("予算を示すこと",))
    room.tick()
    assert [line.recipient for line in room.lines(Kind.CONDITION_OPEN)] == ["職員 tanto"]
    assert [line.recipient for line in room.lines(Kind.DECISION)] == ["職員 secretary"]


def test_results_entered_afterwards_tell_nobody(room: PostRoom) -> None:
    meeting = room.at("2023-06-13 09:00").meeting("2023-06-12 14:00")
    room.decision(room.item(meeting), meeting, Outcome.APPROVED)
    room.tick()
    assert room.lines() == []


def test_sending_back_tells_the_bodies_between(room: PostRoom) -> None:
    with room.office.writing() as db:
        how = {"from": "draft", "to": "outline", "reason": "見直し"}
        record(db, Tag.PLAN_SENT_BACK, at=room.now, by=5, plan=1, **how)
    room.tick()
    assert len(room.sink.to) == 5


def test_an_old_event_is_missed_unless_its_meeting_is_still_to_come(room: PostRoom) -> None:
    """The scheduler stood still for a month."""
    room.meeting("2023-07-20 14:00")
    room.meeting("2023-06-12 14:00", title="過ぎた会議")
    room.at("2023-07-01 09:00").tick()
    called = room.lines(Kind.MEETING_CALLED)
    assert [line.state for line in called if line.meeting != "過ぎた会議"] == [State.SENT] * 4
    assert [line.state for line in called if line.meeting == "過ぎた会議"] == [State.MISSED] * 4


def test_who_is_asked_to_read_is_told_once_where(room: PostRoom) -> None:
    actions.circulate(room.office, "tanto", "dx", ["one", "two"], note="来週まで", now=room.now)
    actions.remark(room.office, "tanto", "dx", "一言", now=room.now)
    room.tick()
    room.tick()
    assert sorted(room.sink.to) == ["one@city.example.jp", "two@city.example.jp"]
    mail = room.sink.mails[0]
    assert mail["Subject"] == "【供覧】DX推進計画（第1版）"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "/plans/dx#reading" in text and "来週まで" in text and "職員 tanto" in text


def test_who_is_told_as_staff_and_as_secretariat_is_one_addressee(house: House) -> None:
    house.a_plan()
    house.a_version()
    office = house.office
    actions.open_plan(office, "mayor", "other", "基本計画", house.chain, department="mayor", now=house.now)
    actions.add_version(office, "mayor", "other", "計画.docx", b"text", now=house.now)
    actions.post(office, "admin", "joho_bukai_office", "it", LONG_AGO, now=house.now)
    meeting = house.a_meeting("joho_bukai")
    items = [
        actions.list_item(office, "joho_bukai_office", meeting, key, "policy_bukai", now=house.now)
        for key in ("dx", "other")
    ]
    house.later(days=7, hours=1).everybody_attends("joho_bukai", meeting)

    def decide(office: Office) -> None:
        for item in items:
            actions.record_outcome(office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)

    told = [person for _, person in rehearse(office, decide) if person.key == "joho_bukai_office"]
    assert len(told) == 2
    assert len(set(told)) == 1


class Letterbox:
    """A mailer that keeps what it is given."""

    description = ""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []

    def send(self, address: str, message: bytes) -> None:
        mail = message_from_bytes(message, policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        self.letters.append((address, f"{mail['Subject']}\n{body.get_content()}"))

    def close(self) -> None:
        pass


def letters_about(house: House, subject: str) -> list[tuple[str, str]]:
    """Send what is owed; the letters with that in their subject."""
    box = Letterbox()
    tick(house.office, box, mail_settings(house.office.files.parent), lambda: house.now)
    return [(address, text) for address, text in box.letters if subject in text.partition("\n")[0]]


def test_who_confirms_a_corrected_text_is_told_what_and_where(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    letters_about(house, "")
    house.a_correction(meets=[1])
    ((address, text),) = letters_about(house, "訂正の確認")
    assert address == "joho-bukai-chair@city.example.jp"
    assert "第1版から第2版へ" in text and "条　件　図を直す" in text
    assert "/plans/dx/gates/policy_bukai/confirm" in text


def test_a_letter_that_asks_to_confirm_is_not_sent_when_nothing_waits_any_more(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    letters_about(house, "")
    house.a_correction()
    house.confirm("policy_bukai")
    assert letters_about(house, "訂正の確認") == []


def _passed_by_the_headquarters(house: House) -> int:
    """Bring a plan past its first stage, its letters sent; the number of the 本部's decision."""
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    decision = house.agree("policy_honbu")
    house.agree("policy_iinkai")
    house.advance()
    letters_about(house, "")
    return decision


def test_a_plan_that_an_act_stops_tells_its_staff_and_the_bodies_that_agreed(house: House) -> None:
    """Once, when an approval it passed falls by a correction or by the corrected day of the meeting."""
    decision = _passed_by_the_headquarters(house)
    actions.correct_decision(
        house.office, "ict_honbu_office", decision, Outcome.RETURNED, "議事録の誤り", now=house.now
    )
    sent = letters_about(house, "計画の停止")
    assert sorted({address.partition("@")[0] for address, _ in sent}) == [
        *("ict-honbu-chair", "ict-honbu-office", "joho-bukai-chair", "joho-bukai-office"),
        *("kikaku-iinkai-chair", "kikaku-iinkai-office", "tanto"),
    ]
    assert "【計画の停止】DX推進計画" in sent[0][1] and "本部への報告" in sent[0][1]
    assert "/plans/dx#gates" in sent[0][1]
    actions.correct_decision(
        house.office, "ict_honbu_office", decision + 2, Outcome.CONTINUED, "継続の誤り", now=house.now
    )
    assert letters_about(house, "計画の停止") == []


def test_a_meeting_that_turns_out_to_be_too_early_stops_the_plan_and_tells_so(house: House) -> None:
    _passed_by_the_headquarters(house)
    with house.office.reading() as db:
        honbu = db.scalars(select(Meeting).where(Meeting.body_key == "ict_honbu")).one()
    early = honbu.starts_at - timedelta(days=10)
    actions.correct_meeting_time(
        house.office, "ict_honbu_office", honbu.id, starts_at=early, ends_at=early + timedelta(hours=1),
        reason="日付の誤り", now=house.now,
    )  # fmt: skip
    assert letters_about(house, "計画の停止")
    with house.office.reading() as db:
        events = queries.history(db, house.plan())
    assert any("済んだ手続が効力を失い、計画が停止" in each.words for each in events)


def test_a_plan_that_goes_on_before_the_letter_is_sent_tells_nobody_that_it_stopped(house: House) -> None:
    decision = _passed_by_the_headquarters(house)
    wrong = actions.correct_decision(
        house.office, "ict_honbu_office", decision, Outcome.RETURNED, "見間違い", now=house.now
    )
    actions.correct_decision(
        house.office, "ict_honbu_office", wrong, Outcome.APPROVED, "訂正の誤り", now=house.now
    )
    assert letters_about(house, "計画の停止") == []
