"""Rules on the reminders: each is sent, to people it concerns."""

from collections.abc import Iterator

from definitions.chain import Audience, Chain, PeriodGate, ReminderKind, minutes_days
from definitions.findings import Finding
from definitions.rules.walk import gates_of
from definitions.words import words

_AUDIENCES: dict[ReminderKind, tuple[Audience, ...]] = {
    ReminderKind.MEETING: (Audience.MEMBERS, Audience.SECRETARIAT, Audience.CHAIR),
    ReminderKind.AGENDA_DEADLINE: (Audience.SECRETARIAT,),
    ReminderKind.UNANSWERED: (Audience.MEMBERS,),
    ReminderKind.COMMENT_CLOSING: (Audience.STAFF,),
    ReminderKind.SUMMARY_DEADLINE: (Audience.SECRETARIAT,),
    ReminderKind.MINUTES_DEADLINE: (Audience.SECRETARIAT,),
}
"""The audiences allowed for each kind of reminder."""


def reminders_reach_those_concerned(chain: Chain) -> Iterator[Finding]:
    periods = any(isinstance(gate, PeriodGate) for _, gate in gates_of(chain))
    for i, rule in enumerate(chain.reminders):
        audiences = _AUDIENCES[rule.kind]
        if rule.audience not in audiences:
            yield Finding(
                ("reminders", i, "audience"),
                words(
                    "{kind} のリマインドは {audience} には送れません",
                    kind=rule.kind.value,
                    audience=rule.audience.value,
                ),
                words("audience を {audiences} にしてください", audiences="・".join(audiences)),
            )
        if rule.kind is ReminderKind.COMMENT_CLOSING and rule.bodies:
            yield Finding(
                ("reminders", i, "bodies"),
                words("パブリックコメントの締切は会議体のものではないので、bodies では絞れません"),
                words("bodies を消してください"),
            )
        if rule.kind is ReminderKind.COMMENT_CLOSING and not periods:
            yield Finding(
                ("reminders", i, "kind"),
                words("パブリックコメント（kind: period）の手続がないので、このリマインドは送られません"),
                words("この行を消すか、kind: period の手続を置いてください"),
            )


def reminders_of_minutes_have_a_deadline(chain: Chain) -> Iterator[Finding]:
    for i, rule in enumerate(chain.reminders):
        if rule.kind not in (ReminderKind.SUMMARY_DEADLINE, ReminderKind.MINUTES_DEADLINE):
            continue
        meant = [body for body in chain.bodies if not rule.bodies or body.key in rule.bodies]
        if not any(minutes_days(body, rule.kind) for body in meant):
            field = "summary_days" if rule.kind is ReminderKind.SUMMARY_DEADLINE else "full_days"
            yield Finding(
                ("reminders", i, "kind"),
                words("会議録の期限（minutes）のある会議体がないので、このリマインドは送られません"),
                words("この行を消すか、会議体に minutes: {{{field}: 2}} のように書いてください", field=field),
            )
