"""Until when a record may be taken back (引戻し) by whoever made it: until somebody has built on it."""

from collections.abc import Iterable
from dataclasses import dataclass

from definitions.labelled import Labelled
from workflow.domain.language import label, say


class EndedBy(Labelled):
    """An act that builds on a record."""

    MOVED = "moved", "計画が動く（進行・差戻し）"
    DECIDED = "decided", "次の会議体が決定する"
    SIGNED = "signed", "決裁が済む"
    CONDITION_MET = "condition_met", "条件が解消される"
    REPORTED = "reported", "専決が会議に報告される"
    CLOSED = "closed", "会議が終了する"
    REVIEWED = "reviewed", "後閲が済む"

    @property
    def done(self) -> str:
        """The act, once it was done."""
        return {
            EndedBy.MOVED: say("計画が既に動いた"),
            EndedBy.DECIDED: say("次の会議体が既に決定した"),
            EndedBy.SIGNED: say("決裁が既に済んだ"),
            EndedBy.CONDITION_MET: say("条件が既に解消された"),
            EndedBy.REPORTED: say("専決が既に報告された"),
            EndedBy.CLOSED: say("会議が既に終了した"),
            EndedBy.REVIEWED: say("後閲が済んでいる"),
        }[self]


class Kind(Labelled):
    """The kind of a record that may be taken back."""

    DECISION = "decision", "決定"
    SIGNOFF = "signoff", "決裁"
    CONFIRMATION = "confirmation", "訂正の確認"

    @property
    def instead(self) -> str:
        """The act that is left when the record can no longer be taken back."""
        return {
            Kind.DECISION: say("訂正の記録をしてください。"),
            Kind.SIGNOFF: say("決裁をやり直すには、計画を差し戻した上で、改めて決裁を受けてください。"),
            Kind.CONFIRMATION: say(
                "確認をやり直すには、直した文書を訂正として登録し、改めて確認を受けてください。"
            ),
        }[self]


@dataclass(frozen=True, slots=True)
class TakingBack:
    """`until` are the acts of which the first ends it; `ended` is the one that has, None while the record may be taken
    back."""

    kind: Kind
    until: tuple[EndedBy, ...]
    ended: EndedBy | None

    @classmethod
    def of(cls, kind: Kind, ends: Iterable[tuple[EndedBy, bool]]) -> "TakingBack":
        """`ends` are the acts that can end it, each with whether it was done."""
        known = list(ends)
        return cls(kind, tuple(end for end, _ in known), next((end for end, done in known if done), None))

    @property
    def words(self) -> str:
        """Until when it is possible; afterwards why not, and what to do instead."""
        if self.ended is not None:
            return say("{why}ため、引き戻せません。{instead}", why=self.ended.done, instead=self.kind.instead)
        return say(
            "引き戻せるのは、次のいずれかまでです: {acts}。", acts=say("、").join(map(label, self.until))
        )
