"""Records as JSON, JSON Lines and CSV: pure text, the same members in each."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum

from sendx_cli.core.mapping.formulas import as_text
from sendx_cli.output.safe import safe, safe_json, safe_line

Record = Mapping[str, object]


class OutputFormat(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


_LINE = json.JSONEncoder(ensure_ascii=False)
_ASCII_LINE = json.JSONEncoder(ensure_ascii=True)


def json_text(value: object, *, ascii_only: bool) -> str:
    """Return indented JSON."""
    return safe_json(json.dumps(value, ensure_ascii=ascii_only, indent=2))


def json_line(value: object, *, ascii_only: bool) -> str:
    """Return JSON on one line."""
    return safe_json((_ASCII_LINE if ascii_only else _LINE).encode(value))


def csv_lines(rows: Iterable[Iterable[object]]) -> str:
    """Return CSV rows (RFC 4180 quoting, line ends as the platform has them).

    Members that hold members are compact JSON; what is null is an empty cell. Invisible
    characters are escaped, and a `'` stands before a formula: a terminal or a build server may
    read it as well as a spreadsheet.
    """
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(value, at) for at, value in enumerate(row)] for row in rows)
    return text.getvalue()


def _cell(value: object, at: int) -> object:
    if value is None or isinstance(value, str):
        return value and as_text(safe(value) if at else safe_line(value))
    return safe_json(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
