from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.outbox_scenario import PostRoom
from tests.support.smtp_server import Sink, serve
from workflow.store.database import Office


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    controller = serve(sink)
    yield sink
    controller.stop()


@pytest.fixture
def room(office: Office, tmp_path: Path, sink: Sink) -> PostRoom:
    return PostRoom(office, sink, tmp_path)
