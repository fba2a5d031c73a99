"""The answers to an inquiry as a table for spreadsheets: a row for each remark, and for each addressee without one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from workflow.domain.calendar import shown_moment
from workflow.domain.language import label, say
from workflow.queries import InquiryFact

WIDTHS = (20, 24, 12, 26, 20, 40, 12, 24, 60, 14, 60)
"""The widths of the columns, in characters."""


def rows(asked: InquiryFact, now: datetime) -> list[list[Any]]:
    """The headings, and the rows in the order of the addressees."""
    headings = [
        say("宛先"),
        say("状態"),
        say("意見の有無"),
        say("回答した日時"),
        say("回答した人"),
        say("質問"),
        say("箇所（ページ）"),
        say("箇所（章・節）"),
        say("意見"),
        say("対応"),
        say("対応の理由"),
    ]
    return [headings, *_rows(asked, now)]


def _rows(asked: InquiryFact, now: datetime) -> Iterator[list[Any]]:
    questions = {each.position: each.text for each in asked.questions}
    for addressee in asked.addressees:
        state = label(asked.state_of(addressee, now))
        answer = addressee.answer
        if answer is None:
            yield [addressee.name, state, *[""] * 9]
            continue
        opinion = say("意見あり") if answer.has_opinion else say("意見なし")
        given = [addressee.name, state, opinion, shown_moment(answer.at), answer.by]
        if not answer.remarks:
            yield [*given, *[""] * 6]
        for remark in answer.remarks:
            made = remark.response
            yield [
                *given,
                questions[remark.question] if remark.question else "",
                remark.page,
                remark.section,
                remark.text,
                label(made.verdict) if made else "",
                made.reason if made else "",
            ]
