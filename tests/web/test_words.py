"""No Japanese reaches a person past the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from tests.support.catalogue import ROOT, messages, renewed, sources, translated_in
from workflow.domain.language import CATALOGUE
from workflow.store.tables.base import Sentence

JAPANESE = re.compile(r"[\u3001\u3002\u3041-\u30fa\u30fc-\u30ff\u4e00-\u9fff]")

MESSAGES = messages()

DESCRIBES = {"Field", "Path", "Query", "Form", "Header", "FastAPI", "_Api"}
"""Calls that describe the API, which its readers have in Japanese."""

WRITES_A_LOG = {"log.info", "log.warning", "log.error", "log.exception"}
"""What the office's operators read, in Japanese as on the command line."""

NO_SENTENCES = {
    # said in both languages, before a catalogue can be read
    "workflow/environment.py": {
        "enter",
        "_make",
        "_alone",
        "_require_ensurepip",
        "_install",
        "__call__",
        "_run",
    },
    # how a share and an offset are written in a definition; the document of a chain that names none, never shown
    "definitions/chain.py": {
        "Meets",
        "_THE_DOCUMENT",
        *("_THRESHOLD_PATTERN", "_OFFSET_PATTERN", "_threshold", "_offset", "__str__", "When"),
    },
    # the beginning of a subject: letters speak Japanese
    "notifications/composing.py": {"_AGAIN"},
    # how a day is written in 令和, which is chosen apart from the language
    "workflow/domain/calendar.py": {
        *("parse_day", "reiwa", "nendo_label", "month_label", "_year", "_era_year"),
    },
    # the signs that stand between days and names in a list
    "workflow/domain/closed_days.py": {"_LINE", "_SHORT", "_SIGNS", "day_of_year"},
    # the columns of tables, as people name them in what they paste
    "workflow/domain/pasted_tables.py": {"PEOPLE", "DEPARTMENTS", "DAYS"},
    # the reason on record, in the office's own language
    "workflow/actions/carrying.py": {"carry_over"},
    # the titles of offices, as people register them
    "workflow/domain/chiefs.py": {"TITLES", "is_chief"},
    # how months and sessions of an assembly are written, as people type them; a session is kept so
    "workflow/domain/scheduling/sittings.py": {"WEEKDAYS"},
    "workflow/domain/schedules.py": {"SESSION", "parse_when", "_month_in"},
    # the signs that part a name from a role, as people type them
    "workflow/actions/seats_table.py": {"read_seats"},
    # the signs that part days, as people type them
    "workflow/domain/seats.py": {"seat_label", "_may_be"},
    "workflow/web/japanese.py": {"_JAPANESE"},
    "workflow/domain/series.py": {"days_in"},
    # the minutes at the end of a matter's line, as people type them
    "workflow/domain/matters.py": {"_MINUTES"},
    # the lines that part opinions, as people type them
    "workflow/domain/comments.py": {"_LINE_OF_SIGNS"},
    # how words, numbers, titles and headings are told in a document
    "workflow/domain/comparison.py": {"_NUMBER", "_WORD", "_IS_NUMBER"},
    "workflow/domain/texts.py": {"title_level", "_TITLES"},
    "workflow/store/extraction/pdf.py": {"_BEGINS", "_PAGE_NUMBER", "_goes_on"},
    "workflow/store/extraction/word.py": {"_HEADING"},
    # a language is named by itself
    "workflow/domain/language.py": {"Language"},
    # passwords everybody tries first, and kana
    "workflow/domain/passwords.py": {"TRIED_FIRST", "_KANA", "_romanised"},
    # a form in Japanese, and the signs between the names in it
    # minutes are a paper in Japanese, whatever language their reader chose; the title of an item of the 次第
    "workflow/domain/minutes.py": {
        "named",
        "item_heading",
        "_ENDS_AN_ITEM",
        "_summary",
        "_full",
        "_time",
        "_attendee",
        "_outcome",
        "_counts",
    },
    "workflow/actions/minutes.py": {"APPROVAL"},
    "workflow/wire/takeover_form.py": {"HINTS", "EXPLAINED", "ABOUT_ALL", "takeover_form", "_meeting"},
    "workflow/domain/takeover_form.py": {"row", "_clock"},
    # the papers of a meeting are Japanese, and so are the names their templates take values by
    "workflow/domain/sheets.py": {
        *("DecisionSheet", "MeetingSheet", "SheetCondition", "SheetItem", "SheetPaper", "SheetRemark"),
        *("SheetSeat", "placeholders", "SheetMonth", "SheetWork", "SheetScheduleVersion", "ScheduleSheet"),
        *("SheetText", "SheetAnswer", "SheetGate", "ApprovalsSheet"),
    },
    "workflow/queries/plan_papers.py": {
        *(
            "_CIRCLED",
            "_month_lines",
            "_reported",
            "_held",
            "_works",
            "_span",
            "_month_name",
            "approvals_paper",
            "_numbered",
        ),
        *(
            "_gate",
            "_text",
            "_named_text",
            "_answer",
            "_signed",
            "_decided",
            "_meeting",
            "_closed",
            "_reviews",
        ),
        *("_taken_over", "_confirmation", "_may_confirm", "_period"),
    },
    "workflow/wire/sheets/plan_tables.py": {
        *(
            "_MONTHS",
            "_VERSIONS",
            "_TEXTS",
            "_RECORDS",
            "schedule_table",
            "approvals_table",
            "_of_gate",
            "_bars",
        ),
    },
    "workflow/queries/meeting_sheets.py": {
        *("YES", "_apart", "_attending", "_item", "_manner", "_put", "_seat", "_span", "_text_of"),
        *("decision_sheet", "meeting_sheet"),
    },
    "workflow/wire/sheets/tables.py": {"_WAYS", "_SEATS", "_AGENDA", "_PAPERS", "_of_item"},
    "workflow/wire/sheets/minutes_word.py": {"_FONT"},
    # the dossier is a paper in Japanese too, and its verifier speaks to auditors where nothing of ours is
    "workflow/wire/dossier/archive.py": {
        *("(DOCUMENTS, COMPARISONS, MEETINGS)", "write_dossier", "_add_comparison", "_add_versions"),
        *("_add_meetings", "_add_meeting", "_numbered", "_about"),
    },
    "workflow/wire/dossier/verify.py": {
        *("DOCUMENTS", "run", "known_to", "main", "check_key", "check_manifest", "check_files", "check_zip"),
        *(
            "check_head",
            "check_chain",
            "numbered",
            "check_event",
            "check_rows",
            "check_said",
            "check_documents",
        ),
    },
    "workflow/web/pages/plan_papers.py": {"dossier"},
    # the mark of a seal in a drawing, and signs that begin no line
    "workflow/web/svg/shapes.py": {"_sealed_paper"},
    "workflow/web/svg/text.py": {"(_OPENING, _CLOSING)"},
    # the name of a file, and how a person is addressed in the office's own letters
    "workflow/web/pages/sheets.py": {"bound"},
    "workflow/wire/sheets/documents.py": {"_to_each_member"},
    # the font of a paper
    "workflow/wire/comparison_table.py": {"_FONT"},
    # what describes the API, which its readers have in Japanese
    "workflow/web/api/__init__.py": {"_ABOUT", "openapi", "_name_values"},
    "workflow/web/api/routing.py": {"_REFUSED", "writes"},
}
"""Where there is other Japanese than sentences, and what it is."""


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_sentence_goes_through_the_catalogue(path: Path) -> None:
    file = path.relative_to(ROOT).as_posix()
    past = _past_the_catalogue(ast.parse(path.read_bytes()))
    assert [(where, text) for where, text in past if where not in NO_SENTENCES.get(file, ())] == []


