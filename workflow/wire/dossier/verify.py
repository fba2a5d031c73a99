"""一件書類の検証。使い方: python3 verify.py [一件書類の zip か、展開したフォルダー] [--key 公開鍵の指紋] [--witness 策定から届いたメール.eml]

Python 3.9 以上の標準ライブラリだけで動き、策定のほかの何も使わず、通信もしない。終了コードは、すべて合えば 0、
一つでも合わなければ 1。"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import IO, Any, cast

PIECE = 1024 * 1024
MANIFEST, SIGNATURE, KEY = "MANIFEST.json", "MANIFEST.sig", "public_key.pem"
HEAD, HASHES, EVENTS, ROWS = "log/head.json", "log/hashes.txt", "log/events.jsonl", "log/rows.jsonl"
DOCUMENTS = "文書/"
ERASES = "comment.authors_erased"
PERSONAL = "submitter"
SEAL = 96  # the bytes of the comment of the zip: its signature


class Wrong(Exception):
    """Something that is not as it should be, after which nothing further can be checked."""


# --- Ed25519 (RFC 8032, 5.1) -------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def same(p: Point, q: Point) -> bool:
    return not ((p[0] * q[2] - q[0] * p[2]) % P or (p[1] * q[2] - q[1] * p[2]) % P)


def x_of(y: int, odd: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if not square:
        return None if odd else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != odd else x


def point_of(written: bytes) -> Point | None:
    y = int.from_bytes(written, "little")
    odd, y = y >> 255, y & ((1 << 255) - 1)
    x = x_of(y, odd)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = cast(int, x_of(BASE_Y, 0))
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the Ed25519 signature of the message was made with the private key of that public one."""
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r = point_of(key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return same(times(s, BASE), add(r, times(h, a)))


# --- the files ---------------------------------------------------------------------------------------------


class Archive:
    """The files of a zip, or of the folder it was unpacked into."""

    def __init__(self, place: Path) -> None:
        self.folder = place if place.is_dir() else None
        self.place = place
        self.zip = None if self.folder else zipfile.ZipFile(place)

    def names(self) -> list[str]:
        if self.zip is not None:
            return [each.filename for each in self.zip.infolist()]
        folder = cast(Path, self.folder)
        return [
            unicodedata.normalize("NFC", each.relative_to(folder).as_posix())
            for each in folder.rglob("*")
            if not each.is_dir()
        ]

    def open(self, name: str) -> IO[bytes]:
        if self.zip is not None:
            return self.zip.open(name)
        folder = cast(Path, self.folder)
        written = folder / name
        return (written if written.exists() else folder / unicodedata.normalize("NFD", name)).open("rb")

    def read(self, name: str) -> bytes:
        with self.open(name) as file:
            return file.read(64 * PIECE)

    def lines(self, name: str) -> Iterator[str]:
        with self.open(name) as file:
            for line in file:
                yield line.decode("utf-8").rstrip("\n")


def sha256_of(archive: Archive, name: str) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with archive.open(name) as file:
        while True:
            piece = file.read(PIECE)
            if not piece:
                return size, digest.hexdigest()
            digest.update(piece)
            size += len(piece)


# --- the checks --------------------------------------------------------------------------------------------


class Check:
    """One run: what was proven, what is wrong, and what cannot be proven here."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.proven: list[str] = []
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.manifest: dict[str, Any] = {}
        self.key = b""
        self.last: dict[tuple[str, str], tuple[int, str | None, str]] = {}
        self.versions: dict[str, int] = {}

    def run(self, fingerprint: str, witnesses: list[str]) -> None:
        names = self.archive.names()
        for name in (MANIFEST, SIGNATURE, KEY):
            if name not in names:
                raise Wrong(f"「{name}」がありません。一件書類の全体を指定してください。")
        self.check_key(fingerprint)
        self.check_manifest()
        self.check_files(names)
        self.check_zip()
        if self.wrong:
            return
        head = json.loads(self.archive.read(HEAD))
        self.check_head(head)
        self.check_chain(head, self.known_to(witnesses))
        self.check_rows()
        self.check_documents()

    def check_key(self, fingerprint: str) -> None:
        """The key: an Ed25519 one, and the one known from elsewhere where its fingerprint was given."""
        found = re.fullmatch(
            r"-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=]+)\n-----END PUBLIC KEY-----\n",
            self.archive.read(KEY).decode("ascii", "replace"),
        )
        der = base64.b64decode(found[1]) if found else b""
        if not der.startswith(bytes.fromhex("302a300506032b6570032100")) or len(der) != 44:
            raise Wrong(f"公開鍵（{KEY}）が、Ed25519 の鍵ではありません。")
        self.key = der[12:]
        mine = hashlib.sha256(der).hexdigest()
        given = re.sub(r"[^0-9a-f]", "", fingerprint.lower())
        if given and given != mine:
            raise Wrong(
                f"公開鍵の指紋 {mine} は、与えられた指紋と異なります。この庁の鍵によるものではありません。"
            )
        if given:
            self.proven.append(f"公開鍵は、与えられた指紋のものです（{mine}）。")
        else:
            self.open.append(
                f"公開鍵がこの庁のものであること。この書類に入っていた鍵です。指紋 {mine} を、庁から別に受け取ったもの"
                "（`sakutei log key`、監査あての毎日のメール）と見比べ、--key で与えてください。"
            )

    def check_manifest(self) -> None:
        content, written = self.archive.read(MANIFEST), self.archive.read(SIGNATURE)
        signature = base64.b64decode(written)
        if base64.b64encode(signature) + b"\n" != written:
            raise Wrong(f"目録の署名（{SIGNATURE}）が、署名の形ではありません。")
        if not is_signed(self.key, b"sakutei dossier\n" + content, signature):
            raise Wrong("目録の署名が合いません。目録か署名か公開鍵が書き換えられています。")
        self.manifest = json.loads(content)
        if self.manifest["format"] not in (1, 2):
            raise Wrong(
                "この書類の形式（{}）を知りません。新しい verify.py を使ってください。".format(
                    self.manifest["format"]
                )
            )
        self.proven.append("目録は、入っている公開鍵で署名されたままです。")

    def check_files(self, names: list[str]) -> None:
        """Every file is the one that the list names, none is missing, and there is no other."""
        listed: dict[str, dict[str, Any]] = self.manifest["files"]
        for name in sorted(
            {each for each in names if names.count(each) > 1} if len(set(names)) < len(names) else ()
        ):
            self.wrong.append(f"「{name}」が二つ以上入っています。")
        for name in sorted(set(names) - set(listed) - {MANIFEST, SIGNATURE}):
            self.wrong.append(f"目録にないファイルがあります: {name}")
        for name, told in listed.items():
            if name not in names:
                self.wrong.append(f"目録にあるファイルがありません: {name}")
                continue
            try:
                found = sha256_of(self.archive, name)
            except (OSError, EOFError, zipfile.BadZipFile, RuntimeError, ValueError) as error:
                self.wrong.append(f"「{name}」を読めません（{error}）。")
                continue
            if found != (told["size"], told["sha256"]):
                self.wrong.append(f"「{name}」が、目録のものと異なります。")
        if not self.wrong:
            self.proven.append(
                f"ファイル {len(listed)} 件は、一字も変わっていません。足りないものも、余分なものもありません。"
            )

    def check_zip(self) -> None:
        """The zip itself is as it was made, to its last byte: its comment is a signature of all before it."""
        if self.archive.zip is None or self.manifest["format"] == 1:
            return
        digest, comment = hashlib.sha256(), b""
        with self.archive.place.open("rb") as file:
            left = file.seek(0, 2) - SEAL
            file.seek(0)
            while left > 0:
                piece = file.read(min(left, PIECE))
                digest.update(piece)
                left -= len(piece)
            comment = file.read()
        found = re.fullmatch(rb"sakutei ([A-Za-z0-9+/]{86}==)", comment)
        signature = base64.b64decode(found[1]) if found else b""
        exact = found is not None and base64.b64encode(signature) == found[1]
        if exact and is_signed(self.key, b"sakutei dossier zip\n" + digest.hexdigest().encode(), signature):
            self.proven.append("zip は、ファイルの間も前後も、作られたままです。")
        else:
            self.wrong.append(
                "zip が、作られたままではありません。一字変わったか、作り直されたものです。中のファイルだけを確かめるには、"
                "展開したフォルダーを指定してください。"
            )

    def check_head(self, head: dict[str, Any]) -> None:
        for finding in head["broken"]:
            self.wrong.append(f"書類を作った時、庁の記録がすでに改変されていました: {finding}")
        signed = "sakutei log head\n{}\n{}".format(head["seq"], head["hash"]).encode()
        if not is_signed(self.key, signed, base64.b64decode(head["signature"])):
            self.wrong.append("記録の終わり（{} 番）の署名が合いません。".format(head["seq"]))
        elif (head["seq"], head["hash"]) != (self.manifest["head"]["seq"], self.manifest["head"]["hash"]):
            self.wrong.append("記録の終わりが、目録のものと異なります。")
        else:
            self.proven.append(
                "記録の終わり（{} 番、ハッシュ {}）は、この庁の鍵で署名されています。".format(
                    head["seq"], head["hash"]
                )
            )

    def known_to(self, mails: list[str]) -> dict[int, list[tuple[str, str]]]:
        """The beginnings of hashes that mails of the office say, by the number of their event."""
        known: dict[int, list[tuple[str, str]]] = {}
        for name in mails:
            message = message_from_bytes(Path(name).read_bytes(), policy=policy.default)
            found = re.fullmatch(
                r"([0-9]{1,18})\s+([0-9a-f]{64})", str(message.get("X-Sakutei-Log", "")).strip()
            )
            if found is None:
                body = message.get_body(("plain",))
                text = body.get_content() if body is not None else ""
                found = re.search(r"X-Sakutei-Log: ([0-9]{1,18}) ([0-9a-f]{32})\b", text)
            if found is None:
                self.wrong.append(f"メール「{name}」に、記録の番号とハッシュがありません。")
                continue
            known.setdefault(int(found[1]), []).append((found[2], name))
        return known

    def check_chain(self, head: dict[str, Any], known: dict[int, list[tuple[str, str]]]) -> None:
        """The hashes from the one before the plan's first event to the head, and each of the plan's events in its place
        among them."""
        plan = str(self.manifest["plan"]["number"])
        events = self.archive.lines(EVENTS)
        event = next(events, None)
        hashes = self.archive.lines(HASHES)
        first, before = self.numbered(next(hashes, ""), None)
        seq, mine = first, 0
        for line in hashes:
            seq, digest = self.numbered(line, seq + 1)
            for start, mail in known.pop(seq, ()):
                if digest.startswith(start):
                    self.proven.append(f"メール「{mail}」の知る {seq} 番のハッシュと一致します。")
                else:
                    self.wrong.append(
                        f"メール「{mail}」の知る {seq} 番のハッシュと異なります。記録が書き換えられています。"
                    )
            is_mine = event is not None and json.loads(event)["seq"] == seq
            if is_mine and event is not None:
                covered: list[str] = json.loads(event)["covered"]
                self.check_event(seq, covered, before, digest, plan)
                event = next(events, None)
                mine += 1
            before = digest
        if (seq, before) != (head["seq"], head["hash"]):
            self.wrong.append(
                "記録の並びが、署名された終わり（{} 番）で終わっていません。".format(head["seq"])
            )
        if event is not None:
            self.wrong.append("この計画の出来事の順が違うか、署名された終わりより後のものがあります。")
        if mine != self.manifest["events"]:
            self.wrong.append(
                "この計画の出来事が {} 件あるはずですが、{} 件です。".format(self.manifest["events"], mine)
            )
        for number, mails in known.items():
            when = "この計画の始まりより前" if number <= first else "この書類より後"
            for _, mail in mails:
                self.open.append(f"メール「{mail}」（{number} 番）は、{when}のもので、照合できません。")
        self.proven.append(
            f"この計画の出来事 {mine} 件は、内容がそれぞれのハッシュのとおりで、この計画の始まりからの記録 {seq - first} 件の"
            "並びの中でひとつ前の出来事につながっています。"
        )
        self.open.append(
            f"ほかの出来事 {seq - first - mine} 件の内容。ほかの計画や人のことなので、ハッシュだけを入れています。"
            "ハッシュの並びは署名されたものですが、その内容から計算し直すことは、庁の `sakutei log verify` だけができます。"
            "庁から届いたメールがあれば、--witness で並びと照合できます。"
        )

    @staticmethod
    def numbered(line: str, expected: int | None) -> tuple[int, str]:
        """The number and the hash of a line of hashes. Raises `Wrong` for one that is not the expected."""
        found = re.fullmatch(r"([0-9]{1,18}) ([0-9a-f]{64})", line)
        if found is None or expected not in (None, int(found[1])):
            where = "初め" if expected is None else f"{expected} 番"
            raise Wrong(f"記録のハッシュの並びが、{where}で切れています。")
        return int(found[1]), found[2]

    def check_event(self, seq: int, covered: list[str], before: str, digest: str, plan: str) -> None:
        if (
            hashlib.sha256("\n".join([before, *covered]).encode("utf-8", "surrogateescape")).hexdigest()
            != digest
        ):
            self.wrong.append(f"{seq} 番の出来事の内容が、記録された時と異なります。")
            return
        number, _, _, tag, plan_id = covered[:5]
        if number != str(seq) or plan_id != plan:
            self.wrong.append(f"{seq} 番の出来事は、この計画のものではありません。")
        if len(covered) < 8:
            return
        for table, rows in json.loads(covered[7]).items():
            for key, named in rows.items():
                if table == PERSONAL and named is None and tag != ERASES:
                    self.wrong.append(
                        f"{seq} 番の出来事は、消去の出来事でないのに、意見の提出者を削除しています。"
                    )
                self.last[table, key] = (seq, named, tag)

    def check_rows(self) -> None:
        """Each row that the plan's events name: it is what the last of them says, or is told to be left out."""
        shown = left = erased = elsewhere = 0
        rows = dict(self.last)
        said: dict[str, list[dict[str, Any]]] = {}
        for line in self.archive.lines(ROWS):
            told = json.loads(line)
            table, key = told["table"], told["key"]
            last = rows.pop((table, key), None)
            if last is None:
                self.wrong.append(f"{table} の {key} を書いた出来事がありません。")
                continue
            seq, named, _ = last
            if told["row"] is not None:
                if hashlib.sha256("{}\n{}".format(table, told["row"]).encode()).hexdigest() != named:
                    self.wrong.append(
                        f"{table} の {key} の内容が、{seq} 番の出来事が書いたものと異なります。"
                    )
                said.setdefault(table, []).append(json.loads(told["row"]))
                shown += 1
            elif told["why"] == "erased" and named is None:
                erased += 1
            elif told["why"] == "elsewhere" and named is not None:
                elsewhere += 1
            elif told["why"] == "withheld" and named is not None:
                left += 1
            elif told["why"] == "changed":
                self.wrong.append(
                    f"{table} の {key} は、書類を作った時、{seq} 番の出来事が書いたものと異なりました。"
                )
            else:
                self.wrong.append(f"{table} の {key} が失われています（{seq} 番の出来事が書いたもの）。")
        for (table, key), (seq, _, _) in rows.items():
            self.wrong.append(f"{table} の {key} が失われています（{seq} 番の出来事が書いたもの）。")
        self.proven.append(f"この計画の記録の行 {shown} 件は、出来事が書いたままです。")
        if erased:
            self.proven.append(f"消去された行 {erased} 件は、消去した出来事が記録されています。")
        if left:
            self.open.append(f"行 {left} 件の内容。個人やほかの人のことなので、ハッシュだけを入れています。")
        if elsewhere:
            self.open.append(
                f"行 {elsewhere} 件の今の内容。この計画のものでない出来事が、後で書き改めています。"
            )
        self.check_said(said)

    def check_said(self, said: dict[str, list[dict[str, Any]]]) -> None:
        """Decisions are about texts that are in here, and the plan's steps follow each other."""
        self.versions = {each["sha256"]: each["number"] for each in said.get("version", [])}
        documents = self.documents()
        count = 0
        for table in ("decision", "signoff", "confirmation"):
            for each in said.get(table, []):
                count += 1
                if each["sha256"] not in documents:
                    self.wrong.append("{} の {} が指す文書が入っていません。".format(table, each["id"]))
        steps = sorted(each["revision"] for each in said.get("step", []))
        if steps and steps != list(range(steps[0], steps[0] + len(steps))):
            self.wrong.append("計画の歩みの番号が続いていません。")
        self.proven.append(
            f"結果・決裁・訂正の確認の記録 {count} 件は、いずれも入っている文書の SHA-256 を指しています。"
        )

    def documents(self) -> set[str]:
        """The SHA-256 of the documents that are in here."""
        files = self.manifest["files"].items()
        return {told["sha256"] for name, told in files if name.startswith(DOCUMENTS)}

    def check_documents(self) -> None:
        files = self.documents()
        for sha256, number in sorted(self.versions.items(), key=lambda each: each[1]):
            if sha256 not in files:
                self.wrong.append(f"第{number}版の文書（SHA-256 {sha256}）が入っていません。")
        self.proven.append(f"版 {len(self.versions)} 件の文書は、記録された SHA-256 のままです。")
        self.open.append(
            "書類（決裁経過・工程表・新旧対照表・会議の書類）の文が、記録を正しく言い表していること。"
            "庁の鍵で署名されたままであることだけを確かめています。"
        )


def main() -> int:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    asked = argparse.ArgumentParser(description="一件書類を検証する。")
    asked.add_argument(
        "place", nargs="?", default=str(Path(__file__).parent), help="zip か、展開したフォルダー"
    )
    asked.add_argument("--key", default="", help="この庁の公開鍵の指紋（SHA-256）")
    asked.add_argument(
        "--witness", action="append", default=[], help="策定から届いたメール（eml、いくつでも）"
    )
    given = asked.parse_args()
    check: Check | None = None
    wrong: list[str] = []
    try:
        check = Check(Archive(Path(given.place)))
        check.run(given.key, given.witness)
    except Wrong as found:
        wrong.append(str(found))
    except Exception as error:  # whatever a forger wrote: it is not as it should be
        wrong.append(f"読めないところがあります（{type(error).__name__}: {error}）。")
    if check is not None and check.manifest:
        about = check.manifest
        print(
            "一件書類: {}（{}） {} {}作成".format(
                about["plan"]["title"], about["plan"]["key"], about["office"], about["made_at"]
            )
        )
    wrong = [*(check.wrong if check else []), *wrong]
    for title, sign, said in (
        ("確かめたこと", "○", check.proven if check else []),
        ("合わないところ", "×", wrong),
        ("ここでは確かめられないこと", "・", check.open if check else []),
    ):
        if said:
            print(f"\n【{title}】")
            for each in said:
                print(f"{sign} {each}")
    print(
        "\n結果: {}".format(
            f"合わないところが {len(wrong)} 件あります。" if wrong else "すべて合っています。"
        )
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
