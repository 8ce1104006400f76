"""Kills `sendx` at random moments: `python -m tests.processes.kill_campaigns [KILLS]`, 500 of them.

It counts the kills that landed: the process was still at work. They come in the start, amid calls
and reads, at writes to the journal, and while reports and failed rows are written:

- `kill_sending`: identify, batches, track, counting fields and streams, begun and resumed;
- `kill_endings`: the ends of runs, with large reports and files of failed rows;
- `kill_undos`: runs with a snapshot, and the undos that take them back;
- `kill_reads`: lookup, verify, reconcile, and runs that read the account before they send.

The service answers some calls with 429, 400 or 500, and breaks some off after it has acted. What
it saw is held against what `sendx` said and how it ended, by a checker that has nothing in common
with it (`kill_checker`): no row lost, none that counts acted on twice, each contact in order, no
half of a file in the place of a whole, an account as before once a run was undone.

500 kills take about a quarter of an hour. A sample of it is a test.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from tests.processes.kill_endings import Endings
from tests.processes.kill_process import Sendx
from tests.processes.kill_reads import Reads
from tests.processes.kill_sending import KINDS, Sending
from tests.processes.kill_undos import Undos
from tests.servers import ScriptedServer

KILLS = 500


class Campaign(Protocol):
    """Processes of one kind, killed and checked."""

    sendx: Sendx

    def run(self) -> None:
        """Kill, and check."""


CAMPAIGNS: Mapping[str, Callable[[int, Path, ScriptedServer], Campaign]] = {
    **{kind.name: partial(Sending, kind) for kind in KINDS},
    "ends": Endings,
    "undos": Undos,
    "reads": Reads,
}


def main(kills: int) -> int:
    """Play a campaign of each kind."""
    landed: Counter[str] = Counter()
    torn = 0
    for name, make in CAMPAIGNS.items():
        with tempfile.TemporaryDirectory() as folder, ScriptedServer() as server:
            campaign = make(-(-kills // len(CAMPAIGNS)), Path(folder), server)
            campaign.run()
        landed += campaign.sendx.landed
        torn += campaign.sendx.torn
        _tell(name, campaign.sendx.landed)
    _tell("all", landed)
    sys.stdout.write(f"{torn} amid a commit; lost 0, twice 0, out of order 0\n")
    return 0 if landed.total() >= kills else 1


def _tell(name: str, landed: Counter[str]) -> None:
    moments = ", ".join(f"{count} {moment}" for moment, count in sorted(landed.items()))
    sys.stdout.write(f"{name}: {landed.total()} kills landed: {moments}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS))
