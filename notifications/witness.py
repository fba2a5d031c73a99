"""A mail as a witness: what it says of the log, so that a mailbox proves later that nothing before it was rewritten."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from notifications import signing
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.store.proof import Witness

HEADER = "X-Sakutei-Log"
"""The header with the number of the last event when the mail was written, and its hash."""

_SIGNATURE = "X-Sakutei-Log-Signature"
_NUMBER = "[0-9]{1,18}"
_IN_HEADER = re.compile(rf"({_NUMBER})\s+([0-9a-f]{{64}})")
_AT_THE_FOOT = re.compile(rf"{HEADER}: ({_NUMBER}) ([0-9a-f]{{32}})\b")


def header(seq: int, digest: str) -> str:
    """The header of a mail that was written after that event."""
    return f"{HEADER}: {seq} {digest}"


def signature_header(key: Path, seq: int, digest: str) -> str:
    """The header that the office's key signed. Raises `Unwritable`."""
    return f"{_SIGNATURE}: {signing.sign(key, seq, digest)}"


def foot(seq: int, digest: str) -> str:
    """The line at the foot of its text: enough of the hash to know it by."""
    return header(seq, digest[:32])


def witness_in(mail: Path, key: Path) -> Witness:
    """Return what a mail says of the log: in its header, or at the foot of its text where a mail program dropped the
    header. Raises `BadInput` when it says nothing, and when it bears a signature that the key in the file did not make."""
    try:
        found, signature = _read(message_from_bytes(mail.read_bytes(), policy=policy.default))
    except (LookupError, ValueError, RecursionError):  # of what is no mail, or none of ours
        found = None
    if found is None:
        raise BadInput(
            "控えのメール",
            say("「{name}」に記録の番号とハッシュがありません", name=mail.name),
            "策定から届いたメールを、ヘッダーを含めてファイルに保存したものを指定してください。",
        )
    if signature is not None and not signing.is_signed(key, int(found[1]), found[2], signature):
        raise BadInput(
            "控えのメール",
            say("「{name}」の署名は、この庁の鍵によるものではありません", name=mail.name),
            "受け取ったままのメールを、ヘッダーを含めてファイルに保存したものを指定してください。",
        )
    return Witness(int(found[1]), found[2], say("メール「{name}」", name=mail.name))


def _read(message: EmailMessage) -> tuple[re.Match[str] | None, str | None]:
    """The number and the hash that the mail says, and its signature."""
    signature = message.get(_SIGNATURE)
    found = _IN_HEADER.fullmatch(str(message.get(HEADER, "")).strip())
    body = message.get_body(("plain",)) if found is None else None
    if body is not None:
        found = _AT_THE_FOOT.search(body.get_content())
    return found, None if signature is None else str(signature)
