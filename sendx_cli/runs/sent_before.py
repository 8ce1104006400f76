"""A file that an earlier run sent already, or began to: whoever sends it again is told."""

from sendx_cli.clock import past_text
from sendx_cli.core.contact.members import ContactValues
from sendx_cli.errors import InputError
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.runs import Run, Runs
from sendx_cli.journal.view import Counts
from sendx_cli.output.writer import Output
from sendx_cli.runs.options import RunSpec
from sendx_cli.runs.same_file import unfinished


def warn_if_sent_before(output: Output, runs: Runs, header: RunHeader, spec: RunSpec) -> bool:
    """Warn of a finished run of the same file with the same values for every row.

    `--only-changed` sends what would change something alone, so that it may well be said again.

    Args:
        output: Where the warning goes.
        runs: The runs that were made here.
        header: The header of the run that is about to begin.
        spec: Its options.

    Returns:
        Whether there is one.
    """
    same = (run for run in runs.finished_runs_like(header) if _values_of(run) == spec.defaults)
    before = None if spec.only_changed else next(same, None)
    if before is None:
        return False
    moment = past_text(before.header.started_at)
    output.warn(
        f"{_what(before)} was sent as run {before.id} on {moment}: {_counts_text(before.counts)}",
        hint=f"`sendx runs show {before.id}` shows what became of it",
    )
    return True


def warn_of_earlier_run(output: Output, runs: Runs, header: RunHeader, spec: RunSpec) -> None:
    """Warn of a run that would bar the file, or that sent it, where nothing is sent now.

    Args:
        output: Where the warning goes.
        runs: The runs that were made here.
        header: The header of the run that could begin.
        spec: Its options.
    """
    run = runs.unfinished_run_of(
        sha256=header.source_sha256,
        action=header.action,
        origin=header.origin,
        shard=header.shard,
    )
    if run is None:
        warn_if_sent_before(output, runs, header, spec)
    else:
        barred = unfinished(run, header, "start over")
        output.warn(barred.message, hint=barred.hint)


def _what(run: Run) -> str:
    shard = run.header.shard
    return "this file" if shard.is_whole else f"{shard.words} of this file"


def _values_of(run: Run) -> ContactValues | None:
    """Return what options gave every row; None for a run of another sendx, which cannot be read."""
    try:
        return RunSpec.from_text(run.header.options).defaults
    except InputError:
        return None


def _counts_text(counts: Counts) -> str:
    words = ("accepted", "rejected", "failed", "unknown", "unchanged")
    found = ((getattr(counts, word), word) for word in words)
    return ", ".join(f"{count:,} {word}" for count, word in found if count)
