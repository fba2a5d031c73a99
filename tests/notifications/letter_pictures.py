"""Every kind of letter of the demonstration, for a person to look at: as pictures on a desktop, on a phone and in the dark,
and as text. `python -m tests.notifications.letter_pictures [folder]`."""

import re
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from operator import add
from pathlib import Path

from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.chromium import chromium
from workflow import actions
from workflow.cli.serve_commands import halfway

SIZES = {"wide": (800, "light"), "phone": (360, "light"), "dark": (360, "dark")}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "letters")
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, mail in _one_of_each_kind().items():
            (folder / f"{name}.txt").write_text(_as_text(mail))
            for size, (width, scheme) in SIZES.items():
                page = browser.new_page(
                    viewport={"width": width, "height": 700},
                    color_scheme=scheme,  # type: ignore[arg-type]
                )
                page.set_content(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{name} is {wide} px wide at {width}"
                page.screenshot(path=folder / f"{name}-{size}.png", full_page=True)
                page.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def _one_of_each_kind() -> dict[str, EmailMessage]:
    """The longest mail of each beginning of a subject, by a name for a file."""
    demo, settings = halfway(Path(tempfile.mkdtemp()) / "demo", site="http://127.0.0.1:8000")
    now = datetime.now(UTC)
    actions.ask_reset(demo.office, "tanto", now=now)
    for days in range(90):
        tick(demo.office, mailer_of(settings), settings, partial(add, now, timedelta(days=days)))
    found: dict[str, EmailMessage] = {}
    for file in sorted(settings.mail_folder.glob("*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        kind = re.match(r"【.+?】|[^（「]+", str(mail["Subject"]))
        name = kind[0].strip("【】 ") if kind else "other"
        if name not in found or file.stat().st_size > len(found[name].as_bytes()):
            found[name] = mail  # type: ignore[assignment]
    return found


def _as_text(mail: EmailMessage) -> str:
    headers = "".join(f"{name}: {mail[name]}\n" for name in ("From", "To", "Reply-To", "Subject", "Date"))
    files = "".join(f"\n--- {part.get_filename()}\n" for part in mail.iter_attachments())
    return headers + "\n" + str(mail.get_body(("plain",)).get_content()) + files  # type: ignore[union-attr]


if __name__ == "__main__":
    main()
