"""The words that a phone breaks over two lines in headings, labels, buttons and cells, listed for a person who mends them, in a
browser that keeps Japanese phrases whole and in one that does not know how (Safari, Firefox): `python -m tests.web.cut_words`."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.support.chromium import PHONE, chromium, serving, sign_in
from workflow.cli.serve_commands import halfway
from workflow.web.app import build

PAGES = (
    *("/", "/days?show=month", "/plans", "/plans/dx2025", "/plans/new", "/plans/dx2025/history"),
    *("/plans/dx2025/schedule", "/plans/dx2025/schedule/outlook", "/meetings", "/meetings/new"),
    *("/comments/kankyo", "/people", "/bodies/shingikai", "/bodies/shingikai/year", "/settings", "/account"),
)
BREAKS = ("auto-phrase", "normal")
"""The ways to break Japanese lines: between phrases, as the style sheet asks, and that of a browser that cannot."""
CUT = """() => {
  const words = new Intl.Segmenter('ja', {granularity: 'word'}), found = [];
  const places = 'h1, h2, h3, h4, label, legend, summary, button, .button, th, td, dt, .tag';
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const place = text.parentElement.closest(places);
    if (!place || !place.checkVisibility() || text.parentElement.closest('.unseen, option, textarea')) continue;
    for (const {segment, index, isWordLike} of words.segment(text.data)) {
      if (!isWordLike || segment.length < 2) continue;
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + segment.length);
      const lines = new Set([...range.getClientRects()].filter(each => each.width).map(each => Math.round(each.top)));
      const around = place.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60);
      if (lines.size > 1) found.push([place.tagName.toLowerCase(), segment, around]);
    }
  }
  return found;
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        demo, mail = halfway(Path(folder) / "demo", site="http://127.0.0.1")
        passwords = {key: password for _, key, password in demo.guests}
        with chromium() as browser, serving(build(demo.office, mail, demo=demo)) as url:
            phone = browser.new_context(
                base_url=url,
                viewport=PHONE,
                locale="ja-JP",
                bypass_csp=True,  # type: ignore[arg-type]
            )
            page = phone.new_page()
            sign_in(page, "tanto", passwords["tanto"])
            for breaks in BREAKS:
                count = sum(_listed(page, path, breaks) for path in PAGES)
                print(f"{count} cut words on {len(PAGES)} pages with word-break: {breaks}")


def _listed(page: Page, path: str, breaks: str) -> int:
    """List the cut words of the page where lines break so, everything that is folded open. Return their number."""
    page.goto(path)
    page.add_style_tag(content=f":lang(ja) {{ word-break: {breaks} !important; }}")
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    found = page.evaluate(CUT)
    for place, word, around in found:
        print(f"{path}\t{place}\t{word}\t{around}")
    return len(found)


if __name__ == "__main__":
    main()