def test_the_catalogue_is_as_the_program_writes_it() -> None:
    assert CATALOGUE.read_bytes() == renewed(), "run python -m tests.support.catalogue"


def _past_the_catalogue(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each such text, and the function, class or value it stands in."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    translated = {text for node in ast.walk(tree) for text in translated_in(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if JAPANESE.search(node.value) and node not in translated and not _is_fixed(node, parents):
            yield _place(node, parents), node.value


def _is_fixed(node: ast.Constant, parents: dict[ast.AST, ast.AST]) -> bool:
    """A docstring, a description, a log line; or an entry of a table, a constant or a usual value, which are translated
    where they are used and therefore in the catalogue. A text put together is none of these."""
    held = parents[node]
    if isinstance(held, ast.Expr):
        return True
    while not isinstance(held, ast.stmt):
        if isinstance(held, ast.JoinedStr):
            return False
        if isinstance(held, ast.Call) and ast.unparse(held.func) in DESCRIBES | WRITES_A_LOG:
            return True
        if isinstance(held, ast.Dict | ast.Tuple | ast.arguments):
            return node.value in MESSAGES
        held = parents[held]
    constant = isinstance(held, ast.Assign) and isinstance(parents[held], ast.Module | ast.ClassDef)
    return constant and node.value in MESSAGES


def _place(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> str:
    while not isinstance(node, ast.Module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return node.name
        if isinstance(node, ast.Assign) and isinstance(parents[node], ast.Module):
            return ast.unparse(node.targets[0])
        node = parents[node]
    return ""


def test_what_others_wrote_is_kept_as_they_wrote_it_even_when_it_looks_like_ours() -> None:
    column = Sentence()
    for text in ("550 no such user", '{"text": broken', '{"text": "{x}", "values": {"x": "y"}}', ""):
        kept = column.process_bind_param(text, sqlite.dialect())
        assert column.process_result_value(kept, sqlite.dialect()) == text
