"""The shells' side of it: what they hand over, and what they want back.

Each script sets `_SENDX_COMPLETE` to the shell's name and calls the program. zsh and fish hand over
the words as arguments; bash and PowerShell the line, as `_SENDX_LINE`. The first line of the reply
is the kind, each further one a candidate, a tab, and what it is.
"""

import os
import re
import sys
from collections.abc import Mapping, Sequence

from sendx_cli.completion.answer import answer
from sendx_cli.completion.candidates import Answer
from sendx_cli.completion.words import TypedLine, split_line

VARIABLE = "_SENDX_COMPLETE"
_LINE, _WORD, _BREAKS = "_SENDX_LINE", "_SENDX_WORD", "_SENDX_BREAKS"
_SPECIAL = re.compile(r"([\s\\'\"`$&|;<>()*?\[\]{}#~!])")
_SPECIAL_IN_DOUBLE = re.compile(r'(["\\$`])')
_BASH_BREAKS = "=:"


def tell_shell() -> None:
    """Answer the shell whose script has called this process."""
    text = reply(os.environ[VARIABLE], os.environ, sys.argv[1:])
    os.write(1, text.encode("utf-8", "surrogateescape"))


def reply(shell: str, environ: Mapping[str, str], arguments: Sequence[str]) -> str:
    """Return what a shell's script is told.

    Args:
        shell: `bash`, `zsh`, `fish` or `powershell`.
        environ: The environment, in which bash and PowerShell hand over the line.
        arguments: The words behind the program's name, from zsh and fish.
    """
    line = environ.get(_LINE, "")
    if shell == "bash":
        breaks = "".join(c for c in environ.get(_BREAKS, _BASH_BREAKS) if c in _BASH_BREAKS)
        typed = split_line(line, breaks)
        return _for_bash(answer(typed.words[1:]), typed)
    if shell == "powershell":
        words = split_line(line.rstrip()).words[1:]
        word = environ.get(_WORD, "")
        arguments = [*words[:-1], word] if word else [*words, ""]
    return _text(answer(arguments))


def _text(found: Answer) -> str:
    lines = [f"{candidate.text}\t{_one_line(candidate.help)}" for candidate in found.candidates]
    return "".join(f"{line}\n" for line in (found.kind, *lines))


def _one_line(text: str) -> str:
    """Return what is said of a candidate, which may be a file's name, harmless to a terminal."""
    if text.isprintable():
        return text
    from sendx_cli.output.safe import safe

    return safe(text)


def _for_bash(found: Answer, typed: TypedLine) -> str:
    """Return candidates as bash puts them into the line: quoted, without what it has already."""
    start = max(typed.breaks, default=0)
    texts = [_quoted(candidate.text[start:], typed.quote) for candidate in found.candidates]
    return "".join(f"{line}\n" for line in (found.kind, *texts))


def _quoted(text: str, quote: str) -> str:
    if quote == "'":
        return text.replace("'", "'\\''")
    if quote:
        # Between these quotes a backslash does not keep bash from looking `!` up in its history.
        return _SPECIAL_IN_DOUBLE.sub(r"\\\1", text).replace("!", '"\\!"')
    return _SPECIAL.sub(r"\\\1", text)
