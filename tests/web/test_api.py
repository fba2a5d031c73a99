"""The API over HTTP: the same work as on the pages, told in JSON."""

import pytest
from fastapi.routing import APIRoute

from definitions.terms import Outcome
from tests.support.api_client import Program
from tests.support.scenario import House
from tests.support.web_client import SITE, Browser, Client
from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.meetings import MeetingForm
from workflow.domain.votes import Choice
from workflow.store import proof
from workflow.store.database import Office
from workflow.web.api import ROUTERS
from workflow.web.api.rate_limit import Pace


@pytest.fixture
def staff(house: House) -> Program:
    house.a_plan()
    return Program(house, "tanto")


def test_a_plan_is_opened_given_a_version_and_advanced(house: House) -> None:
    program = Program(house, "tanto")
    opened = program.do("plans", key="dx", title="DX推進計画", chain="itabashi_dx_2025", department="it")
    assert opened == {"plan": "dx", "from_stage": "", "to_stage": "policy", "revision": 1}
    sent = program.client.post(
        "plans/dx/versions", files={"document": ("方針.txt", b"text")}, data={"note": "初版"}
    )
    assert (sent.status_code, sent.json()) == (201, {"number": 1})
    for gate in ("policy_bukai", "policy_honbu", "policy_iinkai"):
        house.agree(gate)
    assert program.ask("plans/dx/blockers")["blockers"] == []
    assert program.do("plans/dx/advance", seen=1)["to_stage"] == "outline"
    assert program.ask("plans/dx")["entered_at"].endswith("+09:00")
    assert program.client.get("plans/dx/versions/1/document").content == b"text"
    assert program.ask("plans/dx/history")["history"][-1]["tag"] == "plan.advanced"
    assert program.ask("plans/dx/schedule")["planned"][0]["month"] == "2023-03"


def test_a_shut_gate_is_told_with_who_can_open_it_and_at_which_meeting(staff: Program) -> None:
    staff.house.a_version()
    meeting = staff.house.a_meeting("joho_bukai")
    said = staff.do("plans/dx/advance", 409, seen=1)
    assert said["type"] == "/problems/gate-closed"
    first = said["blockers"][0]
    assert (first["gate"], first["label"], first["lack"]) == ("policy_bukai", "部会での検討", "decision")
    assert "政策経営部長" in first["who"]
    assert first["coming"] == {
        "meeting": meeting,
        "title": "情報化推進部会",
        "starts_at": "2023-03-08T09:00:00+09:00",
        "listed": False,
    }
    assert said["detail"].count("・") == len(said["blockers"])


def test_a_plan_that_moved_tells_what_was_seen_and_what_is(staff: Program) -> None:
    staff.do("plans/dx/suspend", seen=1, reason="見直し")
    said = staff.do("plans/dx/resume", 409, seen=1, reason="再開")
    assert (said["type"], said["seen"], said["now"]) == ("/problems/plan-moved", 1, 2)


def test_a_dry_run_says_who_gets_what_and_changes_nothing(house: House) -> None:
    house.a_plan(at="outline")
    program = Program(house, "tanto")
    answer = program.client.post(
        "plans/dx/send_back?dry_run=true", json={"seen": 2, "to": "policy", "reason": "方針の誤り"}
    )
    assert answer.status_code == 200
    told = answer.json()
    assert told["dry_run"] and "joho_bukai_chair" in {mail["person"] for mail in told["mails"]}
    assert {mail["label"] for mail in told["mails"]} == {"計画の差戻し"}
    assert program.ask("plans/dx")["stage"]["key"] == "outline"


def test_a_dry_run_is_refused_as_the_step_itself(staff: Program) -> None:
    answer = staff.client.post("plans/dx/advance?dry_run=true", json={"seen": 1})
    assert answer.json()["type"] == "/problems/gate-closed"


