"""What the program keeps is for its own user only, whatever the machine's umask."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scenario import House
from tests.support.terminal import Terminal
from workflow.domain.errors import BadInput
from workflow.store import private_files, schema
from workflow.store.backup.envelope import read_key
from workflow.store.database import Office
from workflow.store.settings import Settings


def _sakutei(data: Path, *words: str) -> None:
    """The real command, on a machine where new files are open to everybody."""
    done = subprocess.run(
        [sys.executable, "-c", "from workflow.cli import main; main()", *words],
        env={**os.environ, "SAKUTEI_DATA": str(data), "SAKUTEI_AS": "admin"},
        capture_output=True,
        text=True,
        umask=0,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _open_to_others(folder: Path) -> list[str]:
    places = (folder, *folder.rglob("*"))
    return [
        f"{place} {stat.filemode(place.stat().st_mode)}" for place in places if place.stat().st_mode & 0o077
    ]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """An office made by the command line, with a document and a mail."""
    folder = tmp_path / "deep" / "down" / "office"
    _sakutei(folder, "init", "--admin", "admin", "--name", "管理 太郎", "--email", "admin@example.jp")
    _sakutei(folder, "people", "department", "it", "IT推進課")
    _sakutei(folder, "people", "post", "admin", "it", "--since", "2020-04-01")
    _sakutei(folder, "plan", "open", "dx", "DX推進計画", "--chain", "itabashi_dx_2025", "--department", "it")
    (tmp_path / "方針.txt").write_text("策定方針")
    _sakutei(folder, "plan", "add", "dx", str(tmp_path / "方針.txt"))
    _sakutei(folder, "people", "invite", "admin")
    _sakutei(folder, "mail", "send")
    return folder


def test_everything_the_program_creates_is_for_its_user_only(data: Path, tmp_path: Path) -> None:
    assert {"sakutei.db", "documents", "mail"} <= {place.name for place in data.iterdir()}
    assert any((data / "mail").glob("*.eml"))
    assert _open_to_others(tmp_path / "deep") == []


def test_what_stood_open_is_shut_at_the_next_start(data: Path) -> None:
    for place in (data, *data.rglob("*")):
        place.chmod(0o777 if place.is_dir() else 0o666)
    _sakutei(data, "plan", "list")
    assert _open_to_others(data) == []


def test_an_office_shuts_its_database_and_what_lies_beside_it_while_it_is_written(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        office = Office(f"sqlite:///{tmp_path}/sakutei.db", tmp_path / "files")
        schema.migrate(office)
        House(office)
        beside = sorted(place.name for place in tmp_path.glob("sakutei.db*"))
        assert beside == ["sakutei.db", "sakutei.db-shm", "sakutei.db-wal"]
        assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in beside] == [0o600] * 3
        office.close()
    finally:
        os.umask(before)


def test_a_link_to_a_place_elsewhere_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("not ours")
    elsewhere.chmod(0o644)
    inside = tmp_path / "folder"
    inside.mkdir()
    (inside / "link").symlink_to(elsewhere)
    private_files.shut_all(inside)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644


def test_a_link_in_the_place_of_a_folder_of_ours_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "theirs").touch()
    (elsewhere / "theirs").chmod(0o644)
    (tmp_path / "documents").symlink_to(elsewhere)
    private_files.shut_all(tmp_path / "documents")
    assert stat.S_IMODE((elsewhere / "theirs").stat().st_mode) == 0o644


ANOTHER = 12345
"""A user of the machine who is not the office's."""

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@only_root
def test_settings_that_another_user_wrote_are_refused(terminal: Terminal) -> None:
    written = terminal.folder / ".env"
    written.write_text("SAKUTEI_OFFICE_NAME=板橋区\n")
    os.chown(written, ANOTHER, ANOTHER)
    assert "ほかの利用者が書き換えられます" in terminal.refuse("plan", "list")
    os.chown(written, 0, 0)
    written.chmod(0o666)
    assert "ほかの利用者が書き換えられます" in terminal.refuse("plan", "list")
    written.chmod(0o644)
    assert "データベースの準備ができました" in terminal.run("init")
    assert stat.S_IMODE(written.stat().st_mode) == 0o640


@only_root
def test_a_data_folder_of_another_user_is_not_used(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    theirs.chmod(0o777)
    os.chown(theirs, ANOTHER, ANOTHER)
    for folder in theirs.parents:
        if folder.stat().st_mode & 0o011 != 0o011:
            folder.chmod(0o711)
    os.seteuid(ANOTHER + 1)
    try:
        with pytest.raises(BadInput, match="この利用者のものではありません"):
            Settings(data=theirs).office()
    finally:
        os.seteuid(0)
    assert list(theirs.iterdir()) == []


def test_a_file_with_a_secret_is_shut_to_strangers_when_it_is_read(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("k" * 44)
    key.chmod(0o644)
    assert read_key(key) == b"k" * 44
    assert stat.S_IMODE(key.stat().st_mode) == 0o640


def test_a_lock_is_for_its_owner_alone_and_no_link(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with (
            private_files.locked(tmp_path / ".lock") as mine,
            private_files.locked(tmp_path / ".lock") as two,
        ):
            assert mine and not two
        assert stat.S_IMODE((tmp_path / ".lock").stat().st_mode) == 0o600
    finally:
        os.umask(before)
    (tmp_path / "signing.key").write_text("secret")
    (tmp_path / ".planted").symlink_to(tmp_path / "signing.key")
    with pytest.raises(OSError, match="symbolic"), private_files.locked(tmp_path / ".planted"):
        pass
