import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sendx_cli.api.kept_connections import KeptConnections

pytestmark = pytest.mark.skipif(not hasattr(select, "poll"), reason="there is no poll() here")


class Connections:
    """Connections to a server of this test, each with its other end."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

    def open(self) -> tuple[socket.socket, socket.socket]:
        ours = self._stack.enter_context(socket.create_connection(self._listener.getsockname()))
        theirs, _ = self._listener.accept()
        return ours, self._stack.enter_context(theirs)


@pytest.fixture
def connections() -> Iterator[Connections]:
    """They are closed at the end."""
    with ExitStack() as stack:
        yield Connections(stack)


def port_of(end: socket.socket) -> int:
    return int(end.getsockname()[1])


def wait_until_readable(end: socket.socket) -> None:
    assert select.select([end], [], [], 30.0)[0]


def test_a_connection_is_quiet_until_something_comes(connections: Connections) -> None:
    """Bytes that nobody asked for are as bad as its end: the next answer would be another's."""
    for action in (socket.socket.close, lambda end: end.send(b"x")):
        kept = KeptConnections()
        ours, theirs = connections.open()
        kept.add(port_of(ours), [ours.fileno()])
        assert kept.is_quiet(port_of(ours))
        action(theirs)
        wait_until_readable(ours)
        assert not kept.is_quiet(port_of(ours))


def test_a_connection_that_is_not_known_is_taken_for_quiet() -> None:
    """By libcurl it was found good."""
    assert KeptConnections().is_quiet(1)


def test_of_several_sockets_the_one_with_the_port_is_the_connections(
    connections: Connections,
) -> None:
    """Several addresses may be tried at once, and one is kept."""
    kept = KeptConnections()
    first, second = connections.open(), connections.open()
    kept.add(port_of(second[0]), [first[0].fileno(), second[0].fileno()])
    first[1].close()
    wait_until_readable(first[0])
    assert kept.is_quiet(port_of(second[0]))
    second[1].close()
    wait_until_readable(second[0])
    assert not kept.is_quiet(port_of(second[0]))
    assert first[0].fileno() > 0


def test_a_socket_that_serves_a_new_connection_is_no_longer_the_old_ones(
    connections: Connections,
) -> None:
    """The system gives numbers anew."""
    kept = KeptConnections()
    ours, theirs = connections.open()
    kept.add(1, [ours.fileno()])
    kept.add(2, [ours.fileno()])
    theirs.close()
    wait_until_readable(ours)
    assert (kept.is_quiet(1), kept.is_quiet(2)) == (True, False)


def test_connections_are_kept_unless_more_are_closed_than_used_again() -> None:
    """Each counts once: by its second answer, or by its end after the first."""
    kept = KeptConnections()
    kept.note_answer(1)
    assert kept.are_worth_trying
    kept.note_end(1)
    assert not kept.are_worth_trying
    for _ in range(5):
        kept.note_answer(2)
    assert kept.are_worth_trying
    kept.note_end(2)
    assert kept.are_worth_trying
    kept.note_answer(3)
    kept.note_end(3)
    assert not kept.are_worth_trying


def answered_once(connections: Connections) -> tuple[KeptConnections, socket.socket, socket.socket]:
    kept = KeptConnections()
    ours, theirs = connections.open()
    kept.add(port_of(ours), [ours.fileno()])
    kept.note_answer(port_of(ours))
    return kept, ours, theirs


def test_a_connection_that_the_server_closes_after_its_first_answer_counts_once(
    connections: Connections,
) -> None:
    """However often it is looked at, and though it is found closed once more."""
    kept, ours, theirs = answered_once(connections)
    kept.note_closed()
    assert kept.are_worth_trying
    theirs.close()
    wait_until_readable(ours)
    for _ in range(2):
        kept.note_closed()
    kept.note_end(port_of(ours))
    assert not kept.are_worth_trying
    kept.note_answer(1)
    kept.note_answer(1)
    assert kept.are_worth_trying


@pytest.mark.parametrize(
    "why", ["in use", "answered again", "idle for long", "gone", "reused", "another's"]
)
def test_a_connection_that_is_closed_for_another_reason_does_not_count(
    connections: Connections, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """What becomes of a call is told elsewhere, and an old connection would not be used again."""
    kept, ours, theirs = answered_once(connections)
    port = port_of(ours)
    if why == "in use":
        kept.note_use(port)
    if why == "answered again":
        kept.note_answer(port)
        kept.note_end(2)
    if why == "idle for long":
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now + 60.0)
    theirs.close()
    wait_until_readable(ours)
    if why == "gone":
        ours.close()
    if why == "reused":
        other, its_peer = connections.open()
        os.dup2(other.fileno(), ours.fileno())
        its_peer.send(b"x")
        wait_until_readable(ours)
    if why == "another's":
        kept.add(1, [ours.fileno()])
    kept.note_closed()
    kept.note_closed()
    assert kept.are_worth_trying
    if why != "answered again":
        kept.note_answer(3)
        kept.note_end(3)
        assert not kept.are_worth_trying


def test_a_connection_that_never_answered_says_nothing_about_keeping() -> None:
    """Nor does one that has answered often, nor an old one of the same port."""
    kept = KeptConnections()
    kept.note_end(1)
    kept.note_answer(2)
    kept.add(2, [])
    kept.note_end(2)
    assert kept.are_worth_trying
