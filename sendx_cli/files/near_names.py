"""The file that a missing one's name may be a slip of."""

import os
from pathlib import Path

from sendx_cli.errors import FileRefused

_MAX_NAMES = 10_000
_CUTOFF = 0.6


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
    from difflib import get_close_matches

    try:
        with os.scandir(path.parent) as entries:
            there = [entry.name for entry, _ in zip(entries, range(_MAX_NAMES), strict=False)]
    except OSError:
        return None
    names = {name.lower(): name for name in sorted(there) if (path.parent / name).is_file()}
    near = get_close_matches(path.name.lower(), names, n=1, cutoff=_CUTOFF)
    return names[near[0]] if near else None
