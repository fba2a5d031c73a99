"""Whatever a use case refuses, somebody who reads English is told in English."""

import inspect
import re
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

import notifications.inbox
import notifications.transport
import notifications.webhooks
from definitions.chain import Chain
from definitions.errors import ChainInvalid, SakuteiError
from definitions.load import parse_chain, shipped
from tests.support.scenario import House
from tests.web.test_language import JAPANESE, _names
from workflow import actions
from workflow.actions.departments import DepartmentsRefused
from workflow.actions.people_table import NewcomerFault, NewcomersRefused
from workflow.actions.seats_table import SeatFound, SeatLine, SeatsRefused
from workflow.domain import errors
from workflow.domain.errors import message_of
from workflow.domain.gates import GateClosed
from workflow.domain.language import Dates, Language, dates, language, say
from workflow.domain.takeover import RowFault, TakeoverRefused
from workflow.domain.timing import LateText, TooEarly
from workflow.store.database import DryRunOffice
from workflow.web.oidc import ProviderFailed

SAMPLES = (
    errors.PlanMoved("Plan", 1, 2),
    errors.NotAllowed("Person", "専決", ["決裁者", "会議体の委員"]),
    errors.HasLeft("Person"),
    errors.IdentityUnconfirmed(),
    errors.NotFound("会議", "9", ["1", "2"]),
    errors.UnknownStage("nowhere", ["policy"]),
    errors.StepImpossible("差戻し", "Stage", "Other"),
    errors.NotNow("裁決", "Meeting", "可否同数ではありません。"),
    errors.OtherText(1, 2),
    LateText(2, datetime(2023, 6, 14, tzinfo=UTC), datetime(2023, 6, 12, tzinfo=UTC)),
    TooEarly("Gate", say("計画が「{stage}」に入ったのは {since} です。", stage="S", since="x"), datetime(2023, 6, 12, tzinfo=UTC)),
    errors.QuorumMissing("Body", 1, 9, "1/2"),
    errors.AlreadyDone("この議題は既に決しています。"),
    errors.BadInput("開催日時", "空です", "1 文字以上で入力してください。"),
    errors.BadInput("挙手の結果", say("「{key}」は開催日の委員ではありません", key="x"), "名簿と任期を確かめてください。"),
    errors.DocumentDamaged("0" * 64, "見つかりません"),
    errors.DatabaseUnusable("読み取り専用です", "接続先を確かめてください。"),
    errors.AuditBroken(7, "見つかりません"),
    errors.RecordUnproven(["An event"]),
    errors.SignInRefused(),
    errors.SignInRefused(wait=timedelta(minutes=3)),
    errors.TooManyTries(datetime(2023, 3, 1, tzinfo=UTC)),
    errors.LinkUnusable("このリンクの期限が過ぎました"),
    errors.TokenRefused(),
    errors.TokenRefused(missing=True),
    errors.ScopeMissing("read", "読み取り"),
    errors.TooManyCalls(5),
    errors.TooLarge(2 * 1024**2),
    errors.TooManyUploads(2),
    errors.QuotaSpent(2 * 1024**3),
    errors.KeyReused("key"),
    errors.CallRunning(),
    errors.AnswerLost(),
    errors.BackupUnusable("暗号化されています", "別の名前を指定してください。"),
    errors.StorageFull(),
    errors.TooBusy(),
    errors.TooSlow(),
    errors.SheetNotMade(say("PDF にできませんでした"), say("少し待ってから、もう一度お試しください。")),
    errors.TemplateRefused("a.docx", [say("Word 文書（docx）として読めません。Word で開き、docx で保存し直してください。")]),
    errors.RsvpLinkUnusable("このリンクの期限が過ぎました"),
    errors.ReplyNotTaken("このリンクの期限が過ぎました"),
    notifications.inbox.InboxGone(say("接続を拒まれました")),
    ProviderFailed("サインインの途中で時間が経ったか、別の画面から始められたものです。"),
    TakeoverRefused([RowFault(3, say("次の段階: {names}。", names="x"))] * 2, rehearsed=True),
    SeatsRefused([SeatFound(SeatLine(3, "x"), fault=say("職がありますが、課がありません。課も書いてください。"))]),
    DepartmentsRefused([(0, say("課の一覧は既にそのとおりです。"))]),
    NewcomersRefused([NewcomerFault(3, say("職がありますが、課がありません。課も書いてください。"))]),
    notifications.transport.MailRefused("550 no"),
    notifications.transport.MailDelayed(say("時間内に応答がありません")),
    notifications.transport.MailServerGone(say("接続を拒まれました")),
    notifications.transport.MailUncertain(say("途中で接続が切れました")),
    notifications.transport.SenderRefused("553 5.1.8 no"),
    notifications.transport.OfficeRefused("554 5.7.1 no"),
    errors.Unwritable(say("通知のひな形 {where}", where="x"), "空です", "ひな形を直してください。直れば、待っているメールは自動で送られます。"),
    notifications.webhooks.CallRefused("HTTP 404"),
    notifications.webhooks.CallDelayed(say("相手先の名前を引けません")),
)  # fmt: skip
"""Each made while Japanese was spoken, with the texts its callers give."""

MADE_BELOW = {ChainInvalid, GateClosed}
"""Errors whose samples are real ones: see the tests of them."""


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_is_told_in_english(error: SakuteiError) -> None:
    assert _japanese(_in_english(error)) == []


def test_every_error_has_a_sample() -> None:
    assert set(_below(SakuteiError)) == {type(error) for error in SAMPLES} | MADE_BELOW


