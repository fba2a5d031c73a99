"""The folder in which mails are kept where the office has no mail server, as files that people open and read."""

import os
import re
import secrets
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import cast

from workflow.domain.calendar import TOKYO
from workflow.store import private_files

_AS_IT_IS = policy.SMTP.clone(cte_type="8bit", refold_source="none")

_NO_NAME = re.compile(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+')
"""Signs that a file's name cannot have on some system."""


def keep_mail(folder: Path, message: bytes) -> Path:
    """Write the mail as a file of its own, which mail programs open; its texts can be read in any editor too. Returns the
    file. Raises `OSError`."""
    mail = message_from_bytes(message, policy=_AS_IT_IS)
    private_files.make_folder(folder)
    written = folder / f".{secrets.token_hex(8)}"
    try:
        private_files.make_file(written)
        with written.open("wb") as file:
            file.write(_readable(mail))
            file.flush()
            os.fsync(file.fileno())
        return _put_in_place(written, _name(mail))
    finally:
        written.unlink(missing_ok=True)


def _readable(mail: EmailMessage) -> bytes:
    """The mail with its texts as they are, in UTF-8, instead of coded for the way by a mail server."""
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            content = cast(bytes, part.get_payload(decode=True))  # what has text has no parts
            part.replace_header("Content-Transfer-Encoding", "8bit")
            part.set_payload(content.decode("ascii", "surrogateescape"))
    return mail.as_bytes()


def _name(mail: EmailMessage) -> str:
    """The time in Japan, the subject and the address: `2023-03-01_0900_【送信の確認】板橋区の策定から_sato@city.example.jp`."""
    written: datetime = mail["Date"].datetime
    subject = str(mail["Subject"])
    address = parseaddr(str(mail["To"]))[1]
    parts = (written.astimezone(TOKYO).strftime("%Y-%m-%d_%H%M"), subject[:40], address[:60])
    return "_".join(_NO_NAME.sub("_", part).strip("._") for part in parts)


def _put_in_place(written: Path, name: str) -> Path:
    """Give the file its name, with a number when another has it."""
    number, place = 1, written.with_name(f"{name}.eml")
    while True:
        try:
            place.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            number += 1
            place = written.with_name(f"{name}_{number}.eml")
        else:
            return written.replace(place)
