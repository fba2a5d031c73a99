"""A disk without room: told as that, nothing half is left, and what fits is still taken. And a dry run leaves nothing."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.api_client import Program
from tests.support.databases import SQLite
from tests.support.scenario import House
from tests.support.web_client import Browser

ROOM = 4 * 1024 * 1024


@contextmanager
def little_room() -> Iterator[None]:
    """No file of this process may become larger: as on a disk that is almost full (EFBIG stands for ENOSPC)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def little(sqlite: SQLite, tmp_path: object) -> Iterator[House]:
    with sqlite.office(tmp_path, "itabashi_dx_2025") as office:  # type: ignore[arg-type]
        house = House(office)
        house.a_plan()
        yield house


def left(house: House) -> list[str]:
    return [path.name for path in house.office.files.rglob("*") if path.is_file()]


def test_a_document_without_room_is_refused_whole_and_one_that_fits_is_taken(little: House) -> None:
    browser, program = Browser(little, "tanto"), Program(little, "tanto")
    large = {"document": ("方針.txt", b"a" * (ROOM + 1024))}
    with little_room():
        page = browser.client.post("/plans/dx/versions", data={"csrf": browser.csrf}, files=large)
        assert page.status_code == 507 and "ディスクに空きがない" in page.text, page.text
        answer = program.client.post("plans/dx/versions", files=large)
        assert answer.status_code == 507 and answer.json()["type"] == "/problems/storage-full"
        assert left(little) == []
        fits = program.client.post("plans/dx/versions", files={"document": ("方針.txt", b"text")})
        assert fits.status_code == 201, fits.text
    assert len(left(little)) == 1


def test_a_dry_run_leaves_no_document(little: House) -> None:
    program = Program(little, "tanto")
    files = {"document": ("方針.txt", b"text")}
    assert program.client.post("plans/dx/versions?dry_run=true", files=files).status_code == 200
    assert left(little) == []
    assert program.client.post("plans/dx/versions", files=files).status_code == 201


def test_a_name_from_a_mac_is_kept_as_people_type_it(little: House) -> None:
    program = Program(little, "tanto")
    files = {"document": ("フ\u309aラン.txt", b"text")}
    assert program.client.post("plans/dx/versions", files=files).status_code == 201
    assert "プラン.txt" in program.client.get("plans/dx/versions").text
    turned = {"document": ("計画\u202etxt.txt", b"other")}
    assert program.client.post("plans/dx/versions", files=turned).status_code == 422
