from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notifications.post_room import PostRoom
from tests.notifications.sink import Sink, serve
from workflow.office import Office


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    controller = serve(sink)
    yield sink
    controller.stop()


@pytest.fixture
def room(office: Office, tmp_path: Path, sink: Sink) -> PostRoom:
    return PostRoom(office, sink, tmp_path)
