"""The length of tests that try the same thing many times: whole by hand, a part of it in CI, which has 25 minutes."""

import os
from typing import TypeVar

Length = TypeVar("Length")


def long_form(by_hand: Length, *, in_ci: Length) -> Length:
    """Return the length of a long form for this run."""
    return in_ci if os.environ.get("CI") else by_hand
