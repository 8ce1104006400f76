"""Deleting runs, and with them the outcomes of their rows."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sendx_cli.files.spool import is_copy
from sendx_cli.journal.runs import Run, Runs, delete_journal


def forget_runs(runs: Runs, ids: Sequence[str], *, finished: bool) -> Iterator[str]:
    """Delete runs, with the copies of standard input that were made for them; yield their ids.

    Args:
        runs: All runs.
        ids: Which to delete, by id or its beginning; those of unreadable ones in full.
        finished: Whether to delete all finished runs, too.

    Raises:
        InputError: There is no such run, or a process is sending it at this moment.
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
