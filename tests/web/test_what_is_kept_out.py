"""What nobody gets by asking oddly: a 500, another's secrets, a file that is not what it says, a way off the site."""

import hashlib
import hmac

import pytest
from sqlalchemy import select

from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.api_client import Program
from tests.support.scenario import House
from tests.support.web_client import PASSWORD, Browser, mail_settings
from workflow.store import signatures
from workflow.store.tables import Event
from workflow.web.spreadsheet import csv_lines

TOO_LARGE = 10**20


@pytest.fixture
def staff(house: House) -> Browser:
    house.a_plan()
    house.a_version()
    return Browser(house, "tanto")


@pytest.mark.parametrize(
    "path",
    [
        f"/plans/dx/versions/{TOO_LARGE}",
        f"/plans/dx/versions/{TOO_LARGE}/text",
        f"/plans/dx/versions/compare?old={TOO_LARGE}&new=-1",
        f"/plans/dx/versions/compare.docx?old={TOO_LARGE}&new=1",
        f"/plans/dx/history?before={TOO_LARGE}",
        f"/log?before={TOO_LARGE}",
        "/log?first=9999-12-31&last=9999-12-31",
        "/plans?words=%00",
        "/plans/%00",
        "/people?words=%00",
        "/public/%00",
    ],
)
def test_an_odd_address_is_answered_and_breaks_nothing(staff: Browser, path: str) -> None:
    assert staff.client.get(path).status_code < 500


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (f"/plans/dx/decisions/{TOO_LARGE}/take-back", {"reason": "誤り"}),
        (f"/tokens/{TOO_LARGE}/revoke", {}),
        (f"/deliveries/{TOO_LARGE}/resend", {}),
        ("/feeds", {"body": "\0"}),
    ],
)
def test_an_odd_form_is_answered_and_breaks_nothing(staff: Browser, path: str, form: dict[str, str]) -> None:
    answer = staff.client.post(path, data={"csrf": staff.csrf, **form})
    assert 400 <= answer.status_code < 500


def test_who_follows_a_link_signed_out_is_there_after_signing_in(house: House) -> None:
    meeting = house.a_meeting()
    person = Browser(house, "tanto", password=PASSWORD)
    person.client.cookies.clear()
    asked = person.client.get(f"/meetings/{meeting}?show=all")
    assert asked.url.path == "/sign-in"
    to = asked.url.params["to"]
    form = {"key": "tanto", "password": PASSWORD, "to": to}
    arrived = person.client.post("/sign-in", data=form)
    assert f"{arrived.url.path}?{arrived.url.query.decode()}" == f"/meetings/{meeting}?show=all"


@pytest.mark.parametrize("to", ["//elsewhere.example", "https://elsewhere.example/", "/\\elsewhere.example"])
def test_signing_in_leads_nowhere_else(house: House, to: str) -> None:
    person = Browser(house, "tanto", password=PASSWORD)
    person.client.cookies.clear()
    arrived = person.client.post("/sign-in", data={"key": "tanto", "password": PASSWORD, "to": to})
    assert str(arrived.url) == str(person.client.base_url.join("/"))


def test_what_seals_a_receipt_is_nowhere_to_be_read(staff: Browser) -> None:
    with staff.house.office.reading() as db:
        seal = signatures.receipt_seal(db, "dx 1-0001")
        hashes = db.scalars(select(Event.hash)).all()
    for known in hashes:
        assert hmac.new(known.encode(), b"receipt dx 1-0001", hashlib.sha256).hexdigest()[:24] != seal


def test_a_program_sees_only_the_notices_it_may_send_again(house: House) -> None:
    house.a_meeting()
    settings = mail_settings(house.office.files.parent)
    tick(house.office, mailer_of(settings), settings, lambda: house.now)
    for key, count in (("joho_bukai_office", 4), ("joho_bukai_1", 0)):
        assert len(Program(house, key).ask("deliveries")["deliveries"]) == count


def test_a_program_cannot_bring_what_a_page_refuses(house: House) -> None:
    house.a_plan()
    evil = {"document": ("方針.html", b"<html><script>alert(1)</script>")}
    answer = Program(house, "tanto").client.post("plans/dx/versions", files=evil)
    assert answer.status_code == 422
    assert house.plan().text is None


def test_who_may_not_add_a_version_leaves_no_file_behind(house: House) -> None:
    house.a_plan()
    kept = set(house.office.files.rglob("*"))
    answer = Program(house, "mayor").client.post(
        "plans/dx/versions", files={"document": ("方針.txt", "方針".encode())}
    )
    assert answer.status_code == 403
    assert set(house.office.files.rglob("*")) == kept


@pytest.mark.parametrize("cell", ["=1+1", "＝1+1", " ＋1", "-1", "＠x", "\tx"])
def test_a_cell_of_any_table_is_text(cell: str) -> None:
    *_, line = csv_lines(["見出し"], [[cell]])
    assert line.startswith("\"'")


def test_the_style_sheet_is_kept_by_the_browser_and_a_page_is_not(staff: Browser) -> None:
    assert staff.client.get("/static/sakutei.css").headers["cache-control"] == "no-cache"
    assert staff.client.get("/plans").headers["cache-control"] == "no-store"
