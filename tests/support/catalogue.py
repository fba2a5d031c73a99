"""Message ids of the catalogue and their files. `python -m tests.support.catalogue` adds the missing entries,
without a translation, and drops the unused ones."""

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from enum import EnumMeta
from io import BytesIO
from pathlib import Path

import jpholiday
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

import definitions
import notifications
import workflow
from definitions import shape_errors
from definitions.labelled import Labelled
from workflow.actions import people, people_table
from workflow.domain import calendar, comments, errors, language, rights
from workflow.domain.language import CATALOGUE
from workflow.store import database, uploads
from workflow.web import api
from workflow.web.api import problems

ROOT = Path(workflow.__file__).parents[1]
PACKAGES = (definitions, workflow, notifications)
blockers = importlib.import_module("workflow.queries.blockers")  # a function of the package has its name
JAPANESE = re.compile(r"[\u3001-\u30ff\u4e00-\u9fff（）]")
HOLIDAYS = {name for year in range(2019, 2051) for _, name in jpholiday.year_holidays(year)}
TRANSLATES = {
    *("say", "translate", "words"),
    *(
        kind.__name__
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ),
    "ProviderFailed",
    *("a_key", "a_line", "a_text", "some_text", "an_address", "not_to_come", "parse_day", "parse_moment"),
    *(
        "must_be_active",
        "must_be_open",
        "open_meeting",
        "meeting_taking_items",
        "a_draft",
        "_refuse_at",
        "begun",
        "must_have_begun",
        "_one_line",
        "FileKind",
        "__init__",
    ),
}
"""Calls whose texts are put into the reader's language: at once, or where an error's message is made."""
OPTIONS = {"trimmed": "true", "extensions": "jinja2.ext.do"}

Found = Iterator[tuple[str, str]]
"""Message ids, each with its file."""


def messages() -> set[str]:
    return set(places())


def places() -> dict[str, list[str]]:
    """The files each message id stands in: templates, `say(…)` and errors in code, tables, and the labels of closed
    lists."""
    found: dict[str, set[str]] = {}
    for text, file in (*_of_templates(), *_of_code(), *_of_tables(), *_labels()):
        if text.strip():
            found.setdefault(text, set()).add(file)
    return {text: sorted(files) for text, files in found.items()}


def sources() -> Iterator[Path]:
    """The code that may speak to a person. The command line and the demonstration speak Japanese only."""
    for package in PACKAGES:
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            if not {"cli", "migrations"} & set(path.parts):
                yield path


def translated_in(node: ast.AST) -> Iterator[ast.Constant]:
    """The texts a call puts into the reader's language."""
    if isinstance(node, ast.Call) and _name(node.func) in TRANSLATES:
        for given in node.args:
            yield from _choices(given)


def _of_templates() -> Found:
    for path in sorted((ROOT / "workflow/web/templates").glob("*.html")):
        with path.open("rb") as template:
            for _, _, found, _ in babel_extract(template, ("_",), (), OPTIONS):
                yield from ((text, _file(path)) for text in _texts(found))


def _of_code() -> Found:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_bytes())):
            yield from ((each.value, _file(path)) for each in translated_in(node))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _choices(given: ast.expr) -> Iterator[ast.Constant]:
    """The text given, or each of two of which one is chosen."""
    if isinstance(given, ast.Constant) and isinstance(given.value, str) and JAPANESE.search(given.value):
        yield given
    elif isinstance(given, ast.IfExp):
        yield from (*_choices(given.body), *_choices(given.orelse))


def _of_tables() -> Found:
    """Return the messages that are kept in tables of the program and translated where they are shown."""
    tables: tuple[tuple[object, Iterable[str]], ...] = (
        (blockers, blockers._MISSING.values()),
        (people, people._TERMS.values()),
        (api, api.SUBJECTS.values()),
        (api, (route.description for router in api.ROUTERS for route in router.routes)),
        (problems, problems.TITLES.values()),
        (problems, problems._WRONG.values()),
        (problems, (words for _, words in (problems._UNREADABLE, *problems._BY_STATUS.values()))),
        (rights, (*rights.Act, *rights.Capacity)),
        (people_table, people_table.HEADINGS),
        (calendar, (*calendar.WEEKDAYS, "年末年始", *HOLIDAYS)),
        (calendar, (*(calendar.parse_day.__defaults__ or ()), *(calendar.parse_moment.__defaults__ or ()))),
        (comments, (label for label, _ in comments.WRITER_FIELDS.values())),
        (uploads, (uploads.ALLOWED, *(kind.label for kind in uploads.TAKEN))),
        (database, (words for _, *both in database._TROUBLES for words in both)),
        (shape_errors, (words for _, *both in shape_errors._PATTERNS for words in both)),
        (shape_errors, (words for both in shape_errors._WORDED.values() for words in both)),
    )
    for module, texts in tables:
        file = _file(Path(str(module.__file__)))  # type: ignore[attr-defined]
        yield from ((text, file) for text in texts if JAPANESE.search(text))


def _texts(found: str | tuple[str | None, ...] | None) -> Iterator[str]:
    """Return the message ids of one call; none when its argument is a variable."""
    yield from (each for each in ((found,) if isinstance(found, str) else found or ()) if each)


def _labels() -> Found:
    """A language is named by itself."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in module.name:
                continue
            for each in vars(importlib.import_module(module.name)).values():
                labelled = isinstance(each, EnumMeta) and issubclass(each, Labelled) and each is not Labelled
                if labelled and each is not language.Language:
                    file = _file(Path(str(sys.modules[each.__module__].__file__)))
                    yield from ((member.label, file) for member in each)


def _file(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as written:
        return read_po(written, locale="en")


def renewed() -> bytes:
    """The catalogue as it is to be: the same whenever it is written. It has no header but what a reader of it needs."""
    known = {message.id: message.string for message in catalogue() if message.id}
    made = Catalog(locale="en", fuzzy=False)
    for text, files in sorted(places().items()):
        made.add(text, known.get(text, ""), locations=[(file, None) for file in files])
    entries = BytesIO()
    write_po(entries, made, width=100, omit_header=True)
    return HEADER.encode() + entries.getvalue()


HEADER = """\
# The English of Sakutei.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def main() -> None:
    CATALOGUE.write_bytes(renewed())
    missing = [message.id for message in catalogue() if message.id and not message.string]
    print(*missing, f"{len(messages())} messages, {len(missing)} not translated", sep="\n")


if __name__ == "__main__":
    main()
