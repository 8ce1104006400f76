"""Splitting the line that is being typed into words, as a POSIX shell would."""

from typing import NamedTuple

_BLANKS = " \t\n"
_ESCAPED_IN_DOUBLE = '"\\$`\n'


class TypedLine(NamedTuple):
    """A line up to the cursor.

    Args:
        words: Its words without quotes; the last one is being typed, and may be empty.
        quote: The quote that is open at the cursor, if any.
        breaks: The places in the last word behind each unquoted character of those asked for.
    """

    words: list[str]
    quote: str
    breaks: tuple[int, ...] = ()


def split_line(line: str, break_at: str = "") -> TypedLine:
    """Split a line.

    Args:
        line: The line up to the cursor.
        break_at: Characters at which the shell begins a new word of its own (bash: `=` and `:`).
    """
    splitter = _Splitter(break_at)
    for character in line:
        splitter.take(character)
    return splitter.line


class _Splitter:
    def __init__(self, break_at: str) -> None:
        self._break_at = break_at
        self._words: list[str] = []
        self._word: list[str] = []
        self._breaks: list[int] = []
        self._quote = ""
        self._is_escaped = self._is_begun = False

    @property
    def line(self) -> TypedLine:
        """What was taken so far."""
        return TypedLine([*self._words, "".join(self._word)], self._quote, tuple(self._breaks))

    def take(self, character: str) -> None:
        """Take the next character."""
        if self._is_escaped:
            self._take_escaped(character)
        elif character == "\\" and self._quote != "'":
            self._is_escaped = self._is_begun = True
        elif self._quote:
            self._take_quoted(character)
        elif character in "'\"":
            self._quote, self._is_begun = character, True
        elif character in _BLANKS:
            self._end_word()
        else:
            self._word.append(character)
            self._is_begun = True
            if character in self._break_at:
                self._breaks.append(len(self._word))

    def _take_escaped(self, character: str) -> None:
        if self._quote and character not in _ESCAPED_IN_DOUBLE:
            self._word.append("\\")
        self._word.append(character)
        self._is_escaped = False

    def _take_quoted(self, character: str) -> None:
        if character == self._quote:
            self._quote = ""
        else:
            self._word.append(character)

    def _end_word(self) -> None:
        if self._is_begun:
            self._words.append("".join(self._word))
        self._word, self._breaks, self._is_begun = [], [], False
