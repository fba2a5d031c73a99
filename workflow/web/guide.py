"""使い方: how each page is used, in Japanese, one file a subject; and the place in them that each refusal leads to."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from definitions.errors import ChainInvalid, SakuteiError
from workflow.actions import DepartmentsRefused, NewcomersRefused, SeatsRefused
from workflow.domain import errors
from workflow.domain.errors import message_of
from workflow.domain.gates import GateClosed
from workflow.domain.takeover import TakeoverRefused
from workflow.domain.timing import LateText, TooEarly
from workflow.web.oidc import ProviderFailed

FOLDER = Path(__file__).parent / "guide"


@dataclass(frozen=True, slots=True)
class Guide:
    """The guide of one subject: its title, its text as a page shows it, and the places in it by their anchors."""

    key: str
    title: str
    body: Markup
    places: tuple[tuple[str, str], ...]


@cache
def guides() -> dict[str, Guide]:
    """Every guide by its key, in the order of the manual; read once in a process."""
    found = (_read(each) for each in sorted(FOLDER.glob("*.md")))
    return {each.key: each for each in found}


def _read(file: Path) -> Guide:
    """A guide from its file: its first heading is the title, every other one begins with its anchor."""
    title, _, text = file.read_text("utf-8").removeprefix("# ").partition("\n")
    reader = MarkdownIt("commonmark", {"html": False})
    tokens, places = reader.parse(text), []
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open" and inline.children:
            anchor, _, words = inline.content.partition(": ")
            heading.attrSet("id", anchor)
            inline.children[0].content = words
            places.append((anchor, words))
    body = Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704 - our own files, HTML in them escaped
    return Guide(file.stem.partition("-")[2], title, body, tuple(places))


PAGES = (
    (r"/|/days", "today"),
    (r"/search", "search"),
    (r"/plans(/new|/_takeover.*|/_spread.*)?", "plans"),
    (r"/plans/[^/]+/(versions|circulated).*", "versions"),
    (r"/plans/[^/]+/schedule.*", "schedule"),
    (r"/plans/[^/]+/(inquiries|circulate).*", "inquiries"),
    (r"/plans/.*", "plan"),
    (r"/meetings/\d+/sitting.*", "sitting"),
    (r"/meetings/\d+/minutes.*", "minutes"),
    (r"/meetings/\d+/papers.*", "papers"),
    (r"/(meetings|items).*", "meetings"),
    (r"/comments.*", "comments"),
    (r"/(people|bodies|departments).*", "people"),
    (r"/chains.*", "chains"),
    (r"/log.*", "log"),
    (r"/settings.*", "settings"),
    (r"/(account|feeds|tokens|second-step|api).*", "account"),
    (r"/(sign-in|reset|welcome).*", "sign-in"),
    (r"/public/meetings.*", "open"),
)
"""The guide of each page, by its address: the first that matches."""


def guide_of(path: str) -> str:
    """The address of the guide for the page of that address; of the list of guides, where no page is like it."""
    for pattern, key in PAGES:
        if re.fullmatch(pattern, path):
            return f"/guide/{key}"
    return "/guide"


REFUSALS: dict[type[Exception], str] = {
    errors.NotAllowed: "people#rights",
    errors.IdentityUnconfirmed: "account#identity",
    errors.ScopeMissing: "account#tokens",
    errors.NotFound: "plans#not-found",
    GateClosed: "plan#gates",
    errors.PlanMoved: "plan#moved",
    errors.AlreadyDone: "today#already",
    errors.OtherText: "versions#other-text",
    LateText: "versions#late-text",
    TooEarly: "plan#too-early",
    errors.NotNow: "meetings#not-now",
    errors.QuorumMissing: "sitting#quorum",
    errors.CallRunning: "account#tokens",
    errors.AnswerLost: "account#tokens",
    errors.BadInput: "today#input",
    TakeoverRefused: "today#input",
    NewcomersRefused: "people#add",
    DepartmentsRefused: "people#add",
    SeatsRefused: "people#seats",
    ProviderFailed: "sign-in#refused",
    ChainInvalid: "chains#faults",
    errors.KeyReused: "account#tokens",
    errors.SignInRefused: "sign-in#refused",
    errors.TokenRefused: "account#tokens",
    errors.TooBusy: "today#busy",
    errors.SheetNotMade: "search#not-made",
    errors.TooLarge: "versions#size",
    errors.TooSlow: "versions#size",
    errors.TooManyCalls: "account#tokens",
    errors.TooManyUploads: "versions#size",
    errors.QuotaSpent: "versions#size",
    errors.DocumentDamaged: "log#broken",
    errors.AuditBroken: "log#broken",
    errors.DatabaseUnusable: "today#busy",
    errors.StorageFull: "today#busy",
}
"""The place of the guides that says what to do about each kind of refusal."""


def place_of(error: Exception) -> str:
    """The address of the place that says what to do about the refusal; empty where there is none."""
    found = next((REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS), "")
    return f"/guide/{found}" if found else ""


class Refusal(str):
    """The message of a refusal, as a page shows it, with the address of the place that says what to do about it; empty where
    there is none."""

    __slots__ = ("help",)

    help: str

    def __new__(cls, error: SakuteiError) -> "Refusal":
        made = super().__new__(cls, message_of(error))
        made.help = place_of(error)
        return made
