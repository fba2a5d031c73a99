"""Secret links of mails: made in memory for one mail each, and kept, as digests, in one go before the mails are sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from workflow.actions.random_tokens import sha256
from workflow.store.database import connection_of
from workflow.store.tables import Record


@dataclass(frozen=True, slots=True)
class MintedLink:
    """A token for one mail, which stands nowhere else. It works once it is kept: in that table, with these values."""

    token: str = field(repr=False)
    table: str
    values: Mapping[str, Any]


def keep_links(db: Session, minted: Iterable[MintedLink]) -> None:
    """Keep the digests of the tokens. One statement a table."""
    for table, links in groupby(sorted(minted, key=lambda each: each.table), lambda each: each.table):
        rows = [{"token_sha256": sha256(link.token), **link.values} for link in links]
        connection_of(db).execute(insert(Record.metadata.tables[table]), rows)
