"""Signs that no text has are refused wherever text is taken."""

import pytest

from workflow.domain.errors import BadInput
from workflow.domain.validation import a_line, a_text, some_text, typed_number

NO_TEXT = ["\x00", "\x7f", "\u0085", "\ud800", "\u202e", "\u2066", "\u200f", "\uffff", "\ufdd0", "\U0010fffe"]


@pytest.mark.parametrize("sign", NO_TEXT, ids=ascii)
def test_no_control_no_turned_writing_and_no_sign_that_is_none(sign: str) -> None:
    for check in (a_line, a_text, some_text):
        with pytest.raises(BadInput):
            check("件名", f"計画{sign}案")


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u3000\u2060", "\ufeff\ufe0f", "\u3164", "\u2800 \u115f"], ids=ascii
)
def test_a_text_of_nothing_that_is_seen_is_empty(unseen: str) -> None:
    for check in (a_line, some_text):
        with pytest.raises(BadInput, match="空です"):
            check("理由", unseen)


def test_what_people_write_is_taken() -> None:
    text = "髙橋\u3000さん①㌔ 👩‍💻 e\u0301 \ue000"
    assert a_line("件名", text) == text
    assert a_text("説明", f"{text}\r\n\t次") == f"{text}\r\n\t次"


def test_a_number_typed_is_one_the_database_counts_or_none() -> None:
    assert [typed_number(each) for each in ("7", " 12 ", "999999999")] == [7, 12, 999_999_999]
    for value in ("", "-1", "1.5", "²", "７", "٣", "9" * 5000, None, 3):
        assert typed_number(value) is None, value
