"""The table of a nightly export: sending all of it, and only what changed (`--only-changed`)."""

from pathlib import Path
from tempfile import mkdtemp

from tests.benchmarks import commands
from tests.benchmarks.account import CHANGED_EVERY
from tests.benchmarks.commands import environment
from tests.benchmarks.limits import Limit, steady
from tests.benchmarks.processes import Spent, run
from tests.benchmarks.serving import serving
from tests.benchmarks.tables import Table

ROWS = 100_000
BOUND_S = 1_200.0
SERVICES: list[tuple[str, Limit | None]] = [
    ("without a limit", None),
    ("500/s, burst 50", steady(500, 50)),
]
TABLE = Table(
    f"Only what changed: {ROWS:,} rows, an account of as many, one contact in {CHANGED_EVERY} is"
    " other than its row; whole processes; the ratio is to sending all",
    [
        ("service", -16),
        ("what", -14),
        ("calls", 8),
        ("ratio", 6),
        ("s", 7),
        ("ratio", 6),
        ("peak MB", 8),
        ("ratio", 6),
    ],
)


def show(folder: Path, rows: int = ROWS) -> None:
    """Measure and show the table."""
    TABLE.begin()
    for name, limit in SERVICES:
        everything = sent(folder, rows, limit)
        show_row(name, "all rows", everything, everything)
        show_row(name, "--only-changed", sent(folder, rows, limit, "--only-changed"), everything)


def show_row(service: str, what: str, ours: tuple[Spent, int], all_sent: tuple[Spent, int]) -> None:
    """Show a run beside the one that sends all."""
    (spent, calls), (usual, usual_calls) = ours, all_sent
    TABLE.row(
        service,
        what,
        f"{calls:,}",
        f"{calls / usual_calls:.3f}",
        f"{spent.seconds:.1f}",
        f"{spent.seconds / usual.seconds:.3f}",
        f"{spent.peak_mb:.0f}",
        f"{spent.peak_mb / usual.peak_mb:.2f}",
    )


def sent(folder: Path, rows: int, limit: Limit | None, *options: str) -> tuple[Spent, int]:
    """Send the file; return what that took, and how many calls were made in all."""
    home = Path(mkdtemp(dir=folder))
    command = commands.sendx(folder, rows, *options)
    with serving(limit=limit, contacts=rows) as served:
        environ = environment(home, served.url)
        spent = run(command.words, environ, results=home / "results", bound_s=BOUND_S)
        counted = served.counted()
    return spent, counted.accepted + counted.refused
