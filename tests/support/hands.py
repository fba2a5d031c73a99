"""How somebody works a page: with a keyboard alone, or with a mouse and without scripts. Both find things by what they are
called, and both are held to what a page owes after an act: the place it leads to is there, and so is its message."""

import re
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

MOST_STOPS = 400
"""The stops of Tab after which something counts as out of reach."""

WAY = """([wanted]) => {
  const stops = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const tabbed = (e) => {
    if (e.disabled || !e.checkVisibility({ visibilityProperty: true })) return false;
    if (e.type !== "radio") return true;
    const group = [...document.getElementsByName(e.name)].filter((each) => each.form === e.form && !each.disabled);
    return e === (group.find((each) => each.checked) ?? group[0]) || e === document.activeElement;
  };
  const here = document.activeElement;
  if (here === wanted) return 0;
  const before = (a, b) => Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING);
  const ahead = before(here, wanted);
  const [first, last] = ahead ? [here, wanted] : [wanted, here];
  const between = [...document.querySelectorAll(stops)].filter(
    (e) => e !== first && e !== last && tabbed(e) && before(first, e) && before(e, last),
  );
  return (between.length + 1) * (ahead ? 1 : -1);
}"""
"""How often Tab leads from what is in focus to the element, at least; below zero: Shift+Tab."""

SEEN = """(e) => {
  const shown = e.type === "radio" || e.type === "checkbox" ? e.closest("label") ?? e : e;
  const box = shown.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, Math.min(box.top + box.height / 2, innerHeight - 1)];
  const top = document.elementFromPoint(x, Math.max(y, 0));
  return box.bottom > 0 && box.top < innerHeight && (shown.contains(top) || Boolean(top?.contains(shown)));
}"""
"""Whether what is in focus is on the screen, with nothing over it."""


class Hands(Protocol):
    """Somebody at a page, where everything is found by its name: exactly, or its beginning for a button, a link and a
    summary, after which a page writes for screen readers what it is about."""

    page: Page

    def go(self, path: str) -> None:
        """Type an address."""

    def follow(self, name: str, *, within: str = "main") -> None: ...

    def download(self, name: str, *, within: str = "main") -> Path:
        """Follow a link to a file."""

    def press(self, name: str, *, within: str = "main") -> None:
        """Press a button that sends a form, and arrive."""

    def unfold(self, name: str, *, within: str = "main") -> None:
        """Open what is folded under these words; nothing where it is open."""

    def write(self, label: str, text: str, *, within: str = "main") -> None: ...

    def choose(self, label: str, option: str, *, within: str = "main") -> None:
        """Choose from a list the option that begins so."""

    def mark(self, label: str, *, within: str = "main") -> None:
        """Mark a box or one of several choices."""

    def bring(self, label: str, files: Sequence[FilePayload], *, within: str = "main") -> None: ...


class _Finding:
    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, path: str) -> None:
        self.page.goto(path)

    def _at(self, within: str) -> Locator:
        return self.page.locator(within)

    def _link(self, name: str, within: str) -> Locator:
        return self._at(within).locator("a").and_(self.page.get_by_role("link", name=name)).first

    def _button(self, name: str, within: str) -> Locator:
        words = re.escape(name).replace("（", r"\s*（")  # what is unseen stands apart
        named = self.page.get_by_role("button", name=re.compile(f"^{words}"))
        return self._at(within).locator("button").and_(named).first

    def _summary(self, name: str, within: str) -> Locator:
        return self._at(within).locator("summary", has_text=name).first

    def _field(self, label: str, within: str) -> Locator:
        return self._at(within).get_by_label(label).locator("visible=true").first

    def _option(self, field: Locator, option: str) -> str:
        """The whole words of the option that begins so."""
        found = [each for each in field.locator("option").all_text_contents() if each.startswith(option)]
        assert found, f"no {option} among {field.locator('option').all_text_contents()}"
        return found[0]

    def _arrived(self) -> None:
        """The page is where its address says, and shows its message there."""
        page = self.page
        assert "エラー" not in page.title()
        if place := page.url.partition("#")[2]:
            expect(page.locator(f"[id='{place}']")).to_have_count(1)
        said = page.locator("main > [role=status], main > [role=alert]").filter(has_text=re.compile(r"\S"))
        if said.count():
            expect(said.first).to_be_in_viewport()


