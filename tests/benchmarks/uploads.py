"""The most memory a server holds while five connections send it 199 MB each: of strangers, and of five people who may.
The server is a process of its own, on SQLite."""

import shutil
import socket
import tempfile
import threading
from datetime import timedelta
from multiprocessing import Process
from pathlib import Path

import uvicorn

from tests.support.scenario import House
from tests.support.sending import MB, Post, document
from tests.support.web_client import mail_settings
from workflow import actions
from workflow.store import schema
from workflow.store.database import Office
from workflow.web.app import build

SENDERS = 5


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    office = Office(f"sqlite:///{folder}/sakutei.db", folder / "documents")
    schema.migrate(office)
    house = House(office)
    house.a_plan()
    people = [f"writer{number}" for number in range(SENDERS)]
    for key in people:
        house.a_person(key)
        actions.post(office, "admin", key, "it", house.now.date() - timedelta(days=30), now=house.now)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = build(office, mail_settings(folder), clock=lambda: house.now)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = Process(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        serving.start()
        desk = Post(house, f"http://127.0.0.1:{listening.getsockname()[1]}")
        desk.send("/sign-in", *document(1))
        before = _peak(serving)
        signed_in = [desk.who(key) for key in people]
        for name, senders in (("strangers", [({}, "")] * SENDERS), ("people", signed_in)):
            answers = _together(desk, senders)
            print(
                f"{SENDERS} {name} of 199 MB each, answered {answers}: {_peak(serving) - before} MB more at most"
            )
        serving.kill()
    shutil.rmtree(folder)


def _together(desk: Post, senders: list[tuple[dict[str, str], str]]) -> list[int]:
    answers = list[int]()

    def send(number: int, headers: dict[str, str], csrf: str) -> None:
        answers.append(desk.send("/plans/dx/versions", *document(199 * MB + number, csrf), **headers)[0])

    threads = [threading.Thread(target=send, args=(number, *each)) for number, each in enumerate(senders)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(answers)


def _peak(process: Process) -> int:
    """The most memory the process ever held, in megabytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (most,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(most) // 1024


if __name__ == "__main__":
    main()
