"""Calls carried by carriers that block, in threads."""

import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from sendx_cli.api.exchange import Reply
from sendx_cli.api.requests import Call
from sendx_cli.api.troubles import overdue

if TYPE_CHECKING:
    from collections.abc import Callable

    from sendx_cli.api.carrier import Carrier
    from sendx_cli.core.answers import Answer, Breakdown


class ThreadedExchange:
    """A thread and a connection of its own for each call under way.

    Shared pools are slower by far: each change of one walks over all its connections.

    Args:
        open_carrier: Makes a thread's carrier when its first call comes.
        timeout_s: The longest a whole attempt may take, whatever the server trickles.
    """

    def __init__(self, open_carrier: "Callable[[], Carrier]", timeout_s: float) -> None:
        self._open_carrier = open_carrier
        self._timeout_s = timeout_s
        self._calls: SimpleQueue[tuple[int, Call] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[int, Answer | Breakdown | Exception] | None] = SimpleQueue()
        self._started_at: dict[int, float] = {}
        self._threads = 0

    def submit(self, ticket: int, call: Call) -> None:
        """Give the call to an idle thread, or to a new one."""
        self._started_at[ticket] = time.monotonic()
        if len(self._started_at) > self._threads:
            self._threads += 1
            Thread(target=self._work, daemon=True).start()
        self._calls.put((ticket, call))

    def wait(self, timeout_s: float | None) -> list[Reply]:
        """Return the replies that are there, waiting for one if there is none."""
        replies: list[Reply] = []
        self._take(replies, self._patience_s(timeout_s))
        while not self._done.empty():
            self._take(replies, 0.0)
        return replies or self._overdue()

    def wake(self) -> None:
        """End a wait under way."""
        self._done.put(None)

    def close(self) -> None:
        """Let idle threads end; a thread amid a call ends with the process."""
        for _ in range(self._threads):
            self._calls.put(None)

    def _work(self) -> None:
        carrier: Carrier | None = None
        while (item := self._calls.get()) is not None:
            ticket, call = item
            try:
                carrier = carrier or self._open_carrier()
                self._done.put((ticket, carrier.carry(call)))
            except Exception as error:  # noqa: BLE001 - raised again where replies are taken
                self._done.put((ticket, error))
        if carrier is not None:
            carrier.close()

    def _take(self, replies: list[Reply], timeout_s: float | None) -> None:
        try:
            item = self._done.get(timeout_s != 0, timeout_s)
        except Empty:
            return
        if item is None:
            return
        ticket, reply = item
        if isinstance(reply, Exception):
            raise reply
        started_at = self._started_at.pop(ticket, None)
        if started_at is None:
            self._threads += 1  # it had been given up on; its thread is of use again
            return
        replies.append(Reply(ticket, reply, time.monotonic() - started_at))

    def _patience_s(self, timeout_s: float | None) -> float | None:
        if not self._started_at:
            return timeout_s
        oldest = next(iter(self._started_at.values()))
        remaining_s = max(oldest + self._timeout_s - time.monotonic(), 0.0)
        return remaining_s if timeout_s is None else min(timeout_s, remaining_s)

    def _overdue(self) -> list[Reply]:
        now = time.monotonic()
        late = [t for t, at in self._started_at.items() if now - at >= self._timeout_s]
        for ticket in late:
            del self._started_at[ticket]
            self._threads -= 1
        return [Reply(ticket, overdue(self._timeout_s), self._timeout_s) for ticket in late]
