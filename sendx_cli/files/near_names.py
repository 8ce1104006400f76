"""The file that a missing one's name may be a slip of."""

import os
from pathlib import Path

from sendx_cli.errors import FileRefused

_MAX_NAMES = 10_000
_CUTOFF = 0.6
"""How alike names must be, and what stands before their endings: endings are often the same."""


def no_such_file(path: Path, name: str) -> FileRefused:
    """Return the error for a missing file; its hint is the nearest one in the same folder.

    Args:
        path: The file.
        name: Its name in messages.
    """
    near = _nearest(path)
    hint = None if near is None else f"did you mean {path.with_name(near)}?"
    return FileRefused("no such file", where=name, hint=hint)


def _nearest(path: Path) -> str | None:
    from difflib import SequenceMatcher, get_close_matches

    try:
        with os.scandir(path.parent) as entries:
            there = [entry.name for entry, _ in zip(entries, range(_MAX_NAMES), strict=False)]
    except OSError:
        return None
    names = {name.lower(): name for name in sorted(there) if (path.parent / name).is_file()}
    stem = path.stem.lower()
    for near in get_close_matches(path.name.lower(), names, cutoff=_CUTOFF):
        if SequenceMatcher(None, Path(near).stem, stem).ratio() >= _CUTOFF:
            return names[near]
    return None
