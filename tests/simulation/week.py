"""A week of one stream, in virtual time: `python -m tests.simulation.week [ROWS AN HOUR]`.

One run sends rows as they come, some each hour, from Thursday to Thursday over the end of daylight
saving time; the service's limit, its outages and its certificate change meanwhile, the laptop
sleeps, and its clock is set. The journal, the shared record of the rate and their files are real.
"""

import gc
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path

from sendx_cli.api.requests import Call
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.pacing.shared_rate import SharedPacer
from sendx_cli.core.replies.answers import Answer
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.retry import RetryPolicy
from sendx_cli.delivery.circuit_breaker import CircuitBreaker
from sendx_cli.delivery.rate_file import RateFile
from sendx_cli.delivery.rows import Row
from sendx_cli.delivery.sender import Sender
from sendx_cli.journal.opening import create_journal
from sendx_cli.journal.rows import InputRead
from sendx_cli.journal.store import RunJournal
from tests.clocks import HandClock
from tests.journal.journals import HEADER
from tests.simulation.simulated_exchange import SimulatedExchange, SimulatedReply
from tests.simulation.simulated_run import LOST, OK, THROTTLED, UNREACHED
from tests.simulation.simulated_service import TokenBucket

HOUR_S, DAY_S = 3600.0, 86_400.0
HOURS = 7 * 24
MOST_BYTES_A_ROW = 200
MOST_LOG_BYTES = 8 << 20
"""Twice what the write-ahead file has when it is moved into the main one."""

BEGAN = datetime(2026, 10, 22, tzinfo=UTC).timestamp()
"""Thursday; in the night to Sunday the clocks of Europe go back to winter time."""

LIMITS = ((0, 20.0), (14, 5.0), (36, 40.0), (77, 3.0), (84, 15.0), (120, 60.0))
"""From which hour on, and how many calls a second."""

OUTAGES = {26: 240.0, 65: 600.0, 154: 30.0}
"""In which hour, and for how many seconds nothing can be reached."""

MAINTENANCE = {97: 120.0}
"""In which hour, and for how many seconds the service says by date until when to wait."""

CERTIFICATES = {day * 24 + 4 for day in range(7)}
"""In which hours all connections are closed amid their calls: the certificate is renewed."""

SLEEPS = {48: 8 * HOUR_S, 117: 3 * HOUR_S}
"""In which hour, and for how many seconds the laptop sleeps, with calls under way."""

CLOCK_SETS = {12: -HOUR_S, 72: 400.0, 132: -2 * DAY_S, 144: 2 * DAY_S}
"""In which hour, and by how many seconds the wall clock is set."""


def moment_in(hour: int) -> float:
    """Return when it happens in an hour: amid the rows that it brings."""
    return hour * HOUR_S + 1.0


class WeekClock(HandClock):
    """A steady clock, and a calendar that is set now and then.

    While the laptop sleeps, the steady clock stands still, as it does on Linux and macOS.
    """

    def unix(self) -> float:
        return self.true_s() + self._sum(CLOCK_SETS)

    def true_s(self) -> float:
        """Return the time that the service has."""
        return BEGAN + self.seconds + self._sum(SLEEPS)

    def _sum(self, seconds: Mapping[int, float]) -> float:
        return sum(one for hour, one in seconds.items() if self.seconds >= moment_in(hour))


@dataclass
class WeekService:
    """What the service makes of a call, and what it did.

    Args:
        clock: Has the true time.
        draw: Decides what is left to chance.
    """

    clock: WeekClock
    draw: random.Random
    bucket: TokenBucket = field(init=False)
    acted: Counter[int] = field(default_factory=Counter)
    order: dict[str, int] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        steps = [(hour * HOUR_S, limit) for hour, limit in LIMITS]
        self.bucket = TokenBucket(steps, burst=10.0)

    def decide(self, call: Call, now: float) -> SimulatedReply:
        number, email = number_in(call.body)
        hour = int(now / HOUR_S)
        since_s = now - moment_in(hour)
        if 0.0 <= since_s < OUTAGES.get(hour, 0.0):
            return SimulatedReply(3.0, UNREACHED, is_applied=False)
        if 0.0 <= since_s < (seconds := MAINTENANCE.get(hour, 0.0)):
            true_s = self.clock.true_s()
            until = formatdate(true_s + seconds - since_s, usegmt=True)
            headers = {"retry-after": until, "date": formatdate(true_s, usegmt=True)}
            return SimulatedReply(0.1, Answer(503, headers, b""), is_applied=False)
        if not self.bucket.takes(now):
            return SimulatedReply(0.05, THROTTLED, is_applied=False)
        if number not in self.acted:
            assert self.order.get(email, -1) < number, "out of order"
            self.order[email] = number
        self.acted[number] += 1
        latency_s = self.draw.uniform(0.05, 0.3)
        is_cut = now < moment_in(hour) <= now + latency_s
        if is_cut and (hour in CERTIFICATES or hour in SLEEPS):
            self.lost.add(number)
            return SimulatedReply(latency_s, LOST, is_applied=True)
        return SimulatedReply(latency_s, OK, is_applied=True)


def number_in(body: bytes) -> tuple[int, str]:
    contact = json.loads(body)
    text = contact["firstName"] if "firstName" in contact else contact["addTags"][0]
    return int(text), contact["email"]


