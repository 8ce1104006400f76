"""Reading one of the account's collections page by page, whatever pages the service gives.

Nothing about the order of pages is documented, and a service may give fewer members than were
asked for, or ignore the offset. So the first page's length is the stride; further pages are asked
for side by side; what a short page may have left out is asked for as well (`pages_seen`). Members
that move to another page meanwhile can be seen twice, which counts once, or not at all.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sendx_cli.core.account.pages_seen import PAGE_LIMIT, PagesSeen

__all__ = ["PAGE_LIMIT", "Item", "PageRequest", "PagedReading"]

Item = Mapping[str, Any]

_MOST_AT_ONCE = 64
_REMEMBERED = 100_000
"""Members that are known again at least; what comes twice does so close together."""


class PageRequest(NamedTuple):
    """A page to be fetched.

    Args:
        reading: What it belongs to.
        offset: How many members come before it.
    """

    reading: "PagedReading"
    offset: int


class PagedReading:
    """Says which page to fetch next, and takes what comes; pure, and never waits.

    How many pages may be in flight grows with each that comes, by one, up to 64. A page that is
    shorter than the others may be the last one: then they are asked for one after another again.

    Args:
        path: The collection, such as `/tag`.
        search: Only members that match it, where the collection can be searched.
        max_pages: Pages to ask for at most; None: to the end.
    """

    def __init__(
        self, path: str, *, search: str | None = None, max_pages: int | None = None
    ) -> None:
        self.path = path
        self.search = search
        self._max_pages = max_pages
        self._pages_seen = PagesSeen()
        self._asked = 0
        self._window = 1
        self._is_stopped = False
        self._open: set[int] = set()
        self._missing: list[int] = []
        self._failed: dict[int, str] = {}
        self._seen: set[str] = set()
        self._seen_before: set[str] = set()
        self.has_strange_members = False
        """Whether a page had a member that is no object, and so is left out."""

    @property
    def pages(self) -> int:
        """Pages that were asked for."""
        return self._asked

    @property
    def is_over(self) -> bool:
        """Whether no further page will be asked for, unless one in flight changes that."""
        is_at_end = self._pages_seen.end_at is not None and self._next_missing() is None
        return self._may_not_ask or is_at_end

    @property
    def is_done(self) -> bool:
        """Whether it is over, and every page that was asked for has come or failed."""
        return not self._open and self.is_over

    @property
    def is_complete(self) -> bool:
        """Whether the end was seen, and everything before it."""
        end = self._pages_seen.end_at
        if end is None or self._next_missing() is not None or self._failure(end) is not None:
            return False
        is_open = any(offset < end for offset in self._open)
        return not is_open and self._pages_seen.doubt(end) is None

    @property
    def problem(self) -> str | None:
        """Why it could not be read to its end, if it could not."""
        end = self._pages_seen.end_at
        failure = self._failure(end)
        is_under_way = bool(self._open) or self._next_missing() is not None
        if failure is not None or end is None or is_under_way:
            return failure
        return self._pages_seen.doubt(end)

    def stop(self) -> None:
        """Ask for no further page: what was looked for is found."""
        self._is_stopped = True

    def needs(self, request: PageRequest) -> bool:
        """Whether a page that could not be read yet is still of use."""
        end = self._pages_seen.end_at
        return not self._is_stopped and (end is None or request.offset < end)

    def drop(self, request: PageRequest) -> None:
        """Record that a page will not be read, because it is not needed."""
        self._open.discard(request.offset)

    def next_request(self) -> PageRequest | None:
        """Return the next page to fetch; None: none now, though an answer may change that."""
        if self._may_not_ask:
            return None
        missing = self._next_missing()
        if missing is not None:
            self._missing.remove(missing)
            return self._request(missing)
        seen = self._pages_seen
        is_first_to_come = self._asked > 0 and not seen.stride
        if len(self._open) >= self._window or is_first_to_come or seen.end_at is not None:
            return None
        offset = seen.next_offset
        seen.ask(offset)
        return self._request(offset)

    def take(self, request: PageRequest, body: object) -> list[Item]:
        """Take a page's body; return the members that were not seen before."""
        if not isinstance(body, list):
            self.fail(request, "its response is not a list")
            return []
        self._open.discard(request.offset)
        names = [_identity(item) for item in body]
        new = self._remember(names)
        may_be_last = self._pages_seen.may_be_last(len(body))
        self._missing += self._pages_seen.take(request.offset, names, new)
        self._window = 1 if may_be_last or not new else min(self._window + 1, _MOST_AT_ONCE)
        found: list[Item] = []
        for name, item in zip(names, body, strict=True):
            self.has_strange_members |= not isinstance(item, dict)
            if name in new and isinstance(item, dict):
                new.discard(name)
                found.append(item)
        return found

    def fail(self, request: PageRequest, reason: str) -> None:
        """Record that a page cannot be read; no further page is asked for."""
        self._open.discard(request.offset)
        self._failed[request.offset] = reason
        self._is_stopped = True

    @property
    def _may_not_ask(self) -> bool:
        return self._is_stopped or (self._max_pages is not None and self._asked >= self._max_pages)

    def _next_missing(self) -> int | None:
        """Return where a page begins that is to be asked for once more, or amid others."""
        if not self._missing:
            return None
        end = self._pages_seen.end_at
        return min((at for at in self._missing if end is None or at < end), default=None)

    def _request(self, offset: int) -> PageRequest:
        self._asked += 1
        self._open.add(offset)
        return PageRequest(self, offset)

    def _failure(self, end: int | None) -> str | None:
        return next((why for at, why in self._failed.items() if end is None or at < end), None)

    def _remember(self, names: list[str]) -> set[str]:
        """Return the names that were not seen before."""
        new = set(names) - self._seen - self._seen_before
        if len(self._seen) >= _REMEMBERED:
            self._seen_before, self._seen = self._seen, set()
        self._seen |= new
        return new


def _identity(item: object) -> str:
    """Return what tells a member of a page apart: its id, its address, or all of it."""
    if isinstance(item, dict):
        for member in ("id", "email"):
            value = item.get(member)
            if isinstance(value, str) and value:
                return value
    try:
        return json.dumps(item, sort_keys=True)
    except RecursionError:
        return ""
