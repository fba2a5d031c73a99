"""照会 on the command line."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.terminal import Terminal
from workflow.domain.calendar import tokyo_day

TODAY = tokyo_day(datetime.now(UTC))
DUE = (TODAY + timedelta(days=30)).isoformat()


@pytest.fixture
def town(office: Terminal) -> Terminal:
    """The office with a 財政課 of one."""
    office.run("people", "department", "finance", "財政課", "--as", "admin")
    office.run("people", "add", "zaisei", "財政 三郎", "zaisei@city.example.jp", "--as", "admin")
    office.run("people", "post", "zaisei", "finance", "--since", "2020-04-01", "--as", "admin")
    return office


def asked(town: Terminal, *more: str) -> str:
    return town.run(
        *("inquiry", "ask", "dx", "--as", "hanako", "--title", "素案への意見", "--text", "御意見を"),
        *("--question", "用語は正しいか", "--department", "finance", "--due", DUE),
        *("--silence", "no_objection", *more),
    )


def test_an_inquiry_is_asked_answered_and_responded_to(town: Terminal) -> None:
    assert "zaisei@city.example.jp" in asked(town, "--dry-run")
    assert "照会: ありません" in town.run("inquiry", "list", "dx")
    assert "照会 1 を出しました" in asked(town)
    assert "照会への回答" in town.run("work", "zaisei")
    town.run("inquiry", "answer", "dx", "1", "--as", "zaisei", "--opinion", "用語が古い")
    town.run("inquiry", "respond", "dx", "1", "1", "partly", "--as", "hanako", "--reason", "一部を改めた")
    said = town.run("inquiry", "show", "dx", "1")
    assert "用語が古い" in said and "一部採用" in said
    [addressee] = json.loads(town.run("inquiry", "show", "dx", "1", "--json"))["addressees"]
    assert addressee["state"] == "answered"
    assert "1件中1件" in town.run("inquiry", "list", "dx")


def test_an_inquiry_is_extended_widened_and_withdrawn(town: Terminal) -> None:
    asked(town)
    later = (TODAY + timedelta(days=40)).isoformat()
    told = town.run("inquiry", "extend", "dx", "1", "--as", "hanako", "--due", later, "--reason", "連休")
    assert "照会の期限の延長" in told
    assert "既に照会" in town.refuse("inquiry", "add", "dx", "1", "--as", "hanako", "--department", "finance")
    assert "照会の取下げ" in town.run("inquiry", "withdraw", "dx", "1", "--as", "hanako", "--reason", "誤り")
    again = ("inquiry", "withdraw", "dx", "1", "--as", "hanako", "--reason", "誤り")
    assert "取り下げられました" in town.refuse(*again)
