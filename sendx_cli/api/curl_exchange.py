"""Many calls in flight at once in one thread, by libcurl: a fourteenth of the cost of threads."""

import select
import time
from collections.abc import Mapping
from math import inf

import pycurl

from sendx_cli.api import failures
from sendx_cli.api.curl_failures import CurlError, failure_of_curl
from sendx_cli.api.curl_transfer import Terms, Transfer
from sendx_cli.api.exchange import LONGEST_LIFE_S, Reply
from sendx_cli.api.kept_connections import KeptConnections
from sendx_cli.api.lapses import Lapses
from sendx_cli.api.proxies import refuse_unusable
from sendx_cli.api.requests import Call
from sendx_cli.api.watched_sockets import WatchedSockets
from sendx_cli.core.replies.answers import Answer, TransportFailure

_OLDEST_LIBCURL = 0x080700
"""8.7.0: before it, the limits of body and idle time, or the gate, are not exact."""

_LOST = frozenset(
    {
        pycurl.E_GOT_NOTHING,
        pycurl.E_RECV_ERROR,
        pycurl.E_SEND_ERROR,
        pycurl.E_SEND_FAIL_REWIND,  # of a kept connection that broke before the answer began
    }
)
_MOST_KEPT = 10_000
_left_open: list[object] = []
"""What would hold up the end of the process; the process's own end closes it."""

_MS = 1000


def is_usable() -> bool:
    """Whether this machine's libcurl and system have everything that a safe exchange needs."""
    return (
        pycurl.version_info()[2] >= _OLDEST_LIBCURL
        and hasattr(pycurl, "PREREQFUNCTION")
        and hasattr(select, "poll")
    )


