"""Each night's backup: owed until the file of that night is there, whoever makes it, and told to administrators when it
is not."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import delete

from notifications.pulse import put
from workflow.domain.calendar import at_tokyo, tokyo_day
from workflow.domain.errors import SakuteiError
from workflow.domain.language import say
from workflow.queries.pulse import BACKUP
from workflow.store import private_files
from workflow.store.backup import archive
from workflow.store.backup.envelope import read_key
from workflow.store.database import Office
from workflow.store.tables import Pulse

PATIENCE = timedelta(hours=3)
"""Time after a night's hour in which nobody misses its backup."""

PAUSE = timedelta(minutes=15)
"""Time after a backup that failed until it is tried again."""

_NAME = re.compile(r"sakutei-(\d{4}-\d{2}-\d{2})\.backup")


@dataclass(slots=True)
class Nightly:
    """The folder of the backups, the hour in Asia/Tokyo, the days for which each is kept, the file of their key. A backup
    that failed is not tried before `again_at`."""

    folder: Path
    hour: int
    days: int
    key_file: Path | None
    again_at: datetime | None = None


def back_up(office: Office, nightly: Nightly, now: datetime) -> Path | None:
    """Make the backup of the last night when it is owed, and delete those past their days; return its place, None when
    none was owed. Of several processes one makes it. Raises as `archive.write`, after the administrators can see why."""
    night = _last_night(nightly.hour, now)
    place = nightly.folder / f"sakutei-{night}.backup"
    if place.exists() or (nightly.again_at is not None and now < nightly.again_at):
        return None
    try:
        private_files.make_folder_if_missing(nightly.folder)
        with private_files.locked(nightly.folder / ".lock") as mine:
            if not mine or place.exists():
                return None
            made = archive.write(office, place, read_key(nightly.key_file), now=now)
    except (OSError, SakuteiError) as error:
        nightly.again_at = now + PAUSE
        _tell(office, now, trouble=_why(error), trouble_since=now)
        raise
    lost = say("壊れているか失われている文書が {count} 件あり、入っていません。", count=len(made.missing))
    _tell(
        office,
        now,
        at=now,
        expected_by=at_tokyo(night + timedelta(days=1), time(nightly.hour)) + PATIENCE,
        trouble=lost if made.missing else None,
        trouble_since=now if made.missing else None,
    )
    _delete_old(nightly.folder, night - timedelta(days=nightly.days))
    return place


def forget(office: Office) -> None:
    """Expect no backups any more: the office has no folder for them."""
    with office.writing() as db:
        db.execute(delete(Pulse).where(Pulse.name == BACKUP))


def _last_night(hour: int, now: datetime) -> date:
    today = tokyo_day(now)
    return today if now >= at_tokyo(today, time(hour)) else today - timedelta(days=1)


def _delete_old(folder: Path, last: date) -> None:
    """Delete the backups of nights up to that one. Other files in the folder are not ours."""
    for place in folder.iterdir():
        found = _NAME.fullmatch(place.name)
        if found and date.fromisoformat(found[1]) <= last:
            with suppress(FileNotFoundError):
                place.unlink()


def _why(error: OSError | SakuteiError) -> str:
    if isinstance(error, SakuteiError):
        return error.message
    return say("置き場所に書けません（{problem}）。", problem=error.strerror or type(error).__name__)


def _tell(office: Office, now: datetime, **values: object) -> None:
    with office.writing() as db:
        put(db, BACKUP, now, patience=PATIENCE, **values)
