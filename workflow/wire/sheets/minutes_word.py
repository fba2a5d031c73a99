"""A text of the minutes as Word, to be edited there and taken back: one paragraph a line, so that nothing else than its words
is to be found again."""

from io import BytesIO

import docx as word
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle

from workflow.domain.minutes import MinutesMark, begins_a_part, lines_of
from workflow.queries.minutes import MinutesVersion

_FONT = "游明朝"


def minutes_to_edit(meeting: int, title: str, version: MinutesVersion) -> bytes:
    """The version of the text, on A4, with the mark by which it is known when it comes back. `title` is the meeting's."""
    paper: Document = word.Document()
    (section,) = paper.sections
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(25)
    _number_pages(paper)
    for style, size in (("Normal", 10.5), ("Heading 2", 11)):
        _write_in(paper.styles[style], size)
    about = paper.core_properties
    about.title = f"{title}　{version.kind.label}"[:255]
    about.keywords = MinutesMark(meeting, version.kind, version.version, version.revision).written
    about.author, about.comments = "", ""
    for line in lines_of(version.text):
        paper.add_paragraph(line, style="Heading 2" if begins_a_part(line) else None)
    kept = BytesIO()
    paper.save(kept)
    return kept.getvalue()


def _write_in(style: ParagraphStyle, size: float) -> None:
    style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), None
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for each in ("asciiTheme", "eastAsiaTheme", "hAnsiTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{each}"), None)
    fonts.set(qn("w:eastAsia"), _FONT)
    language = OxmlElement("w:lang")
    for each in ("val", "eastAsia"):
        language.set(qn(f"w:{each}"), "ja-JP")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.3


def _number_pages(paper: Document) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot = paper.sections[0].footer.paragraphs[0]
    foot.alignment = 1
    foot._p.append(field)
