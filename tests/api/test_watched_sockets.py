import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from math import inf

import pytest

from sendx_cli.api.watched_sockets import WatchedSockets

pytestmark = pytest.mark.skipif(not hasattr(select, "poll"), reason="there is no poll() here")
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two ends of one connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def sockets() -> Iterator[WatchedSockets]:
    """Nothing watched as yet."""
    with closing(WatchedSockets()) as watched:
        yield watched


def test_a_socket_is_told_of_by_what_it_is_ready_for(pair: Pair, sockets: WatchedSockets) -> None:
    """Among what was asked for, and once nothing is asked, not at all."""
    ours, theirs = pair
    number = ours.fileno()
    sockets.watch(number, for_reading=True, for_writing=True)
    assert list(sockets.ready(inf)) == [(number, False, True, False)]
    theirs.send(b"x")
    assert list(sockets.ready(inf)) == [(number, True, True, False)]
    sockets.watch(number, for_reading=True, for_writing=False)
    assert list(sockets.ready(inf)) == [(number, True, False, False)]
    ours.recv(1)
    assert list(sockets.ready(0.0)) == []
    sockets.forget(number)
    sockets.forget(number)
    theirs.send(b"x")
    assert list(sockets.ready(0.0)) == []
    assert not sockets.was_woken


def test_a_broken_connection_is_told_of(pair: Pair, sockets: WatchedSockets) -> None:
    """Whatever was asked for."""
    ours, theirs = pair
    sockets.watch(ours.fileno(), for_reading=False, for_writing=False)
    assert list(sockets.ready(0.0)) == []
    theirs.close()
    assert list(sockets.ready(inf)) == [(ours.fileno(), False, False, True)]


@pytest.mark.parametrize("times", [1, 2, 4096, 5000])
def test_wake_ups_end_one_wait_however_many_they_are(sockets: WatchedSockets, times: int) -> None:
    """The next waits again."""
    for _ in range(times):
        sockets.wake()
    assert (list(sockets.ready(inf)), sockets.was_woken) == ([], True)
    assert (list(sockets.ready(0.0)), sockets.was_woken) == ([], False)


def test_a_wake_up_never_waits_itself(sockets: WatchedSockets) -> None:
    """A signal's handler may call it more often than a pipe holds bytes."""
    for _ in range(100_000):
        sockets.wake()
    assert (list(sockets.ready(inf)), sockets.was_woken) == ([], True)


def test_a_wake_up_after_the_end_writes_to_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    """Its descriptors may be another file's by then."""
    sockets = WatchedSockets()
    sockets.close()
    with ExitStack() as stack:
        others = [stack.enter_context(end) for _ in range(4) for end in socket.socketpair()]
        sockets.wake()
        assert select.select(others, [], [], 0.0) == ([], [], [])
    assert capfd.readouterr() == ("", "")
