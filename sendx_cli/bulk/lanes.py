"""The order of each contact's rows: one of them under way at a time, the next when it is final."""

from collections import deque

from sendx_cli.bulk.rows import Row


class Lanes:
    """Rows that share a contact wait for one another in the order they were added.

    A row may concern two contacts (`newEmail`): it goes when it is first in both lanes.
    """

    def __init__(self) -> None:
        self._lanes: dict[str, deque[Row]] = {}
        self.waiting = 0
        """Rows held back behind another row of their contact."""

    def add(self, row: Row) -> bool:
        """Put `row` behind the earlier rows of its contact; tell whether it may go at once."""
        for key in set(row.contact.contact_keys):
            self._lanes.setdefault(key, deque()).append(row)
        may_go = self._is_first(row)
        self.waiting += not may_go
        return may_go

    def leave(self, row: Row) -> list[Row]:
        """Take `row`, which is final, out; return the rows that may go now."""
        freed: list[Row] = []
        for key in set(row.contact.contact_keys):
            lane = self._lanes[key]
            lane.popleft()
            if not lane:
                del self._lanes[key]
            elif lane[0] not in freed and self._is_first(lane[0]):
                freed.append(lane[0])
        self.waiting -= len(freed)
        return sorted(freed, key=lambda freed_row: freed_row.number)

    def _is_first(self, row: Row) -> bool:
        return all(self._lanes[key][0] is row for key in row.contact.contact_keys)
