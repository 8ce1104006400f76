"""Calls in flight at once by threads, each with a carrier that blocks."""

import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from sendx_cli.api.exchange import CONNECT_TIMEOUT_S, Reply
from sendx_cli.api.failures import no_connection, overdue
from sendx_cli.api.gate import Gate
from sendx_cli.api.proxies import proxy_for
from sendx_cli.api.requests import Call, place_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from sendx_cli.api.carrier import Carrier
    from sendx_cli.core.replies.answers import Answer, TransportFailure


_LAST_LOOK_S = 0.05
"""How long a thread gets to deliver an answer that came while the process was stopped."""


class _CallInFlight(NamedTuple):
    call: Call
    gate: Gate
    started_at: float


class ThreadedExchange:
    """A thread and a connection of its own for each call in flight.

    Shared pools are slower by far: each change of one iterates over all its connections.

    A thread cannot be aborted, so a call that is given up continues in it. The gate between the
    two ensures that a request that has not been started by then never is.

    Args:
        open_carrier: Makes a thread's carrier when its first call comes.
        timeout_s: The longest a whole attempt may take, however slowly the answer arrives.
    """

    def __init__(self, open_carrier: "Callable[[], Carrier]", timeout_s: float) -> None:
        self._open_carrier = open_carrier
        self._timeout_s = timeout_s
        self._connect_s = min(CONNECT_TIMEOUT_S, timeout_s)
        self._calls: SimpleQueue[tuple[int, _CallInFlight] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[int, Answer | TransportFailure | Exception] | None] = (
            SimpleQueue()
        )
        self._in_flight: dict[int, _CallInFlight] = {}
        self._threads = 0

    def submit(self, ticket: int, call: Call) -> None:
        """Give the call to an idle thread, or to a new one."""
        in_flight = _CallInFlight(call, Gate(), time.monotonic())
        self._in_flight[ticket] = in_flight
        if len(self._in_flight) > self._threads:
            self._threads += 1
            Thread(target=self._work, daemon=True).start()
        self._calls.put((ticket, in_flight))

    def wait(self, timeout_s: float | None) -> list[Reply]:
        """Return the replies that are there, waiting for one if there is none."""
        replies: list[Reply] = []
        self._take(replies, self._wait_limit_s(timeout_s))
        self._take_all(replies)
        if self._late():
            self._take(replies, _LAST_LOOK_S)
            self._take_all(replies)
            replies += self._give_up()
        return replies

    def wake(self) -> None:
        """End the current wait."""
        self._done.put(None)

    def close(self) -> None:
        """End idle threads; a call that has not been started never is."""
        for in_flight in self._in_flight.values():
            in_flight.gate.shut()
        for _ in range(self._threads):
            self._calls.put(None)

    def _work(self) -> None:
        carrier: Carrier | None = None
        while (item := self._calls.get()) is not None:
            ticket, in_flight = item
            try:
                carrier = carrier or self._open_carrier()
                self._done.put((ticket, carrier.carry(in_flight.call, in_flight.gate)))
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
        in_flight = self._in_flight.pop(ticket, None)
        if in_flight is None:
            self._threads += 1  # the call had been given up; its thread is idle again
            return
        replies.append(Reply(ticket, reply, time.monotonic() - in_flight.started_at))

    def _wait_limit_s(self, timeout_s: float | None) -> float | None:
        """How long to wait for a reply: until the next call must be given up at most."""
        if not self._in_flight:
            return timeout_s
        next_at = min(self._ends_at(in_flight) for in_flight in self._in_flight.values())
        remaining_s = max(next_at - time.monotonic(), 0.0)
        return remaining_s if timeout_s is None else min(timeout_s, remaining_s)

    def _ends_at(self, in_flight: _CallInFlight) -> float:
        limit_s = self._timeout_s if in_flight.gate.has_left else self._connect_s
        return in_flight.started_at + limit_s

    def _late(self) -> list[int]:
        now = time.monotonic()
        return [ticket for ticket, call in self._in_flight.items() if now >= self._ends_at(call)]

    def _give_up(self) -> list[Reply]:
        """Give up each call that is late; return whether each could have been sent."""
        replies = []
        for ticket in self._late():
            call, gate, started_at = self._in_flight[ticket]
            if gate.shut():
                reply = no_connection(place_in(call.url), is_late=True, proxy=proxy_for(call.url))
            elif time.monotonic() < started_at + self._timeout_s:
                continue  # it was started at the last moment
            else:
                reply = overdue(self._timeout_s)
            del self._in_flight[ticket]
            self._threads -= 1
            replies.append(Reply(ticket, reply, time.monotonic() - started_at))
        return replies
