"""The index of the search in the database: what is put there, what is taken away, and the condition that a word is found.
SQLite keeps the words in an FTS5 table without texts, PostgreSQL in a `tsvector`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    TextClause,
    bindparam,
    delete,
    func,
    insert,
    intersect,
    select,
    text,
    update,
)

from workflow.domain.search import TITLE_LINE, Found, Piece, phrase, terms
from workflow.store.tables import Cursor, SearchEntry, SearchPiece

CURSOR = "search"
"""The name under which the index keeps its position in the log."""

DERIVED = ("search_entry", "search_piece", "search_words")
"""The tables of the index, and the beginning of the names of those that SQLite makes for them: no backup holds them."""


def is_derived(table: str) -> bool:
    """Return whether the table belongs to the index."""
    return table.startswith(DERIVED)


def position(connection: Connection) -> int:
    """The number of the last event that the index follows; 0 for an empty one."""
    return connection.scalar(select(Cursor.seq).where(Cursor.name == CURSOR)) or 0


def move(connection: Connection, seq: int) -> None:
    """Note that the index follows the log up to that event."""
    moved = connection.execute(update(Cursor).where(Cursor.name == CURSOR).values(seq=seq))
    if not moved.rowcount:
        connection.execute(insert(Cursor).values(name=CURSOR, seq=seq))


def clear(connection: Connection) -> None:
    """Take everything away; the next rounds begin with the first event."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_words(search_words) VALUES ('delete-all')"))
    else:
        connection.execute(text("DELETE FROM search_words"))
    connection.execute(delete(SearchPiece))
    connection.execute(delete(SearchEntry))
    connection.execute(delete(Cursor).where(Cursor.name == CURSOR))


def put(connection: Connection, found: Found, seq: int, written: Sequence[Piece]) -> None:
    """Put the entry in the place of the one there is. Its own text is `written`; that of its document is still to be read."""
    values: dict[str, Any] = {
        "title": found.title,
        "plan_id": found.plan,
        "meeting_id": found.meeting,
        "audience": found.audience,
        "link": found.link,
        "unread": found.document,
    }
    known = connection.execute(_known(found.kind, found.key)).first()
    if known is None:
        new = insert(SearchEntry).values(kind=found.kind, key=found.key, seq=seq, **values)
        entry: int = connection.execute(new.returning(SearchEntry.id)).scalar_one()
    else:
        entry = known.id
        connection.execute(
            update(SearchEntry).where(SearchEntry.id == entry).values(seq=max(seq, known.seq), **values)
        )
        take_pieces(connection, SearchPiece.entry_id == entry)
    put_pieces(connection, entry, written)


def remove(connection: Connection, kind: str, key: str) -> None:
    """Take the entry away, if there is one."""
    known = connection.execute(_known(kind, key)).first()
    if known is not None:
        take_pieces(connection, SearchPiece.entry_id == known.id)
        connection.execute(delete(SearchEntry).where(SearchEntry.id == known.id))


def _known(kind: str, key: str) -> Any:
    return select(SearchEntry.id, SearchEntry.seq).where(SearchEntry.kind == kind, SearchEntry.key == key)


def put_pieces(connection: Connection, entry: int, written: Sequence[Piece]) -> None:
    """Add pieces to the text of an entry."""
    if not written:
        return
    rows = [{"entry_id": entry, "line": each.line, "text": each.text} for each in written]
    adding = insert(SearchPiece).returning(SearchPiece.id, sort_by_parameter_order=True)
    numbers = connection.execute(adding, rows).scalars().all()
    words = [
        {"piece": number, "entry": entry, "terms": terms(each.text)}
        for number, each in zip(numbers, written, strict=True)
    ]
    connection.execute(text(_ADD[connection.dialect.name]), words)


_ADD = {
    "sqlite": "INSERT INTO search_words(rowid, terms) VALUES (:piece, :terms)",
    "postgresql": (
        "INSERT INTO search_words(piece_id, entry_id, terms) VALUES (:piece, :entry, to_tsvector('simple', :terms))"
    ),
}


def take_document(connection: Connection, entry: int) -> None:
    """Take away what was put of the entry's text, its title apart."""
    take_pieces(connection, (SearchPiece.entry_id == entry) & (SearchPiece.line != TITLE_LINE))


def take_pieces(connection: Connection, which: ColumnElement[bool]) -> None:
    """Take those pieces away, with their words."""
    rows = connection.execute(select(SearchPiece.id, SearchPiece.text).where(which)).all()
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        # A table without texts has to be told what it holds.
        taking = text(
            "INSERT INTO search_words(search_words, rowid, terms) VALUES ('delete', :piece, :terms)"
        )
        connection.execute(taking, [{"piece": row.id, "terms": terms(row.text)} for row in rows])
    else:
        taking = text("DELETE FROM search_words WHERE piece_id = :piece")
        connection.execute(taking, [{"piece": row.id} for row in rows])
    connection.execute(delete(SearchPiece).where(SearchPiece.id.in_([row.id for row in rows])))


def entries(connection: Connection, words: Sequence[str]) -> CompoundSelect[int]:
    """The numbers of the entries in which every folded word is found, in whatever pieces."""
    return intersect(*(_entries(connection, word) for word in words))


def _entries(connection: Connection, word: str) -> Select[int]:
    if connection.dialect.name == "postgresql":
        return select(func.search_entries(_asked(connection, word), type_=Integer))
    return select(SearchPiece.entry_id).where(holds(connection, word))


def holds(connection: Connection, word: str) -> TextClause:
    """The condition that the `SearchPiece` of a statement holds the folded word."""
    asked = _asked(connection, word)
    return text(_HOLDS[connection.dialect.name]).bindparams(bindparam("asked", asked, unique=True))


_HOLDS = {
    "sqlite": "search_piece.id IN (SELECT rowid FROM search_words WHERE search_words MATCH :asked)",
    "postgresql": (
        "(SELECT terms @@ to_tsquery('simple', :asked) FROM search_words WHERE piece_id = search_piece.id)"
    ),
}


def _asked(connection: Connection, word: str) -> str:
    """The word in the language of the database's index."""
    found = phrase(word)
    if connection.dialect.name == "postgresql":
        return " <-> ".join(found) if len(word) > 1 else f"{found[0]}:*"
    return f'"{" ".join(found)}"' if len(word) > 1 else f"{found[0]}*"


def is_waiting(connection: Connection, entry: int, sha256: str) -> bool:
    """Return whether the text of that document is still to be read for the entry."""
    wanted = select(SearchEntry.id).where(SearchEntry.id == entry, SearchEntry.unread == sha256)
    return connection.execute(wanted).first() is not None


def was_read(connection: Connection, entry: int) -> None:
    """Note that the text of the entry's document is in the index."""
    connection.execute(update(SearchEntry).where(SearchEntry.id == entry).values(unread=None))
