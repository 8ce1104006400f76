"""The names of an account, kept for completions: a `<TAB>` never makes a request."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from sendx_cli.core.account.catalogue import Catalogue
from sendx_cli.errors import SendxError
from sendx_cli.settings.base_url import origin_text
from sendx_cli.settings.paths import state_directory
from sendx_cli.settings.resolve import Settings
from sendx_cli.settings.storage import make_private_directory, read_private, replace_private

_FOLDER = "names"
_MOST_BYTES = 300_000
"""Of each kind of name: a private file of more than a megabyte would not be read."""
_LONGEST_NAME = 100


class AccountNames(NamedTuple):
    """The names of an account's tags, custom fields and lists, as they were when last read."""

    tags: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


def keep_names(catalogue: Catalogue, settings: Settings) -> None:
    """Keep an account's names for completions; where that cannot be done, do nothing.

    What could not be read to its end is added to what was kept of it before.

    Args:
        catalogue: The account's names.
        settings: The service and the key that they were read with.
    """
    with suppress(SendxError, OSError):
        origin = origin_text(settings.base_url.value)
        path = _path(origin, settings.key().reveal())
        before = _read(path)[1]
        names = AccountNames(
            _kept(catalogue.tag_names, before.tags, is_all=catalogue.knows_all_tags),
            _kept(catalogue.fields_by_name, before.fields, is_all=catalogue.knows_all_fields),
            _kept(
                (one.name for one in catalogue.lists.values()),
                before.lists,
                is_all=catalogue.knows_all_lists,
            ),
        )
        members = {"profile": settings.profile.value, "origin": origin, **names._asdict()}
        make_private_directory(path.parent)
        replace_private(path, json.dumps(members, ensure_ascii=False).encode())


def kept_names(settings: Settings) -> AccountNames:
    """Return the names kept of an account; none where none are.

    A key that only a command knows is not asked for: then it is the account last read by this
    profile at this service.

    Raises:
        ConfigUnusable: This user has no home directory.
    """
    origin, source = origin_text(settings.base_url.value), settings.key_source
    if source.api_key is not None and source.error is None:
        return _read(_path(origin, source.api_key.reveal()))[1]
    whose = (settings.profile.value, origin)
    for path in _latest_first(state_directory() / _FOLDER):
        found, names = _read(path)
        if found == whose:
            return names
    return AccountNames()


def _latest_first(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
        yield from sorted(paths, key=lambda path: path.lstat().st_mtime, reverse=True)


def _path(origin: str, key: str) -> Path:
    """Return where an account's names are kept; the key cannot be told from it."""
    account = crc32(f"{origin}\n{key}".encode())
    return state_directory() / _FOLDER / f"{account:08x}"


def _read(path: Path) -> tuple[tuple[str, str], AccountNames]:
    """Return the profile and origin that names were read with, and the names."""
    members: object = None
    with suppress(SendxError, ValueError, RecursionError):
        stored = read_private(path)
        members = None if stored is None else json.loads(stored.content)
    if not isinstance(members, dict):
        return ("", ""), AccountNames()
    names = AccountNames(*(_texts(members.get(field)) for field in AccountNames._fields))
    return (str(members.get("profile")), str(members.get("origin"))), names


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(one for one in value if isinstance(one, str) and _is_usable(one))


def _kept(names: Iterable[str], before: Iterable[str], *, is_all: bool) -> tuple[str, ...]:
    usable = sorted(filter(_is_usable, {*names, *(() if is_all else before)}))
    sizes = accumulate(len(name.encode()) + len('"", ') for name in usable)
    return tuple(name for name, size in zip(usable, sizes, strict=True) if size <= _MOST_BYTES)


def _is_usable(name: str) -> bool:
    """Whether it may be put into a command line: no control characters, no end in sight."""
    return name.isprintable() and 0 < len(name) <= _LONGEST_NAME
