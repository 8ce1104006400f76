"""Names that differ only in case or spacing: most likely one name, mistyped.

The service takes them for two, and creates what is not there yet (POST /contact/identify).
"""

import unicodedata
from collections.abc import Iterable


def look_alikes(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of names that look alike, names and groups in the order given.

    Case, white space, invisible marks and the way a letter is composed make no difference;
    hyphens, underscores and all else do.
    """
    groups: dict[str, dict[str, None]] = {}
    for name in names:
        groups.setdefault(_looks(name), {})[name] = None
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _looks(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    if text.isascii() and text.isalnum():
        return text
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
