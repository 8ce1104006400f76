"""Names that differ only in case or spacing: most likely one name, mistyped.

The service takes them for two, and creates what is not there yet (POST /contact/identify).
"""

from collections.abc import Iterable

from sendx_cli.core.account.known_names import look_of


def look_alikes(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of names that look alike, names and groups in the order given.

    What makes no difference is said at `look_of`.
    """
    groups: dict[str, dict[str, None]] = {}
    for name in names:
        groups.setdefault(look_of(name), {})[name] = None
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)
