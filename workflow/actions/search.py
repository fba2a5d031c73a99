"""The index of the search, brought up to the record: rows by the log, and documents by their texts. The scheduler's, outside
of any request; it changes no record."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event as Stop

from sqlalchemy import Connection, bindparam, func, select

from workflow.domain.errors import DocumentDamaged
from workflow.domain.search import Found, Piece, SearchKind, pieces
from workflow.domain.texts import Unreadable
from workflow.queries.search_sources import TABLES, Named, found_in, touched
from workflow.store import search_index, texts
from workflow.store.database import Office, connection_of
from workflow.store.tables import Cursor, Event, SearchEntry

log = logging.getLogger(__name__)

EVENTS_AT_ONCE = 200
"""Events that are read in one transaction."""

ROWS_AT_ONCE = 1000
"""Rows after which no further event is read in that transaction."""

PIECES_AT_ONCE = 50
"""Pieces that are written in one transaction, so that nobody waits for long: some 200,000 characters."""

DOCUMENTS_AT_ONCE = 200
"""Documents that are read in one round."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """Counts of one round: entries that were put or taken away, and documents that were read."""

    entries: int = 0
    documents: int = 0


def follow_record(office: Office, stop: Stop | None = None) -> Indexed:
    """Bring the index of the search up to the record, in transactions of bounded size, until nothing is left or `stop` is
    set. An interrupted round is taken up again where it stood. A document that cannot be read now is left for the next
    round."""
    entries = 0
    while not _stopped(stop) and (batch := _next_events(office)) is not None:
        entries += _index(office, *batch)
    return Indexed(entries, _read_documents(office, stop))


def rebuild_index(office: Office) -> Indexed:
    """Make the index of the search anew from the record, with the text of every document that can be read now."""
    with office.writing() as db:
        search_index.clear(connection_of(db))
    made = follow_record(office)
    while (more := follow_record(office)).documents:
        made = Indexed(made.entries + more.entries, made.documents + more.documents)
    return made


def _stopped(stop: Stop | None) -> bool:
    return stop is not None and stop.is_set()


def _next_events(office: Office) -> tuple[int, int, dict[str, dict[str, int]]] | None:
    """Return the position of the index, the number of the last of the next events, and the rows that they wrote: by table
    and key, the last event that did. None when there is none."""
    with office.reading() as db:
        connection = connection_of(db)
        seen, last = connection.execute(_HOW_FAR).one()
        if (seen or 0) >= (last or 0):
            return None
        rows: dict[str, dict[str, int]] = defaultdict(dict)
        reached = seen or 0
        for seq, wrote in connection.execute(_EVENTS, {"seen": seen or 0}):
            if sum(map(len, rows.values())) >= ROWS_AT_ONCE:
                break
            reached = seq
            for table, keys in json.loads(wrote or "{}").items():
                if table in _READ:
                    rows[table] |= dict.fromkeys(keys, seq)
    return seen or 0, reached, rows


_HOW_FAR = select(
    select(Cursor.seq).where(Cursor.name == search_index.CURSOR).scalar_subquery(),
    select(func.max(Event.seq)).scalar_subquery(),
)
_EVENTS = (
    select(Event.seq, Event.wrote)
    .where(Event.seq > bindparam("seen"))
    .order_by(Event.seq)
    .limit(EVENTS_AT_ONCE)
)
_READ = {*TABLES, "inquiry_question", "inquiry_response"}


def _index(office: Office, seen: int, reached: int, rows: dict[str, dict[str, int]]) -> int:
    """Read these entries again, and move the position; nothing when somebody else was quicker. Returns the number of
    entries."""
    named: dict[Named, int] = {
        (TABLES[table], key): seq
        for table, keys in rows.items()
        if table in TABLES
        for key, seq in keys.items()
    }
    found: dict[Named, Found] = {}
    with office.reading() as db:
        for each in touched(db, rows):
            named.setdefault(each, 0)
        by_kind: dict[SearchKind, list[str]] = defaultdict(list)
        for kind, key in named:
            by_kind[kind].append(key)
        for kind, keys in by_kind.items():
            found |= {(kind, key): each for key, each in found_in(db, kind, keys).items()}
    ordered = sorted(named, key=lambda each: (named[each], each))
    read = [(each, found.get(each)) for each in ordered]
    for part in _parts(read):
        with office.writing() as db:
            connection = connection_of(db)
            if not _still_at(connection, seen):
                return 0
            for (kind, key), entry, written in part:
                if entry is None:
                    search_index.remove(connection, kind, key)
                else:
                    search_index.put(connection, entry, named[kind, key], written)
    with office.writing() as db:
        connection = connection_of(db)
        if _still_at(connection, seen):
            search_index.move(connection, reached)
    return len(named)


_Read = tuple[Named, Found | None, Sequence[Piece]]


def _parts(read: Iterable[tuple[Named, Found | None]]) -> Iterator[list[_Read]]:
    """The entries with their pieces, in parts of about `PIECES_AT_ONCE`."""
    part, size = list[_Read](), 0
    for named, entry in read:
        written = list(pieces(entry.title, entry.lines)) if entry else []
        part.append((named, entry, written))
        size += 1 + len(written)
        if size >= PIECES_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _still_at(connection: Connection, seen: int) -> bool:
    return search_index.position(connection) == seen


def _read_documents(office: Office, stop: Stop | None) -> int:
    """Put the texts of documents that are not in the index yet there, short ones together. Returns the number of those that
    were read."""
    with office.reading() as db:
        waiting = [(entry, sha256) for entry, sha256 in connection_of(db).execute(_UNREAD) if sha256]
    together, size, read = list[_Document](), 0, 0
    for entry, sha256 in waiting:
        if _stopped(stop):
            break
        written = _pieces_of(office, sha256)
        if written is None:
            continue
        together.append((entry, sha256, written))
        size, read = size + 1 + len(written), read + 1
        if size >= PIECES_AT_ONCE:
            _put_documents(office, together)
            together, size = [], 0
    _put_documents(office, together)
    return read


_Document = tuple[int, str, Sequence[Piece]]
"""An entry, its document, and the text of that in pieces."""


_UNREAD = (
    select(SearchEntry.id, SearchEntry.unread)
    .where(SearchEntry.unread.is_not(None))
    .order_by(SearchEntry.id)
    .limit(DOCUMENTS_AT_ONCE)
)


def _pieces_of(office: Office, sha256: str) -> list[Piece] | None:
    """The text of the document in pieces; None when it cannot be read now. One that has none, or is damaged, is found by its
    name alone."""
    try:
        text = texts.text_of(office.files, sha256)
    except DocumentDamaged as error:
        log.warning("%s", error.message)
        return []
    if text is Unreadable.BUSY:
        return None
    return [] if isinstance(text, Unreadable) else list(pieces("", (block.text for block in text)))


def _put_documents(office: Office, documents: Iterable[_Document]) -> None:
    """Put the texts into the index, unless the entry has another document by now."""
    short = list[_Document]()
    for entry, sha256, written in documents:
        if len(written) > PIECES_AT_ONCE:
            _put_long(office, entry, sha256, written)
        else:
            short.append((entry, sha256, written))
    if not short:
        return
    with office.writing() as db:
        connection = connection_of(db)
        for entry, sha256, written in short:
            if search_index.is_waiting(connection, entry, sha256):
                search_index.take_document(connection, entry)
                search_index.put_pieces(connection, entry, written)
                search_index.was_read(connection, entry)


def _put_long(office: Office, entry: int, sha256: str, written: Sequence[Piece]) -> None:
    """Put a long text into the index, in several transactions; a round that is interrupted begins with it again."""
    with office.writing() as db:
        search_index.take_document(connection_of(db), entry)
    for at in range(0, len(written), PIECES_AT_ONCE):
        with office.writing() as db:
            if not search_index.is_waiting(connection_of(db), entry, sha256):
                return
            search_index.put_pieces(connection_of(db), entry, written[at : at + PIECES_AT_ONCE])
    with office.writing() as db:
        search_index.was_read(connection_of(db), entry)
