"""Fetching pages side by side, by the same pacing and retry rules as writes.

Reading must never be the reason that writing fails: a page that cannot be read ends its reading
with a reason, and nothing is raised.
"""

import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sendx_cli.account.unreadable import Unreadable, reason_of
from sendx_cli.api.exchange import Exchange, Reply
from sendx_cli.api.requests import page_call
from sendx_cli.clock import Clock
from sendx_cli.core.account.paging import PAGE_LIMIT, Item, PagedReading, PageRequest
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.read_verdict import judge_read
from sendx_cli.core.replies.retry import Jitter, RetryPolicy, Wait, decide
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.pacer_feedback import tell_pacer

GIVES_UP_AFTER_S = 60.0
"""Seconds without a page after which all reading is given up, however often it may be retried."""

_CLOSE_S = 0.001
"""So close to the end of that time, waiting for the rest of it may not even move a clock."""
_ACTIVE_READINGS = 256


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
        gives_up_after_s: Seconds without a page after which all reading is given up.
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
        gives_up_after_s: float = GIVES_UP_AFTER_S,
    ) -> None:
        self._exchange = exchange
        self._pacer = pacer
        self._clock = clock
        self._jitter = jitter
        self._policy = policy._replace(max_wait_s=min(policy.max_wait_s, gives_up_after_s))
        self._gives_up_after_s = gives_up_after_s
        self._base_url = base_url
        self._in_flight: dict[int, _Fetch] = {}
        self._waiting: list[tuple[float, int, _Fetch]] = []
        self._active: list[PagedReading] = []
        self._next_at: float | None = None
        self._silent_s = 0.0
        self._tickets = 0
        self.unreadable = Unreadable()
        """What cannot be read of this account."""
        self.calls = 0
        """Requests that were made."""

    def fetch(self, readings: Iterable[PagedReading]) -> Iterator[Fetched]:
        """Read these to their ends, and yield each page as it comes.

        Each of them is yielded at least once, with or without members. One fetch at a time: what
        an earlier one has left in flight is forgotten.

        Args:
            readings: Taken from only as far as calls may start.
        """
        more = iter(readings)
        self._in_flight, self._waiting, self._active = {}, [], []
        while True:
            yield from self._begin_calls(more)
            if not self._in_flight and not self._waiting:
                return
            for reply in self._wait():
                fetched = self._handle(reply)
                if fetched is not None:
                    yield fetched
            if self._silent_s > self._gives_up_after_s - _CLOSE_S:
                self.unreadable.give_up(f"it returned no page for {self._patience_text()}")
                yield from self._give_up()

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    def _begin_calls(self, more: Iterator[PagedReading]) -> Iterator[Fetched]:
        """Start the calls that may start; yield readings that are in vain.

        Set when the next call may start, unless a reply decides that.
        """
        while True:
            now = self._clock.now()
            fetch = self._next(more, now)
            if fetch is None:
                self._next_at = self._waiting[0][0] if self._waiting else None
                return
            reading = fetch.request.reading
            if not reading.needs(fetch.request):
                reading.drop(fetch.request)
                yield Fetched(reading, [])
                continue
            if (reason := self.unreadable.reason(reading.path)) is not None:
                reading.fail(fetch.request, reason)
                yield Fetched(reading, [])
                continue
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
        for reading in self._active:
            if (request := reading.next_request()) is not None:
                return _Fetch(request)
        self._active = [reading for reading in self._active if not reading.is_done]
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

    def _wait(self) -> list[Reply]:
        """Wait for replies, no longer than reading is not given up; count the time without a page.

        Only time in here counts: whoever takes the pages may be slow.
        """
        began_at = self._clock.now()
        left_s = self._gives_up_after_s - self._silent_s
        if self._next_at is not None:
            left_s = min(left_s, max(self._next_at - began_at, 0.0))
        replies = self._exchange.wait(left_s)
        self._silent_s += self._clock.now() - began_at
        return replies

    def _handle(self, reply: Reply) -> Fetched | None:
        fetch = self._in_flight.pop(reply.ticket, None)
        if fetch is None:
            return None
        now = self._clock.now()
        reading = fetch.request.reading
        is_first = not self.unreadable.has_read_any
        verdict = judge_read(reply.reply, is_first=is_first)
        retry_after_s = tell_pacer(
            self._pacer, self._clock, reply, verdict, sent_at=fetch.sent_at, now=now
        )
        if verdict.kind is Kind.ACCEPTED:
            self._silent_s = 0.0
            self.unreadable.was_read(reading.path)
            return Fetched(reading, reading.take(fetch.request, verdict.response))
        fetch.counted += self._is_held_against(verdict)
        decision = decide(
            verdict,
            attempt=max(fetch.counted, 1),
            is_repeatable=True,
            policy=self._policy,
            jitter=self._jitter,
            retry_after_s=retry_after_s,
        )
        if isinstance(decision, Wait):
            self._put_off(fetch, now + decision.seconds)
            return None
        self.unreadable.learn(reading.path, verdict, decision)
        reading.fail(fetch.request, reason_of(verdict))
        return Fetched(reading, [])

    def _patience_text(self) -> str:
        seconds = self._gives_up_after_s
        return "a minute" if seconds == GIVES_UP_AFTER_S else f"{seconds:g} s"

    def _is_held_against(self, verdict: Verdict) -> bool:
        """Whether it counts as an attempt: waiting in line does not, nor a short interruption."""
        if verdict.kind is Kind.NOT_SENT:
            return not self.unreadable.has_read_any
        return verdict.kind is not Kind.THROTTLED

    def _give_up(self) -> Iterator[Fetched]:
        """Fail every page that is waiting or in flight."""
        fetches = [*(fetch for *_, fetch in self._waiting), *self._in_flight.values()]
        self._waiting, self._in_flight = [], {}
        for fetch in fetches:
            reading = fetch.request.reading
            reading.fail(fetch.request, self.unreadable.reason(reading.path) or "")
            yield Fetched(reading, [])
