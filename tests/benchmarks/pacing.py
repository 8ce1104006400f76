"""The table of services that limit: how much of the limit is used, and at what cost in refusals."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from tests.benchmarks import commands
from tests.benchmarks.commands import Command, environment
from tests.benchmarks.limits import Limit, steady
from tests.benchmarks.processes import run
from tests.benchmarks.serving import Counted, serving
from tests.benchmarks.tables import MissingPeer, Table, say, skip

Client = Callable[[str], Command]
TABLE = Table(
    "Pacing: share of a service's limit used, by whole runs",
    [
        ("service", -30),
        ("client", -27),
        ("used", 7),
        ("wasted", 7),
        ("accepted", 8),
        ("lost", 5),
        ("s", 5),
        ("ratio", 6),
    ],
)


@dataclass(frozen=True, slots=True)
class Throttling:
    """A service that refuses what is too fast, with 429 and without Retry-After.

    Args:
        name: What it allows, and its latency.
        limit: What it allows.
        latency_s: How long it takes over each answer.
        rows: How many are sent.
        bound_s: How long a run may take.
        exact_rate: What `--rate` says where ours is told the limit; None where it changes.
        curls: How many curls run at once.
        threads: How many threads back off.
    """

    name: str
    limit: Limit
    latency_s: float
    rows: int
    exact_rate: float | None
    curls: int = 8
    threads: int = 16
    bound_s: float = 30.0


SERVICES = [
    Throttling("100/s, burst 10, 40 ms", steady(100, 10), 0.04, 2_000, 100),
    # What finding the limit costs is to be weighed against as many calls as elsewhere.
    Throttling("10/s, burst 5, 100 ms", steady(10, 5), 0.1, 1_000, 10, bound_s=105.0),
    # 500/s at 100 ms takes 50 calls under way: fewer would measure the client's own ceiling.
    Throttling("500/s, burst 50, 100 ms", steady(500, 50), 0.1, 10_000, 500, curls=64, threads=64),
    Throttling(
        "100, 30, 200/s, 10 s each",
        Limit(steps=((0.0, 100.0), (10.0, 30.0), (20.0, 200.0)), burst=10),
        0.04,
        4_000,
        None,
    ),
]


@dataclass(frozen=True, slots=True)
class Used:
    """What became of a client's run against a limit."""

    counted: Counted
    share: float
    seconds: float
    lost: int | None

    @property
    def wasted(self) -> float:
        """Share of the calls that were refused."""
        calls = self.counted.accepted + self.counted.refused
        return self.counted.refused / calls


def show(folder: Path) -> None:
    """Measure and show the table."""
    TABLE.begin()
    for service in SERVICES:
        show_service(folder, service)
    for machines in (4, 16):
        show_machines(folder, SERVICES[0], machines)
    say("used: accepted calls to what the limit allowed from the first call to the last, burst")
    say("included; wasted: refused calls to all; lost: rows not accepted when the client ended by")
    say("itself; ratio: our share to theirs, or of several machines, the slowest's time to the")
    say("fastest's.")


def show_service(folder: Path, service: Throttling) -> None:
    """Show each client against one service; each gets a fresh one."""
    ours = None
    for name, peer in clients(folder, service):
        try:
            used = measure(folder, service, peer)
        except MissingPeer as missing:
            skip(f"{service.name} against {name}", missing)
            continue
        ours = ours or used.share
        TABLE.row(
            service.name,
            name,
            f"{used.share:.1%}",
            f"{used.wasted:.1%}",
            str(used.counted.accepted),
            "-" if used.lost is None else str(used.lost),
            f"{used.seconds:.1f}",
            f"{ours / used.share:.2f}",
        )


def show_machines(folder: Path, service: Throttling, machines: int) -> None:
    """Show so many of our processes with state directories of their own, 1,000 rows each."""
    command = commands.sendx(folder, 1_000, commands.ALONE)

    def seconds(url: str) -> float:
        home = Path(mkdtemp(dir=folder))
        return run(command.words, environment(home, url), bound_s=60.0 * machines).seconds

    with (
        serving(service.latency_s, service.limit) as served,
        ThreadPoolExecutor(machines) as threads,
    ):
        taken = list(threads.map(seconds, [served.url] * machines))
        counted = served.counted()
    used = Used(counted, counted.accepted / service.limit.allowed(counted.lasted_s), 0.0, None)
    TABLE.row(
        service.name,
        f"sendx on {machines} machines",
        f"{used.share:.1%}",
        f"{used.wasted:.1%}",
        str(counted.accepted),
        str(1_000 * machines - counted.accepted),
        f"{max(taken):.1f}",
        f"{max(taken) / min(taken):.2f}",
    )


def clients(folder: Path, service: Throttling) -> list[tuple[str, Client]]:
    """Return the clients by name; each is told the service's address."""
    rows, curls, threads = service.rows, service.curls, service.threads
    found: list[tuple[str, Client]] = [
        ("sendx", lambda _: commands.sendx(folder, rows, commands.ALONE)),
        (
            f"xargs -P{curls} curl --retry 5",
            lambda url: commands.xargs_curl(folder, rows, url, "--retry", "5", at_once=curls),
        ),
        (
            f"back-off alone, {threads} threads",
            lambda _: commands.backing_off(folder, rows, threads),
        ),
    ]
    if service.exact_rate is not None:
        rate = f"{service.exact_rate:g}"
        exact = (
            f"sendx --rate {rate}",
            lambda _: commands.sendx(folder, rows, commands.ALONE, "--rate", rate),
        )
        found.insert(1, exact)
    return found


def measure(folder: Path, service: Throttling, client: Client) -> Used:
    """Run a client against a fresh service for as long as it may take.

    Raises:
        RuntimeError: It got nothing through: it does not run at all.
    """
    home = Path(mkdtemp(dir=folder))
    with serving(service.latency_s, service.limit) as served:
        command = client(served.url)
        environ = environment(home, served.url)
        spent = run(
            command.words,
            environ,
            given=command.given,
            results=home / "results",
            bound_s=service.bound_s,
            may_fail=True,
        )
        counted = served.counted()
    if not counted.accepted:
        raise RuntimeError(f"{command.name} ended with {spent.code} and had nothing accepted")
    allowed = service.limit.allowed(counted.lasted_s)
    lost = None if spent.code < 0 else service.rows - counted.accepted
    return Used(counted, counted.accepted / allowed, spent.seconds, lost)
