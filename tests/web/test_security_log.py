"""The security log: what is entered, what never is, who reads it, and what the office's collector gets."""

import json
import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import text

from tests.support.api_client import a_token
from tests.support.counting import counted
from tests.support.routes import routes
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import PASSWORD, Browser
from workflow import actions
from workflow.actions import security
from workflow.domain.calendar import tokyo_day
from workflow.domain.comments import Author, Route
from workflow.domain.security import SecurityKind
from workflow.store.proof import prove

AUTHOR = Author("区民 いろは", "板橋本町 7-7-7", "03-7777-7777", "七中")
CITIZENS = {SecurityKind.CITIZENS_READ, SecurityKind.CITIZENS_EXPORTED}


@pytest.fixture
def town(house: House) -> House:
    """A running comment with one letter, and an auditor."""
    house.a_plan(at="public_comment")
    office, now = house.office, house.now
    actions.open_comment(office, "tanto", "dx", "comment_period", tokyo_day(now), now=now)
    actions.receive_opinions(
        office, "tanto", "dx", AUTHOR, ["木を増やす"], route=Route.POST, received_at=now, now=now
    )
    house.a_person("auditor", "監査 次郎")
    actions.name_auditor(office, "admin", "auditor", LONG_AGO, proof=actions.OwnMachine(), now=now)
    return house


def entries(house: House) -> list[dict[str, Any]]:
    """Every entry, with the key of its person."""
    asked = "SELECT s.*, p.key AS person FROM security_entry s LEFT JOIN person p ON p.id = s.person_id ORDER BY seq"
    with house.office.reading() as db:
        return [dict(row) for row in db.execute(text(asked)).mappings()]


class Since:
    """The entries made after a moment of the test."""

    def __init__(self, house: House) -> None:
        self.house, self.known = house, len(entries(house))

    def told(self) -> list[tuple[str, str | None, str]]:
        return [(each["kind"], each["person"], each["route"]) for each in entries(self.house)[self.known :]]


def test_signing_in_and_out_is_entered_once_each(town: House) -> None:
    town.has_password("tanto", PASSWORD)
    since = Since(town)
    browser = Browser(town)
    browser.client.post("/sign-in", data={"key": "tanto", "password": "違うパスワード"})
    browser.client.post("/sign-in", data={"key": PASSWORD, "password": "違うパスワード"})
    shown = browser.client.post("/sign-in", data={"key": "tanto", "password": PASSWORD}).text
    browser.csrf = re.findall(r'name="csrf" value="([0-9a-f]{64})"', shown)[0]
    browser.send("/sign-out")
    assert since.told() == [
        ("sign_in.wrong", "tanto", ""),
        ("sign_in.wrong", None, ""),
        ("sign_in", "tanto", ""),
        ("sign_out", "tanto", ""),
    ]


def test_a_session_that_waits_for_its_second_step_is_no_sign_in_yet(town: House) -> None:
    from pyotp import TOTP

    here = actions.OwnMachine()
    secret = actions.begin_authenticator(town.office, "tanto", proof=here, now=town.now)
    actions.confirm_authenticator(town.office, "tanto", TOTP(secret).at(town.now), proof=here, now=town.now)
    since = Since(town)
    browser = Browser(town, "tanto")
    assert since.told() == []
    browser.send("/second-step", 422, code="000000")
    town.later(hours=1)
    browser.send("/second-step", code=TOTP(secret).at(town.now))
    assert since.told() == [("sign_in.wrong", "tanto", ""), ("sign_in", "tanto", "")]


def test_a_wrong_password_of_who_is_signed_in_is_entered(town: House) -> None:
    town.has_password("tanto", PASSWORD)
    browser = Browser(town, "tanto")
    since = Since(town)
    new = "うゐのおくやまけふこえて"
    browser.send("/account/password", 422, old="違うパスワード", password=new, again=new)
    assert since.told() == [("sign_in.wrong", "tanto", "")]


def test_a_refusal_is_entered_with_the_template_of_its_address(town: House) -> None:
    browser, token = Browser(town, "joho_bukai_1"), a_token(town, "joho_bukai_1")
    since = Since(town)
    browser.see("/comments/dx/intake", 403)
    browser.see("/people/tanto/nowhere", 404)
    headers = {"authorization": f"Bearer {token}"}
    assert browser.client.post("/api/v1/plans/dx/advance", headers=headers, json={}).status_code == 403
    browser.csrf = "0" * 64
    browser.send("/sign-out", 403)
    told = since.told()
    assert [each[:2] for each in told] == [("refused", "joho_bukai_1")] * 3
    assert told[0][2] == "GET /comments/{key}/intake"
    assert told[1][2].startswith("POST /api/v1/plans/{plan}/")
    assert told[2][2] == "POST /sign-out"


