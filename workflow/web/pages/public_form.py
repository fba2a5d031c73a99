"""The form by which the public sends opinions: its content and its errors."""

from dataclasses import dataclass

from starlette.datastructures import FormData

from workflow.actions.opinions import MOST_AT_ONCE, a_writer_field
from workflow.domain.comments import WRITER_FIELDS, Author
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.validation import LONGEST_TEXT, some_text

FIRST_FIELDS = 3
"""Number of fields for opinions shown at first."""
LURE = "homepage"
"""A field that people do not see and programs fill in."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The content of the public form. `opinions` has an entry for each field shown, empty ones too."""

    writer: Author
    opinions: tuple[str, ...]
    lured: bool = False

    @classmethod
    def nothing(cls) -> "Typed":
        return cls(Author(""), ("",) * FIRST_FIELDS)

    @classmethod
    def of(cls, form: FormData) -> "Typed":
        opinions = tuple(_text(value) for value in form.getlist("opinion"))[:MOST_AT_ONCE]
        return cls(
            Author(**{field: _text(form.get(field)) for field in WRITER_FIELDS}),
            opinions or ("",) * FIRST_FIELDS,
            lured=bool(_text(form.get(LURE)).strip()),
        )

    @property
    def said(self) -> list[str]:
        """The opinions without the fields left empty."""
        return [text for text in self.opinions if text.strip()]

    def with_another_field(self) -> "Typed":
        return Typed(self.writer, (*self.opinions, "")[:MOST_AT_ONCE])

    def problems(self) -> dict[str, str]:
        """Return the errors by the id of their field. Empty when the form can be sent."""
        found = {}
        for field in WRITER_FIELDS:
            if problem := self._problem_of(field):
                found[field] = problem
        if not self.said:
            found["opinion-1"] = say("意見を入力してください。")
        for place, text in enumerate(self.opinions, 1):
            if text.strip() and (problem := _problem(text)):
                found[f"opinion-{place}"] = problem
        return found

    def _problem_of(self, field: str) -> str | None:
        value: str = getattr(self.writer, field)
        if field in ("name", "address") and not value.strip():
            return say("{field}を入力してください。", field=say(WRITER_FIELDS[field][0]))
        try:
            a_writer_field(field, value)
        except BadInput as error:
            return error.message
        return None


def _problem(text: str) -> str | None:
    if len(text) > LONGEST_TEXT:
        return say(
            "{length} 文字あります。{longest} 文字以内にするか、意見の欄を分けてください。",
            length=len(text),
            longest=LONGEST_TEXT,
        )
    try:
        some_text("意見", text)
    except BadInput as error:
        return error.message
    return None


def _text(value: object) -> str:
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""
