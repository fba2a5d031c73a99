"""Checks of a well-formed chain: every name refers to something, every stage can be reached and left, every gate can
be opened and only by agreement, and no plan can reach a decided stage without having passed every mandatory gate."""

from collections.abc import Callable, Iterator

from definitions.chain import Chain
from definitions.findings import Finding
from definitions.rules import bodies, gates, names, reminders, schedule, stages


def check(chain: Chain) -> list[Finding]:
    """Every broken rule of the chain; none means plans can be run on it."""
    return [finding for rule in _RULES for finding in rule(chain)]


_RULES: tuple[Callable[[Chain], Iterator[Finding]], ...] = (
    names.unique_keys,
    names.nothing_is_listed_twice,
    names.known_bodies,
    names.every_body_is_asked,
    stages.known_next,
    stages.no_cycle_of_stages,
    stages.every_stage_on_the_way,
    stages.some_stage_decides,
    stages.no_plan_begins_decided,
    stages.somebody_decides,
    stages.some_gate_is_mandatory,
    stages.no_way_round_a_mandatory_gate,
    gates.gates_wait_for_gates_beside_them,
    gates.no_gates_wait_in_a_circle,
    gates.gates_open_on_agreement,
    gates.gates_are_about_named_documents,
    gates.named_documents_are_written,
    gates.one_gate_a_stage_for_each_document,
    gates.delegates_are_others,
    gates.periods_are_long_enough,
    gates.periods_have_a_document,
    bodies.bodies_can_reach_their_answer,
    bodies.only_open_bodies_say_how_they_are_open,
    bodies.only_what_deliberates_has_a_chair_who_decides_alone,
    schedule.slots_fit_their_gates,
    schedule.slots_fall_in_their_stages,
    schedule.slots_follow_the_order_of_their_gates,
    schedule.planned_months_run_forward,
    schedule.stages_are_planned_in_their_order,
    reminders.reminders_reach_those_concerned,
    reminders.reminders_of_minutes_have_a_deadline,
    bodies.summaries_come_first,
    bodies.regular_days_have_one_rule,
)