def test_who_goes_on_and_on_fills_no_disk(town: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "AT_MOST", 3)
    since = Since(town)
    browser, other = Browser(town, "joho_bukai_1"), Browser(town, "joho_bukai_2")
    for _ in range(5):
        browser.see("/comments/dx/intake", 403)
    other.see("/comments/dx/intake", 403)
    refused = [each[1] for each in since.told() if each[0] == "refused"]
    assert refused == ["joho_bukai_1"] * 3 + ["joho_bukai_2"]
    town.later(minutes=2)
    browser.see("/comments/dx/intake", 403)
    assert [each[1] for each in since.told() if each[0] == "refused"][4:] == ["joho_bukai_1"]


def test_each_page_with_who_wrote_an_opinion_enters_its_reading_and_no_other_page(town: House) -> None:
    browser = Browser(town, "tanto")
    shown = 0
    for method, route in routes():
        if method != "GET" or not route.path.startswith(("/comments", "/plans/{key}", "/worklist")):
            continue
        path = route.path.replace("{key}", "dx").replace("{number}", "1")
        since = Since(town)
        answer = browser.client.get(path)
        read = [each for each in since.told() if each[0] in CITIZENS]
        if AUTHOR.name in _text_of(answer.content):
            kind = "citizens.exported" if path.endswith((".xlsx", ".csv")) else "citizens.read"
            assert read == [(kind, "tanto", f"GET {route.path}")], path
            shown += 1
        else:
            assert read == [], path
    assert shown == 4  # the list, the opinion, Excel and CSV


def test_a_letter_looked_at_before_it_is_entered_is_a_reading(town: House) -> None:
    browser = Browser(town, "tanto")
    since = Since(town)
    browser.see("/comments/dx/intake")
    assert since.told() == []
    browser.send("/comments/dx/intake", name=AUTHOR.name, letter="木を増やす")
    assert since.told() == [("citizens.read", "tanto", "POST /comments/{key}/intake")]


def test_who_is_not_shown_the_names_reads_none(town: House) -> None:
    browser = Browser(town, "joho_bukai_1")
    since = Since(town)
    for path in ("/comments/dx/opinions", "/comments/dx/opinions/1", "/comments/dx/opinions.csv"):
        assert AUTHOR.name not in browser.see(path, 403)
    assert "citizens" not in str(since.told())


def test_a_program_that_reads_the_names_is_entered(town: House) -> None:
    browser, token = Browser(town), a_token(town, "tanto")
    since = Since(town)
    answer = browser.client.get(
        "/api/v1/plans/dx/comment/opinions", headers={"authorization": f"Bearer {token}"}
    )
    assert AUTHOR.name in answer.text
    assert since.told() == [("citizens.exported", "tanto", "GET /api/v1/plans/{plan}/comment/opinions")]
    assert entries(town)[-1]["plan_id"] == 1


def test_a_change_of_rights_is_entered_with_its_event(town: House) -> None:
    since = Since(town)
    actions.end_auditor(town.office, "admin", 1, tokyo_day(town.now), now=town.now)
    assert since.told() == [("rights.changed", "admin", "")]
    with town.office.reading() as db:
        tag = db.execute(text("SELECT tag FROM event ORDER BY seq DESC LIMIT 1")).scalar()
        assert tag == "term.ended"
        assert entries(town)[-1]["event_seq"] == db.execute(text("SELECT max(seq) FROM event")).scalar()


def test_pages_that_succeed_cost_no_statement_more(town: House) -> None:
    browser = Browser(town, "tanto")
    with counted(town) as sent:
        browser.see("/plans/dx")
        browser.see("/plans/dx/history")
    assert not [each for each in sent if "security_entry" in each]


