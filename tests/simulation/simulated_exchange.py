"""An exchange and a clock that share a virtual time: hours of a bad day in a moment."""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

from sendx_cli.api.exchange import Reply
from sendx_cli.api.requests import Call
from sendx_cli.core.replies.answers import Answer, TransportFailure
from tests.clocks import HandClock


@dataclass(frozen=True, slots=True)
class SimulatedReply:
    """What the simulated service makes of one call.

    Args:
        latency_s: How long it takes.
        reply: What comes back.
        is_applied: Whether the service acted on it, at the end of the latency.
    """

    latency_s: float
    reply: Answer | TransportFailure
    is_applied: bool


class SimulatedExchange:
    """Plays the service by a function from (call, time) to its outcome.

    `applied` holds the bodies the service acted on, in its order; `under_way` those it had
    together, at each call. At the moment `interrupted_at`, `on_interrupt` is called, as a
    signal's handler would be.
    """

    def __init__(
        self,
        clock: HandClock,
        decide: Callable[[Call, float], SimulatedReply],
        *,
        interrupted_at: float = inf,
    ) -> None:
        self._clock = clock
        self._decide = decide
        self._at = interrupted_at
        self.on_interrupt: Callable[[], None] = lambda: None
        self._events: list[tuple[float, int, Call, SimulatedReply]] = []
        self._started_at: dict[int, float] = {}
        self.applied: list[bytes] = []
        self.calls: list[tuple[float, bytes]] = []
        self.most_in_flight = 0
        self.wakes = 0
        self.is_closed = False
        self.under_way: list[list[bytes]] = []

    def submit(self, ticket: int, call: Call) -> None:
        now = self._clock.now()
        outcome = self._decide(call, now)
        self.calls.append((now, call.body))
        self._started_at[ticket] = now
        heappush(self._events, (now + outcome.latency_s, ticket, call, outcome))
        self.most_in_flight = max(self.most_in_flight, len(self._events))
        self.under_way.append([event[2].body for event in self._events])

    def wait(self, timeout_s: float | None) -> list[Reply]:
        assert self._events or timeout_s is not None, "waiting for nothing, for ever"
        until = inf if timeout_s is None else self._clock.seconds + timeout_s
        if self._at < until and (not self._events or self._at < self._events[0][0]):
            self._clock.seconds, self._at = self._at, inf
            self.on_interrupt()
            return []
        if not self._events or self._events[0][0] > until:
            self._clock.seconds = until
            return []
        at, ticket, call, outcome = heappop(self._events)
        self._clock.seconds = max(self._clock.seconds, at)
        if outcome.is_applied:
            self.applied.append(call.body)
        return [Reply(ticket, outcome.reply, at - self._started_at.pop(ticket))]

    def wake(self) -> None:
        self.wakes += 1

    def close(self) -> None:
        self.is_closed = True
