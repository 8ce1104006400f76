"""Records in any format, each written as soon as it is known."""

from sendx_cli.output.formats import OutputFormat, Record
from sendx_cli.output.writer import Output

_TABLE_ROWS = 1000
"""Rows that are drawn as one table: their widths are known only together."""


class RecordStream:
    """Writes records to standard output.

    Args:
        output: Where they go, and in which format.
        is_single: Whether there is one only: an object in JSON, a line a member in a table.
    """

    def __init__(self, output: Output, *, is_single: bool) -> None:
        self._output = output
        self._is_single = is_single
        self._rows: list[Record] = []

    def write(self, record: Record, row: Record) -> None:
        """Write one record.

        Args:
            record: All of its members.
            row: What a table with a row each shows of it.

        Raises:
            SendxError: The system did not take it.
            BrokenPipeError: Nobody reads any more.
        """
        output = self._output
        if self._is_single:
            output.show([record], as_one=True)
        elif output.format is OutputFormat.TABLE:
            self._rows.append(row)
            if len(self._rows) == _TABLE_ROWS:
                self._show_rows()
        elif output.format is OutputFormat.JSON:
            output.item(record)
        else:
            output.stream(record, at_once=False)

    def close(self) -> None:
        """Write what follows the last record, and flush."""
        self._show_rows()
        if self._output.format is OutputFormat.JSON and not self._is_single:
            self._output.close_items()
        self._output.flush()

    def _show_rows(self) -> None:
        if self._rows:
            self._output.show(self._rows)
        self._rows = []
