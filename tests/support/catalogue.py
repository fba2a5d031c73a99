"""Every text that the pages show through the catalogue. `python -m tests.support.catalogue` writes the entries that are
missing, with nothing in them, and drops those nobody uses."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import EnumMeta
from pathlib import Path

import jpholiday
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

import definitions
import notifications
import workflow
from definitions.labelled import Labelled
from workflow.actions import people, people_table
from workflow.domain import errors, language
from workflow.domain.calendar import WEEKDAYS
from workflow.domain.comments import WRITER_FIELDS
from workflow.domain.language import CATALOGUE
from workflow.domain.rights import Act, Capacity
from workflow.queries.blockers import _MISSING
from workflow.store import database, uploads
from workflow.web.api import ROUTERS, SUBJECTS
from workflow.web.api.problems import TITLES

ROOT = Path(language.__file__).parents[1]
JAPANESE = re.compile(r"[\u3001-\u30ff\u4e00-\u9fff（）]")
HOLIDAYS = {name for year in range(2019, 2051) for _, name in jpholiday.year_holidays(year)}
TRANSLATES = {
    *("say", "translate"),
    *(
        kind.__name__
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ),
    "ProviderFailed",
    *("a_key", "a_line", "a_text", "some_text", "an_address", "parse_day", "parse_moment"),
    *("must_be_active", "open_meeting", "begun"),
}
"""Calls whose texts are put into the reader's language: at once, or where an error's message is made."""
OPTIONS = {"trimmed": "true", "extensions": "jinja2.ext.do"}


def messages() -> set[str]:
    """Message ids: of templates, of `say(…)` and errors in code, of tables, and the labels of every closed list."""
    return {text for text in (*_of_templates(), *_of_code(), *_of_tables(), *_labels()) if text.strip()}


def _of_templates() -> Iterator[str]:
    for path in sorted((ROOT / "web" / "templates").glob("*.html")):
        with path.open("rb") as template:
            for _, _, found, _ in babel_extract(template, ("_",), (), OPTIONS):
                yield from _texts(found)


def _of_code() -> Iterator[str]:
    """The command line speaks Japanese only."""
    for path in sorted((*ROOT.rglob("*.py"), *(ROOT.parent / "notifications").rglob("*.py"))):
        if "cli" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and _name(node.func) in TRANSLATES:
                for given in node.args:
                    yield from _texts(tuple(each.value for each in _choices(given)))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _choices(given: ast.expr) -> Iterator[ast.Constant]:
    """The text given, or each of two of which one is chosen."""
    if isinstance(given, ast.Constant) and isinstance(given.value, str) and JAPANESE.search(given.value):
        yield given
    elif isinstance(given, ast.IfExp):
        yield from (*_choices(given.body), *_choices(given.orelse))


def _of_tables() -> Iterator[str]:
    """What is kept in a table of the program and put into the reader's language where it is shown."""
    for each in (
        _MISSING,
        people._TERMS,
        SUBJECTS,
        TITLES,
    ):
        yield from each.values()
    yield from (*Act, *Capacity, *people_table.HEADINGS, *WEEKDAYS, "年末年始", *HOLIDAYS)
    yield from (label for label, _ in WRITER_FIELDS.values())
    yield from (uploads.ALLOWED, *(kind.label for kind in uploads.TAKEN if JAPANESE.search(kind.label)))
    yield from (words for _, *both in database._TROUBLES for words in both)
    yield from (route.description for router in ROUTERS for route in router.routes)


def _texts(found: str | tuple[str | None, ...] | None) -> Iterator[str]:
    """What one call names: nothing where it takes a variable."""
    yield from (each for each in ((found,) if isinstance(found, str) else found or ()) if each)


def _labels() -> Iterator[str]:
    """A language is named by itself."""
    for package in (definitions, workflow, notifications):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in module.name:
                continue
            for each in vars(importlib.import_module(module.name)).values():
                labelled = isinstance(each, EnumMeta) and issubclass(each, Labelled) and each is not Labelled
                if labelled and each is not language.Language:
                    yield from (member.label for member in each)


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as written:
        return read_po(written, locale="en")


def main() -> None:
    known = {message.id: message.string for message in catalogue() if message.id}
    renewed = Catalog(locale="en", header_comment="# The English of Sakutei.", fuzzy=False)
    for text in sorted(messages()):
        renewed.add(text, known.get(text, ""))
    with CATALOGUE.open("wb") as written:
        write_po(written, renewed, width=100, omit_header=False)
    print(f"{len(messages())} messages, {sum(not known.get(text) for text in messages())} not translated")


if __name__ == "__main__":
    main()
