"""Closed lists whose members say what they are called in Japanese."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A closed list. Each member is one line with its value, which is stored and exchanged, and its label for
    people: `CALLED = "called", "招集済"`."""

    label: str

    # The default is for type checkers, which take `Outcome("approved")` for a call of this.
    def __new__(cls, value: str, label: str = "") -> Self:
        if not label:
            raise TypeError(f"{cls.__name__}: {value!r} has no label")
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
