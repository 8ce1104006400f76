"""Reading one of the account's collections page by page, whatever pages the service gives.

Nothing about the order of pages is documented, and a service may give fewer members than were
asked for, or ignore the offset. So the first page's length is the stride; further pages are asked
for side by side; and the end is a page that is empty or has nothing new. Members that move to
another page meanwhile can be seen twice, which counts once, or not at all.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

PAGE_LIMIT = 100
"""Members asked for in one page: the most that is documented (GET /contact, /tag, ...)."""

Item = Mapping[str, Any]


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

    How many pages may be in flight grows with what was read: 1, 2, 4, 8 ... A page that is shorter
    than the stride may be the last one, so from then on they are asked for one after another.

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
        self._stride = 0
        self._asked = 0
        self._window = 1
        self._end_at: int | None = None
        self._is_stopped = False
        self._open: set[int] = set()
        self._failed: dict[int, str] = {}
        self._seen: set[str] = set()

    @property
    def pages(self) -> int:
        """Pages that were asked for."""
        return self._asked

    @property
    def is_over(self) -> bool:
        """Whether no further page will be asked for."""
        is_at_most = self._max_pages is not None and self._asked >= self._max_pages
        return self._is_stopped or self._end_at is not None or is_at_most

    @property
    def is_done(self) -> bool:
        """Whether it is over, and every page that was asked for has come or failed."""
        return self.is_over and not self._open

    @property
    def is_complete(self) -> bool:
        """Whether the end was seen, and every page before it was read."""
        if self._end_at is None or self.problem is not None:
            return False
        return not any(offset < self._end_at for offset in self._open)

    @property
    def problem(self) -> str | None:
        """Why a page before the end could not be read, if one could not."""
        for offset, reason in self._failed.items():
            if self._end_at is None or offset < self._end_at:
                return reason
        return None

    def stop(self) -> None:
        """Ask for no further page: what was looked for is found."""
        self._is_stopped = True

    def next_request(self) -> PageRequest | None:
        """Return the next page to fetch; None: none now, though an answer may change that."""
        if self.is_over or len(self._open) >= self._window or (self._asked and not self._stride):
            return None
        offset = self._asked * self._stride
        self._asked += 1
        self._open.add(offset)
        return PageRequest(self, offset)

    def take(self, request: PageRequest, body: object) -> list[Item]:
        """Take a page's body; return the members that were not seen before."""
        if not isinstance(body, list):
            self.fail(request, "it did not answer with a list")
            return []
        self._open.discard(request.offset)
        members: list[Item] = [item for item in body if isinstance(item, dict)]
        new = [item for item in members if self._is_new(item)]
        if not new and (self._end_at is None or request.offset < self._end_at):
            self._end_at = request.offset
        is_first = not self._stride
        self._stride = self._stride or len(body)
        may_be_last = len(body) < (PAGE_LIMIT if is_first else self._stride)
        self._window = 1 if may_be_last else self._window * 2
        return new

    def fail(self, request: PageRequest, reason: str) -> None:
        """Record that a page cannot be read; no further page is asked for."""
        self._open.discard(request.offset)
        self._failed[request.offset] = reason
        self._is_stopped = True

    def _is_new(self, item: Item) -> bool:
        name = _identity(item)
        if name in self._seen:
            return False
        self._seen.add(name)
        return True


def _identity(item: Item) -> str:
    for member in ("id", "email"):
        value = item.get(member)
        if isinstance(value, str) and value:
            return value
    return json.dumps(item, sort_keys=True)
