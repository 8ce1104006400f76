"""How far a stream's input was read, and how to send the rest."""

from sendx_cli.journal.rows import InputRead
from sendx_cli.journal.view import RunView
from sendx_cli.output.writer import Output


def tell_input_read(output: Output, view: RunView, run: str) -> None:
    """Show how far the input was read: even with `--quiet` where it may hold more.

    Args:
        output: Where to show it.
        view: The run's journal.
        run: The run's id.
    """
    read = view.input_read
    if read is None:
        return
    source = view.header.source
    if read.has_ended:
        output.note(f"{source}: {reached(read)}")
        return
    output.complain(source, reached(read), way_on(read, view, run))


def reached(read: InputRead) -> str:
    """Return how far the input was read, in words."""
    if read.has_ended:
        return f"read to the end, line {read.line:,}"
    return f"read to line {read.line:,}, not to the end: what follows is in no run"


def way_on(read: InputRead, view: RunView, run: str) -> str:
    """Return what to type to send the rows that were read but not sent, and those not read."""
    header_lines = read.first_row_line - 1
    rest = f"tail -n +{read.line + 1} FILE"
    if header_lines:
        rest = f"(head -n {header_lines} FILE; {rest})"
    again = f"pass the rest to the same command: `{rest} | sendx {view.header.action} ...`"
    if view.counts().to_come:
        return f"`sendx runs resume {run}` sends what was read; then {again}"
    return again
