"""The definitions an office knows: those that come with the program, and those it keeps."""

import hashlib
from dataclasses import dataclass
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from definitions.chain import Chain
from definitions.load import shipped, shipped_chains
from workflow.domain.errors import NotFound
from workflow.store.tables import (
    ChainText,
    Plan,
)


def chain_of(db: Session, sha256: str) -> Chain:
    """The chain of that text; read and parsed once in a process."""
    if sha256 not in _chains:
        text = db.scalar(select(ChainText.text).where(ChainText.sha256 == sha256))
        if text is None:
            raise NotFound("定義", sha256)
        _chains[sha256] = Chain.from_canonical_json(text)
    return _chains[sha256]


_chains: dict[str, Chain] = {}


@dataclass(frozen=True, slots=True)
class Definition:
    """A chain by the SHA-256 of its text. `kept`: people can be seated in its bodies; `plans` began with it."""

    sha256: str
    chain: Chain
    shipped: bool
    kept: bool
    plans: int

    @property
    def short(self) -> str:
        """Enough of the SHA-256 to tell one definition from the others."""
        return self.sha256[:12]


def known_chains(db: Session) -> list[Definition]:
    """Every definition: the ones in use first, then by key. Two statements, beside each chain once in a
    process."""
    kept = db.scalars(select(ChainText.sha256)).all()
    begun = select(Plan.chain_sha256, func.count()).group_by(Plan.chain_sha256)
    plans = dict(db.execute(begun).all())
    ours = _shipped()
    chains = {**ours, **{sha256: chain_of(db, sha256) for sha256 in kept}}
    found = [
        Definition(sha256, chain, sha256 in ours, sha256 in kept, plans.get(sha256, 0))
        for sha256, chain in chains.items()
    ]
    return sorted(found, key=lambda each: (not each.plans, not each.kept, each.chain.key, each.sha256))


def known_chain(db: Session, short: str) -> Definition:
    """The definition whose SHA-256 begins so. Raises `NotFound`."""
    for each in known_chains(db):
        if each.short == short:
            return each
    raise NotFound("定義", short)


@cache
def _shipped() -> dict[str, Chain]:
    """The chains that come with the program, by the SHA-256 of their text; read once in a process."""
    chains = [shipped(key) for key in shipped_chains()]
    return {hashlib.sha256(chain.canonical_json().encode()).hexdigest(): chain for chain in chains}
