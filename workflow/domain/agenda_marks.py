"""Marks that a reader makes at the items of an agenda for themselves."""

from definitions.labelled import Labelled
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.validation import a_text

LONGEST_MEMO = 2000
"""The longest memo at an item, in characters."""


class Mark(Labelled):
    """A reader's note on an item, in a word."""

    READ = "read", "読んだ"
    ASK = "ask", "質問する"


def a_memo(text: str) -> str:
    """A memo, perhaps empty. Raises `BadInput`."""
    if len(text) > LONGEST_MEMO:
        raise BadInput(
            "自分用のメモ",
            say("{length} 文字あります", length=len(text)),
            say("{longest} 文字以内にしてください。", longest=LONGEST_MEMO),
        )
    return a_text("自分用のメモ", text).strip()
