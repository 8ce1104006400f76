"""Ctrl-C, SIGTERM and SIGHUP: the first stops sending gracefully, the second at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from sendx_cli.ending import SIGNAL_BASE, Ending, die_by

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Signals:
    """Which signal came, if one did."""

    def __init__(self) -> None:
        self.ending: Ending | None = None


@contextmanager
def stop_on_signals(stop: Callable[[], None], last_words: Callable[[], str]) -> Iterator[Signals]:
    """Call `stop` at the first signal; at the second, write `last_words` and end by the signal.

    A signal that the caller had ignored (`nohup`, `&` in a script) stays ignored.
    """
    seen = Signals()

    def stop_or_die(number: int, _frame: FrameType | None) -> None:
        if seen.ending is not None:
            with suppress(OSError):
                # Not through the stream: the signal may have come amid a write to it.
                os.write(2, last_words().encode("utf-8", "backslashreplace"))
            die_by(number)
            os._exit(SIGNAL_BASE + number)
        seen.ending = Ending(SIGNAL_BASE + number)
        stop()

    earlier = {}
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            earlier[number] = signal.signal(number, stop_or_die)
    try:
        yield seen
    finally:
        for number, previous in earlier.items():
            signal.signal(number, previous)
