"""The outbox against a server that refuses, delays, hangs up, or is not there."""

import shutil
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from notifications import notices, outbox, resending, sending
from notifications.composing import Letter, Stationery
from notifications.kinds import Kind
from notifications.mail_settings import MailSettings
from notifications.sending import LEASE, PAUSES, Sending
from notifications.transport import mailer_of
from tests.support.outbox_scenario import PostRoom
from tests.support.smtp_server import Sink, serve
from workflow import actions, queries
from workflow.domain.deliveries import NOT_SENT, State
from workflow.domain.errors import AlreadyDone, NotAllowed
from workflow.queries import Waiting
from workflow.queries.actor import actor
from workflow.store.tables import Meeting


class Crash(BaseException):
    """What stands for a process that dies."""


class CrashingMailer:
    """Hands one mail over, then dies before the result can be kept."""

    description = ""

    def __init__(self, settings: MailSettings) -> None:
        self._mailer = mailer_of(settings)

    def send(self, address: str, message: bytes) -> None:
        self._mailer.send(address, message)
        raise Crash

    def close(self) -> None:
        self._mailer.close()


class StumblingMailer:
    """Stumbles once, at the third mail, over something nobody thought of."""

    description = ""

    def __init__(self, settings: MailSettings) -> None:
        self._mailer, self._left = mailer_of(settings), 2

    def send(self, address: str, message: bytes) -> None:
        self._left -= 1
        if self._left == -1:
            raise ValueError("unthought of")
        self._mailer.send(address, message)

    def close(self) -> None:
        self._mailer.close()


def test_what_nobody_thought_of_sends_no_mail_twice(room: PostRoom) -> None:
    room.meeting()
    mailer = StumblingMailer(room.settings)
    for minutes in (0, 1, 30):
        room.now += timedelta(minutes=minutes)
        room.tick(mailer)
    assert len(room.sink.raw) == 4
    assert len(set(room.ids())) == 4


def test_temporary_refusals_are_tried_again_for_days_then_fail(room: PostRoom) -> None:
    room.sink.mode = "delay"
    room.meeting("2023-07-12 14:00")
    assert sum(PAUSES, timedelta()) > timedelta(days=4.5)
    for pause in (*PAUSES, None):
        result = room.tick()
        if pause is not None:
            assert (result.delayed, result.failed) == (4, 0)
            assert {line.next_try_at for line in room.lines()} == {room.now + pause}
            assert room.tick() == Sending()
            room.now += pause
    assert result.failed == 4
    with room.office.reading() as db:
        assert "451 4.7.1 greylisted" in str(outbox.listing(db, states=NOT_SENT)[0].error)


def test_permanent_refusal_fails_at_once_and_others_go(room: PostRoom) -> None:
    room.sink.refused = {"one@city.example.jp"}
    room.meeting()
    room.tick()
    assert len(room.sink.to) == 3
    [line] = [line for line in room.lines() if line.state is State.FAILED]
    assert line.address == "one@city.example.jp" and line.attempts == 1
    assert "550 5.1.1 no such user" in str(line.error)


def test_hang_up_repeats_each_letter_under_its_message_id(room: PostRoom) -> None:
    room.sink.mode = "hang_up"
    room.meeting()
    assert room.tick().delayed == 4
    room.sink.mode = "accept"
    room.now += timedelta(minutes=1)
    assert room.tick().sent == 4
    assert len(room.sink.raw) == 8
    assert len(set(room.ids())) == 4


def test_a_letter_that_waits_says_what_is_true_when_it_goes(room: PostRoom) -> None:
    room.sink.mode = "delay"
    meeting = room.meeting()
    room.tick()
    with room.office.writing() as db:
        db.execute(update(Meeting).where(Meeting.id == meeting).values(title="改めた名称"))
    room.change(2, email="right@city.example.jp")
    room.sink.mode = "accept"
    room.now += timedelta(minutes=1)
    assert room.tick().sent == 4
    assert all("改めた名称" in str(mail["Subject"]) for mail in room.sink.mails)
    assert "right@city.example.jp" in room.sink.to and "one@city.example.jp" not in room.sink.to


class BusyStationery(Stationery):
    """Paper on which nothing can be written without somebody else recording something meanwhile."""

    def __init__(self, room: PostRoom) -> None:
        super().__init__(room.settings)
        self._room = room

    def write(self, letter: Letter, claim: str, now: datetime, *, resent: int = 0) -> bytes:
        self._room.change(6, name="管理 太郎")
        return super().write(letter, claim, now, resent=resent)


