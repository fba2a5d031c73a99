"""Each night's backup: made once, kept for its days, and told to administrators when it fails."""

from datetime import date, timedelta
from pathlib import Path
from threading import Event as Stop
from threading import Thread

import pytest

from notifications import nightly_backup
from notifications.nightly_backup import Nightly, back_up
from notifications.scheduler import run
from notifications.transport import mailer_of
from tests.support.scenario import House
from tests.support.web_client import Browser, mail_settings
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput
from workflow.store.backup import archive


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.backup"))


@pytest.fixture
def nightly(tmp_path: Path) -> Nightly:
    return Nightly(tmp_path / "backups", hour=2, days=3, key_file=None)


def test_a_backup_is_made_once_a_night_and_kept_for_its_days(house: House, nightly: Nightly) -> None:
    house.at("2023-03-01 01:59")
    made = []
    while tokyo_day(house.now) < date(2023, 3, 7):
        made.append(back_up(house.office, nightly, house.now))
        house.later(hours=8)
    assert len([each for each in made if each]) == 7  # the first for the night before
    assert names(nightly.folder) == [f"sakutei-2023-03-0{day}.backup" for day in (4, 5, 6)]
    with (nightly.folder / "sakutei-2023-03-06.backup").open("rb") as opened:
        assert archive.check(opened, None).made_at > house.now - timedelta(days=1)


def test_other_files_in_the_folder_stay(house: House, nightly: Nightly) -> None:
    nightly.folder.mkdir()
    (nightly.folder / "sakutei-by-hand.backup").touch()
    (nightly.folder / "sakutei-2020-01-01.backup").touch()
    back_up(house.office, nightly, house.now)
    assert names(nightly.folder) == ["sakutei-2023-03-01.backup", "sakutei-by-hand.backup"]


def test_a_link_planted_in_the_place_of_the_lock_empties_no_file(
    house: House, nightly: Nightly, tmp_path: Path
) -> None:
    key = tmp_path / "signing.key"
    key.write_text("secret")
    nightly.folder.mkdir()
    (nightly.folder / ".lock").symlink_to(key)
    with pytest.raises(OSError, match="symbolic"):
        back_up(house.office, nightly, house.now)
    assert key.read_text() == "secret"


def test_administrators_see_why_there_is_none_until_there_is(house: House, nightly: Nightly) -> None:
    nightly.key_file = nightly.folder / "key"
    with pytest.raises(BadInput):
        back_up(house.office, nightly, house.now)
    page = Browser(house, "admin").see("/plans")
    assert "夜間のバックアップに問題があります" in page and "読めません" in page
    assert "バックアップ" not in Browser(house, "tanto").see("/plans")
    nightly.key_file.write_text("k" * 40)
    assert back_up(house.office, nightly, house.now) is None  # not at once again
    house.later(minutes=20)
    assert back_up(house.office, nightly, house.now) is not None
    assert "夜間のバックアップ" not in Browser(house, "admin").see("/plans")
    house.later(days=2)
    assert "から作られていません" in Browser(house, "admin").see("/plans")
    nightly_backup.forget(house.office)
    assert "夜間のバックアップ" not in Browser(house, "admin").see("/plans")


def test_administrators_see_that_documents_are_missing(house: House, nightly: Nightly) -> None:
    house.a_plan()
    house.a_version("一")
    for path in house.office.files.rglob("*"):
        if path.is_file() and len(path.name) == 64:
            path.unlink()
    back_up(house.office, nightly, house.now)
    assert "文書が 1 件あり、入っていません" in Browser(house, "admin").see("/plans")


def test_whoever_sends_the_mail_makes_the_backup(house: House, nightly: Nightly) -> None:
    stop, mail = Stop(), mail_settings(house.office.files.parent)
    arguments = {"every_seconds": 1, "stop": stop, "clock": lambda: house.now, "nightly": nightly}
    running = Thread(target=run, args=(house.office, lambda: mailer_of(mail), mail), kwargs=arguments)
    running.start()
    for _ in range(300):
        if nightly.folder.exists() and names(nightly.folder):
            break
        running.join(0.1)
    stop.set()
    running.join()
    assert names(nightly.folder) == ["sakutei-2023-03-01.backup"]
