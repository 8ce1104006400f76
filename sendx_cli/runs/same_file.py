"""Another run of the same file: one that is not finished bars what it would send twice."""

from sendx_cli.core.contact.shards import Shard
from sendx_cli.errors import RunUnfinished
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.runs import Run
from sendx_cli.quantity import quantity


def run_of_file(run: Run) -> str:
    """Return a run as a message names it: `run ID of this file`, or of which shard of it."""
    shard = run.header.shard
    return f"run {run.id} of {'' if shard.is_whole else f'{shard.words} of '}this file"


def rows_to_come(run: Run) -> str:
    """Return how many rows of a run are not sent yet, as a message tells it."""
    return f"{quantity(run.counts.to_come, 'row')} to come"


def unfinished(run: Run, header: RunHeader, then: str) -> RunUnfinished:
    """Return why a file is not sent while another run of it is not finished.

    Args:
        run: The other run.
        header: What was to be sent.
        then: What can be done once the other run is forgotten: `start over`, for example.
    """
    if run.is_under_way:
        return RunUnfinished(
            f"{run_of_file(run)} is being sent by another sendx process: {rows_to_come(run)}",
            where=header.source,
            hint=f"wait until it ends, then see `sendx runs show {run.id}`"
            + _beside(run.header.shard, header.shard),
        )
    return RunUnfinished(
        f"{run_of_file(run)} is not finished: {rows_to_come(run)}",
        where=header.source,
        hint=f"`sendx runs resume {run.id}` continues it; "
        f"`sendx runs forget {run.id}` lets you {then}" + _beside(run.header.shard, header.shard),
    )


def _beside(begun: Shard, wanted: Shard) -> str:
    """Return what can be sent beside a shard, where it was tried with another number of them."""
    if begun.total == wanted.total:
        return ""
    if begun.is_whole:
        return "; its contacts would be sent by both"
    return f"; meanwhile only other shards of {begun.total} can be sent: they share no contacts"
