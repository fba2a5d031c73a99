"""Checks a Word template and fills it, as a program of its own: it is given no more than the template, the names of the
placeholders and the values, and runs within bounds that whoever starts it sets.

A template may only name placeholders, loop over lists and ask conditions. What it says is read as a tree before anything
of it is compiled, and compiled in a sandbox that knows neither attributes nor calls."""

import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import ChainableUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

MOST_PARTS = 1000
MOST_UNPACKED = 50 * 1024**2
"""The most that a template may unpack to, in bytes."""
DEEPEST = 3
"""The deepest loop within loops."""
MOST_TOLD = 20

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_PARTS = {
    "header": "header",
    "footer": "footer",
    "footnotes": "note",
    "endnotes": "note",
    "comments": "comment",
}
"""The parts of a document beside its main one, by the beginning of their names."""
_UNFILLED = ("note", "comment")
_FOREIGN = (
    "oleobject", "package", "control", "activexcontrolbinary", "vbaproject", "wordvbadata", "afchunk",
    "subdocument", "attachedtemplate", "mailmergesource", "mailmergeheadersource", "recipientdata", "frame",
    "externallink",
)  # fmt: skip
"""Relationships by which a document takes in, or runs, what is not in it."""
_FETCHES = re.compile(
    r"\b(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DDE|DDEAUTO|DATABASE|EMBED|MACROBUTTON|GOTOBUTTON|RD|"
    r"MERGEFIELD|FILLIN|ASK|AUTOTEXT|AUTOTEXTLIST|GLOSSARY)\b",
    re.I,
)
_MARK = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_HARMLESS = ("wide", "elsewhere")
"""Faults beside which the rest of a template can be read."""
_RICH = re.compile(r"\{\{(p|r|tr|tc)\s")
"""Marks by which docxtpl would take a value for XML."""
_WIDE = re.compile(r"｛\s*[｛％%]|\{\s*％")
_ASKS = (nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Concat)
"""Expressions that ask of values or join them, beside names, texts and the filters."""
FILTERS = ("default", "join", "length")
_LOOP = {"index": None, "first": None, "last": None, "length": None}

Fault = dict[str, str]
"""A fault by its `kind`, with the `place` and what else is said of it."""


class Faulty(Exception):
    """A template that cannot be read any further."""

    def __init__(self, **fault: str) -> None:
        self.fault: Fault = fault


def main() -> None:
    job = json.load(sys.stdin)
    template, folder = Path(job["template"]), Path(job["folder"])
    found = faults(template, job["names"])
    try:
        for number, values in enumerate(() if found else job["values"]):
            fill(template, values, folder / f"{number}.docx")
    except Faulty as error:
        found = [error.fault]
    except (MemoryError, RecursionError):
        found = [{"kind": "too_much"}]
    json.dump({"faults": found[:MOST_TOLD]}, sys.stdout)


def faults(template: Path, names: Mapping[str, Any]) -> list[Fault]:
    """Return everything that is wrong with what the template holds and says; nothing of it is filled."""
    try:
        with zipfile.ZipFile(template) as archive:
            _bounded(archive)
            found = [*_foreign(archive), *_in_parts(archive)]
        if any(each["kind"] not in _HARMLESS for each in found):
            return found
        return [*found, *_in_sources(template, names)]
    except Faulty as error:
        return [error.fault]
    except (MemoryError, RecursionError):
        return [{"kind": "too_much"}]
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, KeyError, RuntimeError):
        return [{"kind": "no_docx"}]


def _in_sources(template: Path, names: Mapping[str, Any]) -> list[Fault]:
    opened = _Template(str(template))
    opened.render_init()
    return [fault for place, source in opened.sources() for fault in _in_source(place, source, names)]


def fill(template: Path, values: Mapping[str, Any], to: Path) -> None:
    """Write the template with the values in place of its placeholders. Raises `Faulty`."""
    opened = _Template(str(template))
    try:
        opened.render(_plain(values), _Sandbox(), autoescape=True)
    except etree.XMLSyntaxError as error:
        raise Faulty(kind="torn") from error
    except TemplateError as error:
        raise Faulty(kind="syntax", place="body", tag="", why=str(error)[:200]) from error
    opened.save(str(to))


