"""A directory on a disk that keeps for certain only what was synced.

Each sector of 512 bytes that was written since its file's last sync holds the content that any of
these writes left there, or the one before them, whatever the other sectors hold; the file has any
of the lengths that it had since; and a name leads to any of the files that it led to since the
directory's last sync, or nowhere if it was new. So writes are dropped, torn and reordered, as a
drive and its file system may do it (https://sqlite.org/atomiccommit.html#_hardware_assumptions).
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar

SECTOR_BYTES = 512
PAGE_SECTORS = 8
_Value = TypeVar("_Value")


class Change(NamedTuple):
    """What a process asked of the system.

    Args:
        kind: `create`, `write`, `truncate`, `sync`, `rename`, `unlink` (of a file), `sync names`
            (of the directory), or `sent`.
        name: The file's name at that moment.
        at: The offset of a write, or the length after a `truncate`.
        content: What is written, or sent.
        target: The new name.
    """

    kind: str
    name: str = ""
    at: int = 0
    content: bytes = b""
    target: str = ""


@dataclass(slots=True)
class _File:
    """A file: what is synced, and what each change since left of its sectors and its length."""

    synced: bytes = b""
    lengths: list[tuple[int, int]] = field(default_factory=list)
    sectors: dict[int, list[tuple[int, bytes]]] = field(default_factory=dict)

    @property
    def length(self) -> int:
        return self.lengths[-1][1] if self.lengths else len(self.synced)

    def write(self, time: int, at: int, content: bytes) -> None:
        end = at + len(content)
        for number in range(at // SECTOR_BYTES, (end - 1) // SECTOR_BYTES + 1):
            begin = number * SECTOR_BYTES
            sector = bytearray(self._sector(number))
            first, last = max(at, begin), min(end, begin + SECTOR_BYTES)
            sector[first - begin : last - begin] = content[first - at : last - at]
            self.sectors.setdefault(number, []).append((time, bytes(sector)))
        self.lengths.append((time, max(self.length, end)))

    def truncate(self, time: int, length: int) -> None:
        before = self.length
        self.lengths.append((time, length))
        for number in range(length // SECTOR_BYTES, (before - 1) // SECTOR_BYTES + 1):
            kept = self._sector(number)[: max(0, length - number * SECTOR_BYTES)]
            self.sectors.setdefault(number, []).append((time, kept.ljust(SECTOR_BYTES, b"\0")))

    def sync(self) -> None:
        self.synced = self.content(Newest())
        self.lengths.clear()
        self.sectors.clear()

    def content(self, choice: "Choice") -> bytes:
        length = _at(self.lengths, choice.time_of_length(), len(self.synced))
        content = bytearray(self.synced.ljust(max(length, len(self.synced)), b"\0"))
        for number, versions in self.sectors.items():
            begin = number * SECTOR_BYTES
            old = self.synced[begin : begin + SECTOR_BYTES].ljust(SECTOR_BYTES, b"\0")
            sector = _at(versions, choice.time_of_sector(number, versions), old)
            if begin < length:
                content[begin : begin + SECTOR_BYTES] = sector
        return bytes(content[:length])

    def _sector(self, number: int) -> bytes:
        if number in self.sectors:
            return self.sectors[number][-1][1]
        begin = number * SECTOR_BYTES
        return self.synced[begin : begin + SECTOR_BYTES].ljust(SECTOR_BYTES, b"\0")


def _at(versions: list[tuple[int, _Value]], time: int, before: _Value) -> _Value:
    """Return what the latest change up to `time` left."""
    return next((value for at, value in reversed(versions) if at <= time), before)


class Choice:
    """Which of the changes that were not synced had reached the disk, as points in time."""

    def time_of_length(self) -> int:
        raise NotImplementedError

    def time_of_sector(self, number: int, versions: list[tuple[int, bytes]]) -> int:
        raise NotImplementedError

    def time_of_names(self) -> int:
        raise NotImplementedError


@dataclass(frozen=True)
class Until(Choice):
    """All up to a moment, in order; at -1, nothing."""

    time: int

    def time_of_length(self) -> int:
        return self.time

    def time_of_sector(self, number: int, versions: list[tuple[int, bytes]]) -> int:
        del number, versions
        return self.time

    def time_of_names(self) -> int:
        return self.time


def Newest() -> Choice:  # noqa: N802 - reads as the choice it returns
    """Everything, as processes see it."""
    return Until(1 << 62)


@dataclass(frozen=True)
class Without(Choice):
    """Everything but the sectors of one change, or nothing but them."""

    time: int
    is_alone: bool

    def time_of_length(self) -> int:
        return 1 << 62

    def time_of_sector(self, number: int, versions: list[tuple[int, bytes]]) -> int:
        del number
        is_touched = any(at == self.time for at, _ in versions)
        if self.is_alone:
            return self.time if is_touched else -1
        return self.time - 1 if is_touched else 1 << 62

    def time_of_names(self) -> int:
        return 1 << 62


class AnyOf(Choice):
    """Each sector, or each page of eight, with a will of its own.

    Args:
        draw: Decides.
        now: The present moment.
        share: How likely a sector is as it was written last.
        is_by_page: Whether a page's sectors go together.
    """

    def __init__(self, draw: random.Random, now: int, share: float, *, is_by_page: bool) -> None:
        self._draw, self._now, self._share, self._is_by_page = draw, now, share, is_by_page
        self._pages: dict[int, int] = {}

    def time_of_length(self) -> int:
        return self._time()

    def time_of_sector(self, number: int, versions: list[tuple[int, bytes]]) -> int:
        if not self._is_by_page:
            times = [-1, *(at for at, _ in versions)]
            return times[-1] if self._draw.random() < self._share else self._draw.choice(times)
        return self._pages.setdefault(number // PAGE_SECTORS, self._time())

    def time_of_names(self) -> int:
        return self._time()

    def _time(self) -> int:
        return self._now if self._draw.random() < self._share else self._draw.randint(-1, self._now)


class Disk:
    """A directory's files, and what is certain of them.

    Args:
        files: What is there, synced.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._synced_names = {name: _File(content) for name, content in files.items()}
        self._names: dict[str, _File] = dict(self._synced_names)
        self._name_changes: dict[str, list[tuple[int, _File | None]]] = {}
        self._time = -1

    def apply(self, change: Change) -> None:
        """Take one more change."""
        self._time += 1
        match change.kind:
            case "create":
                self._lead(change.name, _File())
            case "unlink":
                self._lead(change.name, None)
            case "rename":
                self._lead(change.target, self._names[change.name])
                self._lead(change.name, None)
            case "write":
                self._names[change.name].write(self._time, change.at, change.content)
            case "truncate":
                self._names[change.name].truncate(self._time, change.at)
            case "sync":
                self._names[change.name].sync()
            case "sync names":
                self._synced_names = dict(self._names)
                self._name_changes.clear()

    @property
    def unsynced_times(self) -> list[int]:
        """When the changes were made that are not certain."""
        times = {at for versions in self._name_changes.values() for at, _ in versions}
        for file in self._names.values():
            times.update(at for at, _ in file.lengths)
            times.update(at for versions in file.sectors.values() for at, _ in versions)
        return sorted(times)

    def image(self, choose: Callable[[], Choice]) -> dict[str, bytes]:
        """Return the files after a power cut at this moment, one choice for each of them."""
        image: dict[str, bytes] = {}
        for name in sorted(self._synced_names.keys() | self._name_changes.keys()):
            choice = choose()
            changes = self._name_changes.get(name, [])
            file = _at(changes, choice.time_of_names(), self._synced_names.get(name))
            if file is not None:
                image[name] = file.content(choice)
        return image

    def choices(self, draw: random.Random, count: int) -> list[Callable[[], Choice]]:
        """Return ways in which a cut can leave the unsynced changes: the plain ones, then others.

        Args:
            draw: Chooses the others.
            count: How many of the others.
        """
        now, unsynced = self._time, self.unsynced_times
        found: list[Callable[[], Choice]] = [lambda: Until(-1), Newest]
        if not unsynced:
            return found[:1]
        for _ in range(count):
            time = draw.choice(unsynced)
            share = draw.choice((0.0, 0.5, 0.9))
            by_page = draw.random() < 0.5
            any_of = partial(AnyOf, draw, now, share, is_by_page=by_page)
            ways: list[Callable[[], Choice]] = [
                partial(Until, time),
                partial(Without, time, is_alone=False),
                partial(Without, time, is_alone=True),
                any_of,
                any_of,
            ]
            found.append(draw.choice(ways))
        return found

    def _lead(self, name: str, file: _File | None) -> None:
        self._name_changes.setdefault(name, []).append((self._time, file))
        if file is None:
            self._names.pop(name, None)
        else:
            self._names[name] = file
