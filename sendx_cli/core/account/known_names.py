"""The names of one kind that an account has, and which of them a new one may be a slip of."""

import unicodedata
from collections.abc import Iterable

_COMPARED_LENGTH = 64
_NEAR = 0.7
_MAX_COMPARISONS = 50_000
"""Of the letters of two names, 10 µs each: however many new names a file has, half a second."""


def look_of(name: str) -> str:
    """Return what names have in common that differ only in case or spacing.

    White space, invisible marks and the way a letter is composed make no difference; hyphens,
    underscores and all else do.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    if text.isascii() and text.isalnum():
        return text
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")


class KnownNames:
    """Names that exist.

    Args:
        names: The names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.all = frozenset(names)
        self._by_look = {look_of(name): name for name in sorted(self.all, reverse=True)}
        self._by_letters: dict[str, str | None] = {}
        self._comparisons_left = _MAX_COMPARISONS

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.all)

    def nearest(self, name: str) -> str | None:
        """Return the name that this one is most likely a slip of, or None if none is near.

        One that differs only in case or spacing is always found, others by their letters as long
        as there are not too many names to compare.
        """
        look = look_of(name)
        return self._by_look.get(look) or self._like(look[:_COMPARED_LENGTH])

    def _like(self, look: str) -> str | None:
        if look in self._by_letters:
            return self._by_letters[look]
        if self._comparisons_left < len(self._by_look):
            return None
        from difflib import get_close_matches

        self._comparisons_left -= max(len(self._by_look), 1)
        found = get_close_matches(look, self._by_look, n=1, cutoff=_NEAR)
        self._by_letters[look] = self._by_look[found[0]] if found else None
        return self._by_letters[look]
