"""The dossier of a plan for an auditor, and its verifier on a machine without us."""

import base64
import hashlib
import io
import json
import random
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from definitions.terms import Outcome
from notifications import witness
from notifications.signing import public_key, signature_of
from tests.support.api_client import Program
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.cli.demo.docx import docx as docx_of
from workflow.domain.calendar import tokyo_day
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.errors import NotAllowed
from workflow.domain.minutes import MinutesKind
from workflow.domain.rights import PaperAudience
from workflow.queries.actor import actor
from workflow.queries.decisions import gate_answers
from workflow.queries.minutes import minutes_versions
from workflow.store import files, proof
from workflow.wire.dossier import verify as verifier
from workflow.wire.dossier.archive import VERIFIER, write_dossier
from workflow.wire.dossier.sealed_archive import MANIFEST, SIGNATURE, SIGNED_AS

SECRETARIAT = "joho_bukai_office"
Verified = tuple[int, str]


def a_decided_plan(house: House) -> None:
    """A plan whose text was agreed to with a condition, corrected and confirmed; with a paper for everybody in the office and one
    for the body alone; and another plan beside it."""
    house.a_plan()
    house.a_version("本文一")
    item = house.an_item("policy_bukai")
    for name, audience in (("庁内資料", PaperAudience.OFFICE), ("部会限り", PaperAudience.BODY)):
        actions.add_paper(
            house.office, SECRETARIAT, 1, f"{name}.txt", name.encode(), item=item, audience=audience, now=house.now
        )  # fmt: skip
    actions.record_outcome(
        house.office, SECRETARIAT, item, Outcome.CONDITIONAL, conditions=["目標値の見直し"], now=house.now
    )
    with house.office.reading() as db:
        (owed,) = gate_answers(db, house.plan())[0].owed
    house.later(days=1)
    house.a_correction("本文一、直した", meets=[owed.number])
    house.confirm("policy_bukai")
    house.a_plan("kakushi")
    house.a_version("秘密の本文", key="kakushi")


def a_dossier(house: House, by: str | None = None, key: str = "dx") -> bytes:
    kept = io.BytesIO()
    with house.office.reading() as db:
        who = actor(db, by, house.now.date()) if by else None
    write_dossier(house.office, who, key, kept, now=house.now)
    return kept.getvalue()


def names_in(dossier: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(dossier)).namelist()


def read(dossier: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(dossier)).read(name).decode()


def verified(place: Path, folder: Path, *asked: str) -> Verified:
    """Run the verifier as an auditor has it: alone in an empty folder, with a clean environment and an isolated Python."""
    empty = folder / "empty"
    shutil.rmtree(empty, ignore_errors=True)
    empty.mkdir()
    alone = empty / "verify.py"
    shutil.copy(VERIFIER, alone)
    found = subprocess.run(
        [sys.executable, "-I", "-S", str(alone), str(place), *asked],
        cwd=empty,
        env={},
        capture_output=True,
        check=False,
    )
    return found.returncode, found.stdout.decode() + found.stderr.decode()


def unpacked(dossier: bytes, folder: Path) -> Path:
    place = folder / "unpacked"
    zipfile.ZipFile(io.BytesIO(dossier)).extractall(place)
    return place


@contextmanager
def changed(file: Path, change: Callable[[bytes], bytes]) -> Iterator[None]:
    before = file.read_bytes()
    file.write_bytes(change(before))
    yield
    file.write_bytes(before)


def test_the_verifier_proves_a_dossier_on_a_machine_without_us(house: House, tmp_path: Path) -> None:
    a_decided_plan(house)
    dossier = a_dossier(house)
    (tmp_path / "d.zip").write_bytes(dossier)
    code, said = verified(tmp_path / "d.zip", tmp_path)
    assert code == 0, said
    assert "DX推進計画（dx）" in said and "すべて合っています" in said
    assert "一字も変わっていません" in said and "署名されています" in said
    assert (
        "ここでは確かめられないこと" in said
        and "ほかの出来事" in said
        and "公開鍵がこの庁のものであること" in said
    )
    assert verified(unpacked(dossier, tmp_path), tmp_path)[0] == 0, "also as the folder it was unpacked into"
    assert "workflow" not in VERIFIER.read_text("utf-8").replace("workflow/", "")


