"""The rows of JSON Lines: one object a line, read more strictly than Python's `json` does."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NoReturn

from sendx_cli.core.mapping.source_rows import JsonNumber, MemberRow, RowError
from sendx_cli.errors import FileRefused

_MAX_TEXT = 2000


class _NotJson(ValueError):
    """What Python's `json` takes although it is not JSON, or what has no single meaning."""


def read_json_lines(lines: Iterable[str], first_line: int = 1) -> Iterator[MemberRow | RowError]:
    r"""Yield each line's object, or why there is none; blank lines are left out.

    Args:
        lines: The lines, cut at `\n` only.
        first_line: The number of the first of them.
    """
    for number, text in enumerate(lines, start=first_line):
        if text.isspace() or text == "\x1a":
            continue
        bare = text.rstrip("\r\n").lstrip("\ufeff")
        try:
            yield MemberRow(number, bare, _parse(bare))
        except RecursionError:
            yield _bad(number, bare, "nested too deeply")
        except json.JSONDecodeError as error:
            yield _bad(number, bare, f"not JSON at column {error.colno}")
        except _NotJson as error:
            yield _bad(number, bare, str(error))


def member_names(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the names of all members, in the order in which they first appear.

    Raises:
        FileRefused: The file is a JSON array, or no line holds an object.
    """
    names: dict[str, None] = {}
    count = 0
    for row in read_json_lines(_refusing_array(lines)):
        if isinstance(row, MemberRow):
            names.update(dict.fromkeys(row.members))
            count += 1
    if not count:
        raise FileRefused("no line is a JSON object")
    return tuple(names)


def _refusing_array(lines: Iterable[str]) -> Iterator[str]:
    is_first = True
    for line in lines:
        if is_first and line.lstrip(" \t\r\n\ufeff").startswith("["):
            raise FileRefused(
                "this is a JSON array, but one object per line is expected",
                hint="convert it: jq -c '.[]'",
            )
        is_first = is_first and line.isspace()
        yield line


def _parse(text: str) -> dict[str, object]:
    value = _DECODER.decode(text)
    if not isinstance(value, dict):
        raise _NotJson(f"expected an object, found {_kind(value)}")
    if "\\u" in text:
        _refuse_half_characters(value)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        doubled = _doubled(name for name, _ in pairs)
        raise _NotJson(f'member "{doubled}" appears twice')
    return members


def _doubled(names: Iterable[str]) -> str:
    """Return the first name that stands there again."""
    counts = Counter(names)
    return next(name for name, count in counts.items() if count > 1)


def _refuse_constant(name: str) -> NoReturn:
    raise _NotJson(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=JsonNumber,
    parse_int=JsonNumber,
    parse_constant=_refuse_constant,
)


def _refuse_half_characters(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _NotJson("half of a surrogate pair is not a character") from None


def _kind(value: object) -> str:
    kinds = ((list, "an array"), (JsonNumber, "a number"), (str, "a string"), (bool, "a boolean"))
    return next((word for kind, word in kinds if isinstance(value, kind)), "null")


def _bad(line: int, text: str, message: str) -> RowError:
    return RowError(line, message, text=text[:_MAX_TEXT])
