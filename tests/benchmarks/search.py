"""The search in an office of 20,000 plans, each with a document of 2,000 characters, on SQLite and on PostgreSQL: what a
question takes (by the clock, and of computing, the database's with it), for who reads a few plans and for who reads all of
them, and what it takes to make the index. Everything runs on one core."""

import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from sqlalchemy import func, insert, select

from tests.support.databases import PostgreSQL, SQLite
from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.actions.search import follow_record
from workflow.domain import texts
from workflow.domain.calendar import tokyo_day
from workflow.domain.search import SearchKind
from workflow.queries.actor import actor
from workflow.queries.search import search
from workflow.store import files
from workflow.store.database import Office
from workflow.store.tables import Document, Plan, SearchPiece, Version

PLANS, CHARACTERS, AT_ONCE, ROUNDS = 20_000, 2_000, 500, 10
SEED = Path(__file__).parents[1] / "seed/000_f3a7c9a64bb8af11.txt"
QUESTIONS = (
    "計",
    "計画",
    "計画案",
    "デジタル",
    "DX 推進",
    "情報化 計画 区民",
    "架橋",
    "架",
    "令和 5 年",
    "区長室の計画",
    "ない言葉",
)
PEOPLE = ("few", "tanto", "audit")


def main() -> None:
    os.sched_setaffinity(0, {0})
    plans = int(sys.argv[1]) if len(sys.argv) > 1 else PLANS
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        postgres = PostgreSQL(place)
        try:
            for name, databases in (("SQLite", SQLite(place)), ("PostgreSQL", postgres)):
                (place / name).mkdir()
                with databases.office(place / name, "itabashi_dx_2025") as office:
                    _measure(name, office, plans)
        finally:
            postgres.stop()


def _measure(name: str, office: Office, plans: int) -> None:
    house = House(office)
    _an_office(house, plans)
    began = time.perf_counter()
    while follow_record(office).documents:
        pass
    built = time.perf_counter() - began
    if office.engine.dialect.name == "postgresql":
        # The servers of offices do this themselves; those of tests do not.
        with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    with office.reading() as db:
        count = db.scalar(select(func.count(SearchPiece.id)))
    print(f"{name}: {plans} plans, {count} pieces, index made in {built:.0f} s")
    for person in PEOPLE:
        for kind in (None, SearchKind.VERSION):
            times, computing, slowest = _times(house, person, kind)
            print(
                f"  {person}, {kind or 'all kinds'}: {_said(times)}; computing: {_said(computing)}; "
                f"slowest: {slowest}"
            )


def _said(times: list[float]) -> str:
    cuts = quantiles(times, n=100)
    return f"p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms"


def _times(house: House, person: str, kind: SearchKind | None) -> tuple[list[float], list[float], str]:
    asked = [question for question in QUESTIONS for _ in range(ROUNDS)]
    random.Random(1).shuffle(asked)
    times, computing, longest = [], [], dict[str, float]()
    for question in asked:
        computed, began = _computed(house.office), time.perf_counter()
        with house.office.reading() as db:
            search(db, actor(db, person, tokyo_day(house.now)), question, kind=kind)
        times.append(time.perf_counter() - began)
        computing.append(_computed(house.office) - computed)
        longest[question] = max(longest.get(question, 0), times[-1])
    slowest = max(longest, key=lambda each: longest[each])
    return times, computing, f"{slowest} {longest[slowest] * 1000:.0f} ms"


def _computed(office: Office) -> float:
    """The seconds of a processor that this process has taken, and its server on PostgreSQL, which counts them in hundredths."""
    if office.engine.dialect.name == "sqlite":
        return time.process_time()
    with office.engine.connect() as connection:
        server = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    taken = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(taken[11]) + int(taken[12])) / os.sysconf("SC_CLK_TCK")


def _an_office(house: House, plans: int) -> None:
    """Plans of the section `it`, but for some of another, of which `few` is."""
    office, now = house.office, house.now
    for key in ("few", "audit"):
        house.a_person(key)
    actions.add_department(office, "admin", "few", "少数課", now=now)
    actions.post(office, "admin", "few", "few", LONG_AGO, now=now)
    actions.name_auditor(office, "admin", "audit", LONG_AGO, proof=actions.OwnMachine(), now=now)
    house.a_plan()
    house.a_version("架橋")
    with office.reading() as db:
        plan = dict(db.execute(select(*Plan.__table__.c)).mappings().one())
        version = dict(db.execute(select(*Version.__table__.c)).mappings().one())
    for batch in _batches(plans):
        with office.writing() as db:
            kept = {number: _keep(office, text) for number, text in batch}
            db.execute(insert(Document), [{"sha256": sha256, "size": 1} for sha256 in kept.values()])
            db.execute(insert(Plan), [_plan(plan, number) for number in kept])
            db.execute(
                insert(Version),
                [
                    {**version, "id": number + 10, "plan_id": number + 10, "sha256": sha256}
                    for number, sha256 in kept.items()
                ],
            )


def _plan(plan: dict[str, object], number: int) -> dict[str, object]:
    department = "few" if number % 2000 == 0 else "it"
    title = f"第{number}次 {('情報化', '防災', '緑の基本', '子ども')[number % 4]}計画"
    return {
        **plan, "id": number + 10, "key": f"p{number}", "title": title, "department_key": department
    }  # fmt: skip


def _batches(plans: int) -> Iterator[list[tuple[int, str]]]:
    chance = random.Random(0)
    sentences = [each for line in SEED.read_text("utf-8").splitlines() if (each := line.strip())]
    for start in range(0, plans, AT_ONCE):
        batch = []
        for number in range(start, min(start + AT_ONCE, plans)):
            text = "" if number % 997 else "架橋を進める。"
            while len(text) < CHARACTERS:
                text += f"\n{chance.choice(sentences)}"
            batch.append((number, f"{number}\n{text}"[:CHARACTERS]))
        yield batch


def _keep(office: Office, text: str) -> str:
    """Keep a text as that of a document that was read before: what reading one takes is no matter of the index."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    made = texts.as_json(tuple(texts.paragraph(line) for line in text.split("\n")))
    files.path_of(office.files, sha256).parent.mkdir(parents=True, exist_ok=True)
    files.keep_made_of(
        office.files, sha256, "text.json", json.dumps({"format": texts.FORMAT, "made": made}).encode()
    )
    return sha256


if __name__ == "__main__":
    main()
