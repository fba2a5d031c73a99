"""The end of citizens' data: who wrote to a public comment is erased, what they wrote stays, and the record is whole."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, select, text

from notifications.erasing import Erased, Erasing, erase
from tests.support.counting import counted
from tests.support.databases import PostgreSQL, SQLite
from tests.support.scenario import House, moment
from tests.support.terminal import Terminal
from tests.support.web_client import Browser, Client, mail_settings
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.comments import Author, Disposition, Route, erased_on
from workflow.domain.errors import NotAllowed
from workflow.domain.events import Tag
from workflow.store.backup import archive
from workflow.store.backup.restoring import restore
from workflow.store.event_log import record
from workflow.store.proof import prove
from workflow.store.tables import Event, Opinion, Submission, Submitter
from workflow.web.app import build

PERSON = ("秘密 一子", "秘密の住所", "090-0000-0000", "秘密高校")


@pytest.fixture
def asking(house: House) -> House:
    """A plan whose public comment opened today, with a letter of two opinions."""
    house.a_plan(at="public_comment")
    house.at("2023-05-01 09:00")
    actions.open_comment(house.office, "tanto", "dx", "comment_period", tokyo_day(house.now), now=house.now)
    return a_letter(house.later(hours=1), "図が小さい", "費用が心配")


@pytest.fixture
def published(asking: House) -> House:
    """Its result was published on 1 June 2023."""
    asking.at("2023-06-01 09:00")
    return answered(asking, actions.publish_result)


def a_letter(house: House, *opinions: str, received_at: str | None = None) -> House:
    came = moment(received_at) if received_at else house.now
    actions.receive_opinions(
        house.office, "tanto", "dx", Author(*PERSON), opinions, route=Route.FAX, received_at=came, now=house.now,
    )  # fmt: skip
    return house


def answered(house: House, publish: Callable[..., None]) -> House:
    with house.office.reading() as db:
        left = list(db.scalars(select(Opinion.id).where(Opinion.answer_id.is_(None))))
    actions.answer_opinions(
        house.office, "tanto", "dx", left, summary="概要", answer="改める", disposition=Disposition.REFLECTED,
        now=house.now,
    )  # fmt: skip
    publish(house.office, "tanto", "dx", now=house.now)
    return house


def erased(house: House, months: int = 12) -> Erased:
    return erase(house.office, Erasing(months), house.now)


def names(house: House) -> list[str]:
    with house.office.reading() as db:
        return list(db.scalars(select(Submitter.name)))


def last_event(house: House) -> tuple[str, str]:
    with house.office.reading() as db:
        row = db.execute(select(Event.tag, Event.data).order_by(Event.seq.desc()).limit(1)).one()
    return row.tag, row.data


# --- when ----------------------------------------------------------------------------------------------


def test_a_month_that_has_no_such_day_ends_on_its_last() -> None:
    assert str(erased_on(moment("2023-08-31 09:00"), 6)) == "2024-02-29"
    assert str(erased_on(moment("2023-04-01 23:59"), 12)) == "2024-04-01"
    assert str(erased_on(moment("2023-12-15 09:00"), 1)) == "2024-01-15"


def test_nobody_is_erased_before_the_day_and_everybody_on_it(published: House) -> None:
    published.at("2024-05-31 23:59")
    assert erased(published) == Erased() and names(published) == [PERSON[0]]
    published.at("2024-06-01 00:00")
    assert erased(published) == Erased(1, 1) and names(published) == []
    assert last_event(published) == (Tag.AUTHORS_ERASED, '{"period":1,"submissions":1}')
    assert erased(published) == Erased()


def test_the_office_says_after_how_many_months(published: House) -> None:
    published.at("2023-09-01 09:00")
    assert erased(published, months=4) == Erased()
    assert erased(published, months=3) == Erased(1, 1)


def test_a_comment_that_goes_on_erases_nobody(asking: House) -> None:
    asking.at("2026-01-01 09:00")
    assert erased(asking) == Erased() and names(asking) == [PERSON[0]]


def test_a_cancelled_comment_counts_from_its_cancellation(asking: House) -> None:
    asking.at("2023-05-10 09:00")
    actions.cancel_comment(asking.office, "tanto", "dx", "誤り", now=asking.now)
    assert erased(asking.at("2024-05-09 09:00")) == Erased()
    assert erased(asking.at("2024-05-10 09:00")) == Erased(1, 1)


def test_a_comment_of_a_plan_that_was_withdrawn_counts_from_then(asking: House) -> None:
    asking.at("2023-05-10 09:00")
    seen = asking.plan().revision
    actions.withdraw(asking.office, "tanto", "dx", "やめる", seen=seen, now=asking.now)
    assert erased(asking.at("2024-05-09 09:00")) == Erased()
    assert erased(asking.at("2024-05-10 09:00")) == Erased(1, 1)


def test_an_addendum_counts_anew_and_is_waited_for(published: House) -> None:
    a_letter(published.at("2024-05-01 09:00"), "届いていた", received_at="2023-05-02 09:00")
    assert erased(published.at("2024-07-01 09:00")) == Erased(), "an answer is owed"
    answered(published, actions.publish_addendum)
    assert erased(published.at("2025-06-30 09:00")) == Erased()
    assert erased(published.at("2025-07-01 09:00")) == Erased(1, 2)


def test_a_process_looks_once_a_day(published: House) -> None:
    erasing = Erasing(12)
    erase(published.office, erasing, published.now)
    with counted(published) as sent:
        erase(published.office, erasing, published.later(hours=1).now)
    assert sent == []
    with counted(published) as sent:
        erase(published.office, erasing, published.later(days=1).now)
    assert len(sent) == 1


# --- who, by hand --------------------------------------------------------------------------------------


def test_the_staff_of_the_plan_erase_by_hand_what_is_due(published: House) -> None:
    assert actions.erase_authors(published.office, "tanto", "dx", 12, now=published.now) == []
    published.at("2024-06-01 09:00")
    with pytest.raises(NotAllowed):
        actions.erase_authors(published.office, "mayor", "dx", 12, now=published.now)
    (due,) = actions.erase_authors(published.office, "tanto", "dx", 12, now=published.now)
    assert (due.period, due.submissions, names(published)) == (1, 1, [])


# --- what is shown -------------------------------------------------------------------------------------


def test_pages_and_exports_say_erased_where_the_person_was_and_keep_the_opinions(published: House) -> None:
    erased(published.at("2024-06-01 09:00"))
    staff = Browser(published, "tanto")
    for path in ("/comments/dx/opinions", "/comments/dx/opinions/1"):
        shown = staff.see(path)
        assert "消去済み" in shown and "図が小さい" in shown and "ファクス" in shown, path
        assert "秘密" not in shown and "090-" not in shown, path
    (_, first, _) = list(csv.reader(io.StringIO(staff.see("/comments/dx/opinions.csv"))))
    assert first[-4:] == ["消去済み", "", "", ""] and first[5] == "図が小さい"
    book = load_workbook(io.BytesIO(staff.client.get("/comments/dx/opinions.xlsx").content))
    row = next(book.active.iter_rows(min_row=2, values_only=True))  # type: ignore[union-attr]
    assert row[9] == "消去済み" and "秘密" not in str(row)
    assert "改める" in Browser(published).see("/public/dx")


def test_the_form_says_what_names_are_for_and_when_they_are_erased(asking: House) -> None:
    shown = Browser(asking).see("/public/dx")
    assert "内容の確認のためだけに使い、公表しません。" in shown and "12か月が過ぎると、消去します。" in shown
    settings = mail_settings(asking.office.files.parent)
    app = build(asking.office, settings, clock=lambda: asking.now, citizens_data_months=3)
    assert "3か月が過ぎると、消去します。" in Client(app).get("/public/dx").text


# --- the record ----------------------------------------------------------------------------------------


def test_the_record_is_whole_after_erasing(published: House) -> None:
    erased(published.at("2024-06-01 09:00"))
    assert prove(published.office).findings == []
    with published.office.reading() as db:
        assert db.scalars(select(Submission.number)).all() == [1]


def test_nothing_of_an_erased_person_lies_in_the_free_parts_of_the_file(published: House) -> None:
    if published.office.engine.dialect.name != "sqlite":
        return
    place = Path(str(published.office.engine.url.database))

    def found() -> int:
        with published.office.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return place.read_bytes().count(PERSON[0].encode())

    assert found() > 0
    erased(published.at("2024-06-01 09:00"))
    assert found() == 0


def test_a_person_deleted_behind_the_programs_back_is_named(published: House) -> None:
    with published.office.engine.begin() as connection:
        connection.execute(text("DELETE FROM submitter"))
    erased(published.at("2024-06-01 09:00"))
    (found,) = prove(published.office).findings
    assert found.startswith("意見の提出者の 1（submitter）が失われています（")


def test_a_person_deleted_by_another_event_is_named(published: House) -> None:
    with published.office.writing() as db:
        db.execute(delete(Submitter))
        record(db, Tag.COMMENT_CORRECTED, at=published.now, by=None)
    (found,) = prove(published.office).findings
    assert "消去の出来事でないのに、意見の提出者を削除しています。" in found


@pytest.mark.parametrize("gone", [False, True], ids=["kept", "erased"])
def test_a_backup_brings_back_what_it_holds_and_erasing_goes_on_from_there(
    published: House, request: pytest.FixtureRequest, tmp_path: Path, gone: bool
) -> None:
    published.at("2024-06-01 09:00")
    if gone:
        erased(published)
    place = tmp_path / "one.backup"
    archive.write(published.office, place, None, now=published.now)
    kind = "sqlite" if published.office.engine.dialect.name == "sqlite" else "postgres"
    databases: SQLite | PostgreSQL = request.getfixturevalue(kind)
    (tmp_path / "other").mkdir()
    with databases.office(tmp_path / "other") as other:
        other.close()
        with place.open("rb") as opened:
            restore(other, opened, None, now=published.now)
        assert prove(other).findings == []
        brought = House(other, published.chain)
        brought.now = published.now
        assert names(brought) == ([] if gone else [PERSON[0]])
        assert erased(brought) == (Erased() if gone else Erased(1, 1))
        assert names(brought) == [] and prove(other).findings == []


# --- the command line ----------------------------------------------------------------------------------


def test_the_command_shows_what_it_would_erase_then_erases_it(
    published: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal(tmp_path, capsys, monkeypatch)
    monkeypatch.setenv("SAKUTEI_DATABASE_URL", published.office.url)
    asked = ("comment", "erase", "dx", "--as", "tanto")
    shown = terminal.run(*asked, "--dry-run")
    assert "消去されるもの" in shown and "1-…" in shown and "1 人" in shown and PERSON[0] not in shown
    assert names(published) == [PERSON[0]]
    assert "消去したもの" in terminal.run(*asked) and names(published) == []
    assert "消去するものはありません。" in terminal.run(*asked)
