"""How the process begins and ends, as seen by the shell that called it."""

import os
import signal
import sys
from enum import IntEnum
from typing import NoReturn

SIGNAL_BASE = 128
"""A shell shows the end by signal n as 128 + n."""


class Ending(IntEnum):
    """Codes that stand for an end by a signal: 128 and its number, as a shell shows it."""

    HUNG_UP = 129
    INTERRUPTED = 130
    PIPE_CLOSED = 141
    TERMINATED = 143


def open_standard_streams() -> None:
    """Open what the caller closed, so that no file of ours takes a standard stream's number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
        elif mode == "w":
            stream.reconfigure(errors="backslashreplace")


def leave_no_memory_behind() -> None:
    """Write no core file, should the process crash: it would hold the key."""
    if sys.platform == "win32":  # it writes none
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end(code: int | str | None) -> NoReturn:
    """End the process: by the signal itself where a signal ended it.

    A surrounding shell loop stops when its child died by the signal, and continues when it only
    exited with 130. Leaving without tear-down saves tens of milliseconds, so all is flushed
    here first.
    """
    number = code if isinstance(code, int) else int(code is not None)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            number = number or Ending.PIPE_CLOSED
    if number in set(Ending):
        die_by(number - SIGNAL_BASE)
    os._exit(number)


def die_by(number: int) -> None:
    """End this process by signal `number`, where the platform has it."""
    if os.name == "posix":
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
