"""Cuts the power at moments of a recorded run, and holds what the journal must still know."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.rows import State
from sendx_cli.journal.runs import list_runs
from tests.journal.journals import decided
from tests.journal.power_cut.disk import Change, Choice, Disk, Newest
from tests.journal.power_cut.scenes import NEVER, Scene, Sent, marks_in

Image = Mapping[str, bytes]
FINISHED = 0.25
"""How many of the runs are sent to their end by the journal's own means."""


@dataclass(frozen=True)
class Cut:
    """A state of the disk after a power cut.

    Args:
        image: The journal's files.
        acted: How often the service had acted on each row.
        is_sending: Whether the run had sent something.
    """

    image: Image
    acted: Counter[int]
    is_sending: bool


@dataclass
class Cutting:
    """Goes through a recording, one change after the other.

    Args:
        scene: The run.
        before: The files at its beginning.
        changes: What it asked of the disk, and what it sent.
        calls: What came of that at the service, in the order of each row's calls.
    """

    scene: Scene
    before: Image
    changes: Sequence[Change]
    calls: Sequence[Sent]

    def __post_init__(self) -> None:
        self.disk = Disk(self.before)
        self.acted = Counter(self.scene.acted)
        self.is_sending = bool(self.acted)
        self._synced: Image | None = None
        self._kept: set[int] = set()
        self._left = list(self.calls)

    def end(self) -> Cut:
        """Return what the run left."""
        return self._cut(Newest)

    def cuts(self, scratch: Path, draw: random.Random, share: float, others: int) -> "list[Cut]":
        """Check cuts behind a share of the changes; return some of them.

        Args:
            scratch: Where to put the files.
            draw: Chooses the moments, and how the unsynced changes are left.
            share: Of the moments.
            others: How many ways a moment, beside the plain ones.
        """
        some: list[Cut] = []
        for change in self.changes:
            self._go_on(change)
            if draw.random() >= share:
                continue
            for choose in self.disk.choices(draw, others):
                cut = self._cut(choose)
                check(self.scene, cut, self._kept_in(scratch), scratch)
                if cut.is_sending and draw.random() < FINISHED:
                    finish(scratch)
                some.append(cut)
        return some

    def _go_on(self, change: Change) -> None:
        if change.kind == "sent":
            self._send(marks_in(change.content))
            return
        self.disk.apply(change)
        if change.kind == "sync" and change.name.endswith("-wal") and self.is_sending:
            self._synced = self.disk.image(Newest)

    def _kept_in(self, scratch: Path) -> set[int]:
        """Return the rows whose acceptance the last sync of the write-ahead file made certain."""
        if self._synced is not None:
            put(scratch, self._synced)
            self._kept = marks_of(scratch)[State.ACCEPTED]
            self._synced = None
        return self._kept

    def _send(self, marks: tuple[int, ...]) -> None:
        if not marks:
            return
        self.is_sending = True
        for call in self._left:
            if call.marks == marks:
                self._left.remove(call)
                if call.has_acted:
                    self.acted.update(marks)
                return

    def _cut(self, choose: Callable[[], Choice]) -> Cut:
        return Cut(self.disk.image(choose), Counter(self.acted), self.is_sending)


def check(scene: Scene, cut: Cut, kept: set[int], scratch: Path) -> None:
    """Hold that the journal opens, has all rows, and repeats none that must not be.

    Args:
        scene: The run.
        cut: What is left of it.
        kept: The rows whose acceptance was synced.
        scratch: Where to put the files.
    """
    put(scratch, cut.image)
    runs = list_runs(scratch)
    if not cut.is_sending and not runs.runs:
        assert not runs.unreadable, runs.unreadable
        return
    assert not runs.unreadable, runs.unreadable
    assert len(runs.runs) == 1, "the run is gone"
    marks = marks_of(scratch)
    assert set().union(*marks.values()) >= set(range(scene.rows)), "rows are gone"
    assert kept <= marks[State.ACCEPTED], "an outcome that was synced is gone"
    assert marks[State.ACCEPTED] <= set(cut.acted), "a row counts as sent that was not"
    if scene.kind.is_repeatable:
        assert not marks[State.UNKNOWN]
    else:
        again = set(cut.acted) - marks[State.ACCEPTED] - marks[State.UNKNOWN]
        assert not again, f"these would be sent twice: {again}"


def put(scratch: Path, image: Image) -> None:
    """Replace a directory's files by these."""
    scratch.mkdir(exist_ok=True)
    for path in scratch.iterdir():
        path.unlink()
    for name, content in image.items():
        (scratch / name).write_bytes(content)


def marks_of(directory: Path) -> dict[State, set[int]]:
    """Return the rows of the only journal there by state."""
    found: dict[State, set[int]] = {state: set() for state in State}
    (path,) = directory.glob("*.sqlite3")
    with open_journal(path) as journal:
        for row in journal.view.rows(list(State)):
            body = str(row.contact.payload).replace("'", '"').encode()
            found[row.state].update(marks_in(body))
    return found


def finish(directory: Path) -> None:
    """Send the rest; then everything has an outcome, also when the journal is opened again."""
    (path,) = directory.glob("*.sqlite3")
    with open_journal(path) as journal:
        rows = list(journal.pending())
        journal.mark_sending(rows)
        journal.record([decided(row, Outcome.ACCEPTED) for row in rows])
        counts = journal.view.counts()
    with open_journal(path) as journal:
        assert journal.view.counts() == counts
        assert not counts.to_come


def play(scene: Scene, *, sessions: int, share: float, others: int) -> int:
    """Send a run with power cuts in between, and check all others that there could be.

    Args:
        scene: The run.
        sessions: How often `sendx` is started, the last time to the run's end.
        share: Of the moments that are checked.
        others: How many ways a moment, beside the plain ones.

    Returns:
        How many cuts were checked.
    """
    scratch, checked = scene.folder / "scratch", 0
    before: Image = {}
    for session in range(sessions):
        is_last = session == sessions - 1
        left = scene.rows // scene.rows_a_call // sessions
        kill_at = scene.draw.randint(left // 2 + 1, left) if not is_last else NEVER
        changes, calls = scene.play(kill_at)
        cutting = Cutting(scene, before, changes, calls)
        cuts = cutting.cuts(scratch, scene.draw, share, others)
        checked += len(cuts)
        if is_last:
            end = cutting.end()
            check(scene, end, set(), scratch)
            assert not marks_of(scratch)[State.PENDING]
            assert scene.kind.is_repeatable or max(end.acted.values()) == 1
            break
        cut = scene.draw.choice([cut for cut in cuts if cut.is_sending] or [cutting.end()])
        scene.acted, before = cut.acted, cut.image
        scene.restore(cut.image)
        scene.add_row()
    return checked
