"""Takes a journal through all that must survive a power failure, each step announced.

Called with a directory. A step's name goes to standard output before it is taken.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sendx_cli.core.contact.contact import Track
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.rows import Row
from sendx_cli.journal.opening import create_journal, open_journal
from sendx_cli.journal.rows import State
from sendx_cli.journal.store import RunJournal
from tests.clocks import HandClock
from tests.journal.journals import HEADER, as_rows, decided, path_of, tracked


def step(name: str, take: Callable[[], object]) -> None:
    os.write(1, f"step {name}\n".encode())
    take()
    os.write(1, b"step between\n")


def main(directory: Path) -> None:
    clock, opened = HandClock(), list[RunJournal]()
    later = Track(email="p0@example.com", add_tags=("later",))
    contacts = [*tracked(3), later, *tracked(6)[4:]]
    header = replace(HEADER, action="track")
    step("create", lambda: opened.append(create_journal(directory, header, clock)))
    journal = opened.pop()
    journal.add(as_rows(contacts))
    step("seal", journal.seal)
    rows = list(journal.pending())
    step("mark", lambda: journal.mark_sending(rows[:2]))
    step("mark again", lambda: journal.mark_sending(rows[2:4]))
    clock.seconds += 0.2
    step("settle at once", lambda: journal.record([decided(rows[0], Outcome.FAILED)]))
    clock.seconds += 0.05
    step("settle later", lambda: journal.record([decided(rows[3], Outcome.ACCEPTED)]))
    step("reopen", lambda: journal.reopen(State.FAILED))
    step("overtake", journal.stop_overtaken)
    arrivals = journal.arrivals(as_rows([*contacts, Track(email="new@b.co", add_tags=("x",))]))
    arrivals.match()
    step("adopt", lambda: arrivals.adopt(replace(HEADER, action="track", source_sha256="0")))
    journal.record([decided(Row(4, contacts[4], 6), Outcome.ACCEPTED)])
    step("close", journal.close)
    with open_journal(path_of(directory), clock) as journal:
        journal.mark_sending(list(journal.pending())[:1])
    step("recover", lambda: opened.append(open_journal(path_of(directory), clock)))
    rows = list(opened[0].pending())
    unknown = opened[0].unknown_rows()
    step("settle unknown", lambda: unknown.settle([next(iter(unknown)).number]))
    step("reopen rows", lambda: opened[0].reopen_rows([4]))
    step("snapshot", lambda: opened[0].before.add([("a@b.co", None)]))
    step("undone", lambda: opened[0].note_undone("20261124-1945-v8mg"))
    step("settle first", lambda: opened[0].record([decided(rows[0], Outcome.ACCEPTED)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
