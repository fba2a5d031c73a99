"""The rule of time: an act held at a moment is judged by the gates as they stood then."""

from datetime import datetime

from definitions.chain import Chain, Gate
from definitions.errors import SakuteiError
from workflow.domain import gates
from workflow.domain.calendar import shown_moment
from workflow.domain.cover import Text
from workflow.domain.facts import Facts
from workflow.domain.gates import Lack, Put
from workflow.domain.language import say, translate
from workflow.domain.path import Stay


class LateText(SakuteiError):
    """The text was registered after the body met: it saw other bytes, unless somebody says why these (後日登録)."""

    def __init__(self, version: int, registered_at: datetime, held_at: datetime) -> None:
        self.version, self.registered_at, self.held_at = version, registered_at, held_at

    @property
    def message(self) -> str:
        return say(
            "第{version}版は、会議（{held}）の後の {registered} に登録されました。会議がこの文書そのものを見て決めたときは、後日登録の理由を書いて記録してください。見ていないときは、会議が見た版の結果を記録し、第{version}版は次の会議に諮ってください。",
            version=self.version,
            held=shown_moment(self.held_at),
            registered=shown_moment(self.registered_at),
        )


class TooEarly(SakuteiError):
    """An answer would be dated before what it rests on; `why` says what that is."""

    def __init__(self, gate: str, why: str, held_at: datetime) -> None:
        self.gate, self.why, self.held_at = gate, why, held_at

    @property
    def message(self) -> str:
        said = say(
            "「{gate}」の結果を、{held} のものとしては記録できません。",
            gate=self.gate,
            held=shown_moment(self.held_at),
        )
        mend = say("日時を確かめて直すか、次の会議に諮ってください。")
        return said + translate(self.why) + mend


def must_be_in_time(
    chain: Chain, gate: Gate, stay: Stay, known: Facts, *, text: Text, at: datetime, late: str
) -> None:
    """An answer on that text, given at that moment, comes after the plan's arrival in the stage, after the text was
    registered (else `late` says why the body saw it nevertheless: 後日登録), and after the gates before it were open
    for that text. Raises `TooEarly`, `LateText`."""
    if at < stay.since:
        stage = chain.stage(stay.stage).label
        since = shown_moment(stay.since)
        raise TooEarly(
            gate.label, say("計画が「{stage}」に入ったのは {since} です。", stage=stage, since=since), at
        )
    if at < text.at and not late.strip():
        raise LateText(text.number, text.at, at)
    then = gates.states(chain, stay, known.at(at), put=Put(chain.document_of(gate), text.sha256))[gate.key]
    if then.lack is Lack.AFTER:
        shut = say("、").join(then.detail)
        why = say("そのとき「{shut}」は、この文書についてまだ済んでいませんでした。", shut=shut)
        raise TooEarly(gate.label, why, at)
