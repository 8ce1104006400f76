"""Resume by content: the rows of a mended or sorted file take over the fates of their equals.

A row that stands twice is done as often as it was done before. Fates that find no row in the new
file are kept as well, under numbers below 0, so that a file that comes back later finds them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sendx_cli.journal.database import (
    FATE_COLUMNS,
    LEFT_OUT_COLUMNS,
    ROW_COLUMNS,
    Database,
)
from sendx_cli.journal.rows import LeftOut, RowContent
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.view import Counts

_PAIR = """
CREATE TEMP TABLE moves AS
WITH new AS (
    SELECT number, digest, row_number() OVER (PARTITION BY digest ORDER BY number) AS place
    FROM arriving),
old AS (
    SELECT number, digest, row_number() OVER (PARTITION BY digest ORDER BY
        CASE state WHEN 'accepted' THEN 0 WHEN 'unknown' THEN 1 ELSE 2 END, number) AS place
    FROM rows JOIN fates USING (number))
SELECT old.number AS number, new.number AS new_number
FROM new JOIN old ON old.digest = new.digest AND old.place = new.place
"""
_LEAVE = """
INSERT INTO moves
SELECT number, (SELECT min(0, min(number)) FROM rows) - row_number() OVER (ORDER BY number)
FROM fates WHERE number NOT IN (SELECT number FROM moves)
"""
_TAKE = (
    """INSERT INTO arriving SELECT new_number, line, digest, payload
       FROM rows JOIN moves USING (number) WHERE new_number < 0""",
    "DROP TABLE IF EXISTS moved",
    f"CREATE TABLE moved {FATE_COLUMNS}",
    """INSERT INTO moved SELECT new_number, state, status, attempts, code, message, elapsed_ms,
       settled_at FROM fates JOIN moves USING (number) ORDER BY new_number""",
    "DROP TABLE rows",
    "DROP TABLE fates",
    "ALTER TABLE arriving RENAME TO rows",
    "ALTER TABLE moved RENAME TO fates",
    "DROP TABLE moves",
    "DROP TABLE left_out",
    "ALTER TABLE arriving_left_out RENAME TO left_out",
)
_COUNT = """
SELECT new_number >= 0, state, count(*) FROM fates JOIN moves USING (number)
WHERE new_number >= 0 OR number >= 0 GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a run would come to with another file's rows.

    Args:
        rows: How the file's rows would stand; those not known from before are pending.
        left: Rows of the earlier file that have a fate and do not stand in this one.
    """

    rows: Counts
    left: Counts


class Arrivals:
    """Another file's rows beside those of a run, until they take their place or are dropped.

    Args:
        database: The run's file; its lock is held.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.drop()
        with database.transaction() as connection:
            connection.execute(f"CREATE TABLE arriving {ROW_COLUMNS}")
            connection.execute(f"CREATE TABLE arriving_left_out {LEFT_OUT_COLUMNS}")

    def add(self, contents: Iterable[RowContent]) -> None:
        """Record rows of the new file."""
        with self._database.transaction() as connection:
            connection.executemany("INSERT INTO arriving VALUES (?, ?, ?, ?)", contents)

    def leave_out(self, rows: Iterable[LeftOut]) -> None:
        """Record rows of the new file that are not sent."""
        with self._database.transaction() as connection:
            connection.executemany("INSERT INTO arriving_left_out VALUES (?, ?, ?, ?)", rows)

    def weigh(self) -> Adoption:
        """Find each row's equal; say what the run would come to. Changes nothing yet."""
        with self._database.transaction() as connection:
            connection.execute("DROP TABLE IF EXISTS temp.moves")
            connection.execute(_PAIR)
            connection.execute(_LEAVE)
        kept: dict[str, int] = {}
        left: dict[str, int] = {}
        for is_kept, state, count in self._database.read(_COUNT):
            (kept if is_kept else left)[state] = count
        ((total,),) = self._database.read("SELECT count(*) FROM arriving")
        return Adoption(Counts(pending=total - sum(kept.values()), **kept), Counts(**left))

    def take(self, header: RunHeader) -> None:
        """Make them the run's rows: all of it is done, or, whatever happens, nothing.

        Call `weigh` before; nothing may be sent in between.

        Args:
            header: What the run is from now on.
        """
        self._database.note_header(header.to_text())
        with self._database.transaction(is_synced=True) as connection:
            for statement in _TAKE:
                connection.execute(statement)
            connection.execute(
                "UPDATE facts SET value = ? WHERE name = 'header'", (header.to_text(),)
            )

    def drop(self) -> None:
        """Leave the run as it was."""
        with self._database.transaction() as connection:
            connection.execute("DROP TABLE IF EXISTS arriving")
            connection.execute("DROP TABLE IF EXISTS arriving_left_out")
