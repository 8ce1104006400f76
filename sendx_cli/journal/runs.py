"""The runs in a directory of journals: listing, finding, reading and deleting them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sendx_cli.core.contact.shards import WHOLE, Shard
from sendx_cli.errors import InputError, PassingTrouble
from sendx_cli.journal.database import Database
from sendx_cli.journal.lock import MARGIN_S, RunLock, is_locked
from sendx_cli.journal.opening import SUFFIX, lock_path, open_journal
from sendx_cli.journal.removed import Removed
from sendx_cli.journal.rows import InputRead, LeftOutKind
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.unreadable import was_cut_off_while_created, was_started
from sendx_cli.journal.upgrading import damage_reported
from sendx_cli.journal.verifying import incomplete, verify
from sendx_cli.journal.view import Counts, RunView

_MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Run:
    """A run as read from its journal.

    Args:
        id: Its id, such as `20261123-1405-k3f9`.
        path: Its journal.
        header: Its header.
        counts: Its rows by state.
        is_under_way: Whether some process is sending it at this moment.
        input_read: How far the input of a stream was read; None for a run of a file.
        undone_by: The id of the run that took this one back, if one did.
        bad: The rows of its file that cannot be sent; `counts` is without them.
        removed: The rows that its journal no longer has.
    """

    id: str
    path: Path
    header: RunHeader
    counts: Counts
    is_under_way: bool
    input_read: InputRead | None = None
    undone_by: str | None = None
    bad: int = 0
    removed: Removed | None = None

    @property
    def has_input_left(self) -> bool:
        """Whether the input of a stream may hold rows that are not in the journal."""
        return self.input_read is not None and not self.input_read.has_ended

    @property
    def is_finished(self) -> bool:
        """Whether it has no row left to send, in the journal or in its input, or was undone."""
        return self.undone_by is not None or not (self.counts.to_come or self.has_input_left)


@dataclass(frozen=True, slots=True)
class Runs:
    """The journals in a directory.

    Args:
        runs: The readable runs, the earliest first.
        unreadable: The errors of those that cannot be read.
    """

    runs: tuple[Run, ...]
    unreadable: tuple[InputError, ...] = ()

    @property
    def latest(self) -> Run | None:
        """The run that was started last."""
        return self.runs[-1] if self.runs else None

    @property
    def unreadable_paths(self) -> tuple[Path, ...]:
        """The journals that cannot be read."""
        return tuple(Path(error.where or "") for error in self.unreadable)

    def find(self, text: str) -> Run:
        """Return the run whose id is or begins with `text`.

        Raises:
            InputError: There is none, or more than one.
        """
        found = [run for run in self.runs if run.id.startswith(text)] if text else []
        if len(found) == 1:
            return found[0]
        if not found:
            for error in self.unreadable:
                if Path(error.where or "").stem.startswith(text):
                    raise error
            raise InputError(f"no such run: {text}", hint="see `sendx runs list`")
        names = ", ".join(run.id for run in found[-_MAX_NAMED:])
        more = f" and {len(found) - _MAX_NAMED:,} more" if len(found) > _MAX_NAMED else ""
        raise InputError(
            f"several runs start with {text}: {names}{more}", hint="use more of the id"
        )

    def unfinished_run_of(
        self,
        *,
        sha256: str,
        action: str,
        origin: str,
        shard: Shard = WHOLE,
        other_than: str | None = None,
    ) -> Run | None:
        """Return the latest unfinished run of the same file, command and service; not undone.

        It has rows left to send, or a process is resuming it and may send failed rows again.
        Among several it is one of the same shard, if there is one.

        Args:
            sha256: SHA-256 of the file's content, in hexadecimal.
            action: `identify` or `track`.
            origin: Where requests go.
            shard: The shard of the file; runs of others, of as many, do not count.
            other_than: The id of a run to leave out.
        """
        same = (
            run
            for run in self.runs
            if run.header.source_sha256 == sha256 and run.id != other_than and not run.undone_by
        )
        unfinished = (run for run in same if run.counts.to_come or _is_held(run))
        return _latest(unfinished, action, origin, shard)

    def finished_runs_like(self, header: RunHeader) -> Iterator[Run]:
        """Yield the finished runs that sent the same file to the same account, the latest first.

        Its columns meant the same; what else its rows were given is for the caller to compare.
        It may have sent another shard, if any contact can be in both.
        """
        return (
            run
            for run in reversed(self.runs)
            if run.is_finished
            and not run.undone_by
            and run.counts.accepted
            and run.header.source_sha256 == header.source_sha256 != ""
            and run.header.mapping == header.mapping
            and run.header.shard.overlaps(header.shard)
            and (run.header.action, run.header.origin, run.header.key_fingerprint)
            == (header.action, header.origin, header.key_fingerprint)
        )

    def unfinished_run_at(
        self, *, path: str, action: str, origin: str, shard: Shard = WHOLE
    ) -> Run | None:
        """Return the latest run with rows left to send of a file at this path, any content."""
        there = (run for run in self.runs if run.header.source_path == path and not run.undone_by)
        return _latest((run for run in there if run.counts.to_come), action, origin, shard)


def list_runs(directory: Path) -> Runs:
    """Return the runs in `directory`, without those that were never started.

    Rows that were in flight when a process was killed are made unknown first.

    Raises:
        PassingTrouble: A journal cannot be read now.
    """
    runs: list[Run] = []
    unreadable: list[InputError] = []
    for path in _journals_in(directory):
        try:
            run = _read(path)
            if run is not None:
                runs.append(_recovered(run))
        except InputError as error:
            unreadable.append(error.at(str(path)))
    runs.sort(key=lambda run: (run.header.started_at, run.id))
    return Runs(tuple(runs), tuple(unreadable))


def _journals_in(directory: Path) -> list[Path]:
    """Return the journals, also those of which only the files beside them are left."""
    found = set(directory.glob(f"*{SUFFIX}"))
    for check in directory.glob(f"*{SUFFIX}-check"):
        path = check.with_name(check.name.removesuffix("-check"))
        if path not in found and was_started(path):
            found.add(path)
    return sorted(found)


@contextmanager
def open_view(path: Path) -> Iterator[RunView]:
    """Open a run's journal read-only, also while another process sends the run.

    Raises:
        InputError: It is damaged, or not a journal.
        PassingTrouble: It cannot be read now.
    """
    if not path.exists():
        raise incomplete(path, path.name)
    _verify_at_rest(path)
    with damage_reported(path):
        database = Database(path)
    try:
        yield RunView(database)
    finally:
        database.close()


def delete_journal(path: Path) -> None:
    """Delete a run's journal, readable or not, and with it all outcomes of its rows.

    Raises:
        InputError: A process is sending the run at this moment.
    """
    lock = RunLock(lock_path(path), path.stem)
    try:
        for end in ("", "-journal", "-wal", "-shm", "-check", "-check-new"):
            path.with_name(path.name + end).unlink(missing_ok=True)
    finally:
        lock.release()
    lock_path(path).unlink(missing_ok=True)


def forget_never_started(directory: Path) -> None:
    """Delete journals that were never sealed and that no process holds: nothing was sent."""
    for path in directory.glob(f"*{SUFFIX}"):
        if is_locked(lock_path(path)):
            continue
        try:
            with open_view(path) as view:
                is_sealed = view.is_sealed
        except (InputError, PassingTrouble):
            if not _was_cut_off(path):
                continue
            is_sealed = False
        if not is_sealed:
            delete_journal(path)
    for check in directory.glob(f"*{SUFFIX}-check"):
        path = check.with_name(check.name.removesuffix("-check"))
        if path.exists() or is_locked(lock_path(path)) or was_started(path):
            continue
        delete_journal(path)  # its process ended before it made the journal


def _latest(runs: Iterable[Run], action: str, origin: str, shard: Shard) -> Run | None:
    found = [
        run
        for run in runs
        if (run.header.action, run.header.origin) == (action, origin)
        and run.header.shard.overlaps(shard)
    ]
    found.sort(key=lambda run: run.header.shard == shard)
    return found[-1] if found else None


def _is_held(run: Run) -> bool:
    """Return whether a process is sending the run, rather than only probing its lock."""
    return run.is_under_way and is_locked(lock_path(run.path), MARGIN_S)


def _recovered(run: Run) -> Run:
    """Make the run's rows in flight unknown, unless it is being sent or cannot be written."""
    if not run.counts.in_flight or run.is_under_way:
        return run
    try:
        open_journal(run.path).close()
    except (InputError, PassingTrouble):
        return run
    return _read(run.path) or run