def test_a_dossier_has_texts_comparisons_papers_and_the_events_of_its_plan_alone(house: House) -> None:
    a_decided_plan(house)
    dossier = a_dossier(house)
    names = names_in(dossier)
    for each in (
        *(
            "00_はじめに.txt",
            "01_入れていないもの.txt",
            "02_決裁経過.docx",
            "02_決裁経過.xlsx",
            "03_工程表.docx",
        ),
        *(
            "文書/第01版_計画.docx",
            "文書/第02版.txt",
            "新旧対照表/第01版と第02版.docx",
            "verify.py",
            "MANIFEST.json",
        ),
        *("新旧対照表/第01版と第02版.html", "会議/01_2023-03-08_情報化推進部会/次第.docx"),
        "会議/01_2023-03-08_情報化推進部会/資料1_庁内資料.txt",
    ):
        assert each in names, (each, names)
    assert read(dossier, "文書/第01版_計画.docx") == "本文一"
    page = read(dossier, "新旧対照表/第01版と第02版.html")
    assert "<u>、直した</u>" in page and "</html>" in page
    hashes = read(dossier, "log/hashes.txt").splitlines()
    with house.office.reading() as db:
        known = db.execute(text("SELECT seq, hash, plan_id FROM event ORDER BY seq")).all()
    plan = house.plan().id
    before = min(seq for seq, _, plan_id in known if plan_id == plan) - 1
    assert before > 1 and hashes == [f"{seq} {digest}" for seq, digest, _ in known if seq >= before]
    events = [json.loads(line) for line in read(dossier, "log/events.jsonl").splitlines()]
    assert [each["seq"] for each in events] == [seq for seq, _, plan_id in known if plan_id == plan]
    whole = b"".join(zipfile.ZipFile(io.BytesIO(dossier)).read(name) for name in names)
    assert "秘密の本文".encode() not in whole and b"kakushi" not in whole.replace(b"another", b"")
    assert "概要: 確定したものがありません" in read(dossier, "01_入れていないもの.txt")


def test_the_final_minutes_are_in_it_and_for_the_staff_their_part_on_the_plan(house: House) -> None:
    a_decided_plan(house)
    office, now, kind = house.office, house.now, MinutesKind.SUMMARY
    actions.close_meeting(office, SECRETARIAT, 1, minutes="全文", now=now)
    actions.put_minutes(office, SECRETARIAT, 1, kind, now=now)
    with office.reading() as db:
        (version,) = [each for each in minutes_versions(db, 1, drafts=True) if each.kind is kind]
    actions.confirm_minutes(office, "joho_bukai_chair", 1, kind, seen=version.revision, now=now)
    everything, for_staff = a_dossier(house), a_dossier(house, "tanto")
    folder = "会議/01_2023-03-08_情報化推進部会"
    finals = [
        name for name in names_in(everything) if name.startswith(f"{folder}/{MinutesKind.SUMMARY.label}")
    ]
    assert finals and "全文" in read(everything, finals[0])
    assert not [
        name for name in names_in(for_staff) if name.startswith(f"{folder}/{MinutesKind.SUMMARY.label}")
    ]
    assert "会議の全体を読む権利がありません" in read(for_staff, "01_入れていないもの.txt")


def test_one_changed_byte_of_any_file_is_found(house: House, tmp_path: Path) -> None:
    a_decided_plan(house)
    place = unpacked(a_dossier(house), tmp_path)
    every = sorted(each for each in place.rglob("*") if each.is_file())
    assert len(every) > 20
    chosen = random.Random(7)
    for file in every:
        at = chosen.randrange(file.stat().st_size)
        with changed(file, lambda held, at=at: held[:at] + bytes([held[at] ^ 1]) + held[at + 1 :]):  # type: ignore[misc]
            code, said = verified(place, tmp_path)
        assert code == 1 and "合わないところ" in said, (file.name, said)
        assert "Traceback" not in said, (file.name, said)
    assert verified(place, tmp_path)[0] == 0


def test_one_changed_byte_of_the_zip_is_found_wherever_it_is(house: House, tmp_path: Path) -> None:
    a_decided_plan(house)
    dossier, place = a_dossier(house), tmp_path / "d.zip"
    directory = zipfile.ZipFile(io.BytesIO(dossier)).start_dir
    beginning, chosen = range(30), random.Random(7)
    for at in [*beginning, *chosen.sample(range(directory, len(dossier)), 60), len(dossier) - 3]:
        place.write_bytes(dossier[:at] + bytes([dossier[at] ^ 1]) + dossier[at + 1 :])
        assert not is_proven(place), at
    for other in (b"x" + dossier, dossier + b"x", dossier[:-1]):
        place.write_bytes(other)
        assert not is_proven(place)
    with zipfile.ZipFile(place, "w") as again:
        for name in names_in(dossier):
            again.writestr(name, zipfile.ZipFile(io.BytesIO(dossier)).read(name))
    code, said = verified(place, tmp_path)
    assert code == 1 and "作り直されたもの" in said and "展開したフォルダー" in said
    place.write_bytes(dossier)
    assert is_proven(place)


