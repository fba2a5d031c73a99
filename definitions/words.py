"""Sentences of the program that remember what they are made of, so that each reader can have them in their language."""

from collections.abc import Mapping


class Words(str):
    """A message with its message id and its values. A value may be such a message again."""

    __slots__ = ("text", "values")

    text: str
    values: Mapping[str, object]

    def __new__(cls, said: str, text: str, values: Mapping[str, object]) -> "Words":
        made = super().__new__(cls, said)
        made.text, made.values = text, values
        return made

    def __getnewargs__(self) -> tuple[str, str, Mapping[str, object]]:  # type: ignore[override]
        return str(self), self.text, self.values


def words(text: str, /, **values: object) -> Words:
    """The sentence in Japanese: the message id itself, with the values in place of its {names}."""
    return Words(text.format(**values) if values else text, text, values)


class Named(str):
    """A name that people gave in Japanese, with what they call it in English; empty where they have no word."""

    __slots__ = ("english",)

    english: str

    def __new__(cls, name: str, english: str | None = None) -> "Named":
        made = super().__new__(cls, name)
        made.english = english or ""
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.english
