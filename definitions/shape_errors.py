"""Pydantic's errors about the shape of a chain, in Japanese, at the path used in the file."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from definitions.chain import (
    Body,
    BodyGate,
    Chain,
    DocumentGate,
    Meets,
    PeriodGate,
    Planned,
    ReminderRule,
    SignoffGate,
    Slot,
    Stage,
)
from definitions.findings import Finding, KeyPath, suggestion
from definitions.words import Words, words


def findings_of(error: ValidationError) -> Iterator[Finding]:
    """Every fault pydantic found, save those that only follow from another one."""
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    for detail in details:
        if not (detail["type"] == "too_short" and _has_faults_inside(detail["loc"], places)):
            yield _finding(detail)


def _has_faults_inside(loc: KeyPath, places: list[KeyPath]) -> bool:
    return any(len(place) > len(loc) and place[: len(loc)] == loc for place in places)


def _finding(detail: ErrorDetails) -> Finding:
    path, tag = _untagged(detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(path, tag)
    if kind == "missing":
        return Finding(
            path,
            words("「{key}」がありません", key=path[-1]),
            words("{key}: を書き加えてください", key=path[-1]),
        )
    if kind == "union_tag_not_found":
        return Finding(
            (*path, "kind"),
            words("手続の種類（kind）がありません"),
            words("kind: に {names} のどれかを書いてください", names=_names(_GATES)),
        )
    if kind == "union_tag_invalid":
        word = str(context["tag"])
        return Finding(
            (*path, "kind"),
            words("「{word}」という手続の種類はありません", word=word),
            suggestion(word, _GATES),
        )
    if kind in ("enum", "literal_error"):
        return _unknown_word(path, detail["input"], str(context["expected"]))
    return Finding(path, *_worded(kind, path, detail["input"], context))


def _untagged(loc: KeyPath) -> tuple[KeyPath, str | None]:
    """The path in the file, and the kind of gate: pydantic puts it after the gate's number, where the file
    has no key."""
    if len(loc) > 4 and loc[0] == "stages" and loc[2] == "gates":
        return (*loc[:4], *loc[5:]), str(loc[4])
    return loc, None


def _unknown_key(path: KeyPath, tag: str | None) -> Finding:
    word, fields = str(path[-1]), _fields(path[:-1], tag)
    return Finding(path, words("「{word}」というキーはありません", word=word), suggestion(word, fields))


def _unknown_word(path: KeyPath, given: Any, expected: str) -> Finding:
    if path == ("format",):
        return Finding(
            path, words("書式の版 {given} は読めません", given=given), words("format: 1 と書いてください")
        )
    known = expected.replace(" or ", ", ").replace("'", "").split(", ")
    return Finding(path, words("「{given}」は書けません", given=given), suggestion(str(given), known))


_GATES: dict[str, type[BaseModel]] = {
    "body": BodyGate,
    "document": DocumentGate,
    "period": PeriodGate,
    "signoff": SignoffGate,
}
_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Chain,
    ("bodies",): Body,
    ("bodies", "meets"): Meets,
    ("stages",): Stage,
    ("stages", "planned"): Planned,
    ("schedule",): Slot,
    ("reminders",): ReminderRule,
}


def _fields(path: KeyPath, tag: str | None) -> tuple[str, ...]:
    """The keys that may stand in the mapping at this path."""
    names = tuple(part for part in path if isinstance(part, str))
    model = _GATES.get(tag, BodyGate) if tag is not None else _MODELS.get(names)
    if model is None:
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())


_PATTERNS = (
    (
        "[a-z]",
        "「{given}」はキーにできません",
        "英小文字で始め、英小文字・数字・下線（_）だけで書いてください",
    ),
    (r"\d{4}", "「{given}」は月になっていません", "2023-06 のように、西暦4桁-月2桁で書いてください"),
    (r"[^\r\n]", "「{given}」は一行になっていません", "改行を除いて一行で書いてください"),
)
_SHARES = ("quorum", "majority")


def _worded(kind: str, path: KeyPath, given: Any, context: dict[str, Any]) -> tuple[Words, Words]:
    if given is None:
        return words("値がありません"), words("値を書くか、この行を消してください")
    if kind == "string_pattern_mismatch" and not str(given).strip():
        return words("値がありません"), words("値を書くか、この行を消してください")
    if kind == "string_pattern_mismatch":
        for sign, problem, mend in _PATTERNS:
            if context["pattern"].lstrip("^").startswith(sign):
                return words(problem, given=_shown(given)), words(mend)
    if kind == "value_error":
        return words("「{given}」は読めません", given=_shown(given)), context["error"].args[0]
    if kind in ("model_type", "model_attributes_type", "dict_type") and path:
        return _not_a_mapping(path[-1], given)
    worded = _WORDED.get(kind)
    if worded is None:
        return words("この値は書けません"), words("策定の流れの書き方の説明を見て直してください")
    problem, mend = worded
    return words(problem, **context), words(mend, **context)


def _not_a_mapping(name: str | int, given: Any) -> tuple[Words, Words]:
    if name in _SHARES:
        return (
            words("「{given}」は割合として読めません", given=_shown(given)),
            words("「半数以上」「過半数」「2/3以上」「1/2超」のように書いてください"),
        )
    if name == "when":
        return (
            words("「{given}」は時期として読めません", given=_shown(given)),
            words("「3営業日前 09:00」または「当日 08:30」のように書いてください"),
        )
    return words("「キー: 値」の形になっていません"), words("一段字下げして「キー: 値」を並べてください")


_WORDED: dict[str, tuple[str, str]] = {
    "string_type": ("文字列ではありません", "一つの語句にし、数字だけなら引用符で囲んでください"),
    "string_too_short": ("空です", "中身を書いてください"),
    "string_too_long": ("長すぎます", "{max_length} 文字までにしてください"),
    "int_type": ("整数ではありません", "引用符を付けず、半角数字の整数で書いてください"),
    "int_from_float": ("整数ではありません", "小数点のない整数で書いてください"),
    "bool_type": ("true でも false でもありません", "true か false と書いてください"),
    "greater_than_equal": ("小さすぎます", "{ge} 以上にしてください"),
    "less_than_equal": ("大きすぎます", "{le} 以下にしてください"),
    "tuple_type": ("並びになっていません", "[ ] で囲むか、- で始まる行を並べてください"),
    "too_short": ("空です", "少なくとも {min_length} つ書いてください"),
}


def _shown(given: Any) -> str:
    text = str(given)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_SHOWN = 40


def _names(words: dict[str, type[BaseModel]]) -> str:
    return "・".join(words)
