"""YAML as plain data that remembers the place of each key, so that a fault can name its line. Only the YAML that
a chain needs is read: mappings, sequences and plain scalars. Anchors, aliases, tags and repeated keys are
refused, because a reader cannot see their result."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from definitions.errors import ChainInvalid, Fault
from definitions.findings import Finding, KeyPath
from definitions.words import words

WHOLE_FILE = words("(ファイル)")
"""The key of what is wrong with the file as a whole."""

_DEEPEST = 20
"""No chain nests deeper than seven; a file that does is not one, and would only exhaust the stack."""


@dataclass(slots=True)
class Marked:
    """Plain data, and the line and column (from 1) of every key and item in it."""

    data: Any = None
    marks: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def fault(self, finding: Finding) -> Fault:
        """The finding with its line and column; a missing key is reported at the nearest key that would contain
        it."""
        path = finding.path
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return Fault(line, column, dotted(finding.path), finding.problem, finding.mend)

    def as_json(self) -> str:
        return json.dumps(self.data)


def dotted(path: KeyPath) -> str:
    """The path as people write it: `stages[2].gates[0].body`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or WHOLE_FILE


def read_yaml(text: str, file: str) -> Marked:
    """The mapping in the text, or ChainInvalid."""
    try:
        faults = list(_forbidden(text))
        root = None if faults else _yaml().compose(text)
    except YAMLError as error:
        raise ChainInvalid(file, [_syntax_fault(error, text)]) from None
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        # ruamel stumbles over a few malformed escapes and directives without naming a place
        raise ChainInvalid(file, [Fault(None, None, WHOLE_FILE, _UNREADABLE, _MEND_SYNTAX)]) from None
    if faults:
        raise ChainInvalid(file, faults)
    if not isinstance(root, MappingNode):
        problem = words(
            "ファイルが空です" if root is None else "ファイル全体が「キー: 値」の形になっていません"
        )
        raise ChainInvalid(
            file, [Fault(1, 1, WHOLE_FILE, problem, words("format: 1 から書き始めてください"))]
        )
    return _marked(root, file)


def _yaml() -> YAML:
    return YAML(typ="safe", pure=True)


# ---------------------------------------------------------------- what is refused before reading


def _forbidden(text: str) -> Iterator[Fault]:
    depth = 0
    for event in _yaml().parse(text):
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, AliasEvent):
            yield Fault(
                line,
                column,
                f"*{event.anchor}",
                words("別名（*）は使えません"),
                words("同じ内容をもう一度書いてください"),
            )
            continue
        if isinstance(event, CollectionEndEvent):
            depth -= 1
        if not isinstance(event, CollectionStartEvent | ScalarEvent):
            continue
        if event.anchor is not None:
            yield Fault(
                line,
                column,
                f"&{event.anchor}",
                words("アンカー（&）は使えません"),
                words("& と名前を消してください"),
            )
        if event.tag is not None:
            yield Fault(
                line,
                column,
                str(event.tag),
                words("タグ（!）は使えません"),
                words("! で始まる語を消してください"),
            )
        if isinstance(event, CollectionStartEvent):
            depth += 1
        if depth > _DEEPEST:
            yield Fault(
                line,
                column,
                WHOLE_FILE,
                words("入れ子が深すぎます"),
                words("策定の流れの YAML ファイルか確かめてください"),
            )
            return


_UNREADABLE = words("YAML として読めません")
_MEND_SYNTAX = words(
    "この行とその前の行の、字下げ・コロンの後の空白・括弧や引用符の閉じ忘れを確かめてください"
)
_SYNTAX = (
    ("'\\t'", words("字下げにタブが使われています"), words("タブを半角空白に替えてください")),
    (
        "single document",
        words("--- で区切られた文書が二つ以上あります"),
        words("一つのファイルには一つの策定の流れだけを書いてください"),
    ),
    (
        "mapping values are not allowed",
        words("コロンの位置が正しくありません"),
        words("値にコロンを含むときは引用符で囲んでください"),
    ),
)


def _syntax_fault(error: YAMLError, text: str) -> Fault:
    if isinstance(error, ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        return Fault(
            line, column, WHOLE_FILE, words("使えない制御文字があります"), words("その文字を消してください")
        )
    mark = (error.problem_mark or error.context_mark) if isinstance(error, MarkedYAMLError) else None
    place = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    told = str(error)
    for sign, problem, mend in _SYNTAX:
        if sign in told:
            return Fault(place[0], place[1], WHOLE_FILE, problem, mend)
    return Fault(place[0], place[1], WHOLE_FILE, _UNREADABLE, _MEND_SYNTAX)


# ---------------------------------------------------------------- nodes to plain data


def _marked(root: MappingNode, file: str) -> Marked:
    marked, faults = Marked(), list[Fault]()
    marked.data = _plain(root, (), marked, faults)
    if faults:
        raise ChainInvalid(file, faults)
    return marked


def _plain(node: Node, path: KeyPath, marked: Marked, faults: list[Fault]) -> Any:
    if isinstance(node, MappingNode):
        return _plain_mapping(node, path, marked, faults)
    if isinstance(node, SequenceNode):
        for i, item in enumerate(node.value):
            marked.marks[(*path, i)] = _place(item)
        return [_plain(item, (*path, i), marked, faults) for i, item in enumerate(node.value)]
    text = str(node.value)
    if not _encodable(text):
        faults.append(
            Fault(
                *_place(node),
                dotted(path),
                words("文字になっていない符号があります"),
                words("\\u の書き方を直してください"),
            )
        )
        return ""
    return _scalar(str(node.tag).rpartition(":")[2], text)


def _plain_mapping(node: MappingNode, path: KeyPath, marked: Marked, faults: list[Fault]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line, column = _place(key_node)
        key = key_node.value if isinstance(key_node, ScalarNode) else None
        if not isinstance(key, str) or not _encodable(key):
            faults.append(
                Fault(
                    line,
                    column,
                    dotted(path),
                    words("キーが文字列ではありません"),
                    words("キーを語にしてください"),
                )
            )
            continue
        here = (*path, key)
        if key in plain:
            first = marked.marks[here][0]
            problem = words("キー「{key}」が二度書かれています（一度目は {line} 行目）", key=key, line=first)
            faults.append(Fault(line, column, dotted(here), problem, words("どちらか一方を消してください")))
            continue
        marked.marks[here] = (line, column)
        plain[key] = _plain(value_node, here, marked, faults)
    return plain


def _scalar(kind: str, text: str) -> Any:
    """A scalar as YAML 1.2 has it; what is neither a number, a truth nor empty is text, dates too."""
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        try:
            return int(text) if kind == "int" and len(text) < _LONGEST_NUMBER else float(text)
        except ValueError:
            return text
    return text


_LONGEST_NUMBER = 18


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _place(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
