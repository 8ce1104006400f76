"""The query of a request for a page: offset, limit, search."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

from sendx_cli.sandbox.messages import Refused

DEFAULT_LIMIT = 10
MOST_GIVEN = 100
"""Entries of a page, whatever is asked for."""
_MAX_OFFSET = 2**53
_MIN_SEARCH = 2


@dataclass(frozen=True, slots=True)
class Page:
    """Which entries are asked for.

    Args:
        offset: Entries before the first one.
        limit: Entries at most.
        search: A part of what is looked for, in lower case; where empty, all is.
    """

    offset: int
    limit: int
    search: str = ""


@dataclass(frozen=True, slots=True)
class PageRule:
    """What an endpoint takes.

    Args:
        max_limit: The highest limit that is not refused; of it, `MOST_GIVEN` are given. The
            descriptions of two endpoints name two limits each: what the higher one allows is no
            error, and the lower one is what comes.
        max_search: Characters of a search; 0 where the endpoint knows none.
    """

    max_limit: int = MOST_GIVEN
    max_search: int = 0


def page_in(query: str, rule: PageRule) -> Page:
    """Return the page that a query asks for; members that are not documented are ignored.

    Raises:
        Refused: 400, a value is out of its bounds.
    """
    members = dict(parse_qsl(query, keep_blank_values=True))
    offset = _whole_number(members, "offset", default=0, least=0, most=_MAX_OFFSET)
    limit = _whole_number(members, "limit", default=DEFAULT_LIMIT, least=1, most=rule.max_limit)
    return Page(offset, min(limit, MOST_GIVEN), _search(members, rule.max_search))


def _whole_number(
    members: Mapping[str, str], name: str, *, default: int, least: int, most: int
) -> int:
    text = members.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        raise Refused(HTTPStatus.BAD_REQUEST, f"{name} must be a whole number")
    if not least <= int(text) <= most:
        raise Refused(HTTPStatus.BAD_REQUEST, f"{name} must be from {least} to {most}")
    return int(text)


def _search(members: Mapping[str, str], most: int) -> str:
    text = members.get("search")
    if text is None or not most:
        return ""
    if not _MIN_SEARCH <= len(text) <= most:
        message = f"search must have from {_MIN_SEARCH} to {most} characters"
        raise Refused(HTTPStatus.BAD_REQUEST, message)
    return text.casefold()
