"""Sends a run as the sender does, eight rows at a time, until it is killed.

Called with the journal and a file, to which the service's side of it is written: a row's number,
as soon as the service would have acted on it.
"""

import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.journal.opening import open_journal
from tests.journal.journals import decided

if TYPE_CHECKING:
    from sendx_cli.delivery.rows import Row

IN_FLIGHT = 8


def main(journal_path: str, service_path: str) -> None:
    draw = random.Random(os.getpid())
    service = os.open(service_path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    with open_journal(Path(journal_path)) as journal:
        os.write(1, b"ready\n")
        under_way: list[Row] = []
        rows = journal.pending()
        while True:
            fresh = [row for _, row in zip(range(IN_FLIGHT - len(under_way)), rows, strict=False)]
            under_way += fresh
            if not under_way:
                return
            journal.mark_sending(fresh)
            for row in fresh:
                os.write(service, b"%d\n" % row.number)
            draw.shuffle(under_way)
            count = draw.randint(1, len(under_way))
            journal.record([decided(row, Outcome.ACCEPTED) for row in under_way[:count]])
            del under_way[:count]


if __name__ == "__main__":
    main(*sys.argv[1:])
