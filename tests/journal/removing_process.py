"""Sends a run as `sending_process` does, and removes each row soon after it is decided."""

import os
import random
import sys
from pathlib import Path

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.journal.opening import open_journal
from tests.clocks import HandClock
from tests.journal.journals import decided

AT_ONCE = 8


def main(journal_path: str, service_path: str) -> None:
    clock = HandClock()
    service = os.open(service_path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    draw = random.Random(os.getpid())
    with open_journal(Path(journal_path), clock) as journal:
        old_rows = journal.old_rows()
        os.write(1, b"ready\n")
        rows = list(journal.pending())
        for start in range(0, len(rows), AT_ONCE):
            under_way = rows[start : start + AT_ONCE]
            journal.mark_sending(under_way)
            os.write(service, "".join(f"{row.number}\n" for row in under_way).encode())
            draw.shuffle(under_way)
            journal.record([decided(row, Outcome.ACCEPTED) for row in under_way])
            clock.seconds += 1
            old_rows.remove_some(int(clock.unix()))


if __name__ == "__main__":
    main(*sys.argv[1:])