def test_writing_letters_holds_up_nobody(room: PostRoom) -> None:
    room.meeting()
    notices.claim(room.office, room.now)
    sent = sending.send_due(room.office, mailer_of(room.settings), BusyStationery(room), lambda: room.now)
    assert sent.sent == 4


def test_nobody_there_is_tried_later(room: PostRoom) -> None:
    room.set(smtp_port=1).meeting()
    assert room.tick().delayed == 4
    room.set(smtp_port=room.sink.port).now += timedelta(minutes=1)
    assert room.tick().sent == 4


def test_a_crash_sends_the_letter_again_after_the_lease_under_its_message_id(room: PostRoom) -> None:
    room.meeting()
    with pytest.raises(Crash):
        room.tick(CrashingMailer(room.settings))
    assert room.states() == [State.SENDING] * 4
    assert room.tick() == Sending()
    room.now += LEASE
    assert room.tick().sent == 4
    assert len(room.sink.raw) == 5
    assert len(set(room.ids())) == 4
    assert set(room.states()) == {State.SENT}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "悪 人\r\nBcc: all@example.jp"),
        ("name", "悪\u2028人"),
        ("email", "a@city.example.jp\nBcc: all@example.jp"),
        ("email", "a@city.example.jp>\x07"),
        ("email", "all"),
    ],
)
def test_no_header_injection(room: PostRoom, field: str, value: str) -> None:
    room.change(2, **{field: value})
    room.meeting()
    room.tick()
    assert len(room.sink.to) == 3
    assert b"Bcc" not in b"".join(room.sink.raw)
    [line] = [line for line in room.lines() if line.state is State.FAILED]
    assert "名簿を直してから" in str(line.error)


def test_newline_in_a_title_stays_in_one_subject(room: PostRoom) -> None:
    room.meeting(title="会議\r\nBcc: all@example.jp")
    room.tick()
    assert len(room.sink.to) == 4
    for mail in room.sink.mails:
        assert mail["Bcc"] is None
        assert "会議  Bcc: all@example.jp" in str(mail["Subject"])


def test_html_is_escaped(room: PostRoom) -> None:
    room.meeting(title="<script>")
    room.tick()
    html = room.sink.mails[0].get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "&lt;script&gt;" in html and "<script>" not in html


@pytest.mark.parametrize("folder", ["demo/bukai/", "demo/", ""])
def test_override_template(room: PostRoom, folder: str) -> None:
    place = room.folder / "own" / folder / "meeting_called"
    place.mkdir(parents=True)
    (place / "subject.txt").write_text("独自の件名 {{ meeting.title }}\n", encoding="utf-8")
    room.set(overrides=room.folder / "own").meeting()
    room.tick()
    assert room.sink.mails[0]["Subject"] == "独自の件名 第1回 情報化推進部会"


@pytest.mark.parametrize(
    "subject", ["{{ no_such_thing }}", "{% if", "{{ 1 // 0 }}", "{{ meeting.title + 1 }}", b"\xe9"]
)
def test_an_office_template_that_breaks_holds_its_own_letters_until_it_is_mended(
    room: PostRoom, subject: str | bytes
) -> None:
    place = room.folder / "own" / "meeting_called"
    place.mkdir(parents=True)
    broken = place / "subject.txt"
    broken.write_bytes(subject if isinstance(subject, bytes) else subject.encode())
    actions.circulate(room.office, "tanto", "dx", ["one"], now=room.now)
    room.set(overrides=room.folder / "own").meeting()
    assert (room.tick().held, len(room.sink.raw)) == (4, 1), "the others go"
    assert room.states(Kind.MEETING_CALLED) == [State.HELD] * 4
    with room.office.reading() as db:
        assert {
            "meeting_called/subject.txt" in str(line.error) for line in outbox.listing(db, states=NOT_SENT)
        } == {True}
        told = [task.kind for task in queries.waiting_for(db, actor(db, "admin", date(2023, 6, 1)), room.now)]
    assert told == [Waiting.FAILED_MAIL] * 4
    broken.unlink()
    room.now = room.due()
    assert room.tick().sent == 4, "by themselves"


def test_a_letter_held_until_the_meeting_is_over_is_listed_as_missed(room: PostRoom) -> None:
    room.set(office_name="テスト\n区").meeting()
    assert room.tick().held == 4
    room.at("2023-06-12 17:00").tick()
    with room.office.reading() as db:
        missed = {line.kind for line in outbox.listing(db, states=NOT_SENT) if line.state is State.MISSED}
    assert Kind.MEETING_CALLED in missed