def test_a_meeting_is_called_attended_decided_corrected_and_closed(house: House) -> None:
    house.a_plan()
    house.a_version()
    program = Program(house, "joho_bukai_office")
    times = {"starts_at": "2023-03-08T14:00:00+09:00", "ends_at": "2023-03-08T16:00:00+09:00"}
    meeting = program.do("meetings", body="joho_bukai", title="第1回", place="第一委員会室", **times)[
        "number"
    ]
    program.do(
        f"meetings/{meeting}/move", **{**times, "starts_at": "2023-03-08T13:00:00+09:00"}, reason="会場"
    )
    item = program.do(f"meetings/{meeting}/items", plan="dx", gate="policy_bukai")["number"]
    house.at("2023-03-08 14:30")
    assert program.ask("worklist")["tasks"][0]["kind"] == "record"
    there = {"joho_bukai_chair": {"present": True}, "joho_bukai_1": {"present": False}}
    program.do(f"meetings/{meeting}/attendance", attended=there)
    decision = program.do(f"items/{item}/outcome", outcome="conditional", conditions=["図を直す"])["number"]
    shown = program.ask(f"meetings/{meeting}")
    assert shown["starts_at"] == "2023-03-08T13:00:00+09:00"
    [listed] = shown["items"]
    assert (listed["plan"], listed["decision"]["outcome"]) == ("dx", "conditional")
    [condition] = listed["decision"]["conditions"]
    program.do(f"conditions/{condition['number']}/close", note="直しました")
    new = program.do(f"decisions/{decision}/correct", outcome="approved", reason="条件は誤り")["number"]
    [held] = program.ask("plans/dx/decisions")["decisions"]
    assert (held["number"], held["outcome"], held["gate"]) == (new, "approved", "policy_bukai")
    program.do(f"meetings/{meeting}/close", minutes="了承した。")
    assert (
        program.client.get("meetings", params={"status": "closed"}).json()["meetings"][0]["number"] == meeting
    )