def is_proven(place: Path) -> bool:
    """Run the verifier here: many times, without a Python of its own for each."""
    try:
        check = verifier.Check(verifier.Archive(place))
        check.run("", [])
    except Exception:
        return False
    return not check.wrong


def test_a_file_that_is_added_or_taken_away_or_cut_is_found(house: House, tmp_path: Path) -> None:
    a_decided_plan(house)
    dossier = a_dossier(house)
    place = unpacked(dossier, tmp_path)
    for file in sorted(each for each in place.rglob("*") if each.is_file()):
        away = tmp_path / "away"
        file.rename(away)
        assert verified(place, tmp_path)[0] == 1, file.name
        away.rename(file)
    (place / "文書" / "第03版.txt").write_text("足した")
    code, said = verified(place, tmp_path)
    assert code == 1 and "目録にないファイル" in said
    twice = tmp_path / "twice.zip"
    twice.write_bytes(dossier)
    with pytest.warns(UserWarning), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("00_はじめに.txt", archive.read("00_はじめに.txt"))
    code, said = verified(twice, tmp_path)
    assert code == 1 and "二つ以上" in said
    for cut in (0, 100, len(dossier) // 2):
        (tmp_path / "cut.zip").write_bytes(dossier[:cut])
        code, said = verified(tmp_path / "cut.zip", tmp_path)
        assert code == 1 and "Traceback" not in said


def sealed_anew(place: Path, key: Path) -> None:
    """Whoever holds the office's key signs the list again, after they changed what it lists."""
    manifest = json.loads((place / MANIFEST).read_bytes())
    manifest["files"] = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name in manifest["files"]
        if (place / name).exists() and (content := (place / name).read_bytes()) is not None
    }
    content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    (place / MANIFEST).write_bytes(content)
    (place / SIGNATURE).write_bytes(base64.b64encode(signature_of(key, SIGNED_AS + content)) + b"\n")


def _without(line: int) -> Callable[[bytes], bytes]:
    return lambda held: b"".join(each for n, each in enumerate(held.splitlines(True)) if n != line)


def _turned(held: bytes) -> bytes:
    first, second, *rest = held.splitlines(True)
    return b"".join([second, first, *rest])


FORGED: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("log/events.jsonl", _turned, "順が違う"),
    ("log/events.jsonl", _without(1), "あるはず"),
    ("log/events.jsonl", lambda held: held.replace(b"conditional", b"approved"), "記録された時と異なります"),
    ("log/hashes.txt", lambda held: b"".join(held.splitlines(True)[:-1]), "終わっていません"),
    ("log/hashes.txt", _turned, "並びが"),
    ("log/hashes.txt", _without(3), "並びが"),
    ("log/rows.jsonl", lambda held: held.replace(b"conditional", b"approved"), "書いたものと異なります"),
    ("log/rows.jsonl", _without(0), "失われています"),
    ("log/head.json", lambda held: held.replace(b'"seq": ', b'"seq": 1'), "署名が合いません"),
]


def test_a_forged_log_is_found_even_where_the_list_is_signed_anew(house: House, tmp_path: Path) -> None:
    a_decided_plan(house)
    dossier = a_dossier(house)
    place = unpacked(dossier, tmp_path)
    sealed_anew(place, house.office.key_file)
    assert verified(place, tmp_path)[0] == 0, "sealed again without a change"
    for name, change, says in FORGED:
        with (
            changed(place / MANIFEST, bytes),
            changed(place / SIGNATURE, bytes),
            changed(place / name, change),
        ):
            sealed_anew(place, house.office.key_file)
            code, said = verified(place, tmp_path)
        assert code == 1 and says in said, (name, said)
    document = place / "文書" / "第01版_計画.docx"
    document.write_text("すり替えた本文")
    sealed_anew(place, house.office.key_file)
    code, said = verified(place, tmp_path)
    assert code == 1 and "第1版の文書" in said, said


