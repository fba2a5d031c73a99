"""The Japanese on an English page, marked as such: a screen reader then speaks it, and a browser breaks its lines, as
Japanese."""

import re

_TEXT = re.compile(r"(?:<(?P<tag>[a-zA-Z][\w-]*)(?P<rest>[^<>]*)>)?(?P<text>[^<>]*)")
"""A tag and the text behind it, which may be empty: else the words of the tag would be taken for text."""
_JAPANESE = re.compile(r"[々〆ぁ-ゖァ-ヺー一-鿿豈-﫿、。「」『』（）・：！？％＆　ｦ-ﾟ０-９Ａ-Ｚａ-ｚ]")
_RUN = re.compile(rf"{_JAPANESE.pattern}(?:[^\S\n]*[\w.\-]*{_JAPANESE.pattern})*")
_TEXT_ALONE = frozenset({"option", "title", "textarea", "text", "tspan"})
"""Elements that hold no `span`: they are marked themselves."""
_NO_TEXT = frozenset({"script", "style"})


def marked(page: str) -> str:
    """Return the page with each run of Japanese text in an element of `lang="ja"`. Attributes stay as they are."""
    return _TEXT.sub(_marked, page)


def _marked(found: re.Match[str]) -> str:
    tag, text = (found["tag"] or "").lower(), found["text"]
    if not _JAPANESE.search(text) or tag in _NO_TEXT:
        return found[0]
    opening = f"<{found['tag']}{found['rest']}>" if tag else ""
    if tag in _TEXT_ALONE:
        return f'<{found["tag"]}{found["rest"]} lang="ja">{text}'
    return opening + _RUN.sub(r'<span lang="ja">\g<0></span>', text)
