"""Definitions: which there are."""

from collections.abc import Iterable

from pydantic import Field

from definitions.chain import Chain
from workflow.wire.values import Shown


class ChainShown(Shown):
    """計画の進め方の策定の流れ"""

    key: str = Field(description="策定の流れのID")
    title: str = Field(description="策定の流れの名称")
    office: str = Field(description="庁名")
    stages: list[str] = Field(description="段階の名称、順に")


class Chains(Shown):
    """策定の流れの一覧"""

    chains: list[ChainShown]

    @classmethod
    def of(cls, chains: Iterable[Chain]) -> "Chains":
        return cls(
            chains=[
                ChainShown(
                    key=chain.key,
                    title=chain.title,
                    office=chain.office,
                    stages=[stage.label for stage in chain.stages],
                )
                for chain in chains
            ]
        )
