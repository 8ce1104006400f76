"""Fetching pages side by side, by the same pacing and retry rules as writes.

Reading must never be the reason that writing fails: a page that cannot be read ends its reading
with a reason, and nothing is raised.
"""

import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sendx_cli.api.exchange import Exchange, Reply
from sendx_cli.api.requests import page_call
from sendx_cli.clock import Clock
from sendx_cli.core.account.paging import PAGE_LIMIT, Item, PagedReading, PageRequest
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.answer_hints import read_hints
from sendx_cli.core.replies.answers import Answer
from sendx_cli.core.replies.read_verdict import judge_read
from sendx_cli.core.replies.retry import Jitter, RetryPolicy, Wait, decide
from sendx_cli.core.replies.verdict import Kind, Verdict

GIVES_UP_AFTER_S = 60.0
"""Seconds without a page read after which the rest is given up, however often it may be retried."""

_ACTIVE_READINGS = 256
_NOT_HELD_AGAINST = frozenset({Kind.NOT_SENT, Kind.THROTTLED})


class Fetched(NamedTuple):
    """A page that was read, or could not be.

    Args:
        reading: What it belongs to; its `problem` says why the page could not be read.
        items: Its members that were not seen before.
    """

    reading: PagedReading
    items: list[Item]


class _Fetch:
    """A page with the attempts made to fetch it."""

    __slots__ = ("counted", "request", "sent_at")

    def __init__(self, request: PageRequest) -> None:
        self.request = request
        self.counted = 0
        self.sent_at = 0.0


class Fetcher:
    """Fetches pages; one loop, in which time passes only in `Exchange.wait`.

    Args:
        exchange: Carries the calls; closed with this.
        pacer: Says when a call may start.
        clock: What time it is.
        jitter: Draws from [0, 1) for back-off.
        policy: How often a page is retried.
        base_url: Where the service is.
    """

    def __init__(
        self,
        *,
        exchange: Exchange,
        pacer: Pacer,
        clock: Clock,
        jitter: Jitter,
        policy: RetryPolicy,
        base_url: str,
    ) -> None:
        self._exchange = exchange
        self._pacer = pacer
        self._clock = clock
        self._jitter = jitter
        self._policy = policy._replace(max_wait_s=min(policy.max_wait_s, GIVES_UP_AFTER_S))
        self._base_url = base_url
        self._in_flight: dict[int, _Fetch] = {}
        self._waiting: list[tuple[float, int, _Fetch]] = []
        self._active: list[PagedReading] = []
        self._next_at: float | None = None
        self._read_at = 0.0
        self._has_read = False
        self._tickets = 0
        self.calls = 0
        """Requests that were made."""

    def fetch(self, readings: Iterable[PagedReading]) -> Iterator[Fetched]:
        """Read these to their ends, and yield each page as it comes.

        Args:
            readings: Taken from only as far as calls may start.
        """
        more = iter(readings)
        self._read_at = self._clock.now()
        while True:
            self._begin_calls(more)
            if not self._in_flight and not self._waiting:
                return
            for reply in self._exchange.wait(self._wait_s()):
                fetched = self._handle(reply)
                if fetched is not None:
                    yield fetched
            yield from self._give_up_late()

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    def _begin_calls(self, more: Iterator[PagedReading]) -> None:
        """Start the calls that may start; set when the next one may, unless a reply decides it."""
        while True:
            now = self._clock.now()
            fetch = self._next(more, now)
            if fetch is None:
                self._next_at = self._waiting[0][0] if self._waiting else None
                return
            pause_s = self._pacer.wait_s(now, len(self._in_flight))
            if pause_s != 0.0:
                self._next_at = None if pause_s is None else now + pause_s
                self._put_off(fetch, now)
                return
            self._submit(fetch, now)

    def _next(self, more: Iterator[PagedReading], now: float) -> _Fetch | None:
        """Return the page that is due: one that waited, or the next of any reading."""
        if self._waiting and self._waiting[0][0] <= now:
            return heapq.heappop(self._waiting)[2]
        self._active = [reading for reading in self._active if not reading.is_over]
        for reading in self._active:
            if (request := reading.next_request()) is not None:
                return _Fetch(request)
        while len(self._active) < _ACTIVE_READINGS:
            added = next(more, None)
            if added is None:
                return None
            self._active.append(added)
            if (request := added.next_request()) is not None:
                return _Fetch(request)
        return None

    def _submit(self, fetch: _Fetch, now: float) -> None:
        self._pacer.started(now)
        self._tickets += 1
        self.calls += 1
        fetch.sent_at = now
        self._in_flight[self._tickets] = fetch
        reading, offset = fetch.request
        call = page_call(
            self._base_url, reading.path, offset=offset, limit=PAGE_LIMIT, search=reading.search
        )
        self._exchange.submit(self._tickets, call)

    def _put_off(self, fetch: _Fetch, due_at: float) -> None:
        self._tickets += 1  # keeps two of the same moment apart, in their order
        heapq.heappush(self._waiting, (due_at, self._tickets, fetch))

    def _wait_s(self) -> float | None:
        """Seconds until a call may start; None: not before a reply has come."""
        return None if self._next_at is None else max(self._next_at - self._clock.now(), 0.0)

    def _handle(self, reply: Reply) -> Fetched | None:
        now = self._clock.now()
        fetch = self._in_flight.pop(reply.ticket)
        verdict = judge_read(reply.reply, is_first=not self._has_read)
        retry_after_s = self._update_pacer(fetch, reply, verdict, now)
        reading = fetch.request.reading
        if verdict.kind is Kind.ACCEPTED:
            self._has_read = True
            self._read_at = now
            return Fetched(reading, reading.take(fetch.request, verdict.response))
        fetch.counted += verdict.kind not in _NOT_HELD_AGAINST
        decision = decide(
            verdict,
            attempt=max(fetch.counted, 1),
            is_repeatable=True,
            policy=self._policy,
            jitter=self._jitter,
            retry_after_s=retry_after_s,
        )
        if isinstance(decision, Wait) and now - self._read_at < GIVES_UP_AFTER_S:
            self._put_off(fetch, now + decision.seconds)
            return None
        reading.fail(fetch.request, _reason(verdict))
        return Fetched(reading, [])

    def _give_up_late(self) -> Iterator[Fetched]:
        """Give up the pages that wait, if nothing was read for too long."""
        if not self._waiting or self._clock.now() - self._read_at < GIVES_UP_AFTER_S:
            return
        for _, _, fetch in self._waiting:
            fetch.request.reading.fail(fetch.request, "it did not answer for a minute")
            yield Fetched(fetch.request.reading, [])
        self._waiting = []

    def _update_pacer(
        self, fetch: _Fetch, reply: Reply, verdict: Verdict, now: float
    ) -> float | None:
        """Pass an answer on to the pacer; return the seconds that it asks to wait, if any."""
        if not isinstance(reply.reply, Answer):
            return None
        hints = read_hints(reply.reply.headers, self._clock.unix())
        self._pacer.answered(
            now,
            started_at=fetch.sent_at,
            throttled=verdict.kind is Kind.THROTTLED,
            latency_s=reply.elapsed_s,
            headers=hints,
        )
        return None if hints is None else hints.retry_after_s


def _reason(verdict: Verdict) -> str:
    if verdict.status and "HTTP" not in verdict.message:
        return f"{verdict.message} (HTTP {verdict.status})"
    return verdict.message
