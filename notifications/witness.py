"""A mail as a witness: what it says of the log, so that a mailbox proves later that nothing before it was rewritten."""

import re
from email import message_from_bytes, policy
from pathlib import Path

from notifications import signing
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.store.proof import Witness

HEADER = "X-Sakutei-Log"
"""The header with the number of the last event when the mail was written, and its hash."""

_SIGNATURE = "X-Sakutei-Log-Signature"
_IN_HEADER = re.compile(r"(\d+)\s+([0-9a-f]{64})")
_AT_THE_FOOT = re.compile(rf"{HEADER}: (\d+) ([0-9a-f]{{32}})\b")


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
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    found = _IN_HEADER.fullmatch(str(message.get(HEADER, "")).strip())
    if found is None and body is not None:
        found = _AT_THE_FOOT.search(body.get_content())
    if found is None:
        raise BadInput(
            "控えのメール",
            say("「{name}」に記録の番号とハッシュがありません", name=mail.name),
            "策定から届いたメールを、ヘッダーを含めてファイルに保存したものを指定してください。",
        )
    signature = message.get(_SIGNATURE)
    if signature is not None and not signing.is_signed(key, int(found[1]), found[2], str(signature)):
        raise BadInput(
            "控えのメール",
            say("「{name}」の署名は、この庁の鍵によるものではありません", name=mail.name),
            "受け取ったままのメールを、ヘッダーを含めてファイルに保存したものを指定してください。",
        )
    return Witness(int(found[1]), found[2], say("メール「{name}」", name=mail.name))