def _read(path: Path) -> Run | None:
    """Read a run; None if it was never started."""
    if not path.exists() and not was_started(path):  # another process has just deleted it
        return None
    try:
        with open_view(path) as view, damage_reported(path):
            if not view.is_sealed:
                return None
            return Run(
                id=path.stem,
                path=path,
                header=view.header,
                counts=view.counts(),
                is_under_way=is_locked(lock_path(path)),
                input_read=view.input_read,
                undone_by=view.undone_by,
                bad=view.count_left_out(LeftOutKind.BAD),
                removed=view.removed,
            )
    except (InputError, PassingTrouble):
        if _was_cut_off(path):
            return None
        raise


def _was_cut_off(path: Path) -> bool:
    try:
        return was_cut_off_while_created(path)
    except OSError:
        return False


def _verify_at_rest(path: Path) -> None:
    """Verify the files of a run that no process is sending against its check file.

    The first attempt is made without the lock, so that it does not get in the way of a process
    that resumes the run. A process that sends a run has verified it.
    """
    if is_locked(lock_path(path)):
        return
    with suppress(InputError):
        verify(path)
        return
    try:
        lock = RunLock(lock_path(path), path.stem)
    except InputError:
        return  # it was begun meanwhile
    try:
        verify(path)
    finally:
        lock.release()
