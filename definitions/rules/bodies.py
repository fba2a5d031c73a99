"""Rules on the bodies: each can reach its answer by its own rule."""

from collections.abc import Iterator
from fractions import Fraction

from definitions.chain import Body, Chain, Meets, PresiderVotes, Tie, can_tie
from definitions.findings import Finding, KeyPath
from definitions.terms import BodyKind
from definitions.words import words


def bodies_can_reach_their_answer(chain: Chain) -> Iterator[Finding]:
    for i, body in enumerate(chain.bodies):
        yield from (
            _tallied(("bodies", i), body) if body.reaches == "tallied" else _recorded(("bodies", i), body)
        )


def _tallied(path: KeyPath, body: Body) -> Iterator[Finding]:
    if body.kind is BodyKind.RECEIVING:
        yield Finding(
            (*path, "reaches"),
            words("「{body}」は報告を受ける機関なので、採決（tallied）はできません", body=body.name),
            words("reaches: recorded にするか、kind を改めてください"),
        )
        return
    for field, name, example in (
        ("quorum", words("定足数"), "半数以上"),
        ("majority", words("可決の割合"), "過半数"),
    ):
        if getattr(body, field) is None:
            yield Finding(
                (*path, "reaches"),
                words(
                    "「{body}」は採決（tallied）するのに、{name}（{field}）がありません",
                    body=body.name,
                    name=name,
                    field=field,
                ),
                words("{field}: {example} のように書いてください", field=field, example=example),
            )
    decides = can_tie(body) and body.tie is Tie.CHAIR_DECIDES
    if body.presider_votes is PresiderVotes.TIES and body.majority is not None and not decides:
        yield Finding(
            (*path, "presider_votes"),
            words(
                "「{body}」には会長の決する可否同数がないので、進行する委員（presider_votes: ties）は一度も採決に加われません",
                body=body.name,
            ),
            words("presider_votes: always にするか、majority: 過半数 と tie: chair_decides にしてください"),
        )
    if body.majority is not None and body.majority.share < Fraction(1, 2):
        yield Finding(
            (*path, "majority"),
            words(
                "「{body}」の可決の割合（majority）{majority} では、反対の方が多くても可決になります",
                body=body.name,
                majority=body.majority,
            ),
            words("majority を 半数以上 か、それより大きい割合にしてください"),
        )


def _recorded(path: KeyPath, body: Body) -> Iterator[Finding]:
    plain = Body.model_fields
    for field, name in (
        ("majority", words("可決の割合")),
        ("majority_of", words("可決の割合の母数")),
        ("presider_votes", words("進行する委員の票")),
        ("written_votes", words("書面表決")),
        ("tie", words("可否同数の決め方")),
    ):
        if getattr(body, field) != plain[field].default:
            yield Finding(
                (*path, field),
                words(
                    "「{body}」は結果を記録するだけ（recorded）なので、{name}（{field}）は使われません",
                    body=body.name,
                    name=name,
                    field=field,
                ),
                words("{field} を消すか、reaches: tallied にしてください", field=field),
            )


def only_open_bodies_say_how_they_are_open(chain: Chain) -> Iterator[Finding]:
    plain = Body.model_fields
    for i, body in enumerate(chain.bodies):
        for field, name in (
            ("notice_days", words("公開の告知の期限")),
            ("observers", words("傍聴の方法")),
            ("publishes", words("会議録の公開の方法")),
        ):
            if not body.public and getattr(body, field) != plain[field].default:
                yield Finding(
                    ("bodies", i, field),
                    words(
                        "「{body}」の会議は公開しないので、{name}（{field}）は使われません",
                        body=body.name,
                        name=name,
                        field=field,
                    ),
                    words("{field} を消すか、public: true を加えてください", field=field),
                )


def only_what_deliberates_has_a_chair_who_decides_alone(chain: Chain) -> Iterator[Finding]:
    for i, body in enumerate(chain.bodies):
        if body.urgent is None:
            continue
        if body.assembly or body.kind in (BodyKind.VOTING, BodyKind.RECEIVING):
            yield Finding(
                ("bodies", i, "urgent"),
                words(
                    "「{body}」は{what}なので、その長だけで決めること（専決、urgent）はできません",
                    body=body.name,
                    what=words("議会の機関") if body.assembly else words(body.kind.label),
                ),
                words("urgent を消してください"),
            )


def summaries_come_first(chain: Chain) -> Iterator[Finding]:
    for i, body in enumerate(chain.bodies):
        days = body.minutes
        if days and days.summary_days and days.full_days and days.summary_days > days.full_days:
            yield Finding(
                ("bodies", i, "minutes"),
                words("「{body}」の概要の期限が、会議録の期限より後です", body=body.name),
                words("summary_days を full_days 以下にしてください"),
            )


def regular_days_have_one_rule(chain: Chain) -> Iterator[Finding]:
    for i, body in enumerate(chain.bodies):
        if body.meets:
            yield from _regular(("bodies", i, "meets"), body, body.meets)


def _regular(path: KeyPath, body: Body, meets: Meets) -> Iterator[Finding]:
    counted = meets.every is not None or meets.since is not None
    if meets.months and counted:
        yield Finding(
            path,
            words(
                "「{body}」の定例日（meets）に、月の名（months）と間隔（every・since）の両方があります",
                body=body.name,
            ),
            words("months か、every と since の、どちらか一方にしてください"),
        )
    elif not meets.months and not counted:
        yield Finding(
            path,
            words("「{body}」の定例日（meets）に、どの月に開くかがありません", body=body.name),
            words("months: [2, 6, 9, 11] か、every: 2 と since: 2023-03 のように書き加えてください"),
        )
    elif counted and (meets.every is None or meets.since is None):
        missing = "every" if meets.every is None else "since"
        yield Finding(
            path,
            words("「{body}」の定例日（meets）に {key} がありません", body=body.name, key=missing),
            words("every: 2 と since: 2023-03 のように、何か月おきか、どの月から数えるかを書いてください"),
        )
