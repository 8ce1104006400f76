"""Reading an answer of one key from a terminal."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

ENTER = "\n"
END = ""
"""The input ended: Ctrl-D, or a terminal that is gone."""
_CTRL_D = "\x04"

ReadKey = Callable[[], str]


@contextmanager
def single_keys(terminal: TextIO, *, by_line: bool) -> Iterator[ReadKey]:
    """Yield what reads a key: `ENTER`, `END`, a character, or what is no key.

    What was typed before is discarded, as it was no answer to the question that comes now.

    Args:
        terminal: Where it is read.
        by_line: Whether keys come with an Enter behind them, as where the terminal cannot tell
            them one by one.
    """
    if by_line or sys.platform == "win32":
        yield lambda: _from_line(terminal.readline())
        return
    import termios
    import tty

    file = terminal.fileno()
    before = termios.tcgetattr(file)
    tty.setcbreak(file, termios.TCSAFLUSH)
    try:
        yield lambda: _from_bytes(os.read(file, 64))
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)


def _from_line(line: str) -> str:
    return line.strip() or (ENTER if line.endswith("\n") else END)


def _from_bytes(read: bytes) -> str:
    """Return the key, an Enter behind it or not; the burst of an arrow key is none."""
    text = read.decode("utf-8", "replace")
    return END if text in {"", _CTRL_D} else text.rstrip("\r\n") or ENTER