def test_a_member_votes_in_writing_and_takes_it_back(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    program = Program(house, "joho_bukai_1")
    program.do(f"items/{item}/votes", choice="for")
    assert program.ask(f"items/{item}/tally")["in_favour"] == 1
    program.do(f"items/{item}/votes/take_back")
    assert program.ask(f"items/{item}/tally")["in_favour"] == 0


def test_a_chair_decides_alone_and_the_meeting_hears_it(house: House) -> None:
    house.a_plan()
    house.a_version()
    chair, secretariat = Program(house, "joho_bukai_chair"), Program(house, "joho_bukai_office")
    alone = chair.do("plans/dx/gates/policy_bukai/decide_alone", outcome="approved", reason="緊急", seen=1)[
        "number"
    ]
    meeting = house.a_meeting()
    item = secretariat.do(f"meetings/{meeting}/ratifications", decision=alone)["number"]
    house.later(days=7, hours=1)
    secretariat.do(f"items/{item}/outcome", outcome="received")
    decided = chair.ask("plans/dx/decisions")["decisions"]
    assert [(each["manner"], each["item"]) for each in decided] == [("chair_alone", None), ("recorded", item)]


def test_the_mayor_signs_and_takes_it_back(house: House) -> None:
    house.a_plan(at="proposal")
    for gate in house.plan().stage.gates:
        if gate.kind == "document":
            house.a_version()
        elif gate.kind == "body":
            house.agree(gate.key)
    gate = next(gate for gate in house.plan().stage.gates if gate.kind == "signoff")
    mayor = Program(house, "mayor")
    signoff = mayor.do(f"plans/dx/gates/{gate.key}/sign", seen=house.text())["number"]
    [signed] = mayor.ask("plans/dx/decisions")["signoffs"]
    assert (signed["signed_by"], signed["manner"], signed["approved"]) == ("mayor", "own", True)
    mayor.do(f"signoffs/{signoff}/take_back", reason="見直し")
    assert mayor.ask("plans/dx/decisions")["signoffs"] == []


def a_comment(house: House) -> Program:
    house.a_plan(at="public_comment")
    program = Program(house, "tanto")
    gate = next(g.key for g in house.plan().stage.gates if g.kind == "period")
    program.do("plans/dx/comment", gate=gate, opens_on=house.now.date().isoformat(), places=["区役所"])
    program.do(
        "plans/dx/comment/opinions",
        name="区民 一郎",
        address="板橋1-1",
        route="mail",
        received_at=house.now.isoformat(),
        opinions=["賛成です", "図が見にくい"],
    )
    return program


def test_a_comment_is_received_answered_and_published(house: House) -> None:
    program = a_comment(house)
    counted = program.ask("plans/dx/comment")["counted"]
    assert (counted["opinions"], counted["persons"], counted["by_route"]) == (2, 1, {"mail": 1})
    numbers = [each["number"] for each in program.ask("plans/dx/comment/opinions")["opinions"]]
    program.do(
        "plans/dx/comment/answers",
        opinions=numbers,
        summary="賛否",
        answer="直します",
        disposition="reflected",
    )
    last = program.ask("plans/dx/comment")["period"]["closes_on"]
    assert program.do("plans/dx/comment/publish", 409)["type"] == "/problems/step-impossible"
    house.at(f"{last} 23:59").later(minutes=2)
    program = Program(house, "tanto")
    program.do("plans/dx/comment/publish")
    assert program.ask("plans/dx/comment/opinions")["opinions"][0]["answer"] == "直します"


def test_an_opinion_is_split_in_the_writers_own_words(house: House) -> None:
    program = a_comment(house)
    first, _ = program.ask("plans/dx/comment/opinions")["opinions"]
    parts = ["賛成", "です"]
    said = program.do(f"plans/dx/comment/opinions/{first['number']}/split", parts=parts)
    assert said["numbers"][0] == first["number"] and len(said["numbers"]) == 2
    texts = {each["number"]: each["text"] for each in program.ask("plans/dx/comment/opinions")["opinions"]}
    assert [texts[number] for number in said["numbers"]] == parts


def test_an_agenda_is_put_in_another_order(house: House) -> None:
    secretariat = Program(house, "joho_bukai_office")
    for key in ("a", "b"):
        house.a_plan(key)
        house.a_version(key=key)
    meeting = house.a_meeting()
    items = [
        secretariat.do(f"meetings/{meeting}/items", plan=key, gate="policy_bukai")["number"]
        for key in ("a", "b")
    ]
    secretariat.do(f"meetings/{meeting}/items/order", items=items[::-1])
    assert [item["number"] for item in secretariat.ask(f"meetings/{meeting}")["items"]] == items[::-1]
    assert secretariat.do(f"meetings/{meeting}/items/order", 409, items=items[:1])["type"]


def test_a_version_is_circulated_read_and_discussed(house: House) -> None:
    house.a_plan()
    house.a_version()
    staff, reader = Program(house, "tanto"), Program(house, "joho_bukai_1")
    assert staff.do("plans/dx/circulate", readers=["joho_bukai_1"], note="御一読ください") == {"asked": 1}
    [asked] = reader.ask("plans/dx/reading")["asked"]
    assert (asked["version"], asked["note"], asked["read_at"]) == (1, "御一読ください", None)
    reader.do(f"plans/dx/circulations/{asked['number']}/read")
    remark = reader.do("plans/dx/remarks", text="図がよい")["number"]
    found = staff.ask("plans/dx/reading")
    assert found["asked"][0]["read_at"] and [each["text"] for each in found["said"]] == ["図がよい"]
    staff.do(f"plans/dx/remarks/{remark}/take_back", 409)
    reader.do(f"plans/dx/remarks/{remark}/take_back")
    assert staff.ask("plans/dx/reading")["said"][0]["text"] == ""
    assert staff.do("plans/dx/circulate", readers=[], groups=["body:ict_honbu"]) == {"asked": 4}


def test_opinions_are_read_only_by_those_who_run_the_comment_and_names_only_with_the_scope(
    house: House,
) -> None:
    runs = a_comment(house)
    assert runs.ask("plans/dx/comment/opinions")["opinions"][0]["writer"]["name"] == "区民 一郎"
    text = Program(house, "tanto", Scope.READ).client.get("plans/dx/comment/opinions").text
    assert "賛成です" in text and "区民 一郎" not in text and "板橋1-1" not in text
    Program(house, "mayor").ask("plans/dx/comment/opinions", 403)


def test_administrators_keep_the_people(house: House) -> None:
    program = Program(house, "admin")
    program.do("people", key="hanako", name="新人 花子", email="hanako@city.example.jp")
    program.do("people/hanako/postings", department="it", since="2023-04-01")
    program.do(
        "people/hanako/seats", body="joho_bukai", role="member", since="2023-04-01", until="2024-03-31"
    )
    on = {each["person"] for each in program.ask("bodies/joho_bukai", on="2023-04-01")["members"]}
    before = {each["person"] for each in program.ask("bodies/joho_bukai", on="2023-03-31")["members"]}
    assert on - before == {"hanako"}
    assert program.do("people/hanako/end_terms", last_day="2023-04-30") == {"ended": 2}
    said = Program(house, "tanto").do("departments", 403, key="x", name="課")
    assert said["needed"] == ["システム管理者"]


def test_lists_go_on_where_they_stopped(house: House) -> None:
    for key in ("c", "a", "b"):
        house.a_plan(key)
    program = Program(house, "tanto")
    seen, following = [], None
    for _ in range(3):
        found = program.ask("plans", limit=1, **({"following": following} if following else {}))
        seen += [plan["key"] for plan in found["plans"]]
        following = found["following"]
    assert (seen, following) == (["a", "b", "c"], None)
    first, second = house.a_meeting(days=9), house.a_meeting(days=3)
    found = program.ask("meetings", limit=1)
    assert [each["number"] for each in found["meetings"]] == [second]
    assert [each["number"] for each in program.ask("meetings", following=found["following"])["meetings"]] == [
        first
    ]


def test_the_log_verifies_and_the_deliveries_are_listed(staff: Program) -> None:
    keeper = Program(staff.house, "admin")
    assert keeper.ask("log/verify")["whole"] is True
    proof.verify(staff.house.office, now=staff.house.now)
    assert keeper.ask("log/verify")["proof"]["findings"] == 0
    assert keeper.ask("log", limit=1)["following"] == 1
    staff.ask("log", 403)
    assert staff.ask("deliveries") == {"deliveries": []}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"{", "/"),
        (b"[]", "/"),
        (b"{}", "/seen"),
        (b'{"seen": "x"}', "/seen"),
        (b'{"seen": 1, "sen": 1}', "/sen"),
        (b'{"seen": 99999999999999999999}', "/seen"),
        (b'{"seen": 1, "to": "\\u0000"}', "/to"),
    ],
)
def test_a_wrong_value_is_named_in_japanese(staff: Program, content: bytes, place: str) -> None:
    answer = staff.client.post(
        "plans/dx/advance", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["errors"][0]["place"] == place
    assert said["errors"][0]["problem"].endswith("。") and "値の形が違います" not in said["detail"]


def test_what_the_engine_refuses_names_place_and_mend(staff: Program) -> None:
    said = staff.do("plans/dx/suspend", 422, seen=1, reason="  ")
    assert said["errors"] == [
        {"place": "中断の理由", "problem": "空です", "mend": "記録に残すため、必ず書いてください。"}
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/v1/plans/none", 404),
        ("GET", "/api/v1/a%0Ab", 404),
        ("DELETE", "/api/v1/plans", 405),
    ],
)
def test_what_there_is_not_is_told_as_a_problem(staff: Program, method: str, path: str, status: int) -> None:
    answer = staff.client.request(method, f"{SITE}{path}")
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_a_json_too_large_is_refused_and_a_stranger_is_refused_before_it_is_read(staff: Program) -> None:
    large = b'{"reason": "' + b"x" * 2**20 + b'"}'
    headers = {"content-type": "application/json"}
    answer = staff.client.post("plans/dx/suspend", content=large, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
    chunked = staff.client.post("plans/dx/suspend", content=iter([large]), headers=headers)
    assert chunked.status_code == 413
    announced = staff.client.post("plans/dx/versions", content=b"x", headers={"content-length": str(10**10)})
    assert (announced.status_code, announced.json()["type"]) == (413, "/problems/too-large")
    del staff.client.headers["authorization"]
    assert staff.client.post("plans/dx/suspend", content=large, headers=headers).status_code == 401


def test_a_program_that_runs_away_is_told_to_wait(staff: Program) -> None:
    staff.app.state.pace = Pace(2, clock=lambda: 119.0)
    staff.ask("plans")
    staff.ask("plans")
    answer = staff.client.get("plans")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.json()["type"] == "/problems/too-many-calls"


def test_what_breaks_says_nothing_of_the_inside(staff: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("workflow.queries.plan_list", broken)
    answer = staff.client.get("plans")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/unexpected")
    assert "secret" not in answer.text and answer.headers["x-frame-options"] == "DENY"
    page = Browser(staff.house, "tanto").client.get("/plans")
    assert page.status_code == 500 and "予期しない誤り" in page.text
    assert "secret" not in page.text and page.headers["x-frame-options"] == "DENY"


def test_a_busy_database_asks_to_come_back(staff: Program) -> None:
    office = staff.house.office
    if office.engine.dialect.name != "sqlite":
        pytest.skip("on PostgreSQL the wait is the server's")
    hurried = Office(office.url, office.files, lock_timeout=0.05)
    staff.app.state.office = hurried
    with office.writing():
        answer = staff.client.post("plans/dx/suspend", json={"seen": 1, "reason": "見直し"})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/database-unusable")
    assert answer.headers["retry-after"] == "1"
    hurried.close()


def test_the_json_speaks_japanese_whatever_the_reader_chose(staff: Program) -> None:
    staff.client.cookies.set("sakutei-language", "en")
    staff.client.headers["accept-language"] = "en"
    assert "次の手続が済んでいません" in staff.do("plans/dx/advance", 409, seen=1)["detail"]


def test_the_openapi_holds_every_call_and_no_page(staff: Program) -> None:
    described = Client(staff.app).get("/api/v1/openapi.json").json()
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    operations = [call for methods in described["paths"].values() for call in methods.values()]
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    assert len(operations) == len(routes) and all(path.startswith("/v1/") for path in described["paths"])
    assert len({call["operationId"] for call in operations}) == len(operations)
    for call in operations:
        assert call["x-needs"] and call["summary"] and call["tags"]
        assert {"401", "403", "404", "422", "429", "503"} <= set(call["responses"]), call["operationId"]


def test_no_call_answers_without_a_token(staff: Program) -> None:
    del staff.client.headers["authorization"]
    described = staff.app.state.api.openapi()
    for path, methods in described["paths"].items():
        for method in methods:
            answer = staff.client.request(method, f"{SITE}/api{path}".replace("{", "").replace("}", ""))
            assert answer.status_code == 401, path


def test_the_type_of_a_problem_leads_to_its_explanation(house: House) -> None:
    stranger = Browser(house)
    answer = stranger.client.get("/problems/gate-closed", follow_redirects=False)
    assert answer.headers["location"] == "/api/v1/docs#gate-closed"
    assert 'id="gate-closed"' in stranger.see("/api/v1/docs")


def test_a_refusal_of_a_page_stays_a_page(house: House) -> None:
    assert "<!doctype html>" in Browser(house, "tanto").see("/nothing", 404)


def test_reads_cost_the_same_however_many_items_a_meeting_has(house: House) -> None:
    from tests.support.counting import counted

    meeting = house.a_meeting()
    for key in ("a", "b", "c"):
        house.a_plan(key)
        house.a_version(key=key)
    program = Program(house, "tanto")
    costs = []
    for key in ("a", "b", "c"):
        actions.list_item(house.office, "joho_bukai_office", meeting, key, "policy_bukai", now=house.now)
        with counted(house) as sent:
            program.ask(f"meetings/{meeting}")
        costs.append(len(sent))
    assert len(set(costs)) == 1 and costs[0] <= 8, costs


def test_outcomes_are_those_of_the_engine(staff: Program) -> None:
    schemas = staff.app.state.api.openapi()["components"]["schemas"]
    assert schemas["Outcome"]["enum"] == [outcome.value for outcome in Outcome]
    assert "approved: 了承" in schemas["Outcome"]["description"]


def test_a_program_enters_who_presided_and_is_recused_and_corrects_what_was_mistyped(office: Office) -> None:
    house = House(office, "shingikai_gian")
    house.a_plan()
    house.a_version()
    item = house.an_item("consultation_shingikai")
    program = Program(house, "shingikai_office")
    program.do("meetings/1/attendance", attended={}, presider="shingikai_chair")
    program.do(f"items/{item}/parts", parts={"shingikai_2": "recused"})
    program.do(f"items/{item}/votes/entered", votes={"shingikai_1": "for"})
    assert program.ask(f"items/{item}/tally")["recused"] == 1
    number = program.do(f"items/{item}/count")["number"]
    shown = program.ask("meetings/1")
    (listed,) = shown["items"]
    assert listed["apart"] == [{"member": "shingikai_2", "part": "recused"}]
    counts = {"in_favour": 1, "against": 0, "abstained": 0, "present": 2, "members": 3, "recused": 1}
    assert (listed["decision"]["number"], listed["decision"]["counts"]) == (number, counts)
    assert [each["member"] for each in shown["attendance"] if each["presided"]] == ["shingikai_chair"]
    program.do("meetings/1/close", minutes="答申しだ。")
    away = {"shingikai_1": {"present": False}}
    program.do("meetings/1/attendance", 422, attended=away)
    refused = program.do("meetings/1/attendance", 409, attended=away, reason="誤り")
    assert f"決定 {number}" in str(refused)
    program.do("meetings/1/minutes", minutes="答申した。", reason="誤字")
    assert program.ask("meetings/1")["minutes"] == "答申した。"


def test_a_program_replaces_a_members_own_vote_with_a_reason_alone(office: Office) -> None:
    house = House(office, "shingikai_gian")
    house.a_plan()
    house.a_version()
    item = house.an_item("consultation_shingikai")
    actions.cast_vote(office, "shingikai_1", item, Choice.FOR, now=house.now)
    program = Program(house, "shingikai_office")
    program.do(f"items/{item}/votes/entered", 409, votes={"shingikai_1": "against"})
    program.do(f"items/{item}/votes/entered", votes={"shingikai_1": "against"}, reason="本人に確認")
    assert program.ask(f"items/{item}/tally")["against"] == 1
    program.do(f"items/{item}/votes/entered", votes={"shingikai_2": "for"})
    program.do(f"items/{item}/deciding_vote", choice="for")
    assert program.ask(f"items/{item}/tally")["carried"] is True


def test_a_program_reads_a_version_and_what_changed_since(house: House) -> None:
    house.a_plan()
    for text in ("# 目的\n対象は50件とする。\n", "# 目的\n対象は60件とする。\n", "\x00\x01"):
        house.a_version(text)
    program = Program(house, "joho_bukai_1")
    read = program.ask("plans/dx/versions/1/text")
    assert (read["number"], read["why_not"]) == (1, None)
    assert read["blocks"] == [
        {"kind": "heading", "cells": ["目的"], "level": 1, "begins": False},
        {"kind": "paragraph", "cells": ["対象は50件とする。"], "level": 0, "begins": False},
    ]
    found = program.ask("plans/dx/versions/1/compare/2")
    assert (found["changed"], found["added"], found["numbers_changed"]) == (1, 0, 1)
    (difference,) = found["differences"]
    assert (difference["change"], difference["under"]) == ("changed", "目的")
    assert difference["new"] == [
        [
            {"text": "対象は", "differs": False, "number": False},
            {"text": "60", "differs": True, "number": True},
            {"text": "件とする。", "differs": False, "number": False},
        ]
    ]
    assert program.ask("plans/dx/versions/3/text")["why_not"] == "broken"
    assert program.ask("plans/dx/versions/2/compare/3")["new_why_not"] == "broken"
    program.ask("plans/dx/versions/1/compare/9", 404)
    house.a_plan("other")
    program.ask("plans/other/versions/1/text", 404)
