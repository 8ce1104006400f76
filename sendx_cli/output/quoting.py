"""Words quoted for the shell that they are to be pasted into."""

import re
import shlex
import sys
from collections.abc import Iterable

_PLAIN_ON_WINDOWS = re.compile(r"[\w.:/\\@+=-]+")


def quoted(word: str, system: str = sys.platform) -> str:
    """Return a word as a shell reads it: a POSIX shell, or on Windows PowerShell and cmd.exe.

    Those two have double quotes in common, in which a doubled one is one of them
    (https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules).

    Args:
        word: As the program is to get it.
        system: As in `sys.platform`.
    """
    if system != "win32":
        return shlex.quote(word)
    if _PLAIN_ON_WINDOWS.fullmatch(word):
        return word
    return '"{}"'.format(word.replace('"', '""'))


def joined(words: Iterable[str], system: str = sys.platform) -> str:
    """Return a command line of these words; the arguments are those of `quoted`."""
    return " ".join(quoted(word, system) for word in words)
