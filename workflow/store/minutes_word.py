"""Minutes that were edited in Word, read like every document in a process of its own."""

from pathlib import Path

from workflow.domain.errors import BadInput
from workflow.domain.language import label, say
from workflow.domain.minutes import BesideText, MinutesMark, WordMinutes, lines_of
from workflow.domain.texts import Unreadable
from workflow.store.texts import Busy, alone, answer_of_reader
from workflow.store.uploads import WORD, an_upload

_WHAT = "Word の文書"


def minutes_in(filename: str, document: Path) -> WordMinutes:
    """The text of minutes in a Word document. Raises `BadInput` when the file is no Word document that is taken, cannot be
    read, or has no text."""
    name = filename[:100]
    if an_upload(filename, document) is not WORD:
        raise BadInput(
            _WHAT,
            say("「{name}」は Word 文書（docx）ではありません", name=name),
            "この画面からダウンロードした Word を直し、Word 文書（docx）のまま保存したファイルを選んでください。",
        )
    try:
        with alone():
            found = answer_of_reader("workflow.store.extraction.minutes", document)
    except Busy:
        found = Unreadable.BUSY.value
    if isinstance(found, str):
        raise BadInput(
            _WHAT,
            say("「{name}」を読めません（{why}）", name=name, why=label(Unreadable(found))),
            "この画面からダウンロードした Word に文を書き写し、docx で保存し直してください。",
        )
    lines = lines_of("\n".join(found["lines"]))
    if not any(line.strip() for line in lines):
        raise BadInput(
            _WHAT,
            say("「{name}」に文字がありません", name=name),
            "画像や図の中の文字は取り込めません。本文に文字で書いたファイルを選んでください。",
        )
    return WordMinutes(
        "\n".join(lines) + "\n",
        MinutesMark.found_in(found["keywords"]),
        tuple(BesideText(each) for each in found["beside"]),
    )
