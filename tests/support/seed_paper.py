"""The seed: the real paper the Itabashi chain was drawn from, read as it is."""

import re
import unicodedata
from pathlib import Path

PAPER = next((Path(__file__).parents[1] / "seed").glob("*.txt"))


def section(heading: str, following: str | None) -> list[str]:
    lines = [line.strip() for line in PAPER.read_text("utf-8").splitlines()]
    start = next(i for i, line in enumerate(lines) if line.startswith(heading)) + 1
    if following is None:
        return lines[start:]
    end = next(i for i, line in enumerate(lines[start:], start) if line.startswith(following))
    return lines[start:end]


def joined(lines: list[str]) -> str:
    return re.sub(r"\s", "", "".join(lines))


def schedule_of_the_paper() -> list[tuple[str, str, str | None]]:
    """Month, body or event, and report, line by line as printed in section 7: a year has its own line, a month in
    full-width digits is before its meetings, a report is under its meeting."""
    year, month = 0, 0
    found: list[tuple[str, str, str | None]] = []
    for line in section("７ 今後のスケジュール", None):
        if named_year := re.fullmatch(r"(\d{4})年", line):
            year = int(named_year[1])
        if named_month := re.match(r"([０-９]{1,2})(\s|$)", line):
            month = int(unicodedata.normalize("NFKC", named_month[1]))
        if meeting := re.search(r"■(.+)$", line):
            found.append((f"{year}-{month:02}", meeting[1], None))
        if report := re.match(r"・(.+)$", line):
            found[-1] = (*found[-1][:2], report[1])
    return found
