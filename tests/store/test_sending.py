"""A document that is asked for byte by byte is not read whole each time, and no change of it goes unseen."""

import os
import time
from pathlib import Path

import pytest

from workflow.domain.errors import DocumentDamaged
from workflow.store import files


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A document of 50 MB that nobody has written to for a while."""
    sha256 = files.keep(tmp_path, bytes(50 * 1024 * 1024))
    time.sleep(2.1)
    return files.path_of(tmp_path, sha256)


def test_a_document_is_read_whole_once_for_many_who_ask(place: Path) -> None:
    store = place.parents[1]
    took = []
    for _ in range(20):
        began = time.process_time()
        assert files.to_send(store, place.name) == place
        took.append(time.process_time() - began)
    assert sum(took[1:]) < took[0]


def test_a_document_that_was_written_to_since_is_not_sent(place: Path) -> None:
    store, lies = place.parents[1], place.stat()
    files.to_send(store, place.name)
    with place.open("r+b") as opened:
        opened.write(b"x")
    os.utime(place, ns=(lies.st_atime_ns, lies.st_mtime_ns))
    with pytest.raises(DocumentDamaged, match="書き換えられています"):
        files.to_send(store, place.name)
    place.unlink()
    with pytest.raises(DocumentDamaged, match="見つかりません"):
        files.to_send(store, place.name)
