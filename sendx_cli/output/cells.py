"""A record's members as the text of a table's cells."""

import json
from collections.abc import Mapping, Sequence

from sendx_cli.output.formats import Record
from sendx_cli.output.safe import safe, safe_line

_AS_JSON = frozenset({"body", "response", "error"})
"""Members that are shown just as they are sent, or as they came."""


def cell_text(name: str, value: object) -> str:
    """Return a member's value as harmless text for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return safe(", ".join(value))
    if isinstance(value, Mapping) and name not in _AS_JSON and _is_flat(value):
        return safe(", ".join(f"{key}={item}" for key, item in value.items()))
    if isinstance(value, list | dict):
        return safe(json.dumps(value, ensure_ascii=False))
    return safe(str(value))


def flat(record: Record, prefix: str = "") -> dict[str, object]:
    """Name the members of members `response.message`, so that each has a line of its own."""
    found: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def plain_lines(records: Sequence[Record]) -> list[str]:
    """Return records as lines `name: value`, a blank line between two; nothing is shortened.

    For a screen reader, which reads a table's cells without their header.
    """
    lines: list[str] = []
    for record in records:
        if lines:
            lines.append("")
        cells = ((name, cell_text(name, value)) for name, value in flat(record).items())
        lines += [f"{safe_line(name)}: {text}" for name, text in cells if text]
    return lines


def _is_flat(value: Mapping[str, object]) -> bool:
    return all(isinstance(item, str | int | float) for item in value.values())
