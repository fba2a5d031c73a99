"""Texts that a spreadsheet would take for a formula."""

STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""First characters that some spreadsheets read as a formula (OWASP: CSV injection)."""


def may_be_a_formula(text: str) -> bool:
    """Return whether some spreadsheet reads the text as a formula."""
    return text.startswith(STARTS_A_FORMULA) or text.lstrip().startswith(STARTS_A_FORMULA)
