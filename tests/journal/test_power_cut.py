"""A power cut amid a run: the whole of it is `python -m tests.journal.power_cut`."""

import random
import sys
from pathlib import Path

import pytest

from tests.journal.power_cut.cutting import play
from tests.journal.power_cut.scenes import KINDS, Kind, Scene
from tests.servers import ScriptedServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is of Linux alone")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_power_cut_loses_no_row_and_repeats_none_that_counts(
    kind: Kind, tmp_path: Path, server: ScriptedServer
) -> None:
    """However the unsynced writes are dropped, torn and mixed, and again while it is resumed."""
    scene = Scene(kind, tmp_path, rows=24, draw=random.Random(kind.name), server=server)
    assert play(scene, sessions=2, share=0.1, others=2) > 20
