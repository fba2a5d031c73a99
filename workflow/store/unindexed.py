"""Columns that say something of the rows that are found, and are no way to find them."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute


def unindexed(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """The text in the column, for a condition or an order in which no index of it shall be used. SQLite, without figures about
    the tables, would else take an index that leads through everything of that kind which was ever kept."""
    return column + ""
