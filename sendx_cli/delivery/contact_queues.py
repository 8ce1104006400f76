"""The order of each contact's rows: one of them under way at a time, the next when it is final."""

from sendx_cli.delivery.attempts import Attempt


class Lanes:
    """Rows that share a contact wait for one another in the order they were added.

    A row may concern two contacts (`newEmail`): it goes when it is first in both lanes. Rows
    are added in the order of their numbers.
    """

    def __init__(self) -> None:
        self._lanes: dict[str, list[Attempt]] = {}
        self._closed: set[str] = set()
        self.waiting = 0
        """Rows held back behind another row of their contact."""
        self.left_behind = 0
        """Rows that were dropped because an earlier row of their contact is to be sent again."""

    def add(self, attempt: Attempt) -> bool:
        """Put a row behind the earlier ones of its contact; tell whether it may go at once."""
        if self._closed and not self._closed.isdisjoint(attempt.keys):
            self._closed.update(attempt.keys)
            self.left_behind += 1
            return False
        may_go = True
        for key in attempt.keys:
            lane = self._lanes.get(key)
            if lane is None:
                self._lanes[key] = [attempt]
            else:
                lane.append(attempt)
                may_go = False
        self.waiting += not may_go
        return may_go

    def leave(self, attempt: Attempt) -> list[Attempt]:
        """Take a row, which is final, out; return those that may go now, in their order."""
        freed: list[Attempt] = []
        for key in attempt.keys:
            lane = self._lanes[key]
            if len(lane) == 1:
                del self._lanes[key]
                continue
            del lane[0]
            if lane[0] not in freed and self._is_first(lane[0]):
                freed.append(lane[0])
        self.waiting -= len(freed)
        return sorted(freed, key=lambda one: one.row.number) if len(freed) > 1 else freed

    def close(self, attempt: Attempt) -> None:
        """Take a row, which failed, out, and drop all that come after it, now and later.

        It is to be sent again one day: a later row of its contact, sent before, would then be
        undone. What comes after a dropped row in its other lane is dropped for the same reason.
        """
        dropped: dict[int, Attempt] = {}
        ends = [attempt]
        while ends:
            end = ends.pop()
            for key in end.keys:
                behind = self._cut(key, end)
                ends += [one for one in behind if one.row.number not in dropped]
                dropped.update((one.row.number, one) for one in behind)
        self.waiting -= len(dropped)
        self.left_behind += len(dropped)

    def _cut(self, key: str, end: Attempt) -> list[Attempt]:
        """Close a lane from `end` on; return the rows that were behind it."""
        self._closed.add(key)
        lane = self._lanes.get(key, [])
        behind: list[Attempt] = []
        while lane and lane[-1].row.number >= end.row.number:
            behind.append(lane.pop())
        if not lane:
            self._lanes.pop(key, None)
        return [one for one in behind if one is not end]

    def _is_first(self, attempt: Attempt) -> bool:
        return all(self._lanes[key][0] is attempt for key in attempt.keys)
