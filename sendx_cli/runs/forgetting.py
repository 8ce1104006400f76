"""Runs deleted: what became of their rows is known no more."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sendx_cli.files.spool import is_copy
from sendx_cli.journal.runs import Run, Runs, delete_journal


def forget_runs(runs: Runs, ids: Sequence[str], *, finished: bool) -> Iterator[str]:
    """Delete runs, with the copies of standard input they were made from; yield each one's id.

    Args:
        runs: Those that were made here.
        ids: Which of them, readable or not, by their ids or how these begin.
        finished: Whether all that are finished are meant, too.

    Raises:
        InputError: There is no such run, or a process sends it at this moment.
    """
    unreadable = {path.stem: path for path in runs.unreadable_paths}
    for path in [unreadable[text] for text in ids if text in unreadable]:
        delete_journal(path)
        yield path.stem
    named = [runs.find(text) for text in ids if text not in unreadable]
    done = [run for run in runs.runs if finished and run.is_finished]
    for run in {run.id: run for run in (*named, *done)}.values():
        _forget(run)
        yield run.id


def _forget(run: Run) -> None:
    delete_journal(run.path)
    source_path = Path(run.header.source_path or "")
    if is_copy(source_path, run.path.parent):
        source_path.unlink(missing_ok=True)