class CurlExchange:
    """Carries calls by libcurl's multi interface, all in the thread that waits.

    A connection is kept for the next call; there are as many as there were calls under way.
    A call handed in leaves with the next `wait`.

    A call's time is the time in which somebody listens; see `Lapses`.

    Args:
        headers: The headers of every request, with the key.
        timeout_s: The longest a whole attempt may take, whatever the server trickles.
        secret: What no answer may show again, should the service repeat it.
        proxy: The proxy's URL by `proxy_for`, or None; the environment is not read here.
        ca_file: A bundle of certificate authorities in PEM form, or None.
        ca_directory: A hashed directory of them, or None. With neither, calls by TLS
            are refused: there is no default.
        is_store_trusted: Whether those of the system's store are trusted too: macOS's, by a
            libcurl that was built for it, as in pycurl's wheels from 7.49.
        longest_life_s: How old a connection may be for a further request.

    Raises:
        ServiceUnusable: The proxy cannot be used.
    """

    def __init__(
        self,
        headers: Mapping[str, str],
        timeout_s: float,
        *,
        secret: str | None = None,
        proxy: str | None = None,
        ca_file: str | None = None,
        ca_directory: str | None = None,
        is_store_trusted: bool = False,
        longest_life_s: float = LONGEST_LIFE_S,
    ) -> None:
        refuse_unusable(proxy)
        self._terms = Terms(
            headers,
            timeout_s,
            secret,
            proxy,
            ca_file,
            ca_directory,
            is_store_trusted=is_store_trusted,
            longest_life_s=longest_life_s,
        )
        self._sockets = WatchedSockets()
        self._under_way: dict[pycurl.Curl, Transfer] = {}
        self._idle: list[Transfer] = []
        self._ready: list[Reply] = []
        self._kept = KeptConnections()
        self._due_at = inf
        self._lapses = Lapses(timeout_s)
        self._was_found = False
        self._is_unanswered = False
        self._is_closed = False
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, _MOST_KEPT)

    def submit(self, ticket: int, call: Call) -> None:
        """Start a call; returns at once."""
        now = time.monotonic()
        self._kept.note_closed()
        try:
            transfer = self._idle.pop() if self._idle else Transfer(self._terms, self._kept)
            transfer.begin(ticket, call, now)
            self._multi.add_handle(transfer.curl)
        except (ValueError, TypeError, pycurl.error) as error:
            failure = failures.unusable_request(type(error).__name__)
            self._ready.append(Reply(ticket, failure, 0.0))
        else:
            self._under_way[transfer.curl] = transfer

    def wait(self, timeout_s: float | None) -> list[Reply]:
        """Return the replies that are there, waiting for one if there is none."""
        self._leave_out(self._lapses.since_last(0.0))
        until = inf if timeout_s is None else time.monotonic() + timeout_s
        while True:
            self._run_timer()
            self._collect()
            now = time.monotonic()
            if not self._ready:
                asked_s = (
                    min(self._due_at, self._overdue_at(), until, now + self._lapses.slice_s) - now
                )
                self._move(asked_s)
                self._leave_out(self._lapses.since_last(max(asked_s, 0.0)))
                self._break_off_overdue()
            if self._ready or self._sockets.was_woken or time.monotonic() >= until:
                replies, self._ready = self._ready, []
                return replies

    def wake(self) -> None:
        """End the current wait, or else the next; may be called from a signal handler."""
        self._sockets.wake()

    def close(self) -> None:
        """Close all connections; calls in flight are aborted."""
        if self._is_closed:
            return
        self._is_closed = True
        self._sockets.close()
        if self._is_looking_up():
            _left_open.append((self._multi, self._idle, self._under_way))
            return
        for transfer in self._under_way.values():
            self._multi.remove_handle(transfer.curl)
            transfer.close()
        for transfer in self._idle:
            transfer.close()
        self._under_way.clear()
        self._idle.clear()
        self._multi.close()

    def _is_looking_up(self) -> bool:
        """Whether a thread of libcurl may be waiting for a name server, and a close for it.

        That can last for ten seconds, which somebody who interrupts a run would have to wait.
        """
        return self._is_unanswered or any(not t.has_begun for t in self._under_way.values())

    def _move(self, timeout_s: float) -> None:
        """Let libcurl read and write where it can, waiting until it can somewhere."""
        for number, is_readable, is_writable, is_broken in self._sockets.ready(timeout_s):
            state = pycurl.CSELECT_IN if is_readable else 0
            state |= pycurl.CSELECT_OUT if is_writable else 0
            self._multi.socket_action(number, state | (pycurl.CSELECT_ERR if is_broken else 0))
        self._collect()

    def _leave_out(self, lapse_s: float) -> None:
        """Leave a time in which nobody listened out of the calls' time."""
        if lapse_s:
            now = time.monotonic()
            for transfer in self._under_way.values():
                transfer.started_at = min(transfer.started_at + lapse_s, now)

    def _overdue_at(self) -> float:
        """When the time of the oldest call under way is over."""
        for oldest in self._under_way.values():
            return oldest.started_at + self._terms.timeout_s
        return inf

    def _break_off_overdue(self) -> None:
        """Break off calls whose time is over, once what has come for them is read.

        libcurl's own limit would go by the clock alone: an answer that came in time would be
        lost where the process was stopped, or the machine asleep, before it was looked at.
        """
        if time.monotonic() < self._overdue_at():
            return
        self._move(0)
        while time.monotonic() >= self._overdue_at():
            curl, transfer = next(iter(self._under_way.items()))
            self._finish(curl, self._breakdown(transfer, pycurl.E_OPERATION_TIMEDOUT, ""))

    def _run_timer(self) -> None:
        if self._due_at <= time.monotonic():
            self._due_at = inf
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _collect(self) -> None:
        left = 1
        while left:
            left, whole, failed = self._multi.info_read()
            for curl in whole:
                self._finish(curl, self._under_way[curl].answer())
            for curl, code, text in failed:
                transfer = self._under_way[curl]
                if transfer.is_stale:
                    self._begin_again(transfer)
                else:
                    self._finish(curl, self._breakdown(transfer, code, text))

    def _begin_again(self, transfer: Transfer) -> None:
        self._multi.remove_handle(transfer.curl)
        transfer.begin_again()
        self._multi.add_handle(transfer.curl)

    def _finish(self, curl: pycurl.Curl, reply: Answer | TransportFailure) -> None:
        transfer = self._under_way.pop(curl)
        self._was_found = self._was_found or transfer.has_begun
        self._multi.remove_handle(curl)
        self._idle.append(transfer)
        elapsed_s = time.monotonic() - transfer.started_at
        self._ready.append(Reply(transfer.ticket, reply, elapsed_s))

    def _breakdown(self, transfer: Transfer, code: int, text: str) -> TransportFailure:
        if code == pycurl.E_OPERATION_TIMEDOUT and not transfer.has_begun:
            self._is_unanswered = True
        if code in _LOST and transfer.has_begun:
            transfer.note_end()
        return failure_of_curl(
            CurlError(
                code=code,
                text=text,
                has_begun=transfer.has_begun,
                proxy_status=transfer.curl.getinfo(pycurl.HTTP_CONNECTCODE),
                url=transfer.url,
                proxy=self._terms.proxy,
                timeout_s=self._terms.timeout_s,
                was_found=self._was_found,
            )
        )

    def _watch(self, what: int, number: int, *_multi_and_data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._sockets.forget(number)
        else:
            self._sockets.watch(
                number,
                for_reading=bool(what & pycurl.POLL_IN),
                for_writing=bool(what & pycurl.POLL_OUT),
            )

    def _set_timer(self, timeout_ms: int) -> None:
        self._due_at = inf if timeout_ms < 0 else time.monotonic() + timeout_ms / _MS
