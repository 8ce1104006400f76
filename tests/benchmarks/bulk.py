"""The table of whole files: rows a second, start-up, journal and results included."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from tests.benchmarks import commands, installed
from tests.benchmarks.commands import Command, environment
from tests.benchmarks.processes import run
from tests.benchmarks.serving import Served, serving
from tests.benchmarks.tables import MissingPeer, Table, skip

ROWS = 20_000
XARGS_ROWS = 1_000
SLOW_ROWS = 20_000
LATENCY_S = 0.1
CONCURRENCY = 50
ROUNDS = 3

FAST = Table(
    f"Bulk: {ROWS:,} rows, a service without latency or limit, whole processes, medians of"
    f" {ROUNDS} in turn; sendx with journal and results",
    [("what", -10), ("ours rows/s", 11), ("against", -28), ("theirs rows/s", 13), ("ratio", 6)],
)
SLOW = Table(
    f"Latency: {SLOW_ROWS:,} rows at {LATENCY_S * 1000:.0f} ms; share of what the concurrency"
    " allows",
    [
        ("what", -16),
        ("at once", 7),
        ("rows/s", 8),
        ("ceiling", 8),
        ("share", 6),
        ("ratio", 6),
        ("share while sending", 19),
    ],
)
Peer = Callable[[], Command]


def show(folder: Path) -> None:
    """Measure and show both tables."""
    with serving() as served:
        show_fast(folder, served)
    with serving(latency_s=LATENCY_S) as served:
        show_slow(folder, served)


def show_fast(folder: Path, served: Served) -> None:
    """Run ours before each peer, and set each peer against the run before it."""
    peers: list[tuple[str, Peer]] = [
        ("xargs curl", lambda: commands.xargs_curl(folder, XARGS_ROWS, served.url)),
        ("curl --parallel", lambda: commands.curl_parallel(folder, ROWS, served.url)),
        (
            "the JavaScript SDK",
            lambda: commands.sdk_promises(folder, ROWS, installed.javascript_sdk(folder)),
        ),
        (
            "the Python SDK",
            lambda: commands.sdk_threads(folder, ROWS, installed.python_sdk(folder)),
        ),
    ]
    FAST.begin()
    for name, peer in peers:
        try:
            theirs = peer()
        except MissingPeer as missing:
            skip(f"bulk against {name}", missing)
            continue
        show_pair(commands.sendx(folder, ROWS, commands.ALONE), theirs, folder, served)


def show_pair(ours: Command, theirs: Command, folder: Path, served: Served) -> None:
    """Show ours against a peer, which may have fewer rows."""
    rates = [
        (sent(ours, folder, served).rate, sent(theirs, folder, served).rate) for _ in range(ROUNDS)
    ]
    mine, others = (statistics.median(side) for side in zip(*rates, strict=True))
    ratio = statistics.median(a / b for a, b in rates)
    what = "a file" if theirs.rows == ours.rows else f"{theirs.rows:,} rows"
    FAST.row(what, f"{mine:,.0f}", theirs.name, f"{others:,.0f}", f"{ratio:.2f}")


def show_slow(folder: Path, served: Served) -> None:
    """Show how near each comes to what its calls under way allow; the ratio is ours to theirs."""
    peers: list[tuple[str, int, Peer]] = [
        (
            "sendx",
            CONCURRENCY,
            lambda: commands.sendx(
                folder, SLOW_ROWS, commands.ALONE, "--concurrency", str(CONCURRENCY)
            ),
        ),
        ("curl --parallel", 50, lambda: commands.curl_parallel(folder, SLOW_ROWS, served.url)),
        (
            "JavaScript SDK",
            50,
            lambda: commands.sdk_promises(folder, SLOW_ROWS, installed.javascript_sdk(folder)),
        ),
        (
            "Python SDK",
            32,
            lambda: commands.sdk_threads(folder, SLOW_ROWS, installed.python_sdk(folder)),
        ),
    ]
    SLOW.begin()
    ours = None
    for name, at_once, peer in peers:
        try:
            found = sent(peer(), folder, served)
        except MissingPeer as missing:
            skip(f"latency against the {name}", missing)
            continue
        ours = ours or found.rate
        ceiling = at_once / LATENCY_S
        SLOW.row(
            name,
            str(at_once),
            f"{found.rate:,.0f}",
            f"{ceiling:,.0f}",
            f"{found.rate / ceiling:.0%}",
            f"{ours / found.rate:.2f}",
            f"{SLOW_ROWS / (found.sending_s + LATENCY_S) / ceiling:.0%}",
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """Rows a second of the whole process, and the seconds between its first call and its last."""

    rate: float
    sending_s: float


def sent(command: Command, folder: Path, served: Served) -> Sent:
    """Run a client over its rows, and hold that the service accepted each once.

    Raises:
        RuntimeError: It did not.
    """
    home = Path(mkdtemp(dir=folder))
    served.forget()
    environ = {**environment(home, served.url), **command.environ}
    spent = run(command.words, environ, given=command.given, results=home / "results")
    counted = served.counted()
    if counted.accepted != command.rows:
        raise RuntimeError(f"{command.name}: {counted.accepted} of {command.rows} were accepted")
    return Sent(command.rows / spent.seconds, counted.lasted_s)
