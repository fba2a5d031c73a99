"""The root of the error family, and what is wrong with a chain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from definitions.words import Words, words


class SakuteiError(Exception):
    """An error with a message for the user. `message` says what to do next."""

    @property
    def message(self) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a definition: its place (line and column from 1, None when unknown), the dotted key
    (`stages[2].gates[0].body`), the fault and the hint."""

    line: int | None
    column: int | None
    key: str
    problem: Words
    mend: Words


class ChainInvalid(SakuteiError):
    """A definition is not a chain; `faults` are all there are, in the order of the file."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        self.file, self.faults = file, tuple(faults)

    @property
    def message(self) -> str:
        return self.told(str)

    def told(self, worded: Callable[[str], str]) -> str:
        """The faults, a line each; `worded` puts our words into the language of the reader."""
        lines = [
            f"{_place(self.file, each)}: {worded(each.key)}: {worded(each.problem)} → {worded(each.mend)}"
            for each in self.faults
        ]
        return "\n".join([worded(words("策定の流れに誤りが {count} 件あります。", count=len(lines))), *lines])


def _place(file: str, fault: Fault) -> str:
    return f"{file}:{fault.line}:{fault.column}" if fault.line is not None else file
