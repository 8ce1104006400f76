"""Resume by content: rows of an edited or sorted file take over the outcomes of equal rows.

Rows are matched one to one: of two equal rows, as many keep an outcome as had one before. Outcomes
without a row in the new file are kept as well, under negative numbers, so that a later file that
has the row again finds them.
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
_KEEP_SENT = """
INSERT OR REPLACE INTO arriving
SELECT new.number, new.line, new.digest, new.payload, old.sent
FROM moves JOIN fates USING (number) JOIN rows AS old ON old.number = moves.number
    JOIN arriving AS new ON new.number = moves.new_number
WHERE state IN ('accepted', 'unknown', 'rejected') AND old.sent IS NOT new.sent
"""
"""What was sent of a row stays recorded, whatever its account would make of it by now."""
_TAKE = (
    _KEEP_SENT,
    """INSERT INTO arriving SELECT new_number, line, digest, payload, sent
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
    """The rows of a run as they would be after it adopts another file.

    Args:
        rows: The new file's rows by state; those without an equal in the earlier file are pending.
        left: Rows of the earlier file that have an outcome and are not in the new file.
    """

    rows: Counts
    left: Counts


class Arrivals:
    """The rows of another file, staged beside those of a run until they replace them.

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
            connection.executemany("INSERT INTO arriving VALUES (?, ?, ?, ?, ?)", contents)

    def leave_out(self, rows: Iterable[LeftOut]) -> None:
        """Record rows of the new file that are not sent."""
        with self._database.transaction() as connection:
            connection.executemany("INSERT INTO arriving_left_out VALUES (?, ?, ?, ?)", rows)

    def match(self) -> Adoption:
        """Match rows by content; return what the run would become. Changes nothing yet."""
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

    def adopt(self, header: RunHeader) -> None:
        """Replace the run's rows by the staged ones, in one transaction.

        Call `match` before; nothing may be sent in between.

        Args:
            header: The run's new header.
        """
        self._database.note_header(header.to_text())
        with self._database.transaction(is_synced=True) as connection:
            for statement in _TAKE:
                connection.execute(statement)
            connection.execute(
                "UPDATE facts SET value = ? WHERE name = 'header'", (header.to_text(),)
            )

    def drop(self) -> None:
        """Discard the staged rows."""
        with self._database.transaction() as connection:
            connection.execute("DROP TABLE IF EXISTS arriving")
            connection.execute("DROP TABLE IF EXISTS arriving_left_out")