class Keys(_Finding):
    """A keyboard alone: Tab, Shift+Tab, the arrows, Space, Enter and letters."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        page.on("filechooser", lambda _: None)  # from now on: asked for at the press, it may come too late

    def follow(self, name: str, *, within: str = "main") -> None:
        self._reach(self._link(name, within))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self._arrived()

    def download(self, name: str, *, within: str = "main") -> Path:
        self._reach(self._link(name, within))
        with self.page.expect_download() as found:
            self.page.keyboard.press("Enter")
        return found.value.path()

    def press(self, name: str, *, within: str = "main") -> None:
        self._reach(self._button(name, within))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self._arrived()
        self._goes_on()

    def unfold(self, name: str, *, within: str = "main") -> None:
        summary = self._summary(name, within)
        if summary.evaluate("e => e.parentElement.open"):
            return
        self._reach(summary)
        self.page.keyboard.press("Enter")
        assert summary.evaluate("e => e.parentElement.open && e === document.activeElement")

    def write(self, label: str, text: str, *, within: str = "main") -> None:
        field = self._field(label, within)
        self._reach(field)
        kind = field.get_attribute("type")
        if kind in ("date", "time"):
            self._write_when(field, kind, text)
        else:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.press("Delete")
            for number, line in enumerate(text.split("\n")):
                if number:
                    self.page.keyboard.press("Enter")
                self.page.keyboard.insert_text(line)
        assert field.input_value() == text

    def choose(self, label: str, option: str, *, within: str = "main") -> None:
        field = self._field(label, within)
        wanted = self._option(field, option)
        self._reach(field)
        self.page.keyboard.press("Home")
        for _ in field.locator("option").all():
            if field.evaluate("e => e.selectedOptions[0].textContent") == wanted:
                return
            self.page.keyboard.press("ArrowDown")
        assert field.evaluate("e => e.selectedOptions[0].textContent") == wanted

    def mark(self, label: str, *, within: str = "main") -> None:
        field = self._field(label, within)
        if field.get_attribute("type") == "radio":
            self._reach(self._stop_of_group(field))
            for _ in range(20):
                if field.evaluate("e => e === document.activeElement"):
                    break
                self.page.keyboard.press("ArrowDown")
        else:
            self._reach(field)
        if not field.is_checked():
            self.page.keyboard.press("Space")
        expect(field).to_be_checked()

    def bring(self, label: str, files: Sequence[FilePayload], *, within: str = "main") -> None:
        self._reach(self._field(label, within))
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Enter")
        chooser.value.set_files(files)

    def _write_when(self, field: Locator, kind: str, text: str) -> None:
        """Type a day or a time in the order in which this browser asks for its parts."""
        if kind == "date":
            year, month, day = text.split("-")
            date.fromisoformat(text)
            ways = [[month + day + year], [year, "ArrowRight", month + day]]
        else:
            at = time.fromisoformat(text)
            ways = [[at.strftime("%I%M%p")], [at.strftime("%H%M")]]
        for way in ways:
            for keys in way:
                if keys.isalpha() and len(keys) > 2:
                    self.page.keyboard.press(keys)
                else:
                    self.page.keyboard.type(keys)
            if field.input_value() == text:
                return
            self.page.keyboard.press("Shift+Tab")
            self._reach(field)

    def _stop_of_group(self, radio: Locator) -> Locator:
        """The choice of the group that Tab stops at."""
        name = radio.get_attribute("name")
        form = radio.locator("xpath=ancestor::form")
        group = form.locator(f"input[name='{name}']")
        checked = group.and_(self.page.locator(":checked"))
        return checked.first if checked.count() else group.first

    def _reach(self, wanted: Locator) -> None:
        """Press Tab until it is in focus, and see that it is on the screen."""
        element = wanted.element_handle()
        pressed = 0
        while way := self.page.evaluate(WAY, [element]):
            for _ in range(min(abs(way), MOST_STOPS)):
                self.page.keyboard.press("Tab" if way > 0 else "Shift+Tab")
            pressed += abs(way)
            if pressed > MOST_STOPS:
                pytest.fail(f"Tab never reached {wanted} on {self.page.url}")
        assert self.page.evaluate(SEEN, element), f"{wanted} in focus is not seen on {self.page.url}"

    def _goes_on(self) -> None:
        """After a form that led to a place in a page, Tab goes on from there."""
        place = self.page.url.partition("#")[2]
        if not place:
            return
        self.page.keyboard.press("Tab")
        follows = """(id) => {
          const [place, here] = [document.getElementById(id), document.activeElement];
          return place.contains(here) || Boolean(place.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING);
        }"""
        assert self.page.evaluate(follows, place), f"Tab does not go on from {self.page.url}"


class NoScripts(_Finding):
    """A mouse, on a page that runs no script."""

    def follow(self, name: str, *, within: str = "main") -> None:
        self._link(name, within).click()
        self._arrived()

    def download(self, name: str, *, within: str = "main") -> Path:
        with self.page.expect_download() as found:
            self._link(name, within).click()
        return found.value.path()

    def press(self, name: str, *, within: str = "main") -> None:
        with self.page.expect_navigation():
            self._button(name, within).click()
        self._arrived()

    def unfold(self, name: str, *, within: str = "main") -> None:
        summary = self._summary(name, within)
        if summary.locator("xpath=..").get_attribute("open") is None:
            summary.click()

    def write(self, label: str, text: str, *, within: str = "main") -> None:
        self._field(label, within).fill(text)

    def choose(self, label: str, option: str, *, within: str = "main") -> None:
        field = self._field(label, within)
        field.select_option(label=self._option(field, option))

    def mark(self, label: str, *, within: str = "main") -> None:
        self._field(label, within).check()

    def bring(self, label: str, files: Sequence[FilePayload], *, within: str = "main") -> None:
        self._field(label, within).set_input_files(files)
