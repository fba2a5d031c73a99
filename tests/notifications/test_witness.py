"""A mail proves later what the log was when it was written."""

import hashlib
import re
import shutil
import subprocess
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifications import signing, witness
from notifications.mail_settings import MailSettings
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.scenario import House
from tests.support.web_client import mail_settings
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput
from workflow.store.proof import Witness, prove


def _witness(mail: Path) -> Witness:
    return witness.witness_in(mail, mail.parent / "signing.key")


def _mail(place: Path, foot: str = "", header: str = "") -> Path:
    message = EmailMessage()
    if header:
        name, _, value = header.partition(": ")
        message[name] = value
    message.set_content(f"会議のお知らせ\n\n{foot}\n")
    place.write_bytes(message.as_bytes())
    return place


def test_a_mail_is_a_witness_by_its_header_or_its_foot(house: House, tmp_path: Path) -> None:
    house.a_plan()
    known = prove(house.office)
    by_header = _mail(tmp_path / "header.eml", header=witness.header(known.seq, known.head))
    by_foot = _mail(tmp_path / "foot.eml", foot=f"X-Sakutei-Log: {known.seq} {known.head[:32]}")
    house.a_version()
    for mail in (by_header, by_foot):
        assert prove(house.office, [_witness(mail)]).findings == []


@pytest.mark.parametrize(
    "content",
    [
        b"Content-Type: text/plain; charset=foo-1\n\nX-Sakutei-Log: 3 " + b"a" * 32,
        b'Content-Type: text/plain; charset="\x00"\n\nX-Sakutei-Log: 3 ' + b"a" * 32,
        b"Content-Type: text/plain; charset*=utf-8''%ff; x*1*=a; x*0=b\n\nx",
        b"X-Sakutei-Log: " + b"9" * 5000 + b" " + b"a" * 64 + b"\n\nx",
        "X-Sakutei-Log: ٣ ".encode() + b"a" * 64 + b"\n\nx",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
        bytes(range(256)) * 9,
    ],
)
def test_a_file_that_somebody_made_up_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    mail = tmp_path / "made up.eml"
    mail.write_bytes(content)
    with pytest.raises(BadInput, match="記録の番号とハッシュがありません"):
        _witness(mail)


def test_every_mail_sent_bears_the_head_of_the_log(house: House, tmp_path: Path) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting()
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    settings = mail_settings(tmp_path)
    tick(house.office, mailer_of(settings), settings, lambda: house.now)
    known = prove(house.office)
    mails = [mail for mail in settings.mail_folder.rglob("*") if mail.is_file()]
    assert len(mails) >= 3
    for mail in mails:
        by_header = _witness(mail)
        assert (by_header.seq, by_header.hash) == (known.seq, known.head)
        message = message_from_bytes(mail.read_bytes(), policy=policy.default)
        del message[witness.HEADER]
        (tmp_path / "bare.eml").write_bytes(message.as_bytes())
        assert _witness(tmp_path / "bare.eml").hash == known.head[:32]


def test_a_mail_that_knows_another_log_is_named_in_the_finding(house: House, tmp_path: Path) -> None:
    house.a_plan()
    rewritten = _mail(tmp_path / "a.eml", header=witness.header(3, "a" * 64))
    (finding,) = prove(house.office, [_witness(rewritten)]).findings
    assert finding.startswith("3 番までの記録が書き換えられています: メール「a.eml」")
    cut = _mail(tmp_path / "b.eml", foot=f"X-Sakutei-Log: 9999 {'a' * 32}")
    (finding,) = prove(house.office, [_witness(cut)]).findings
    assert "メール「b.eml」は 9999 番の出来事を知っています" in finding


def test_a_mail_that_says_nothing_of_the_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="番号とハッシュがありません"):
        _witness(_mail(tmp_path / "c.eml"))