def test_the_faults_of_a_chain_are_told_in_english() -> None:
    for text in ("format: 2\nx: &a [", "- 1", "", "format: 2\nkey: A\nbodies: [{}]\nstages: [{gates: [{}]}]"):
        with pytest.raises(ChainInvalid) as refused:
            parse_chain(text, "chain.yaml")
        assert _japanese(_in_english(refused.value)) == []


def test_shut_gates_are_told_in_english(house: House) -> None:
    house.a_plan()
    with pytest.raises(GateClosed) as refused:
        house.advance()
    assert "These gates are shut" in _in_english(refused.value)


def test_what_every_use_case_refuses_is_told_in_english(house: House) -> None:
    """Each is called with what there is and what there is not, by people with and without the right."""
    house.a_plan()
    house.a_version()
    house.an_item("policy_bukai")
    names = sorted(_names(house), key=len, reverse=True)
    refusing, told = set[str](), set[str]()
    for use, call in _calls(house):
        if said := _refusal(call):
            refusing.add(use)
            told.add(said)
    uses = {name for name in actions.__all__ if inspect.isfunction(getattr(actions, name))}
    assert uses - refusing == NEVER_REFUSE
    for said in told:
        for name in names:
            said = said.replace(name, "")
        assert _japanese(said) == [], said
    assert len(told) > 100


NEVER_REFUSE = {
    "set_mail_aside",
    *("erase_authors_due", "take_entries", "tell_agenda_changes_due", "note_refusal", "note_reading"),
    *(
        "signs_as",
        "read_newcomers",
        "read_departments",
        "read_staff",
        "read_seats",
        "check_newcomers",
        "signed_in",
        "was_signed_in",
        "holder_of",
        "new_device",
    ),
    *("sign_in_by_provider", "ask_reset", "sign_out", "prolong_sessions"),
    *("claim_call", "keep_answer", "release_call"),
}
"""Questions, what tells nobody whether they are known, and what keeps the answers to programs, who are told in
Japanese."""


def _calls(house: House) -> Iterator[tuple[str, Any]]:
    for use in actions.__all__:
        do = getattr(actions, use)
        if not inspect.isfunction(do) or use in NEVER_REFUSE:
            continue
        for by, known in product(("tanto", "admin", "joho_bukai_office", "joho_bukai_1", "x"), range(4)):
            yield use, lambda do=do, by=by, known=known: _call(house, do, by, known)


def _call(house: House, do: Any, by: str, known: int) -> None:
    given: dict[str, Any] = {}
    hints = typing.get_type_hints(do)
    for name, parameter in inspect.signature(do).parameters.items():
        if hints[name] is Session or name in ("office", "db"):
            continue
        if parameter.default is not inspect.Parameter.empty and known % 2:
            continue
        given[name] = by if name == "by" else _value(house, name, hints[name], known)
    office = DryRunOffice(house.office, lambda _: None)
    if "office" in hints:
        do(office, **given)
    else:
        with house.office.reading() as db:
            do(db, **given)


def _value(house: House, name: str, kind: Any, known: int) -> Any:
    """What there is (0, 1), what there is not (2), and what cannot be (3)."""
    kinds = typing.get_args(kind)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return _value(house, name, kinds[0], known)
    if name == "now":
        return house.now
    origin = typing.get_origin(kind) or kind
    if isinstance(origin, type) and issubclass(origin, Enum):
        return list(origin)[known % len(list(origin))]
    if origin is bool:
        return bool(known % 2)
    if origin is int:
        return 1 if known < 2 else 999
    if origin is datetime:
        return house.now + timedelta(days=(-3, 3, 3000, -3000)[known])
    if origin is time:
        return time(9 + known)
    if origin is date:
        return (house.now + timedelta(days=(-3, 3, 3000, -3000)[known])).date()
    if origin is Path:
        return Path(__file__)
    if origin is bytes:
        return (b"text", b"", b"\0", b"%PDF-1.4")[known]
    if origin is Chain:
        return (house.chain, shipped("shingikai_gian"), shipped("two_rounds"), house.chain)[known]
    if origin is str:
        return (_KNOWN.get(name, "text"), _KNOWN.get(name, ""), "nobody", "\0" * 3)[known]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {_value(house, "person", kinds[0], known): _value(house, "", kinds[1], known)}
    if kinds:
        return [] if known == 3 else [_value(house, "person", kinds[0], known)]
    hints = typing.get_type_hints(origin)
    asked = inspect.signature(origin).parameters.items()
    needed = [each for each, parameter in asked if parameter.default is inspect.Parameter.empty]
    return origin(**{each: _value(house, each, hints[each], known) for each in needed})


_KNOWN = {
    "plan": "dx", "person": "joho_bukai_1", "body": "joho_bukai", "gate": "policy_bukai", "to": "policy",
    "department": "it", "member": "joho_bukai_1", "principal": "joho_bukai_1", "deputy": "joho_bukai_2",
}  # fmt: skip


def _refusal(call: Any) -> str:
    """What a call of somebody who reads English refuses; empty when it refuses nothing."""
    chosen = language.set(Language.ENGLISH), dates.set(Dates.ISO)
    try:
        call()
    except SakuteiError as error:
        return message_of(error)
    finally:
        language.reset(chosen[0])
        dates.reset(chosen[1])
    return ""


def _in_english(error: SakuteiError) -> str:
    spoken, written = language.set(Language.ENGLISH), dates.set(Dates.ISO)
    try:
        return message_of(error)
    finally:
        language.reset(spoken)
        dates.reset(written)


def _japanese(said: str) -> list[str]:
    return [word for word in re.sub(r"「[^」]*」", "", said).split() if JAPANESE.search(word)]


def _below(kind: type[SakuteiError]) -> Iterator[type[SakuteiError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
