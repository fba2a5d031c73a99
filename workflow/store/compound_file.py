"""The beginnings of the streams in a compound file (MS-CFB), as Office 97-2003 keeps its documents: read from its
directory, and nothing of it is held whole."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MOST_SECTORS = 4096
"""The most sectors of a chain that are followed: a directory of more than 16,000 streams is no document's."""

_ENTRY, _IN_HEADER, _SMALL = 128, 109, 64
_ROOT, _STREAM = 5, 2


class _Entry(NamedTuple):
    name: str
    sort: int
    start: int
    size: int


def beginning(document: BinaryIO, stream: str) -> bytes:
    """Return the first bytes of a stream, 64 at most; none when there is no such stream or the file is no whole compound
    file."""
    try:
        return _Compound(document).beginning(stream)
    except (struct.error, LookupError, UnicodeDecodeError):
        return b""


class _Compound:
    """Raises `struct.error` or `LookupError` where the file is not whole."""

    def __init__(self, document: BinaryIO) -> None:
        self._document = document
        header = self._at(0, 512)
        self._sector = {9: 512, 12: 4096}[struct.unpack_from("<H", header, 30)[0]]
        self._directory, self._smallest = struct.unpack_from("<I4xI", header, 48)
        self._more_tables = struct.unpack_from("<I", header, 68)[0]
        self._tables = struct.unpack_from(f"<{_IN_HEADER}I", header, 76)

    def beginning(self, stream: str) -> bytes:
        root = None
        for entry in self._entries():
            if entry.sort == _ROOT:
                root = entry
            elif (entry.sort, entry.name) == (_STREAM, stream):
                if entry.size >= self._smallest:
                    return self._at(self._place(entry.start), min(entry.size, _SMALL))
                return self._small(root, entry) if root else b""
        return b""

    def _small(self, root: _Entry, entry: _Entry) -> bytes:
        """Small streams lie in one stream, that of the root."""
        number, within = divmod(entry.start * _SMALL, self._sector)
        for at, sector in enumerate(self._chain(root.start)):
            if at == number:
                return self._at(self._place(sector) + within, min(entry.size, _SMALL))
        return b""

    def _entries(self) -> Iterator[_Entry]:
        for sector in self._chain(self._directory):
            held = self._at(self._place(sector), self._sector)
            for at in range(0, len(held), _ENTRY):
                length, sort = struct.unpack_from("<HB", held, at + 64)
                start, size = struct.unpack_from("<II", held, at + 116)
                yield _Entry(held[at : at + max(length - 2, 0)].decode("utf-16-le"), sort, start, size)

    def _chain(self, sector: int) -> Iterator[int]:
        for _ in range(MOST_SECTORS):
            if sector >= _END:
                return
            yield sector
            sector = self._number(self._table(sector * 4 // self._sector), sector * 4 % self._sector)

    def _table(self, number: int) -> int:
        """The sector of the table that says what follows a sector."""
        if number < _IN_HEADER:
            return int(self._tables[number])
        further, place = divmod(number - _IN_HEADER, self._sector // 4 - 1)
        sector = self._more_tables
        for _ in range(further):
            sector = self._number(sector, self._sector - 4)
        return self._number(sector, place * 4)

    def _number(self, sector: int, within: int) -> int:
        return int(struct.unpack("<I", self._at(self._place(sector) + within, 4))[0])

    def _place(self, sector: int) -> int:
        return (sector + 1) * self._sector

    def _at(self, place: int, size: int) -> bytes:
        self._document.seek(place)
        return self._document.read(size)


_END = 0xFFFFFFFA
"""The first of the numbers that are no sector's: an end, a free one."""
