"""Calls carried by carriers that block, in threads."""

import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from sendx_cli.api.exchange import CONNECT_TIMEOUT_S, Reply
from sendx_cli.api.failures import no_connection, overdue
from sendx_cli.api.gate import Gate
from sendx_cli.api.requests import Call, host_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from sendx_cli.api.carrier import Carrier
    from sendx_cli.core.replies.answers import Answer, TransportFailure


_LAST_LOOK_S = 0.05
"""What a thread is given to hand over an answer that came while the process was stopped."""


class _UnderWay(NamedTuple):
    call: Call
    gate: Gate
    started_at: float


class ThreadedExchange:
    """A thread and a connection of its own for each call under way.

    Shared pools are slower by far: each change of one walks over all its connections.

    A thread cannot be broken off, so a call that is given up goes on in it. The gate between
    the two sees to it that a request that has not begun to leave by then never does.

    Args:
        open_carrier: Makes a thread's carrier when its first call comes.
        timeout_s: The longest a whole attempt may take, whatever the server trickles.
    """

    def __init__(self, open_carrier: "Callable[[], Carrier]", timeout_s: float) -> None:
        self._open_carrier = open_carrier
        self._timeout_s = timeout_s
        self._connect_s = min(CONNECT_TIMEOUT_S, timeout_s)
        self._calls: SimpleQueue[tuple[int, _UnderWay] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[int, Answer | TransportFailure | Exception] | None] = (
            SimpleQueue()
        )
        self._under_way: dict[int, _UnderWay] = {}
        self._threads = 0

    def submit(self, ticket: int, call: Call) -> None:
        """Give the call to an idle thread, or to a new one."""
        under_way = _UnderWay(call, Gate(), time.monotonic())
        self._under_way[ticket] = under_way
        if len(self._under_way) > self._threads:
            self._threads += 1
            Thread(target=self._work, daemon=True).start()
        self._calls.put((ticket, under_way))

    def wait(self, timeout_s: float | None) -> list[Reply]:
        """Return the replies that are there, waiting for one if there is none."""
        replies: list[Reply] = []
        self._take(replies, self._patience_s(timeout_s))
        self._take_all(replies)
        if self._late():
            self._take(replies, _LAST_LOOK_S)
            self._take_all(replies)
            replies += self._give_up()
        return replies

    def wake(self) -> None:
        """End a wait under way."""
        self._done.put(None)

    def close(self) -> None:
        """Let idle threads end; a call that has not begun to leave never does."""
        for under_way in self._under_way.values():
            under_way.gate.shut()
        for _ in range(self._threads):
            self._calls.put(None)

    def _work(self) -> None:
        carrier: Carrier | None = None
        while (item := self._calls.get()) is not None:
            ticket, under_way = item
            try:
                carrier = carrier or self._open_carrier()
                self._done.put((ticket, carrier.carry(under_way.call, under_way.gate)))
            except Exception as error:  # noqa: BLE001 - raised again where replies are taken
                self._done.put((ticket, error))
        if carrier is not None:
            carrier.close()

    def _take_all(self, replies: list[Reply]) -> None:
        while not self._done.empty():
            self._take(replies, 0.0)

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
        under_way = self._under_way.pop(ticket, None)
        if under_way is None:
            self._threads += 1  # it had been given up on; its thread is of use again
            return
        replies.append(Reply(ticket, reply, time.monotonic() - under_way.started_at))

    def _patience_s(self, timeout_s: float | None) -> float | None:
        """How long to wait for a reply: no longer than until the next call is to be given up."""
        if not self._under_way:
            return timeout_s
        next_at = min(self._ends_at(under_way) for under_way in self._under_way.values())
        remaining_s = max(next_at - time.monotonic(), 0.0)
        return remaining_s if timeout_s is None else min(timeout_s, remaining_s)

    def _ends_at(self, under_way: _UnderWay) -> float:
        limit_s = self._timeout_s if under_way.gate.has_left else self._connect_s
        return under_way.started_at + limit_s

    def _late(self) -> list[int]:
        now = time.monotonic()
        return [ticket for ticket, call in self._under_way.items() if now >= self._ends_at(call)]

    def _give_up(self) -> list[Reply]:
        """Say of each call that is late whether it could have been sent, and that it stays so."""
        replies = []
        for ticket in self._late():
            call, gate, started_at = self._under_way[ticket]
            if gate.shut():
                reply = no_connection(host_in(call.url), is_late=True)
            elif time.monotonic() < started_at + self._timeout_s:
                continue  # it has left at the last moment
            else:
                reply = overdue(self._timeout_s)
            del self._under_way[ticket]
            self._threads -= 1
            replies.append(Reply(ticket, reply, time.monotonic() - started_at))
        return replies
