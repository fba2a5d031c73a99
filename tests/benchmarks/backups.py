"""Twenty backups on each database while people work, with random kills of both, each restored and verified."""

import random
import sys
import tempfile
from pathlib import Path

from tests.support.backup_under_load import back_up_and_restore, working
from tests.support.databases import PostgreSQL, SQLite
from tests.support.scenario import House

BACKUPS = 20


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else BACKUPS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "postgres").mkdir()
        postgres = PostgreSQL(folder / "postgres")
        try:
            for databases in (SQLite(folder), postgres):
                under_load(databases, folder / type(databases).__name__, count)
        finally:
            postgres.stop()


def under_load(databases: SQLite | PostgreSQL, folder: Path, count: int) -> None:
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    (folder / "office").mkdir(parents=True)
    rounds = []
    with databases.office(folder / "office", "itabashi_dx_2025") as office:
        house = House(office)
        with working(house) as workers:
            for number in range(count):
                place = folder / f"restored-{number}"
                place.mkdir()
                with databases.office(place) as target:
                    target.close()
                    rounds.append(back_up_and_restore(house, workers, folder, target, chance))
                print(rounds[-1], flush=True)
    print(
        f"{type(databases).__name__} (seed {seed}): {count} backups restored whole, nothing missing;",
        f"{sum(each.killed_backups for each in rounds)} backups and {sum(each.killed_workers for each in rounds)}",
        f"workers killed; up to {rounds[-1].restored} events, {rounds[-1].size:,} bytes,",
        f"slowest {max(each.seconds for each in rounds):.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
