"""Text files that people wrote with an editor or a spreadsheet, as the offices of Japan keep them."""

from typing import BinaryIO

from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.store.uploads import encodings_of

LARGEST = 1024 * 1024
"""The largest text file taken, in bytes."""


def text_in(file: BinaryIO, place: str) -> str:
    """The text of the file, in UTF-8, UTF-16 or what Windows calls Shift_JIS; `place` names it in refusals. Raises
    `BadInput` when it is too large or none."""
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadInput(place, say("大きすぎます"), say("1 MB 以内にしてください。"))
    for encoding in encodings_of(content[:2]):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(
        place,
        say("文字を読めません"),
        say("UTF-8 または Shift_JIS で、Excel の表は CSV で保存してください。"),
    )
