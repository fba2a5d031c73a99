"""Verifying an office of 100,000 events, each of which wrote a row: the chain alone, everything, and the newest
thousand."""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert, text

from tests.support.scenario import House
from workflow.domain.events import Tag
from workflow.store import event_log, schema
from workflow.store.database import Office
from workflow.store.proof import prove
from workflow.store.tables import Remark

EVENTS = 100_000
AT_ONCE = 1000


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    office = _office(folder)
    schema.migrate(office)
    house = House(office)
    plan = house.a_plan().id
    remark = {"plan_id": plan, "by": 1, "at": house.now, "text": "図がよい。" * 10}
    for _ in range(EVENTS // AT_ONCE):
        with office.writing() as db:
            for _ in range(AT_ONCE):
                db.connection().execute(insert(Remark.__table__), remark)  # type: ignore[arg-type]
                event_log.record(db, Tag.REMARKED, at=house.now, by=1, plan=plan, remark=1)
    office.close()
    for act in ("chain", "everything", "new"):
        subprocess.run([sys.executable, "-m", __spec__.name, act, str(folder)], check=True)
    shutil.rmtree(folder)


def measure(act: str, folder: Path) -> None:
    office = _office(folder)
    with office.reading() as db:
        db.execute(text("SELECT count(*) FROM event")).scalar()
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if act == "chain":
        with office.reading() as db:
            walked = event_log.verify(db)
        target = "target ≥ 50,000"
    else:
        proof = prove(office, after=EVENTS - AT_ONCE if act == "new" else 0)
        if proof.findings:
            raise SystemExit(proof.findings[0])
        walked, target = proof.events, f"with {proof.rows} rows"
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{act}: {walked / seconds:,.0f} events a second ({target}); "
        f"{peak // 1024} MB of memory, of which {(peak - before) // 1024} MB for it (target < 150 MB)"
    )


def _office(folder: Path) -> Office:
    return Office(f"sqlite:///{folder}/x.db", folder / "files")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
