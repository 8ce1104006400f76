"""Cuts the power at every moment of recorded runs: `python -m tests.journal.power_cut [SEEDS]`.

What it does: it runs `sendx` (identify, track, counting fields, batches) under strace against a
service on this machine, which refuses some calls and breaks some off; kills it at a random call;
and then, behind each single write and sync, rebuilds the directory as a power cut can have left
it: every name, length and 512-byte sector that was not synced as any of the writes since left it
(see `disk`). Our own code must open each, find all rows, keep what was synced, and hold no track or
counting row for pending that the service acted on. Then the run continues from one of these states,
with a file that was mended meanwhile, and is cut again, until it is sent.

Each seed takes some minutes; 3 are run if none is given. Needs strace. A sample of it is a test.
"""

import random
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import NamedTuple

from tests.journal.power_cut.cutting import play
from tests.journal.power_cut.scenes import KINDS, Scene
from tests.servers import ScriptedServer

SEEDS = 3


class Size(NamedTuple):
    """How large a run is, and how many moments of it are looked at.

    Args:
        rows: How many rows it has.
        share: Of the moments.
    """

    rows: int
    share: float


SIZES = (Size(40, 1.0), Size(500, 0.01))
"""Every moment of a short run; and some of one that is long enough for checkpoints amid it."""


def main(seeds: int) -> None:
    for seed in range(seeds):
        for kind, size in product(KINDS, SIZES):
            draw = random.Random(f"{kind.name} {seed}")
            with tempfile.TemporaryDirectory() as folder, ScriptedServer() as server:
                scene = Scene(kind, Path(folder), size.rows, draw, server)
                cuts = play(scene, sessions=3, share=size.share, others=6)
            name = f"seed {seed}: {kind.name}, {size.rows} rows"
            sys.stdout.write(f"{name}: {cuts} cuts, no row lost or repeated\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
