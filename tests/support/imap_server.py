"""A real IMAP server: Debian's dovecot, with one mailbox, started by whoever runs the tests."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notifications.inbox import Inbox
from tests.support.ports import free_port, until_it_answers

NO_IMAP_SERVER = "no IMAP server: apt install dovecot-imapd"
ADDRESS, PASSWORD = "answers@city.example.jp", "himitsu-no-kotoba"


def has_imap_server() -> bool:
    return _dovecot() is not None


class Mailbox:
    """The mailbox: mails are put into it as a mail server would, and `inbox` reads it."""

    def __init__(self, folder: Path, port: int, owner: int) -> None:
        self.folder, self.owner = folder, owner
        self.inbox = Inbox(ADDRESS, "127.0.0.1", port, "answers", PASSWORD, tls=False, timeout=5.0)
        self._mails = 0

    def put(self, mail: bytes) -> None:
        self._mails += 1
        place = self.folder / "mail" / "new"
        place.mkdir(parents=True, exist_ok=True)
        written = place / f"{int(time.time())}.{self._mails:06}.test"
        written.write_bytes(mail)
        for path in (place.parent, place, written):
            os.chown(path, self.owner, -1)

    def unread(self) -> int:
        """Return how many mails nobody has read: those that were put, and those without the flag."""
        new = self.folder / "mail" / "new"
        seen = self.folder / "mail" / "cur"
        waiting = list(new.glob("*")) + [
            each for each in seen.glob("*") if "S" not in each.name.partition(":2,")[2]
        ]
        return len(waiting)


@contextmanager
def imap_server(folder: Path) -> Iterator[Mailbox]:
    """The server on a free port, until the caller is done with it."""
    port = free_port()
    # Under root dovecot wants users of its own; else everything runs as who starts it.
    root = os.geteuid() == 0
    owner = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
    users = "" if root else f"default_login_user = {owner.pw_name}\ndefault_internal_user = {owner.pw_name}\n"
    folder.mkdir(parents=True, exist_ok=True)
    for place in (folder, folder / "mail"):
        place.mkdir(exist_ok=True)
        os.chown(place, owner.pw_uid, owner.pw_gid)
    for above in folder.parents if root else ():
        if above.stat().st_uid == 0 and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)
    config = folder / "dovecot.conf"
    config.write_text(
        f"base_dir = {folder}/run\nlog_path = {folder}/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = no\n"
        f"disable_plaintext_auth = no\nmail_location = maildir:{folder}/mail\nfirst_valid_uid = 1\n{users}"
        f"service imap-login {{\n chroot =\n inet_listener imap {{\n port = {port}\n }}\n"
        " inet_listener imaps {\n port = 0\n }\n}\nservice anvil {\n chroot =\n}\n"
        f'passdb {{\n driver = static\n args = "password={PASSWORD}"\n}}\n'
        f"userdb {{\n driver = static\n args = uid={owner.pw_uid} gid={owner.pw_gid} home={folder}\n}}\n",
        "utf-8",
    )
    dovecot = subprocess.Popen([str(_dovecot()), "-F", "-c", str(config)])
    try:
        until_it_answers(port)
        yield Mailbox(folder, port, owner.pw_uid)
    finally:
        dovecot.terminate()
        dovecot.wait(timeout=10)


def _dovecot() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