def test_another_key_is_found_by_its_fingerprint_and_mails_are_witnesses(
    house: House, tmp_path: Path
) -> None:
    a_decided_plan(house)
    (tmp_path / "d.zip").write_bytes(a_dossier(house))
    mine = public_key(house.office.key_file).fingerprint
    code, said = verified(tmp_path / "d.zip", tmp_path, "--key", mine.upper())
    assert code == 0 and "与えられた指紋のものです" in said
    code, said = verified(tmp_path / "d.zip", tmp_path, "--key", "0" * 64)
    assert code == 1 and "この庁の鍵によるものではありません" in said
    with house.office.reading() as db:
        seq, digest = db.execute(text("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")).one()
    mails = {
        "earlier.eml": f"{witness.header(1, digest)}\n\n本文\n",
        "true.eml": f"{witness.header(seq, digest)}\n\n本文\n",
        "foot.eml": f"Content-Type: text/plain; charset=utf-8\n\n本文\n{witness.foot(seq, digest)}\n",
        "false.eml": f"{witness.header(seq, '0' * 64)}\n\n本文\n",
        "later.eml": f"{witness.header(10**6, digest)}\n\n本文\n",
    }
    for name, mail in mails.items():
        (tmp_path / name).write_text(mail, "utf-8")
        code, said = verified(tmp_path / "d.zip", tmp_path, "--witness", str(tmp_path / name))
        assert code == (name == "false.eml"), said
        assert ("この計画の始まりより前" in said) == (name == "earlier.eml"), said
        assert ("この書類より後" in said) == (name == "later.eml"), said


def test_what_was_rewritten_in_the_database_is_found(house: House, tmp_path: Path) -> None:
    a_decided_plan(house)

    def rewritten(statement: str) -> Verified:
        with house.office.engine.begin() as connection:
            table = statement.split()[1]
            if connection.dialect.name == "sqlite":
                guards = connection.execute(
                    text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"),
                    {"t": table},
                ).scalars()
                for name in list(guards):
                    connection.execute(text(f'DROP TRIGGER "{name}"'))
            else:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            connection.execute(text(statement))
        (tmp_path / "d.zip").write_bytes(a_dossier(house))
        return verified(tmp_path / "d.zip", tmp_path)

    code, said = rewritten("UPDATE decision SET outcome = 'approved' WHERE id = 1")
    assert code == 1 and "decision の 1 は、書類を作った時" in said, said
    code, said = rewritten("UPDATE event SET data = '{}' WHERE seq = (SELECT max(seq) FROM event) - 1")
    assert code == 1 and "すでに改変されていました" in said, said


def test_erased_authors_are_accepted_with_the_event_that_erased_them_alone(
    house: House, tmp_path: Path
) -> None:
    house.a_plan(at="public_comment")
    house.at("2023-05-01 09:00")
    actions.open_comment(house.office, "tanto", "dx", "comment_period", tokyo_day(house.now), now=house.now)
    author = Author("住民 一郎", "板橋一丁目", "090-0000-0000", "なし")
    actions.receive_opinions(
        house.office, "tanto", "dx", author, ["反対です。"], route=Route.FAX, received_at=house.now, now=house.now
    )  # fmt: skip

    def proven() -> Verified:
        dossier = a_dossier(house)
        whole = b"".join(zipfile.ZipFile(io.BytesIO(dossier)).read(name) for name in names_in(dossier))
        for personal in ("住民 一郎", "板橋一丁目", "反対です"):
            assert personal.encode() not in whole and json.dumps(personal).encode()[1:-1] not in whole
        (tmp_path / "d.zip").write_bytes(dossier)
        return verified(tmp_path / "d.zip", tmp_path)

    code, said = proven()
    assert code == 0 and "個人やほかの人のこと" in said, said
    house.at("2023-06-01 09:00")
    with house.office.reading() as db:
        left = list(db.scalars(text("SELECT id FROM opinion")))
    actions.answer_opinions(
        house.office, "tanto", "dx", left, summary="概要", answer="改める", disposition=Disposition.REFLECTED,
        now=house.now,
    )  # fmt: skip
    actions.publish_result(house.office, "tanto", "dx", now=house.now)
    house.at("2024-06-01 09:00")
    assert actions.erase_authors(house.office, "tanto", "dx", 12, now=house.now)
    code, said = proven()
    assert code == 0 and "消去された行 1 件" in said, said


def test_the_signature_is_checked_as_the_library_checks_it() -> None:
    chosen = random.Random(8032)
    for length in (0, 1, 32, 63, 64, 65, 1000):
        key = Ed25519PrivateKey.from_private_bytes(chosen.randbytes(32))
        message = chosen.randbytes(length)
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert verifier.is_signed(public, message, signature)
        assert not verifier.is_signed(public, message + b"x", signature)
        for place in range(64):
            other = bytearray(signature)
            other[place] ^= 1 << chosen.randrange(8)
            assert not verifier.is_signed(public, message, bytes(other)), place
        s = int.from_bytes(signature[32:], "little") + verifier.L
        assert not verifier.is_signed(public, message, signature[:32] + s.to_bytes(32, "little")), (
            "one form only"
        )
        another = Ed25519PrivateKey.from_private_bytes(chosen.randbytes(32)).public_key().public_bytes_raw()
        assert not verifier.is_signed(another, message, signature)
    assert not verifier.is_signed(b"\xff" * 32, b"", bytes(64)) and not verifier.is_signed(b"", b"", b"")


