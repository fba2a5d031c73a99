"""Files and folders that only the program's own user may read: created with these permissions, and corrected
where they are wider."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    """Restrict the folder and everything in it to the own user; what a link leads to, in it or in its place, is not ours."""
    if folder.is_symlink():
        return
    for above, folders, files in os.walk(folder):
        shut(Path(above))
        for name in (*folders, *files):
            shut(Path(above, name))


def secret_in(file: Path) -> bytes:
    """The content of a file with a secret. Who is neither its owner nor in its group cannot read it from then on."""
    found = file.stat()
    if stat.S_ISREG(found.st_mode) and found.st_mode & stat.S_IRWXO:
        with suppress(PermissionError):
            file.chmod(stat.S_IMODE(found.st_mode) & ~stat.S_IRWXO)
    return file.read_bytes()


def is_anothers(place: Path) -> bool:
    """Return whether it, or a link in its place, belongs to a user who is neither the own one nor root."""
    with suppress(FileNotFoundError):
        return not {place.stat().st_uid, place.lstat().st_uid} <= {os.geteuid(), 0}
    return False


def all_may_write(file: Path) -> bool:
    """Return whether every user of the machine may write the file."""
    with suppress(FileNotFoundError):
        return bool(file.stat().st_mode & stat.S_IWOTH)
    return False


@contextmanager
def locked(file: Path) -> Iterator[bool]:
    """Hold the lock of the file, which is made when it is missing; give whether no other process holds it. Raises `OSError`
    where a link stands in its place."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def shut(place: Path) -> None:
    """Take the rights of everybody but the owner away. What belongs to somebody else stays as it is, and so does
    what is gone meanwhile."""
    with suppress(FileNotFoundError, PermissionError):
        rights = place.lstat().st_mode
        if rights & OTHERS and not stat.S_ISLNK(rights):
            place.chmod(stat.S_IMODE(rights) & ~OTHERS)
