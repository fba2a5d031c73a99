"""Languages: Japanese by default, English when chosen. Message ids are the Japanese sentences themselves, so the
Japanese catalogue is the code; the English one is `locales/en.po`. The choice applies to one request; without a
choice, and in every mail, the language is Japanese."""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from definitions.labelled import Labelled
from definitions.words import Named, Words

Value = TypeVar("Value")
CATALOGUE = Path(__file__).parents[1] / "locales" / "en.po"


class Language(Labelled):
    JAPANESE = "ja", "日本語"
    ENGLISH = "en", "English"


class Dates(Labelled):
    """The format of dates: 令和5年6月12日（月）, or 2023-06-12."""

    ERA = "era", "和暦（令和5年6月12日）"
    ISO = "iso", "西暦（2023-06-12）"


language: ContextVar[Language] = ContextVar("language", default=Language.JAPANESE)
dates: ContextVar[Dates] = ContextVar("dates", default=Dates.ERA)


def say(text: str, /, **values: object) -> Words:
    """The text in the language chosen, with the values in place of their {names}; the text itself where the
    catalogue does not have it."""
    found = text
    if language.get() is Language.ENGLISH and text:
        found, values = _english().gettext(text), {name: reworded(each) for name, each in values.items()}
    return Words(found.format(**values) if values else found, text, values)


@contextmanager
def in_japanese() -> Iterator[None]:
    """Within, words and days are Japanese, whoever reads: so are the papers of an office."""
    spoken, written = language.set(Language.JAPANESE), dates.set(Dates.ERA)
    try:
        yield
    finally:
        dates.reset(written)
        language.reset(spoken)


def translate(text: str) -> str:
    """Translate a message id, or a message in any language, into the chosen language."""
    return reworded(text) if isinstance(text, Words) else say(text)


def reworded(value: Value) -> Value | Words | str:
    """Words, and a name that has an English one, in the language chosen; anything else, which people wrote, as it is."""
    if isinstance(value, Named):
        return value.english if value.english and language.get() is Language.ENGLISH else value
    if not isinstance(value, Words):
        return value
    return say(value.text, **{name: reworded(each) for name, each in value.values.items()})


def label(member: Labelled) -> str:
    """Return the label of a member of one of our closed lists, in the chosen language. Labels written by people,
    such as those of stages and gates, are shown as written and are refused here."""
    if not isinstance(member, Labelled):
        raise TypeError(f"no member of a closed list: {member!r}")
    return translate(member.label)


@cache
def _english() -> gettext.GNUTranslations:
    compiled = BytesIO()
    with CATALOGUE.open("rb") as written:
        write_mo(compiled, read_po(written, locale="en"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
