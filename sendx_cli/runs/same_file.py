"""Another run of the same file: one that is not finished bars what it would send twice."""

from sendx_cli.core.contact.shards import Shard
from sendx_cli.errors import InputError
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.runs import Run


def run_of_file(run: Run) -> str:
    """Return a run as a message names it: `run ID of this file`, or of which shard of it."""
    shard = run.header.shard
    return f"run {run.id} of {'' if shard.is_whole else f'{shard.words} of '}this file"


def unfinished(run: Run, header: RunHeader, makes_way: str) -> InputError:
    """Return why a file is not sent while another run of it is not finished.

    Args:
        run: The other run.
        header: What was to be sent.
        makes_way: What `sendx runs forget` of the other run makes way for.
    """
    to_come = f"{run.counts.to_come:,} rows to come"
    if run.is_under_way:
        return InputError(
            f"{run_of_file(run)} is being sent by another sendx: {to_come}",
            where=header.source,
            hint=f"wait until it has ended, then see `sendx runs show {run.id}`"
            + _beside(run.header.shard, header.shard),
        )
    return InputError(
        f"{run_of_file(run)} is not finished: {to_come}",
        where=header.source,
        hint=f"`sendx runs resume {run.id}` goes on with it; "
        f"`sendx runs forget {run.id}` makes way for {makes_way}"
        + _beside(run.header.shard, header.shard),
    )


def _beside(begun: Shard, wanted: Shard) -> str:
    """Return what can be sent beside a shard, where it was tried with another number of them."""
    if begun.total == wanted.total:
        return ""
    if begun.is_whole:
        return "; its contacts would be sent by both"
    return f"; only other shards of {begun.total} go beside it: others have contacts in common"
