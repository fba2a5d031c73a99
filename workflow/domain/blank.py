"""Values of which nothing is seen: they were left out."""

import unicodedata

_UNSEEN_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Signs that Unicode calls letters or symbols, and that show nothing."""


def is_blank(value: str) -> bool:
    """Return whether nothing of a text is seen: it is empty, or of spaces, joiners and marks on nothing alone."""
    return all(
        sign.isspace() or sign in _UNSEEN_LETTERS or unicodedata.category(sign) in ("Cf", "Mn")
        for sign in value
    )