class _Sandbox(SandboxedEnvironment):
    """Jinja over dicts, lists and texts: `a.b` looks b up in the dict a and nothing else, and nothing is called."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=ChainableUndefined)
        self.globals.clear()
        self.tests.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is dict and isinstance(argument, str):
            return obj.get(argument, "")
        if isinstance(obj, LoopContext) and argument in _LOOP:
            return getattr(obj, argument)
        return self.undefined(name=str(argument))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False


class _Template(DocxTemplate):  # type: ignore[misc]
    """A template that fails where its marks tear the document, instead of leaving a part of it out."""

    def sources(self) -> Iterator[tuple[str, str]]:
        """Return what Jinja reads of each part, with the part's name."""
        yield "body", _by_paragraph(self.patch_xml(self.get_xml()))
        for uri, place in ((self.HEADER_URI, "header"), (self.FOOTER_URI, "footer")):
            for _, part in self.get_headers_footers(uri):
                yield place, _by_paragraph(self.patch_xml(self.get_part_xml(part)))

    def fix_tables(self, xml: str) -> Any:
        etree.fromstring(xml.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
        return super().fix_tables(xml)

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """Leave the properties of the document as they are."""

    def render_footnotes(self, context: Any, jinja_env: Any = None) -> None:
        """Leave the footnotes as they are."""


def _by_paragraph(source: str) -> str:
    """The source with a line for each paragraph, as docxtpl fills it: a fault is told of a line."""
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", source)


# --- the file ----------------------------------------------------------------------------------------------


def _bounded(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MOST_PARTS or sum(each.file_size for each in members) > MOST_UNPACKED:
        raise Faulty(kind="too_much")
    names = [each.filename.lower() for each in members]
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise Faulty(kind="macros")
    if "word/document.xml" not in names or "[content_types].xml" not in names:
        raise Faulty(kind="no_docx")
    if len(set(names)) != len(names) or any(each.flag_bits & 1 for each in members):
        raise Faulty(kind="no_docx")
    types = _content(archive, "[Content_Types].xml").lower()
    if b"macroenabled" in types or b"vbaproject" in types:
        raise Faulty(kind="macros")


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part of the archive, and no more of it than its own table of contents said. Raises `Faulty`."""
    member = archive.getinfo(name)
    with archive.open(member) as opened:
        found = opened.read(member.file_size + 1)
    if len(found) > member.file_size:
        raise Faulty(kind="too_much")
    return found


def _foreign(archive: zipfile.ZipFile) -> Iterator[Fault]:
    """Return what the document takes in from outside of it, and the parts that are no plain XML."""
    for name in archive.namelist():
        if not name.lower().endswith((".xml", ".rels")):
            continue
        root = _xml(archive, name)
        for each in root.iter(_RELATIONSHIP) if name.lower().endswith(".rels") else ():
            kind = each.get("Type", "").rpartition("/")[2].lower()
            target = each.get("Target", "")
            outside = each.get("TargetMode", "").lower() == "external"
            link = kind == "hyperlink" and re.match(r"(https?|mailto):", target, re.I)
            if (outside and not link) or kind in _FOREIGN:
                yield {"kind": "outside", "what": kind[:40], "target": target[:100]}


def _xml(archive: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(_content(archive, name), parser)
    except etree.XMLSyntaxError as error:
        raise Faulty(kind="no_docx") from error
    if root.getroottree().docinfo.doctype:
        raise Faulty(kind="no_docx")
    return root


def _in_parts(archive: zipfile.ZipFile) -> Iterator[Fault]:
    for name in archive.namelist():
        if name.lower().endswith(".xml"):
            root, stem = _xml(archive, name), name.rpartition("/")[2].lower()
            place = next((words for start, words in _PARTS.items() if stem.startswith(start)), "body")
            yield from _in_fields(place, root)
            for paragraph in root.iter(f"{W}p"):
                yield from _in_paragraph(place, _words(paragraph))


def _in_fields(place: str, root: etree._Element) -> Iterator[Fault]:
    """Return the fields that fetch something when the document is opened, and those with a placeholder in them."""
    codes = [each.get(f"{W}instr", "") for each in root.iter(f"{W}fldSimple")]
    for each in root.iter(f"{W}fldChar", f"{W}instrText"):
        if each.tag == f"{W}fldChar":
            codes.append("")
        elif codes:
            codes[-1] += each.text or ""
    for code in codes:
        if _FETCHES.search(code) or _MARK.search(code):
            yield {"kind": "field", "place": place, "what": " ".join(code.split())[:60]}


def _words(paragraph: etree._Element) -> str:
    """The text of the paragraph itself, without that of paragraphs within it."""
    own = (
        each.text or ""
        for each in paragraph.iter(f"{W}t")
        if next(each.iterancestors(f"{W}p"), None) is paragraph
    )
    return "".join(own)


def _in_paragraph(place: str, words: str) -> Iterator[Fault]:
    near = words.strip()[:60]
    if _WIDE.search(words):
        yield {"kind": "wide", "place": place, "near": near}
    if rich := _RICH.search(words):
        yield {"kind": "forbidden", "place": place, "name": rich[0].strip(), "near": near}
    if place in _UNFILLED and _MARK.search(words):
        yield {"kind": "elsewhere", "place": place, "near": near}
        return
    opened = ""
    for mark in _MARK.findall(words):
        if opened and mark == _CLOSES[opened]:
            opened = ""
        elif opened or mark not in _CLOSES:
            break
        else:
            opened = mark
    else:
        if not opened:
            return
    yield {"kind": "unclosed", "place": place, "near": near}


# --- the language ------------------------------------------------------------------------------------------


def _in_source(place: str, source: str, names: Mapping[str, Any]) -> Iterator[Fault]:
    try:
        tree = _Sandbox().parse(source)
    except TemplateSyntaxError as error:
        yield {
            "kind": "syntax",
            "place": place,
            "near": _near(source, error.lineno),
            "why": str(error.message)[:200],
        }
        return
    reader = _Reader(place, source)
    reader.read(tree.body, {name: _known(kind) for name, kind in names.items()}, 0)
    yield from reader.faults


def _near(source: str, line: int | None) -> str:
    """The words of a line that a fault is told of, without its XML."""
    lines = source.splitlines()
    text = lines[line - 1] if line and 0 < line <= len(lines) else source[-1000:]
    found = re.sub(r"<[^>]+>", "", text).strip()
    return found[:60]


_TEXT, _LIST, _ENTRY = "text", "list", "entry"
_Kind = tuple[str, Mapping[str, Any]]


def _known(kind: Mapping[str, Any] | None) -> _Kind:
    return (_TEXT, {}) if kind is None else (_LIST, kind)


class _Reader:
    """Reads what a template says, and keeps what it may not."""

    def __init__(self, place: str, source: str) -> None:
        self.place, self.source = place, source
        self.faults: list[Fault] = []

    def read(self, found: Iterable[nodes.Node], scope: Mapping[str, _Kind], depth: int) -> None:
        for node in found:
            match node:
                case nodes.For():
                    self._loop(node, scope, depth)
                case nodes.If():
                    self._value(node.test, scope, shown=False)
                    self.read([*node.body, *node.elif_, *node.else_], scope, depth)
                case nodes.Output():
                    for each in node.nodes:
                        self._value(each, scope)
                case _:
                    self._refuse(node)

    def _loop(self, node: nodes.For, scope: Mapping[str, _Kind], depth: int) -> None:
        if node.recursive or node.test is not None or not isinstance(node.target, nodes.Name):
            self._refuse(node)
            return
        if depth >= DEEPEST:
            self._tell("deep", node.target.name, [str(DEEPEST)])
            return
        kind, entry = self._value(node.iter, scope, shown=False) or (_TEXT, None)
        if kind != _LIST and entry is not None:
            self._tell("no_list", _name_of(node.iter))
        if kind != _LIST or entry is None:
            return  # unknown: already told, and whatever is said of its entries is not known either
        inner = {**scope, node.target.name: (_ENTRY, entry), "loop": (_ENTRY, _LOOP)}
        self.read([*node.body, *node.else_], inner, depth + 1)

    def _value(self, node: nodes.Node, scope: Mapping[str, _Kind], *, shown: bool = True) -> _Kind | None:
        """The kind of a value. None: it is none that is known."""
        match node:
            case nodes.TemplateData() | nodes.Const():
                return _TEXT, {}
            case nodes.Name():
                if node.name not in scope:
                    self._tell("unknown", node.name, list(scope))
                    return None
                return self._whole(scope[node.name], node, shown)
            case nodes.Getattr():
                base = self._value(node.node, scope, shown=False)
                if base is None:
                    return None
                kind, entry = base
                if kind != _ENTRY or node.attr not in entry:
                    known = [f"{_name_of(node.node)}.{name}" for name in entry] if kind == _ENTRY else []
                    self._tell("unknown", _name_of(node), known)
                    return None
                return self._whole(_known(entry[node.attr]), node, shown)
            case nodes.Filter() if node.name in FILTERS and node.node is not None:
                if node.kwargs or not all(isinstance(each, nodes.Const) for each in node.args):
                    self._refuse(node)
                self._value(node.node, scope, shown=False)
                return _TEXT, {}
            case _ if isinstance(node, _ASKS):
                for each in node.iter_child_nodes():
                    self._value(each, scope, shown=shown)
                return _TEXT, {}
            case _:
                self._refuse(node)
                return None

    def _whole(self, kind: _Kind, node: nodes.Node, shown: bool) -> _Kind | None:
        """A list, or an entry of one, is no text to be shown."""
        if shown and kind[0] != _TEXT:
            self._tell("no_text", _name_of(node), [f"{_name_of(node)}.{name}" for name in kind[1]])
            return None
        return kind

    def _refuse(self, node: nodes.Node) -> None:
        what = getattr(node, "name", "") or type(node).__name__
        self._tell("forbidden", str(what), near=_near(self.source, node.lineno))

    def _tell(self, kind: str, name: str, known: Iterable[str] = (), near: str = "") -> None:
        like = next(iter(get_close_matches(name, list(known), n=1, cutoff=0 if kind == "deep" else 0.3)), "")
        fault = {"kind": kind, "place": self.place, "name": name[:60], "like": like, "near": near}
        if fault not in self.faults:
            self.faults.append(fault)


def _name_of(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return str(node.name)
        case nodes.Getattr():
            return f"{_name_of(node.node)}.{node.attr}"
        case _:
            return type(node).__name__


# --- the values --------------------------------------------------------------------------------------------

_UNWRITABLE = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that XML cannot hold, and those docxtpl would take for a page or a paragraph of its own."""


def _plain(value: Any) -> Any:
    """The value as texts, lists and dicts, without anything that XML cannot hold."""
    match value:
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return _UNWRITABLE.sub("", str(value).replace("\r\n", "\n"))


if __name__ == "__main__":
    main()