class Stumbling(Stationery):
    """Paper on which one name cannot be written, for a reason nobody thought of."""

    def write(self, letter: Letter, claim: str, now: datetime, *, resent: int = 0) -> bytes:
        if letter.name == "職員 one":
            raise ZeroDivisionError
        return super().write(letter, claim, now, resent=resent)


def test_a_letter_that_stumbles_over_anything_is_set_aside_alone(room: PostRoom) -> None:
    room.meeting()
    notices.claim(room.office, room.now)
    mailer, paper = mailer_of(room.settings), Stumbling(room.settings)
    assert sending.send_due(room.office, mailer, paper, lambda: room.now) == Sending(sent=3, held=1)
    room.now = room.due()
    assert room.tick().sent == 1


def test_mails_lie_in_a_folder_when_there_is_no_server(room: PostRoom) -> None:
    room.set(smtp_host=None).meeting()
    assert room.tick().sent == 4
    assert len(list((room.folder / "mail_folder").iterdir())) == 4
    assert "保存されます" in mailer_of(room.settings).description


def test_starttls_and_login(room: PostRoom, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl がないため、STARTTLS を試していません")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    safe = Sink()
    server = serve(safe, tls=(certificate, key), login=("sakutei", "ひみつ".encode().hex()))
    try:
        room.set(
            smtp_port=safe.port, starttls=True, username="sakutei", password="wrong", ca_file=certificate
        )
        room.meeting()
        assert room.tick().delayed == 4
        assert "535" in str(room.lines()[0].error)
        room.set(password="ひみつ".encode().hex(), ca_file=None).now += timedelta(minutes=1)
        assert room.tick().delayed == 4
        assert "CERTIFICATE_VERIFY_FAILED" in str(room.lines()[0].error)
        room.set(ca_file=certificate).now += timedelta(minutes=5)
        assert room.tick().sent == 4
    finally:
        server.stop()
    assert len(safe.to) == 4
    assert "ひみつ".encode().hex() not in repr(room.settings)


def test_everything_that_failed_can_be_sent_again_at_once(room: PostRoom) -> None:
    room.sink.mode = "refuse"
    room.meeting()
    room.tick()
    with pytest.raises(NotAllowed):
        resending.resend_all(room.office, "two", now=room.now)
    room.sink.mode = "accept"
    assert resending.resend_all(room.office, "secretary", now=room.now) == 4
    assert room.tick().sent == 4
    assert resending.resend_all(room.office, "secretary", now=room.now) == 0


def test_resend_needs_the_right_and_goes_to_the_present_address(room: PostRoom) -> None:
    room.sink.refused = {"one@city.example.jp"}
    room.meeting()
    room.tick()
    with room.office.reading() as db:
        [line] = outbox.listing(db, states=NOT_SENT)
    room.change(2, email="new@city.example.jp")
    with pytest.raises(NotAllowed):
        resending.resend(room.office, "two", line.id, now=room.now)
    before = set(room.ids())
    resending.resend(room.office, "secretary", line.id, now=room.now)
    with pytest.raises(AlreadyDone):
        resending.resend(room.office, "secretary", line.id, now=room.now)
    room.tick()
    assert room.sink.to[-1] == "new@city.example.jp"
    resending.resend(room.office, "admin", line.id, now=room.now)
    room.tick()
    assert len(set(room.ids()) - before) == 2
    assert room.states(Kind.MEETING_CALLED) == [State.SENT] * 4


def test_a_record_that_the_database_cannot_give_holds_up_its_own_letter_only(room: PostRoom) -> None:
    if not room.office.url.startswith("sqlite"):
        pytest.skip("PostgreSQL keeps no text that is none")
    first, _ = room.meeting(), room.meeting("2023-06-13 14:00", title="第2回")
    room.set(smtp_port=1).tick()
    with room.office.engine.begin() as connection:
        connection.execute(text(f"UPDATE meeting SET place = CAST(x'ff' AS TEXT) WHERE id = {first}"))
    room.set(smtp_port=room.sink.port).now += timedelta(minutes=10)
    assert room.tick().sent == 4
    assert sorted(room.states()) == [State.HELD] * 4 + [State.SENT] * 4
    with room.office.writing() as db:
        db.execute(text(f"UPDATE meeting SET place = '会議室' WHERE id = {first}"))
    room.now = room.due()
    assert room.tick().sent == 4
