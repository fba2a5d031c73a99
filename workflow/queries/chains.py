"""The definitions an office knows: those that come with the program, and those it keeps."""

import hashlib
from dataclasses import dataclass
from functools import cache

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.orm import Session

from definitions.chain import Chain
from definitions.load import shipped, shipped_chains
from workflow.domain.errors import NotFound
from workflow.domain.events import Tag
from workflow.domain.plans import Status
from workflow.store.tables import ChainText, Event, Plan


def chain_of(db: Session, sha256: str) -> Chain:
    """The chain of that text; read and parsed once in a process."""
    if sha256 not in _chains:
        text = db.scalar(select(ChainText.text).where(ChainText.sha256 == sha256))
        if text is None:
            raise NotFound("策定の流れ", sha256)
        _chains[sha256] = Chain.from_canonical_json(text)
    return _chains[sha256]


_chains: dict[str, Chain] = {}


def body_name(db: Session, body: str, sha256: str) -> str:
    """The name of the body of that key, with its English one, as the chain that last named it has it. No statement, beside that
    chain once in a process."""
    return chain_of(db, sha256).body(body).name


@dataclass(frozen=True, slots=True)
class Definition:
    """A chain by the SHA-256 of its text. `kept`: people can be seated in its bodies; `plans` began with it, counted up to
    one more than `COUNTED`."""

    sha256: str
    chain: Chain
    shipped: bool
    kept: bool
    plans: int

    @property
    def short(self) -> str:
        """Enough of the SHA-256 to tell one definition from the others."""
        return self.sha256[:12]

    @property
    def many(self) -> int | None:
        """The number than which more plans follow the chain; None where all were counted."""
        return COUNTED if self.plans > COUNTED else None


COUNTED = 1000
"""So many plans of a chain are counted."""


def known_chains(db: Session) -> list[Definition]:
    """Every definition: the ones in use first, then by key. One statement, beside each chain once in a
    process."""
    plans: dict[str, int] = dict(db.execute(select(ChainText.sha256, _BEGUN)).all())
    ours = _shipped()
    chains = {**ours, **{sha256: chain_of(db, sha256) for sha256 in plans}}
    found = [
        Definition(sha256, chain, sha256 in ours, sha256 in plans, plans.get(sha256, 0))
        for sha256, chain in chains.items()
    ]
    return sorted(found, key=lambda each: (not each.plans, not each.kept, each.chain.key, each.sha256))


_BEGUN = (
    select(func.count())
    .select_from(
        select(Plan.id)
        .where(Plan.status.in_(list(Status)), Plan.chain_sha256 == ChainText.sha256)
        .correlate(ChainText)
        .limit(COUNTED + 1)
        .subquery()
    )
    .scalar_subquery()
)
"""The plans of a chain, counted no further than is shown."""


def known_chain(db: Session, short: str) -> Definition:
    """The definition whose SHA-256 begins so. Raises `NotFound`."""
    for each in known_chains(db):
        if each.short == short:
            return each
    raise NotFound("策定の流れ", short)


def chain_for(db: Session, name: str) -> Chain:
    """The chain of that key, or of that SHA-256 of its text. A key is that of a chain that comes with the program,
    else of the text that the office adopted last under it. Raises `NotFound` with the keys there are."""
    if name in shipped_chains():
        return shipped(name)
    either = or_(ChainText.key == name, ChainText.sha256 == name)
    found = db.scalar(select(ChainText.sha256).where(either).order_by(_ADOPTED.desc()).limit(1))
    if found is not None:
        return chain_of(db, found)
    if name in _shipped():
        return _shipped()[name]
    raise NotFound("策定の流れ", name, sorted({*shipped_chains(), *db.scalars(select(ChainText.key))}))


def chains_by_key(db: Session) -> list[Chain]:
    """The chains by key, each as `chain_for` finds it. One statement, beside each chain once in a process."""
    kept = dict(db.execute(select(ChainText.key, ChainText.sha256).order_by(_ADOPTED)).all())
    found = {key: chain_of(db, sha256) for key, sha256 in kept.items()}
    found |= {chain.key: chain for chain in _shipped().values()}
    return [found[key] for key in sorted(found)]


_FIRST_PLANS = union_all(
    *(
        select(func.min(Plan.id).label("id"))
        .where(Plan.status == status, Plan.chain_sha256 == ChainText.sha256)
        .correlate(ChainText)
        for status in Status
    )
).subquery()
"""The first plan of a text in each status: each is one look into the index."""
_ADOPTING = union_all(
    select(Event.seq)
    .where(Event.tag == Tag.CHAIN_ADDED, Event.data.contains(ChainText.sha256))
    .correlate(ChainText),
    select(Event.seq)
    .where(Event.plan_id == select(func.min(_FIRST_PLANS.c.id)).scalar_subquery())
    .correlate(ChainText),
).subquery()
_ADOPTED = func.coalesce(select(func.min(_ADOPTING.c.seq)).scalar_subquery(), 0)
"""The number of the event by which the office adopted a text: it was added, or a plan began with it."""


def kept_chains(db: Session) -> dict[str, Chain]:
    """The chains the office keeps, by the SHA-256 of their text. One statement, beside each chain once in a
    process."""
    return {sha256: chain_of(db, sha256) for sha256 in db.scalars(select(ChainText.sha256))}


@dataclass(frozen=True, slots=True)
class ChainChoice:
    """A chain that a plan can begin with, by the name that `chain_for` finds it by: a shipped one by its key, any other by
    its SHA-256. `kept`: the office registered it."""

    name: str
    chain: Chain
    kept: bool


def chains_to_begin(db: Session) -> list[ChainChoice]:
    """The chains a plan can begin with: first those that the office registered, most used and then newest first; then
    what else comes with the program. One statement, beside each chain once in a process."""
    ours = _shipped()
    kept = db.scalars(select(ChainText.sha256).order_by(_BEGUN.desc(), _ADOPTED.desc())).all()
    registered = [
        ChainChoice(ours[sha256].key if sha256 in ours else sha256, chain_of(db, sha256), kept=True)
        for sha256 in kept
    ]
    others = [
        ChainChoice(chain.key, chain, kept=False) for sha256, chain in ours.items() if sha256 not in kept
    ]
    return registered + others


@cache
def _shipped() -> dict[str, Chain]:
    """The chains that come with the program, by the SHA-256 of their text; read once in a process."""
    chains = [shipped(key) for key in shipped_chains()]
    return {hashlib.sha256(chain.canonical_json().encode()).hexdigest(): chain for chain in chains}
