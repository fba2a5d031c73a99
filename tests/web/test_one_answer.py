"""A question has one answer, whoever asks: the page, the API and the command line."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from definitions.load import shipped
from definitions.terms import Outcome
from tests.support.api_client import Program
from tests.support.scenario import LONG_AGO, House
from tests.support.terminal import Terminal
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.decisions import Validity
from workflow.domain.meetings import MeetingForm
from workflow.domain.plans import Status

Ask = Callable[..., Any]


@pytest.fixture
def terminal(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """The command line at the office of the house."""
    url = house.office.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SAKUTEI_DATABASE_URL", url)
    return Terminal(tmp_path, capsys, monkeypatch)


@pytest.fixture
def ask(terminal: Terminal) -> Ask:
    return lambda *command: json.loads(terminal.run(*command, "--json"))


def _decided(house: House) -> int:
    """A plan whose first version was agreed to, under a condition, and then replaced: its meeting."""
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    house.a_version("二版")
    return 1


def test_a_plan_is_the_same_on_the_page_by_the_api_and_on_the_command_line(house: House, ask: Ask) -> None:
    _decided(house)
    program = Program(house, "tanto")
    told = program.ask("plans/dx")
    assert ask("plan", "show", "dx") == told
    assert ask("plan", "list")["plans"] == program.ask("plans")["plans"] == [told]
    assert ask("plan", "history", "dx") == program.ask("plans/dx/history")
    assert ask("plan", "schedule", "dx")["planned"] == program.ask("plans/dx/schedule")["planned"]
    page = _text(Browser(house, "tanto").see("/plans/dx"))
    assert told["title"] in page and Status(told["status"]).label in page
    assert f"いまの段階は「{told['stage']['label']}」です" in page
    assert f"第{told['version']}版" in page and f"{shown_day(_day(told['entered_at']))} から" in page


def test_what_keeps_a_plan_is_the_same_by_the_api_and_on_the_command_line(house: House, ask: Ask) -> None:
    _decided(house)
    told = Program(house, "tanto").ask("plans/dx/blockers")
    assert ask("why", "dx") == told
    page = _text(Browser(house, "tanto").see("/plans/dx"))
    assert [each["label"] for each in told["blockers"] if each["label"] not in page] == []


def test_a_meeting_is_the_same_on_the_page_by_the_api_and_on_the_command_line(
    house: House, ask: Ask, terminal: Terminal
) -> None:
    number = _decided(house)
    program = Program(house, "joho_bukai_office")
    told = program.ask(f"meetings/{number}")
    assert ask("meeting", "show", str(number)) == told
    assert ask("meeting", "list")["meetings"] == program.ask("meetings")["meetings"]
    assert re.fullmatch(r"2023-03-08T09:00:00\+09:00", told["starts_at"])
    page, printed = (
        _text(Browser(house, "joho_bukai_office").see(f"/meetings/{number}")),
        terminal.run("meeting", "show", str(number)),
    )
    [item] = told["items"]
    for words in (told["title"], Outcome(item["decision"]["outcome"]).label, f"{item['version']}", "審議"):
        assert words in page and words in printed
    for words in (MeetingForm(told["form"]).label, "招集済", "会議の記録"):
        assert words in printed
    assert item["decision"]["outcome"] not in printed and told["status"] not in printed


def test_a_decision_says_everywhere_whether_it_still_counts(
    house: House, ask: Ask, terminal: Terminal
) -> None:
    _decided(house)
    program = Program(house, "tanto")
    told = program.ask("plans/dx/decisions")
    assert ask("decision", "list", "dx") == told
    [decision] = told["decisions"]
    assert (decision["number"], decision["outcome"], decision["validity"]) == (1, "conditional", "stale")
    words = Validity(decision["validity"]).label
    row = _row(Browser(house, "tanto").see("/plans/dx"), f"decision-{decision['number']}")
    assert words in row and Outcome(decision["outcome"]).label in row
    # A narrow terminal breaks the words.
    assert words[:4] in terminal.run("decision", "list", "dx")


@pytest.mark.parametrize(
    ("what", "validity"), [("agreed", "in_force"), ("again", "overruled"), ("back", "void")]
)
def test_the_api_tells_decisions_in_force_from_those_that_are_not(
    house: House, what: str, validity: str
) -> None:
    house.a_plan(at="outline")
    house.a_version()
    house.agree("outline_bukai")
    number = Program(house, "tanto").ask("plans/dx/decisions")["decisions"][-1]["number"]
    if what == "again":
        house.agree("outline_bukai", outcome=Outcome.CONTINUED)
    if what == "back":
        house.send_back("policy")
    told = Program(house, "tanto").ask("plans/dx/decisions")["decisions"]
    assert [each["validity"] for each in told if each["number"] == number] == [validity]


def test_a_sign_off_says_whether_it_still_counts(house: House, ask: Ask) -> None:
    house.a_plan(at="proposal")
    house.open_every_gate()
    program = Program(house, "tanto")
    [signed] = program.ask("plans/dx/decisions")["signoffs"]
    assert signed["validity"] == "in_force"
    house.a_version("あとの版")
    told = program.ask("plans/dx/decisions")
    assert [each["validity"] for each in told["signoffs"]] == ["stale"]
    assert ask("decision", "list", "dx") == told


def test_the_lists_are_the_same_by_the_api_and_on_the_command_line(house: House, ask: Ask) -> None:
    house.a_plan(at="public_comment")
    gate = next(gate.key for gate in house.plan().stage.gates if gate.kind == "period")
    house.a_comment(gate)
    actions.post(house.office, "admin", "admin", "it", LONG_AGO, now=house.now)
    program = Program(house, "admin")
    assert ask("people", "list")["people"] == program.ask("people")["people"]
    assert ask("chain", "list") == program.ask("chains")
    assert ask("chain", "show", "itabashi_dx_2025") == program.ask("chains/itabashi_dx_2025")
    comment = ask("comment", "show", "dx")
    assert comment.pop("opinions") == program.ask("plans/dx/comment/opinions")["opinions"]
    assert comment == program.ask("plans/dx/comment")
    known = {each["number"]: each for each in ask("mail", "list")["deliveries"]}
    for each in program.ask("deliveries")["deliveries"]:
        assert known[each["number"]] == each
    last = [{**each} for each in ask("log", "show")["events"]]
    for each in last:
        del each["data"]
    assert last == program.ask("log", following=last[0]["seq"] - 1)["events"]


def test_no_moment_is_told_in_another_form(house: House, ask: Ask) -> None:
    meeting = _decided(house)
    told = [
        ask(*command)
        for command in (
            *(("plan", "show", "dx"), ("plan", "history", "dx"), ("meeting", "show", str(meeting))),
            *(("meeting", "list"), ("log", "show"), ("mail", "list"), ("work", "tanto"), ("decision", "list", "dx")),
        )
    ]  # fmt: skip
    moments = [each for each in _texts(told) if re.match(r"\d{4}-\d\d-\d\d[T ]", each)]
    assert len(moments) > 20
    assert [each for each in moments if not re.fullmatch(r"[\d-]{10}T[\d:.]+\+09:00", each)] == []


def test_an_own_definition_added_by_the_api_is_found_by_key_at_every_entry_point(
    house: House, ask: Ask, terminal: Terminal
) -> None:
    own = _own("はじめの名称")
    actions.add_chain(house.office, "admin", own, now=house.now)
    newer = _own("改めた名称")
    sha256 = actions.add_chain(house.office, "admin", newer, now=house.now)
    program = Program(house, "admin")
    assert program.do("bodies", chain="own")["sha256"] == sha256
    assert program.ask("chains/own")["title"] == ask("chain", "show", "own")["title"] == "改めた名称"
    assert program.ask(f"chains/{sha256}") == ask("chain", "show", sha256)
    assert "own" in [each["key"] for each in ask("chain", "list")["chains"]]
    assert "改めた名称" in terminal.run("chain", "check", "own")
    assert "stateDiagram" in terminal.run("diagram", "--chain", "own")
    assert "情報化推進部会" in terminal.run("people", "bodies", "own", "--as", "admin")
    terminal.run("plan", "open", "by-hand", "計画", "--chain", "own", "--department", "it", "--as", "tanto")
    opened = Program(house, "tanto").do("plans", key="by-api", title="計画", chain="own", department="it")
    assert opened["to_stage"] == own.first.key
    assert house.plan("by-hand").chain_sha256 == house.plan("by-api").chain_sha256 == sha256
    said = terminal.refuse(
        "plan", "open", "x", "計画", "--chain", "none", "--department", "it", "--as", "tanto"
    )
    assert "策定の流れ「none」はありません" in said and "own" in said


def _own(title: str) -> Any:
    return shipped("itabashi_dx_2025").model_copy(update={"key": "own", "title": title})


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def _row(page: str, number: str) -> str:
    found = re.search(rf'<tr[^>]* id="{number}".*?</tr>', page, re.DOTALL)
    assert found, number
    return _text(found[0])


def _day(moment: str) -> date:
    return tokyo_day(datetime.fromisoformat(moment))


def _texts(told: Any) -> list[str]:
    """Every text in it, but for what was recorded: that is told as it was hashed."""
    if isinstance(told, dict):
        return [text for name, value in told.items() if name != "data" for text in _texts(value)]
    if isinstance(told, list):
        return [text for value in told for text in _texts(value)]
    return [told] if isinstance(told, str) else []