def contact_of(number: int) -> Contact:
    """Every third is a track; each of a thousand contacts comes again and again."""
    email = f"p{number % 1000}@example.com"
    if number % 3 == 0:
        return Track(email=email, add_tags=(str(number),))
    return Identify(email=email, first_name=str(number))


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the process holds at a moment.

    Args:
        blocks: Blocks of memory.
        open_files: Open files.
        names: How the names of the files on the disk end.
        log_bytes: The length of the write-ahead file.
        bytes_a_row: What the journal's other files have for each row.
    """

    blocks: int
    open_files: int
    names: frozenset[str]
    log_bytes: int
    bytes_a_row: float


class Week:
    """The run, hour by hour.

    Args:
        folder: Where its files are.
        rows_an_hour: How many rows come each hour.
    """

    def __init__(self, folder: Path, rows_an_hour: int, seed: int = 1) -> None:
        self.clock = WeekClock()
        self.service = WeekService(self.clock, random.Random(seed))
        self.exchange = SimulatedExchange(self.clock, self.service.decide)
        self.outcomes: Counter[Outcome] = Counter()
        self.unknown: set[int] = set()
        self.days: list[Holdings] = []
        self.behind_s: list[float] = []
        self._folder = folder
        self.rows_an_hour = rows_an_hour
        self._jitter = random.Random(seed).random
        self._decided = 0

    def run(self) -> None:
        """Send all that comes in the week."""
        runs = self._folder / "runs"
        with create_journal(runs, HEADER, self.clock) as journal:
            journal.seal()
            rate_file = RateFile(self._folder / "rates" / "one")
            (self._folder / "rates").mkdir(exist_ok=True)
            sender = self._sender(journal, rate_file)
            for turn in sender.run(self._rows(journal)):
                for one in turn.decided:
                    self.outcomes[one.outcome] += 1
                    self._decided += 1
                    if one.outcome is Outcome.UNKNOWN:
                        self.unknown.add(one.row.number)
            assert sender.stopped_by is None, sender.stopped_by
            sender.close()
            rate_file.close()

    def _sender(self, journal: RunJournal, rate_file: RateFile) -> Sender:
        pacer = SharedPacer(
            rate_file.update, self.clock.unix, look=rate_file.look, concurrency=16, now=0.0
        )
        return Sender(
            exchange=self.exchange,
            pacer=pacer,
            clock=self.clock,
            jitter=self._jitter,
            policy=RetryPolicy(max_wait_s=900.0),
            base_url="https://api.example.com",
            journal=journal,
            breaker=CircuitBreaker(pacer, self._jitter, 0.0, max_outage_s=900.0, keeps_going=False),
        )

    def _rows(self, journal: RunJournal) -> Iterator[Row | None]:
        count = 0
        for hour in range(HOURS):
            if hour % 24 == 0 and hour:
                self.days.append(self._holdings(journal.path, count))
            fresh = [
                Row(count + n, contact_of(count + n), count + n + 2)
                for n in range(self.rows_an_hour)
            ]
            journal.add_read(fresh, [], InputRead(fresh[-1].line or 0, has_ended=False))
            count += len(fresh)
            yield from fresh
            while self._decided < count:
                yield None
            began = hour * HOUR_S
            self.behind_s.append(self.clock.seconds - began)
            self._forget()
            self.clock.seconds = max(self.clock.seconds, began + HOUR_S)
        self.days.append(self._holdings(journal.path, count))

    def _forget(self) -> None:
        """Let go of what the simulation itself has kept."""
        for kept in (self.exchange.applied, self.exchange.calls, self.exchange.under_way):
            kept.clear()

    def _holdings(self, path: Path, rows: int) -> Holdings:
        gc.collect()
        own = len(self.service.acted)
        files = [one for one in self._folder.rglob("*") if one.is_file()]
        log = path.with_name(path.name + "-wal").stat().st_size
        others = sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*")) - log
        open_files = sum(1 for _ in Path("/proc/self/fd").glob("*"))
        ends = frozenset(one.name.replace(path.stem, "") for one in files)
        return Holdings(sys.getallocatedblocks() - own, open_files, ends, log, others / rows)


def hold(week: Week) -> None:
    """Hold that nothing was lost or repeated that must not be, and that nothing has grown."""
    acted, total = week.service.acted, week.rows_an_hour * HOURS
    assert set(acted) == set(range(total))
    assert week.outcomes[Outcome.ACCEPTED] + week.outcomes[Outcome.UNKNOWN] == total
    again = {number for number, times in acted.items() if times > 1}
    assert again <= week.service.lost
    assert week.unknown == {number for number in week.service.lost if number % 3 == 0}
    assert not again & week.unknown
    late = [hour for hour, seconds in enumerate(week.behind_s) if seconds > _usual_s(week, hour)]
    assert late == [], "it stood still for longer than the service did"
    first, *_, last = week.days
    assert last.blocks - first.blocks < total / 4 + 1500, "memory grows by the row"
    assert {day.names for day in week.days} == {first.names}
    assert {day.open_files for day in week.days} == {first.open_files}
    assert max(day.log_bytes for day in week.days) < MOST_LOG_BYTES
    assert last.bytes_a_row < MOST_BYTES_A_ROW


def _usual_s(week: Week, hour: int) -> float:
    """Return how long an hour's rows may take: five times as long as the limit alone, and breaks.

    A new limit has to be found, and a lost call is repeated after its back-off.
    """
    limit = next(limit for since, limit in reversed(LIMITS) if hour >= since)
    breaks_s = OUTAGES.get(hour, 0.0) + MAINTENANCE.get(hour, 0.0)
    return 30.0 + 5.0 * week.rows_an_hour / limit + 2.0 * breaks_s


def main(rows_an_hour: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        week = Week(Path(folder), rows_an_hour)
        week.run()
        for holdings in week.days:
            sys.stdout.write(f"{holdings}\n")
        sys.stdout.write(f"{dict(week.outcomes)}, {max(week.behind_s):.0f} s behind at most\n")
        hold(week)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