def test_no_entry_tells_a_name_an_address_a_password_or_a_token(town: House) -> None:
    test_signing_in_and_out_is_entered_once_each(town)
    test_a_refusal_is_entered_with_the_template_of_its_address(town)
    test_a_program_that_reads_the_names_is_entered(town)
    told = json.dumps([{**each, "hash": ""} for each in entries(town)], default=str, ensure_ascii=False)
    for secret in ("区民", "本町", "担当", PASSWORD, "違うパスワード", "testclient", "@", "127.0.0.1"):
        assert secret not in told, secret
    assert not re.search(r"[0-9A-Za-z_-]{32,}", told)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE security_entry SET kind = 'sign_in' WHERE seq = 3",
            "アクセス記録の 3 番が改変されています",
        ),
        (
            "UPDATE security_entry SET at = '2001-01-01' WHERE seq = 3",
            "アクセス記録の 3 番が改変されています",
        ),
        ("DELETE FROM security_entry WHERE seq = 3", "アクセス記録の 3 番が改変されています"),
        ("UPDATE security_entry SET person_id = 2 WHERE seq = 3", "アクセス記録の 3 番が改変されています"),
    ],
)
def test_an_entry_altered_is_named(town: House, statement: str, expected: str) -> None:
    whole = prove(town.office)
    assert whole.findings == [] and whole.entries == len(entries(town)) > 3
    _forge(town, statement)
    assert any(each.startswith(expected) for each in prove(town.office).findings)


def test_administrators_and_auditors_read_it_and_nobody_else(town: House) -> None:
    for key in ("admin", "auditor"):
        reader = Browser(town, key)
        assert 'href="/log/access"' in reader.see("/log")
        assert "アクセス記録" in reader.see("/log/access")
    for key in ("tanto", "mayor", "joho_bukai_office", "joho_bukai_chair"):
        reader = Browser(town, key)
        reader.see("/log", 403)
        reader.see("/log/access", 403)


def test_the_page_is_narrowed_and_goes_on(town: House) -> None:
    reader = Browser(town, "auditor")
    other = Browser(town, "joho_bukai_1")
    for _ in range(55):
        other.see("/comments/dx/intake", 403)
    shown = reader.see("/log/access?kind=refused&person=joho_bukai_1")
    assert shown.count("<li value=") == 50 and "GET /comments/{key}/intake" in shown
    before = re.findall(r'href="(/log/access\?[^"]*before=\d+)"', shown)[0].replace("&amp;", "&")
    assert "kind=refused" in before
    assert reader.see(before).count("<li value=") == 5
    assert "当てはまる記録はありません" in reader.see("/log/access?kind=refused&person=mayor")
    assert "番の出来事</a>" in reader.see("/log/access?kind=rights.changed")


@pytest.fixture
def collector(town: House, tmp_path: Path) -> Iterator[Path]:
    town.office.collector = tmp_path / "security.log"
    yield town.office.collector
    town.office.collector = None


def test_the_collector_gets_each_entry_as_its_row_stands(town: House, collector: Path) -> None:
    since = Since(town)
    browser = Browser(town, "tanto")
    browser.see("/comments/dx/opinions.csv")
    browser.see("/people", 200)
    lines = [json.loads(line) for line in collector.read_text("utf-8").splitlines()]
    rows = entries(town)[since.known :]
    assert len(lines) == len(rows) == 2
    for line, row in zip(lines, rows, strict=True):
        assert line["seq"] == row["seq"] and line["hash"] == row["hash"]
        assert (line["kind"], line["person"], line["route"]) == (row["kind"], row["person"], row["route"])
        assert line["at"].startswith(f"{town.now:%Y-%m-%d}") and line["at"].endswith("+00:00")
    assert [line["plan"] for line in lines] == [None, "dx"]


def test_what_is_not_kept_is_not_handed_on(town: House, collector: Path) -> None:
    with pytest.raises(ZeroDivisionError), town.office.writing() as db:
        security.enter(db, SecurityKind.SIGNED_IN, at=town.now, by=1)
        raise ZeroDivisionError
    assert not collector.exists()


def test_a_collector_that_cannot_be_written_is_said_and_stops_nobody(
    town: House, collector: Path, caplog: pytest.LogCaptureFixture
) -> None:
    collector.mkdir()
    since = Since(town)
    Browser(town, "tanto").see("/comments/dx/opinions")
    assert [each[0] for each in since.told()] == ["sign_in", "citizens.read"]
    assert "SAKUTEI_SECURITY_LOG" in caplog.text


def _text_of(answer: bytes) -> str:
    """What a page, a table or a workbook says."""
    if not answer.startswith(b"PK"):
        return answer.decode(errors="replace")
    with ZipFile(BytesIO(answer)) as packed:
        return unescape("".join(packed.read(name).decode(errors="replace") for name in packed.namelist()))


def _number(house: House, key: str) -> int:
    with house.office.reading() as db:
        return int(db.execute(text("SELECT id FROM person WHERE key = :key"), {"key": key}).scalar_one())


def _forge(house: House, statement: str) -> None:
    """Alter the database behind the program's back."""
    with house.office.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE security_entry DISABLE TRIGGER USER"))
        else:
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER security_entry_no_{verb}"))
        connection.execute(text(statement))