def test_auditors_get_the_signed_head_of_the_log_once_a_day(house: House, tmp_path: Path) -> None:
    proof, today = actions.OwnMachine(), tokyo_day(house.now)
    actions.name_auditor(house.office, "admin", "mayor", today, proof=proof, now=house.now)
    settings = mail_settings(tmp_path)
    signed = _signed_heads(house, settings)
    assert len(signed) == 1 and len(_signed_heads(house, settings)) == 1, "once a day"
    known = prove(house.office)
    assert (
        f"{known.seq}番まで" in str(signed[0]["Subject"]) and signed[0]["To"].addresses[0].username == "mayor"
    )
    key = tmp_path / "signing.key"
    assert key.stat().st_mode & 0o777 == 0o600
    saved = tmp_path / "signed.eml"
    saved.write_bytes(signed[0].as_bytes())
    found = witness.witness_in(saved, key)
    assert (found.seq, found.hash) == (known.seq, known.head)
    house.now += timedelta(days=1)
    assert len(_signed_heads(house, settings)) == 2
    house.now += timedelta(days=1)
    actions.end_auditor(house.office, "admin", 1, tokyo_day(house.now) - timedelta(days=1), now=house.now)
    assert len(_signed_heads(house, settings)) == 2


def test_an_auditor_checks_the_signed_head_with_the_mail_alone(house: House, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl がないため、署名を確かめていません")
    proof, today = actions.OwnMachine(), tokyo_day(house.now)
    actions.name_auditor(house.office, "admin", "mayor", today, proof=proof, now=house.now)
    (mail,) = _signed_heads(house, mail_settings(tmp_path))
    body, page = (
        str(mail.get_body((kind,)).get_content()).replace("\r\n", "\n")  # type: ignore[union-attr]
        for kind in ("plain", "html")
    )
    pem = re.search(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", body, re.DOTALL)
    assert pem is not None and pem[0] in page
    key, lines, signature = tmp_path / "key.pem", tmp_path / "lines", tmp_path / "signature"
    key.write_text(pem[0])
    seq, digest = str(mail["X-Sakutei-Log"]).split()
    signature.write_bytes(b64decode(str(mail["X-Sakutei-Log-Signature"])))
    check = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        key,
        "-rawin",
        "-in",
        lines,
        "-sigfile",
        signature,
    ]
    for told, whole in ((digest, True), ("a" * 64, False)):
        lines.write_text(f"sakutei log head\n{seq}\n{told}")
        assert (subprocess.run(check, capture_output=True, check=False).returncode == 0) is whole
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", key, "-outform", "DER"], capture_output=True, check=True
    ).stdout
    fingerprint = hashlib.sha256(der).hexdigest()
    assert fingerprint in body and fingerprint in page
    assert signing.public_key(tmp_path / "signing.key").fingerprint == fingerprint


def test_a_head_that_the_key_of_the_office_did_not_sign_is_refused(house: House, tmp_path: Path) -> None:
    key, other = tmp_path / "signing.key", tmp_path / "other.key"
    mail = _mail(tmp_path / "a.eml", header=witness.header(3, "a" * 64))
    content = mail.read_bytes()
    signing.sign(key, 3, "a" * 64)
    for signature in (
        witness.signature_header(other, 3, "a" * 64),
        witness.signature_header(key, 4, "a" * 64),
        "X-Sakutei-Log-Signature: 偽",
    ):
        mail.write_bytes(signature.encode() + b"\n" + content)
        with pytest.raises(BadInput, match="この庁の鍵によるものではありません"):
            witness.witness_in(mail, key)
    mail.write_bytes(witness.signature_header(key, 3, "a" * 64).encode() + b"\n" + content)
    assert witness.witness_in(mail, key).seq == 3
    key.unlink()
    with pytest.raises(BadInput, match="記録に署名する鍵"):
        witness.witness_in(mail, key)


def test_a_key_that_cannot_be_written_keeps_the_mail_until_it_can(house: House, tmp_path: Path) -> None:
    proof, today = actions.OwnMachine(), tokyo_day(house.now)
    actions.name_auditor(house.office, "admin", "mayor", today, proof=proof, now=house.now)
    (tmp_path / "file").write_text("no folder")
    settings = replace(mail_settings(tmp_path), signing_key=tmp_path / "file" / "signing.key")
    assert _signed_heads(house, settings) == []
    house.now += timedelta(hours=2)
    assert len(_signed_heads(house, mail_settings(tmp_path))) == 1


def _signed_heads(house: House, settings: MailSettings) -> list[EmailMessage]:
    tick(house.office, mailer_of(settings), settings, lambda: house.now)
    mails = [mail.read_bytes() for mail in sorted(settings.mail_folder.rglob("*")) if mail.is_file()]
    parsed = [message_from_bytes(mail, policy=policy.default) for mail in mails]
    return [mail for mail in parsed if mail["X-Sakutei-Log-Signature"]]
