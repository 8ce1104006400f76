"""The order of each contact's rows: one at a time is in flight, the next once it is decided."""

from sendx_cli.delivery.attempts import Attempt


class ContactQueues:
    """Rows that share a contact wait for one another in the order they were added.

    A row may concern two contacts (`newEmail`): it goes when it is first in both queues. Rows
    are added in the order of their numbers.
    """

    def __init__(self) -> None:
        self._queues: dict[str, list[Attempt]] = {}
        self._closed: set[str] = set()
        self.waiting = 0
        """Rows held back behind another row of their contact."""
        self.left_behind = 0
        """Rows that were dropped because an earlier row of their contact is to be sent again."""

    def add(self, attempt: Attempt) -> bool:
        """Queue a row behind the earlier ones of its contact; tell whether it may go at once."""
        if self._closed and not self._closed.isdisjoint(attempt.keys):
            self._closed.update(attempt.keys)
            self.left_behind += 1
            return False
        may_go = True
        for key in attempt.keys:
            queue = self._queues.get(key)
            if queue is None:
                self._queues[key] = [attempt]
            else:
                queue.append(attempt)
                may_go = False
        self.waiting += not may_go
        return may_go

    def leave(self, attempt: Attempt) -> list[Attempt]:
        """Remove a decided row; return those that may go now, in their order."""
        freed: list[Attempt] = []
        for key in attempt.keys:
            queue = self._queues[key]
            if len(queue) == 1:
                del self._queues[key]
                continue
            del queue[0]
            if queue[0] not in freed and self._is_first(queue[0]):
                freed.append(queue[0])
        self.waiting -= len(freed)
        return sorted(freed, key=lambda one: one.row.number) if len(freed) > 1 else freed

    def close(self, attempt: Attempt) -> None:
        """Remove a failed row, and drop all rows queued behind it, now and later.

        It is to be sent again in a later run: the effect of a later row of its contact, if sent
        now, would then be undone. What comes after a dropped row in its other queue is dropped
        for the same reason.
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
        """Close a queue from `end` on; remove and return the rows that were behind it."""
        self._closed.add(key)
        queue = self._queues.get(key, [])
        behind: list[Attempt] = []
        while queue and queue[-1].row.number >= end.row.number:
            behind.append(queue.pop())
        if not queue:
            self._queues.pop(key, None)
        return [one for one in behind if one is not end]

    def _is_first(self, attempt: Attempt) -> bool:
        return all(self._queues[key][0] is attempt for key in attempt.keys)
