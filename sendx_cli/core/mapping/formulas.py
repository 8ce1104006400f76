"""Which cells a spreadsheet would evaluate, and how to keep it from that."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide ones
"""OWASP, "CSV Injection": the wide ones are formulas in Japanese spreadsheets."""


def as_text(cell: str) -> str:
    """Return a cell's text so that a spreadsheet shows it, with a `'` before a formula."""
    return f"'{cell}" if cell.startswith(_STARTS) else cell
