"""Files and folders that only the program's own user may read: created with these permissions, and corrected
where they are wider."""

import os
import stat
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077
"""The rights of everybody but the owner."""


def make_folder(place: Path) -> None:
    """Make the folder, and the missing folders above it; restrict it when others can read it."""
    missing = [each for each in (place, *place.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    shut(place)


def make_folder_if_missing(place: Path) -> None:
    """Make the folder when it is missing; one that is there belongs to whoever made it, and keeps its rights."""
    if not place.exists():
        make_folder(place)


def make_file(place: Path) -> None:
    """Make the file, empty, when it is missing; restrict it when others can read it."""
    os.close(os.open(place, os.O_RDONLY | os.O_CREAT, 0o600))
    shut(place)


def shut_all(folder: Path) -> None:
    """Restrict the folder and everything in it to the own user."""
    for above, folders, files in os.walk(folder):
        shut(Path(above))
        for name in (*folders, *files):
            shut(Path(above, name))


def shut(place: Path) -> None:
    """Take the rights of everybody but the owner away. What belongs to somebody else stays as it is, and so does
    what is gone meanwhile."""
    with suppress(FileNotFoundError, PermissionError):
        rights = place.lstat().st_mode
        if rights & OTHERS and not stat.S_ISLNK(rights):
            place.chmod(stat.S_IMODE(rights) & ~OTHERS)
