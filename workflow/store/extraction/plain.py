"""Text out of a text file, in UTF-8, UTF-16 or Shift_JIS: each line a paragraph, with the headings and tables of Markdown."""

import re
from collections.abc import Iterator

from workflow.domain.texts import Block, Unreadable, heading, paragraph, row
from workflow.store.extraction.limits import CannotRead
from workflow.store.uploads import encodings_of

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_RULE = re.compile(r"[\s:|-]+")


def blocks(written: bytes) -> Iterator[Block]:
    """The blocks of a text file. Raises `CannotRead`."""
    in_table = False
    for line in _text(written).splitlines():
        line = line.strip()
        cells = line.startswith("|") and line.endswith("|") and len(line) > 1
        if cells:
            if not _RULE.fullmatch(line):
                yield row((cell.strip() for cell in line[1:-1].split("|")), begins=not in_table)
        elif found := _HEADING.match(line):
            yield heading(found[2], len(found[1]))
        else:
            yield paragraph(line)
        in_table = cells


def _text(written: bytes) -> str:
    for encoding in encodings_of(written[:2]):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotRead(Unreadable.BROKEN)
