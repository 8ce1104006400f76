import socket

import pytest

from sendx_cli.api.gate import Gate


class Line:
    """A connection with a socket, as the HTTP library shows it."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def get_extra_info(self, info: str) -> object:
        return self._end if info == "socket" else None


def test_a_call_either_leaves_or_is_given_up() -> None:
    """Whoever comes first decides, once."""
    sent, shut = Gate(), Gate()
    assert (sent.let_out(), sent.shut(), sent.let_out(), sent.has_left) == (
        True,
        False,
        False,
        True,
    )
    assert (shut.shut(), shut.let_out(), shut.shut(), shut.has_left) == (True, False, False, False)


@pytest.mark.parametrize("has_connection", [True, False])
def test_a_call_is_broken_off_whenever_it_gets_its_connection(has_connection: bool) -> None:
    """Before or after; the other side then sees the end, and one that is closed harms nobody."""
    ours, theirs = socket.socketpair()
    gate = Gate()
    with ours, theirs:
        if has_connection:
            gate.goes_over(Line(ours))
        assert not gate.is_broken_off
        gate.break_off()
        if not has_connection:
            gate.goes_over(Line(ours))
        theirs.settimeout(30.0)
        assert (theirs.recv(1), gate.is_broken_off) == (b"", True)
    gate.break_off()


def test_a_call_that_goes_on_keeps_its_connection() -> None:
    """The last one noted is the one that is ended: a proxy's comes before the service's."""
    first, second = socket.socketpair(), socket.socketpair()
    gate = Gate()
    for ours, _ in (first, second):
        gate.goes_over(Line(ours))
    gate.break_off()
    for (ours, theirs), is_ended in ((first, False), (second, True)):
        with ours, theirs:
            theirs.setblocking(False)
            try:
                assert (theirs.recv(1), is_ended) == (b"", True)
            except BlockingIOError:
                assert not is_ended
