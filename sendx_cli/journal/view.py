"""Reading a run's journal, also while another process sends the run."""

import json
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sendx_cli.core.contact.payloads import contact_from
from sendx_cli.core.totals.timeline import Slot
from sendx_cli.core.totals.work_time import Noted
from sendx_cli.errors import InputError
from sendx_cli.journal.database import Database
from sendx_cli.journal.removed import Removed, RemovedRows
from sendx_cli.journal.rows import InputRead, JournalRow, LeftOut, LeftOutKind, State
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.sent_rows import SentRows

CRASHED = "crashed"
"""The code of a row that was in flight when the process or the machine ended."""
SENT = "sent"
"""The fact that says when the run was sent."""
PACED = ("throttled", "unavailable")
"""The codes of pauses in which the service asked for fewer requests."""
_CHUNK_ROWS = 1000
_MOST = 50
_MOST_PARTS = 20_000
"""In so many parts of time at most a run is told: five hours of it by the second."""
_ROWS = """
SELECT rows.number, line, {body}, coalesce(state, 'pending'), status, coalesce(attempts, 0),
       code, message, coalesce(elapsed_ms, 0.0)
FROM rows LEFT JOIN fates USING (number)
WHERE rows.number > ? AND coalesce(state, 'pending') IN (SELECT value FROM json_each(?))
ORDER BY rows.number LIMIT ?
"""
# Most rows are accepted, and counting them would take longest: they are what the others leave.
_OTHERS = """
SELECT state, count(*) FROM fates WHERE number >= 0 AND state <> 'accepted' GROUP BY state
"""
_KINDS = """
SELECT state, code, count(*), min(number) FROM fates
WHERE number >= 0 AND state IN ('rejected', 'failed', 'unknown')
GROUP BY state, code ORDER BY count(*) DESC, min(number)
"""
_WAS_SENT = """
number >= 0 AND attempts > 0 AND state <> 'in_flight' AND code IS NOT ?
"""
_ELAPSED_WITH_REMOVED = f"""
WITH each AS (
    SELECT elapsed_ms AS ms, 1 AS count FROM fates WHERE {_WAS_SENT}
    UNION ALL SELECT ms, count FROM removed_elapsed),
placed AS (SELECT ms, sum(count) OVER (ORDER BY ms ROWS UNBOUNDED PRECEDING) AS last FROM each)
SELECT value, min(ms) FROM placed JOIN json_each(?) ON last >= value GROUP BY value
"""  # noqa: S608 - our own
_ELAPSED = """
SELECT place, elapsed_ms
FROM (SELECT elapsed_ms, row_number() OVER (ORDER BY elapsed_ms) AS place FROM fates
      WHERE number >= 0 AND attempts > 0 AND state <> 'in_flight' AND code IS NOT ?)
WHERE place IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of a run by state."""

    pending: int = 0
    in_flight: int = 0
    accepted: int = 0
    rejected: int = 0
    failed: int = 0
    unknown: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        """All rows."""
        decided = self.accepted + self.rejected + self.failed + self.unknown + self.unchanged
        return self.to_come + decided

    @property
    def to_come(self) -> int:
        """Rows without an outcome."""
        return self.pending + self.in_flight

    @property
    def is_finished(self) -> bool:
        """Whether a resume would send nothing: no row is without an outcome or failed."""
        return not self.to_come and not self.failed


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Rows that were not accepted for the same reason.

    Args:
        state: Rejected, failed or unknown.
        code: The stable code of the reason.
        count: How many rows.
        example: The first of them.
    """

    state: State
    code: str | None
    count: int
    example: JournalRow


class RunView:
    """Reads a run's journal.

    Args:
        database: Its file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._removed = RemovedRows(database)
        self._rows_query = _ROWS.format(body=database.body_column)

    @property
    def is_sealed(self) -> bool:
        """Whether all rows were in the journal once: before that, nothing was sent."""
        return self._fact("sealed") is not None

    @property
    def header(self) -> RunHeader:
        """The run's header.

        Raises:
            InputError: The journal has none.
        """
        text = self._fact("header")
        if text is None:
            raise InputError("the run was never started", where=str(self._database.path))
        return RunHeader.from_text(text)

    def sent_rows(self) -> SentRows:
        """Return the rows that the service took, or may have taken, contact by contact."""
        return SentRows(self._database, self.header.action)

    @property
    def undone_by(self) -> str | None:
        """The id of the run that took this one back, if one did."""
        return self._fact("undone_by")

    @property
    def was_finished(self) -> bool:
        """Whether all is done for the run, its failed rows handed back included."""
        return self._fact("finished") == "1"

    @property
    def input_read(self) -> InputRead | None:
        """How far the input of a stream was read; None for a run of a file.

        An earlier sendx did not record it: it is then inferred from the rows, and the end of the
        input counts as not seen.
        """
        if self.header.source_path is not None:
            return None
        line = self._fact("read_to_line")
        if line is None:
            query = """SELECT max(coalesce((SELECT max(line) FROM rows), 0),
                       coalesce((SELECT max(line) FROM left_out), 0))"""
            ((line,),) = self._database.read(query)
        first_row_line = int(self._fact("first_row_line") or 1)
        return InputRead(int(line), self._fact("input_ended") == "1", first_row_line)

    @property
    def has_input_left(self) -> bool:
        """Whether the input of a stream may hold rows that are not in the journal."""
        read = self.input_read
        return read is not None and not read.has_ended

    def counts(self) -> Counts:
        """Count the rows of the file by state."""
        found: dict[str, int] = dict(self._database.read(_OTHERS))
        ((recorded,),) = self._database.read("SELECT count(*) FROM fates WHERE number >= 0")
        ((total,),) = self._database.read("SELECT count(*) FROM rows WHERE number >= 0")
        found |= {"accepted": recorded - sum(found.values()), "pending": total - recorded}
        for state, count in self._removed.counts().items():
            found[state] = found.get(state, 0) + count
        return Counts(**found)

    @property
    def removed(self) -> Removed | None:
        """The rows that the journal no longer has, though all numbers count them."""
        return self._removed.summary()

    def rows(self, states: Collection[State]) -> Iterator[JournalRow]:
        """Yield the rows in these states, in the file's order.

        They are read a thousand at a time, so that the journal can be written meanwhile; a row
        that changes after it was read is not yielded again.
        """
        wanted = json.dumps(sorted(states))
        action, last = self.header.action, -1
        while chunk := self._database.read(self._rows_query, (last, wanted, _CHUNK_ROWS)):
            for values in chunk:
                yield _journal_row(action, values)
            last = chunk[-1][0]

    def failure_groups(self) -> list[FailureGroup]:
        """Return the rows that were not accepted by reason, the most frequent first."""
        groups: list[FailureGroup] = []
        action = self.header.action
        for state, code, count, first in self._database.read(_KINDS):
            wanted = json.dumps([state])
            (values,) = self._database.read(self._rows_query, (first - 1, wanted, 1))
            example = _journal_row(action, values)
            groups.append(FailureGroup(State(state), code, count, example))
        for code, count, values in self._removed.rejected():
            first = _journal_row(action, values)
            _merge(groups, FailureGroup(State.REJECTED, code, count, first))
        return sorted(groups, key=lambda each: (-each.count, each.example.number))

    def elapsed_ms(self, shares: Sequence[float]) -> list[float]:
        """Return percentiles of the time that rows took, by nearest rank.

        Args:
            shares: Which percentiles, such as 0.5 for the median.

        Returns:
            One for each share; empty if nothing was sent.
        """
        query = f"SELECT count(*) FROM fates WHERE {_WAS_SENT}"  # noqa: S608 - our own
        ((count,),) = self._database.read(query, (CRASHED,))
        removed = self._removed.count_elapsed()
        count += removed
        places = [max(1, math.ceil(share * count)) for share in shares]
        query = _ELAPSED_WITH_REMOVED if removed else _ELAPSED
        found = dict(self._database.read(query, (CRASHED, json.dumps(places))))
        return [found[place] for place in places] if found else []

    @property
    def sending_times(self) -> list[Noted]:
        """When each process began to send the run, and when it ended.

        An earlier sendx did not note it.
        """
        return [(began_at, ended_at) for began_at, ended_at in json.loads(self._fact(SENT) or "[]")]

    def seconds(self) -> dict[int, Slot]:
        """Return what happened in each second (Unix time) in which anything did.

        Of a run of many hours, several seconds are told as one, the first of them: it needs no
        more memory after a week than after a few hours. Rows that a killed process left behind are
        none of it: they were decided when the run was next opened, which can be days later.
        """
        width = self._part_width()
        query = """SELECT settled_at - settled_at % ? AS part, sum(state = 'accepted'), count(*),
                   sum(elapsed_ms) FROM fates
                   WHERE number >= 0 AND settled_at IS NOT NULL AND attempts > 0
                   AND code IS NOT ? GROUP BY part"""
        found = {
            second: Slot(*counts)
            for second, *counts in self._database.read(query, (width, CRASHED))
        }
        for second, removed in self._removed.seconds().items():
            found[second] = found.get(second, Slot()).and_(removed)
        if not self._database.has_account_columns:
            return found
        query = f"""SELECT second - second % ? AS part, sum(count * (code IN {PACED})), sum(count)
                    FROM pauses GROUP BY part"""  # noqa: S608 - our own
        for second, throttled, paused in self._database.read(query, (width,)):
            pauses = Slot(throttled=throttled, paused=paused - throttled)
            found[second] = found.get(second, Slot()).and_(pauses)
        return found

    def _part_width(self) -> int:
        """Return how many seconds are told as one, so that they are `_MOST_PARTS` at most."""
        query = "SELECT min(settled_at), max(settled_at) FROM fates WHERE attempts > 0"
        ((first, last),) = self._database.read(query)
        return 1 if first is None else 1 + (last - first) // _MOST_PARTS

    def sent_values(self, path: str, *, are_keys: bool = False) -> list[tuple[str, int]]:
        """Count the accepted rows by the values of a member, the most frequent first.

        Args:
            path: The member, as SQLite's JSON path: `$.tags`.
            are_keys: Whether its names are counted rather than its values.
        """
        body = self._database.body_column
        query = f"""SELECT {"key" if are_keys else "value"} AS name, count(*) AS rows
                    FROM rows JOIN fates USING (number), json_each({body}, ?)
                    WHERE number >= 0 AND state = 'accepted'
                    GROUP BY name ORDER BY rows DESC, name LIMIT ?"""  # noqa: S608 - our own
        return [(str(name), count) for name, count in self._database.read(query, (path, _MOST))]

    def left_out(self) -> Iterator[LeftOut]:
        """Yield the rows of the file that are not sent, in the file's order."""
        query = """SELECT line, kind, email, message FROM left_out WHERE line > ?
                   ORDER BY line LIMIT ?"""
        last = -1
        while chunk := self._database.read(query, (last, _CHUNK_ROWS)):
            for line, kind, email, message in chunk:
                yield LeftOut(line, LeftOutKind(kind), email, message)
            last = chunk[-1][0]

    def count_left_out(self, kind: LeftOutKind) -> int:
        """Count the rows of the file that are not sent for this reason."""
        query = "SELECT count(*) FROM left_out WHERE kind = ?"
        ((count,),) = self._database.read(query, (kind,))
        return int(count) + self._removed.count_left_out(kind)

    def attempts(self) -> tuple[int, int]:
        """Return how many requests were made, and for how many rows more than one."""
        query = """SELECT coalesce(sum(attempts), 0), coalesce(sum(attempts > 1), 0) FROM fates
                   WHERE number >= 0"""
        ((made, retried),) = self._database.read(query)
        removed_made, removed_retried = self._removed.attempts()
        return made + removed_made, retried + removed_retried

    def _fact(self, name: str) -> str | None:
        if not self._database.version:
            return None
        found = self._database.read("SELECT value FROM facts WHERE name = ?", (name,))
        return found[0][0] if found else None


def _merge(groups: list[FailureGroup], removed: FailureGroup) -> None:
    """Add removed rows to those of the same reason that are kept."""
    for place, kept in enumerate(groups):
        if (kept.state, kept.code) == (removed.state, removed.code):
            example = min(kept.example, removed.example, key=lambda row: row.number)
            count = kept.count + removed.count
            groups[place] = FailureGroup(kept.state, kept.code, count, example)
            return
    groups.append(removed)


def _journal_row(action: str, values: tuple[Any, ...]) -> JournalRow:
    number, line, payload, state, *rest = values
    return JournalRow(number, line, contact_from(action, json.loads(payload)), State(state), *rest)