RFC_8032 = (
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
)


def test_the_first_vector_of_the_rfc_is_signed() -> None:
    public, signature = map(bytes.fromhex, RFC_8032)
    assert verifier.is_signed(public, b"", signature)


def test_a_dossier_is_taken_by_the_plans_staff_and_auditors_alone(house: House, tmp_path: Path) -> None:
    a_decided_plan(house)
    for key in ("auditor", "stranger"):
        house.a_person(key)
    actions.add_department(house.office, "admin", "welfare", "福祉課", now=house.now)
    actions.post(house.office, "admin", "stranger", "welfare", LONG_AGO, now=house.now)
    actions.name_auditor(
        house.office, "admin", "auditor", LONG_AGO, proof=actions.OwnMachine(), now=house.now
    )
    paper = "会議/01_2023-03-08_情報化推進部会/資料2_部会限り.txt"
    for key, has_it in (("tanto", False), ("auditor", True)):
        browser = Browser(house, key)
        assert 'href="/plans/dx/dossier.zip"' in browser.see("/plans/dx")
        answer = browser.client.get("/plans/dx/dossier.zip")
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
        assert (paper in names_in(answer.content)) is has_it
        assert "部会限り" not in read(answer.content, "01_入れていないもの.txt"), "not even that it is there"
        (tmp_path / "d.zip").write_bytes(answer.content)
        assert verified(tmp_path / "d.zip", tmp_path)[0] == 0
    for key in ("stranger", "admin", SECRETARIAT, "joho_bukai_1", "mayor"):
        assert Browser(house, key).client.get("/plans/dx/dossier.zip").status_code == 403, key
        with pytest.raises(NotAllowed):
            a_dossier(house, key)
    assert "dossier.zip" not in Browser(house, "joho_bukai_1").see("/plans/dx")
    assert Browser(house, "tanto").client.get("/plans/none/dossier.zip").status_code == 404
    answer = Program(house, "tanto").client.get("plans/dx/dossier.zip")
    assert answer.status_code == 200 and MANIFEST in names_in(answer.content)
    assert Program(house, "mayor").client.get("plans/dx/dossier.zip").status_code == 403


def test_a_damaged_document_is_told_and_the_rest_is_there(house: House, tmp_path: Path) -> None:
    house.a_plan()
    house.a_version("本文")
    place = files.path_of(house.office.files, house.plan().sha256 or "")
    place.chmod(0o600)
    place.write_text("別の本文")
    dossier = a_dossier(house)
    assert "第01版" in read(dossier, "01_入れていないもの.txt")
    (tmp_path / "d.zip").write_bytes(dossier)
    code, said = verified(tmp_path / "d.zip", tmp_path)
    assert code == 1 and "第1版の文書" in said


def test_a_large_document_is_never_in_memory(house: House, tmp_path: Path) -> None:
    house.a_plan()
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(60 * 1024**2)
    kept = files.keep_file(house.office.files, large)
    actions.add_version(house.office, "tanto", "dx", "図.png", kept, now=house.now)
    tracemalloc.start()
    with (tmp_path / "d.zip").open("w+b") as to:
        write_dossier(house.office, None, "dx", to, now=house.now)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 24 * 1024**2
    assert (tmp_path / "d.zip").stat().st_size > 60 * 1024**2
    assert verified(tmp_path / "d.zip", tmp_path)[0] == 0


def test_a_dossier_with_word_documents_has_their_text(house: House) -> None:
    house.a_plan()
    actions.add_version(
        house.office,
        "tanto",
        "dx",
        "素案.docx",
        docx_of("第１章 総論", "目標値は 80 とする。"),
        now=house.now,
    )
    assert "目標値は 80 とする。" in read(a_dossier(house), "文書/第01版.txt")
    assert proof.prove(house.office).findings == []


def test_a_plan_of_an_office_without_any_document_has_a_dossier(house: House, tmp_path: Path) -> None:
    house.a_plan()
    assert not house.office.files.exists()
    (tmp_path / "d.zip").write_bytes(Browser(house, "tanto").client.get("/plans/dx/dossier.zip").content)
    assert verified(tmp_path / "d.zip", tmp_path)[0] == 0
