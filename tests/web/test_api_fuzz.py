"""Every call the OpenAPI allows, and many it does not, against the running server: no broken answer, none that the
OpenAPI does not describe."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.generation import GenerationMode

from definitions.terms import Outcome, Role
from tests.support.api_client import a_token
from tests.support.chromium import serving
from tests.support.databases import SQLite
from tests.support.long_forms import long_form
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import mail_settings
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.inquiries import GivenRemark, Silence
from workflow.store.database import Office
from workflow.web.api.rate_limit import Pace
from workflow.web.app import build

EXAMPLES = long_form(12, in_ci=5)
"""Of each call and mode; together a minute or so."""

IN_PATHS: dict[str, Any] = {"plan": "dx", "meeting": 1, "item": 1, "decision": 1, "condition": 1, "signoff": 1,
                            "opinion": 1, "circulation": 1, "remark": 1, "speech": 1, "kind": "summary", "form": "docx",
                            "inquiry": 1,
                            "body": "joho_bukai", "person": "joho_bukai_1", "chain": "two_rounds", "number": 1, "other": 1,
                            "gate": "policy_bukai", "delivery": 1, "confirmation": 1, "paper": 1}  # fmt: skip
IN_BODIES: dict[str, Any] = {"plan": "dx", "gate": "policy_bukai", "decision": 1, "body": "joho_bukai", "seen": 1,
                             "chain": "two_rounds", "department": "it", "to": "outline", "deputy": "admin",
                             "member": "joho_bukai_1", "email": "someone@city.example.jp", "place": "第一委員会室",
                             "starts_at": "2023-04-03T14:00:00+09:00", "ends_at": "2023-04-03T16:00:00+09:00",
                             "since": "2023-04-01", "until": "2024-03-31", "reason": "都合", "note": "所見",
                             "readers": ["joho_bukai_1"], "departments": ["mayor"], "people": ["mayor"]}  # fmt: skip
"""What the house has, so that not every call ends at what there is not."""

CHECKED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def a_house_with_everything(office: Office) -> House:
    """A plan with a version, a meeting with an outcome that has a condition; and somebody who is administrator,
    staff and 事務局 at once."""
    house = House(office)
    house.a_person("everything", "何でも 係")
    actions.name_administrator(
        office, "admin", "everything", LONG_AGO, proof=actions.OwnMachine(), now=house.now
    )
    actions.post(office, "admin", "everything", "it", LONG_AGO, now=house.now)
    actions.seat(office, "admin", "everything", "joho_bukai", Role.SECRETARIAT, LONG_AGO, now=house.now)
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    house.a_correction()
    house.confirm("policy_bukai")
    actions.add_paper(office, "everything", 1, "資料.txt", b"paper", now=house.now)
    actions.circulate(office, "tanto", "dx", ["everything"], now=house.now)
    actions.remark(office, "everything", "dx", "図がよい", now=house.now)
    actions.inquire(
        office, "everything", "dx", "照会", "御意見を", ["用語は正しいか"], people=["everything"],
        due_on=tokyo_day(house.now) + timedelta(days=9), silence=Silence.NO_OBJECTION, now=house.now,
    )  # fmt: skip
    said = [GivenRemark("用語が古い", question=1)]
    actions.answer_inquiry(office, "everything", "dx", 1, said, has_opinion=True, now=house.now)
    return house


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_call_breaks_or_answers_what_is_not_described(
    mode: GenerationMode, sqlite: SQLite, tmp_path: Path
) -> None:
    with sqlite.office(tmp_path) as office:
        house = a_house_with_everything(office)
        app = build(office, mail_settings(tmp_path), clock=lambda: house.now)
        app.state.pace = Pace(10**9)
        headers = {"Authorization": f"Bearer {a_token(house, 'everything')}"}
        with serving(app) as url:
            schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
            for found in schema.get_all_operations():
                call_often(found.ok(), mode, headers)


def call_often(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def called(case: Any, known: bool) -> None:
        if known:
            case.path_parameters |= {name: IN_PATHS[name] for name in case.path_parameters}
            if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
                case.body |= {name: IN_BODIES[name] for name in case.body if name in IN_BODIES}
        case.call_and_validate(headers=headers, checks=CHECKED)

    called()
