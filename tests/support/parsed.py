"""A page as a browser takes it apart: its elements, where it leads, its forms, and what in it is not ours."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

_WITHOUT_END = {"meta", "link", "input", "br", "hr", "img"}
_ADDRESSES = ("href", "src", "action", "formaction")


@dataclass
class Form:
    """A form with its fields: (kind, name, value). Each choice of a field is listed by itself."""

    method: str
    action: str
    takes_files: bool
    fields: list[tuple[str, str, str]] = field(default_factory=list)


class Parsed(HTMLParser):
    """`faults` says what nobody of ours wrote: an element or attribute out of people's words, an address that leads
    off the site or to a script, our own markup shown as text. `words` are the texts and the values of attributes."""

    def __init__(self, page: str, own: str) -> None:
        """`own` is the address of the site."""
        super().__init__(convert_charrefs=True)
        self.own = own
        self.faults: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._open: list[str] = []
        self._textarea: str | None = None
        self._select: str | None = None
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        return "\n".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "i" or not tag.isalnum():
            self.faults.append(f"element {self.get_starttag_text()}")
        for name, value in given.items():
            if name.startswith(("on", "hx-", "data-hx", "style", "srcdoc", "srcset")) or _odd(name):
                self.faults.append(f"attribute {name} of {self.get_starttag_text()}")
            if name in _ADDRESSES and not self._leads_home(value):
                self.faults.append(f"address {value}")
            self.words.append(value)
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.faults.append(f"script {self.get_starttag_text()}")
        if tag not in _WITHOUT_END:
            self._open.append(tag)
        self._take_part(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _WITHOUT_END:
            return
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")
        if tag == "textarea":
            self._textarea = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._open[-1:] in (["script"], ["style"]) and data.strip():
            self.faults.append(f"inside <{self._open[-1]}>: {data}")
        if self._textarea is not None:
            self._put("text", self._textarea, data.removeprefix("\n"))
        if re.search(r"&(lt|gt|amp|quot|#\d+);|</?(span|a|b|br|strong|code|div|p|td)\b", data):
            self.faults.append(f"markup shown as text: {data[:200]}")
        if "&49" in data:
            self.faults.append(f"worked out: {data}")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"instruction {data}")

    def _leads_home(self, address: str) -> bool:
        parts = urlsplit(address)
        return (not parts.scheme and not parts.netloc) or f"{parts.scheme}://{parts.netloc}" == self.own

    def _take_part(self, tag: str, given: dict[str, str]) -> None:
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            takes_files = given.get("enctype") == "multipart/form-data"
            self.forms.append(Form(given.get("method", "get"), given.get("action", ""), takes_files))
        name = given.get("name", "")
        if tag == "textarea":
            self._textarea = name
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select is not None:
            self._put("choice", self._select, given.get("value", ""))
        elif tag == "input" and name:
            kind = given.get("type", "text")
            kinds = {"radio": "choice", "checkbox": "choice", "hidden": "kept", "file": "file"}
            self._put(kinds.get(kind, "text" if kind in _TYPED else kind), name, given.get("value", ""))
        elif tag == "button" and name:
            self._put("choice", name, given.get("value", ""))

    def _put(self, kind: str, name: str, value: str) -> None:
        if self.forms:
            self.forms[-1].fields.append((kind, name, value))


_TYPED = ("text", "search", "email", "tel", "url", "password")


def _odd(name: str) -> bool:
    return not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9:-]*", name)
