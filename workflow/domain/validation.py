"""Validation of text input. Each function returns the value or raises `BadInput`."""

import re
import unicodedata
from datetime import date, datetime

import idna

from workflow.domain.blank import is_blank
from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.errors import BadInput, missing
from workflow.domain.language import say

LONGEST_TEXT = 20_000
"""The longest free text taken, in characters."""


def a_key(place: str, value: str) -> str:
    """An ASCII key. Raises `BadInput`."""
    mend = say("半角の英小文字・数字・_・- で 60 字以内にしてください。")
    if is_blank(value):
        raise missing(place, mend)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", value):
        raise BadInput(
            place,
            say("「{given}」は使えません", given=_shown(value)),
            mend,
        )
    return value


def typed_key(value: str) -> str:
    """A key as somebody typed it, in the one form it is looked up and counted in: full-width signs, capitals,
    spaces and signs nobody sees make no difference. Any other sign stays: the Kelvin sign is no k."""
    plain = (chr(ord(sign) - 0xFEE0) if "！" <= sign <= "～" else sign for sign in value)
    seen = (sign for sign in plain if sign.isprintable() and not sign.isspace())
    return "".join(sign.lower() if sign.isascii() else sign for sign in seen)


def typed_number(value: object) -> int | None:
    """The number that a form's field holds, as large as the database counts. None: it is none, or no field."""
    digits = isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip())
    return int(digits[0]) if digits else None


def a_line(place: str, value: str, longest: int = 200) -> str:
    """One line of text, not empty: a name, a place, a title. Raises `BadInput`."""
    if is_blank(value):
        raise BadInput(place, "空です", "1 文字以上で入力してください。")
    if len(value) > longest:
        raise BadInput(
            place,
            say("{length} 文字あります", length=len(value)),
            say("{longest} 文字以内にしてください。", longest=longest),
        )
    if any(_is_no_text(sign) or unicodedata.category(sign) in ("Zl", "Zp") for sign in value):
        raise BadInput(
            place,
            say("「{given}」に改行や制御文字があります", given=_shown(value)),
            "1 行の文字だけにしてください。",
        )
    return value.strip()


def a_text(place: str, value: str, longest: int = LONGEST_TEXT) -> str:
    """Free text, perhaps empty, perhaps of several lines. Raises `BadInput`."""
    if len(value) > longest:
        raise BadInput(
            place,
            say("{length} 文字あります", length=len(value)),
            say("{longest} 文字以内にしてください。", longest=longest),
        )
    if any(_is_no_text(sign) and sign not in "\n\r\t" for sign in value):
        raise BadInput(place, "制御文字があります", "文字を確かめて、入力し直してください。")
    return value


_TURNED = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of writing: with them a text reads otherwise than it is."""


def _is_no_text(sign: str) -> bool:
    """Return whether the sign is a control, half of one, one that turns the writing, or none at all (U+FFFF)."""
    number = ord(sign)
    return (
        unicodedata.category(sign) in ("Cc", "Cs")
        or sign in _TURNED
        or number & 0xFFFE == 0xFFFE
        or 0xFDD0 <= number <= 0xFDEF
    )


def some_text(place: str, value: str, longest: int = LONGEST_TEXT) -> str:
    """Free text that may not be left out. Raises `BadInput`."""
    if is_blank(value):
        raise BadInput(place, "空です", "記録に残すため、必ず書いてください。")
    return a_text(place, value, longest)


def not_to_come(place: str, day: date | None, now: datetime) -> None:
    """Raises `BadInput` for a day after today."""
    if day is not None and day > tokyo_day(now):
        raise BadInput(
            place, say("{day} はこれからです", day=shown_day(day)), "今日以前の日を指定してください。"
        )


def an_address(place: str, value: str) -> str:
    """An e-mail address, plain `local@domain`. Raises `BadInput`, for a newline in it above all."""
    ascii_address(place, value)
    return value


def ascii_address(place: str, value: str, mend: str | None = None) -> str:
    """The address as mail servers take it: a domain in other letters, 例え.jp, in its ASCII form (RFC 5891). Raises
    `BadInput`."""
    mend = mend or say("name@example.jp の形で入力してください。")
    if is_blank(value):
        raise missing(place, mend)
    name, _, domain = value.rpartition("@")
    try:
        asked = f"{name}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        asked = ""
    if len(asked) > 254 or not re.fullmatch(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", asked
    ):
        raise BadInput(
            place,
            say("「{given}」は電子メールの宛先として使えません", given=_shown(value)),
            mend,
        )
    return asked


def comparable_address(value: str) -> str | None:
    """An e-mail address in the one form it is compared in: ASCII, small letters, its domain as mail servers take it.
    None: it is no address. Only ASCII letters are folded: the Kelvin sign is no k."""
    name, _, domain = value.rpartition("@")
    try:
        asked = f"{name}@{domain if domain.isascii() else idna.encode(domain).decode()}"
    except idna.IDNAError:
        return None
    return asked.lower() if name and domain and asked.isascii() else None


def _shown(value: str) -> str:
    return repr(value[:60])[1:-1]
