"""The way a plan came to where it stands: its stays, stage by stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from definitions.chain import Chain


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a plan in a stage. `visit` rises with each 差戻し. `stretches` names, for each document, the run of
    stages that share a text of it: the revision of the step that began it. `since` is the moment the stay began."""

    stage: str
    visit: int
    stretches: Mapping[str, int] = field(hash=False)
    since: datetime

    def shares_text_with(self, other: "Stay", document: str) -> bool:
        """Return whether both stays are of one stretch of the document."""
        return self.stretches[document] == other.stretches[document]


Path = tuple[Stay, ...]
"""The stays of a plan, oldest first; the plan stands in the last. 進行 adds one, 差戻し takes away."""


def opened(chain: Chain, at: datetime) -> Path:
    """The path of a plan that was just opened."""
    return (Stay(chain.first.key, 1, {document.key: 1 for document in chain.documents}, at),)


def advanced(chain: Chain, path: Path, to: str, *, revision: int, at: datetime) -> Path:
    """The path after 進行 to that stage, in the step of that revision."""
    here = path[-1]
    return (*path, Stay(to, here.visit, _stretches(chain, to, revision, here), at))


def sent_back(chain: Chain, path: Path, to: str, *, revision: int, at: datetime) -> Path:
    """The path after 差戻し to a stage on it; KeyError when it is not on it."""
    kept, before = _before(path, to)
    return (*kept, Stay(to, path[-1].visit + 1, _stretches(chain, to, revision, before), at))


def stay_in(path: Path, stage: str) -> Stay | None:
    """The stay in that stage on the path; None when the plan did not come through it."""
    return next((stay for stay in path if stay.stage == stage), None)


def to_rows(path: Path) -> list[list[Any]]:
    """The path as JSON keeps it."""
    return [[stay.stage, stay.visit, dict(stay.stretches), stay.since.isoformat()] for stay in path]


def from_rows(rows: list[list[Any]]) -> Path:
    """The path again, from what `to_rows` wrote."""
    return tuple(
        Stay(stage, visit, stretches, datetime.fromisoformat(since))
        for stage, visit, stretches, since in rows
    )


def _stretches(chain: Chain, stage: str, revision: int, before: Stay) -> Mapping[str, int]:
    return {**before.stretches, **dict.fromkeys(chain.written_in(chain.stage(stage)), revision)}


def _before(path: Path, stage: str) -> tuple[Path, Stay]:
    for position, stay in enumerate(path):
        if stay.stage == stage:
            return path[:position], stay
    raise KeyError(stage)
