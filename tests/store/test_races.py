"""Two people at one plan, in threads and in processes: exactly one wins, the other is told."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from definitions.terms import Outcome
from tests.support.scenario import House
from tests.support.together import together
from workflow import actions
from workflow.domain.errors import AlreadyDone, PlanMoved
from workflow.store import event_log
from workflow.store.database import Office
from workflow.store.tables import Decision, Event, Step

ROOT = Path(__file__).parents[2]


def test_of_two_threads_that_advance_one_wins(house: House) -> None:
    house.a_plan()
    house.open_every_gate()

    def advance() -> object:
        return actions.advance(house.office, "tanto", "dx", seen=1, now=house.now)

    found = together(advance, advance, advance)
    assert sum(isinstance(each, actions.Moved) for each in found) == 1
    assert sum(isinstance(each, PlanMoved) for each in found) == 2
    with house.office.reading() as db:
        assert db.scalar(select(func.count()).select_from(Step)) == 2
        event_log.verify(db)


def test_of_two_threads_that_record_one_wins(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")

    def record() -> object:
        return actions.record_outcome(
            house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now
        )

    found = together(record, record)
    assert sum(isinstance(each, AlreadyDone) for each in found) == 1
    with house.office.reading() as db:
        assert db.scalar(select(func.count()).select_from(Decision)) == 1


def test_of_two_processes_that_advance_one_wins(house: House) -> None:
    house.a_plan()
    house.open_every_gate()
    program = (
        "import sys\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from workflow import actions\n"
        "from workflow.domain.errors import PlanMoved\n"
        "from workflow.store.database import Office\n"
        "office = Office(sys.argv[1], Path(sys.argv[2]))\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "try:\n"
        "    actions.advance(office, 'tanto', 'dx', seen=1, now=datetime.fromisoformat(sys.argv[3]))\n"
        "    print('moved')\n"
        "except PlanMoved:\n"
        "    print('PlanMoved')\n"
    )
    command = [
        sys.executable,
        "-c",
        program,
        house.office.url,
        str(house.office.files),
        house.now.isoformat(),
    ]
    racers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdout is not None and racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    said = sorted(racer.communicate()[0].strip() for racer in racers)
    assert said == ["PlanMoved", "PlanMoved", "moved"]
    assert house.plan().stage.key == "outline"


def test_many_writers_keep_one_chain_of_events(house: House) -> None:
    house.a_plan()

    def adding(number: int) -> object:
        own = Office(house.office.url, house.office.files)
        try:
            return actions.add_version(own, "tanto", "dx", "a.docx", f"{number}".encode(), now=house.now)
        finally:
            own.close()

    found = together(*(lambda n=n: adding(n) for n in range(8)))
    assert sorted(each for each in found if isinstance(each, int)) == list(range(1, 9))
    with house.office.reading() as db:
        event_log.verify(db)


def test_a_reading_sees_one_state_while_others_write(house: House) -> None:
    house.a_plan()
    with house.office.reading() as db:
        before = db.scalar(select(func.count()).select_from(Event))
        house.a_version()
        assert db.scalar(select(func.count()).select_from(Event)) == before
    with house.office.reading() as db:
        assert db.scalar(select(func.count()).select_from(Event)) != before
