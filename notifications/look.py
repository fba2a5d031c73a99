"""The look of a letter in HTML: one column, calm, readable at 360 px and in the dark. Mail programs drop style sheets, so
that each element carries its own style; nothing is fetched from anywhere."""

from lxml import etree, html

_FONT = "font-family:'Hiragino Sans','Yu Gothic UI',Meiryo,sans-serif"
STYLES = {
    "h2": "font-size:17px;line-height:1.5;margin:30px 0 12px;padding:9px 0 0;border-top:2px solid #0b57a4",
    "p": "margin:0 0 14px",
    "ol": "margin:0 0 14px;padding-left:22px",
    "ul": "margin:0 0 14px;padding-left:22px",
    "li": "margin:0 0 6px",
    "table": "border-collapse:collapse;width:100%;margin:0 0 16px",
    "th": "text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;padding:7px 12px 7px 0;"
    "border-bottom:1px solid #d9dee5;color:#566070",
    "td": "vertical-align:top;padding:7px 0;border-bottom:1px solid #d9dee5;overflow-wrap:anywhere",
    "a": "color:#0b57a4",
    "code": "font-size:13px;overflow-wrap:anywhere",
    "hr": "border:0;border-top:1px solid #d9dee5;margin:22px 0 12px",
    "small": "font-size:13px;color:#566070",
}
BUTTON = (
    "display:inline-block;padding:11px 22px;border-radius:6px;background:#0b57a4;color:#ffffff;"
    "text-decoration:none;font-weight:bold"
)
_PAGE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<style>@media (prefers-color-scheme: dark) {
body, .letter { background: #16191d !important; color: #e8eaed !important }
.letter th, .letter small { color: #a9b3c1 !important }
.letter th, .letter td, .letter hr { border-color: #3a424d !important }
.letter a { color: #8ab8f0 !important }
.letter a.button { background: #8ab8f0 !important; color: #10141a !important }
}</style></head>
<body style="margin:0;padding:0;background:#ffffff;color:#1d232b">
%s
</body></html>
"""


LETTER = f"max-width:600px;margin:0 auto;padding:20px 16px;font-size:16px;line-height:1.7;{_FONT}"


def dressed(letter: str) -> str:
    """The letter as a page. Elements that bring a style of their own keep it, and so does a whole page."""
    if "<html" in letter.lower():
        return letter
    body = html.fragment_fromstring(letter, create_parent="div")
    for element in body.iterdescendants(etree.Element):
        style = BUTTON if element.get("class") == "button" else STYLES.get(element.tag)
        if style and "style" not in element.attrib:
            element.set("style", style)
    body.set("class", "letter")
    body.set("style", LETTER)
    return str(_PAGE % html.tostring(body, encoding="unicode"))


def inner(letter: str) -> str:
    """The letter as a part of another: of a whole page, what its body holds."""
    if "<html" not in letter.lower():
        return letter
    body = html.document_fromstring(letter).body
    return str(html.tostring(body, encoding="unicode").partition(">")[2].rpartition("</body>")[0])
