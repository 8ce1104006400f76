"""`--stream`: rows from standard input, checked and sent as they arrive."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sendx_cli.core.plan.account_comparison import compare
from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode, SendxError
from sendx_cli.files.live import determine_live_mapping, open_live
from sendx_cli.journal.opening import create_journal
from sendx_cli.journal.runs import forget_never_started
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.plan_text import mapping_lines
from sendx_cli.output.writer import Output
from sendx_cli.runs.account_access import open_account
from sendx_cli.runs.column_questions import settle_columns
from sendx_cli.runs.comparing import compared_live
from sendx_cli.runs.consent import ask
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.finishing import finish_run
from sendx_cli.runs.headers import header_of_stream
from sendx_cli.runs.input_read import tell_input_read
from sendx_cli.runs.live_rows import LiveRows
from sendx_cli.runs.reading import stdin_of, unruled_checker
from sendx_cli.runs.sending import send_rows
from sendx_cli.settings.paths import runs_directory


def stream_run(context: RunContext) -> ExitCode | Ending:
    """Send the rows of standard input as they arrive, until it ends.

    Returns:
        The exit code.

    Raises:
        SendxError: The input has no readable header, or the journal cannot be written.
    """
    runtime = context.runtime
    source = open_live(stdin_of(runtime), context.spec.overrides)
    context = settle_columns(context, source)
    spec = context.spec
    mapping = determine_live_mapping(source, spec.columns)
    unruled = unruled_checker(runtime, spec, mapping)
    directory = runs_directory()
    header = header_of_stream(context, source.name, mapping)
    forget_never_started(directory)
    with open_account(context) as account:
        checker = compared_live(context, mapping, unruled, account)
    comparison = None if account is None else compare(account.catalogue)
    notes = source.layout.notes
    runtime.output.tell_lines(mapping_lines(mapping, source.name, notes, comparison))
    ask(context, contacts=0, account=comparison)
    with create_journal(directory, header, runtime.clock) as journal:
        old_rows = None if context.mode.keep_journal_s is None else journal.old_rows()
        rows = LiveRows(
            source, checker, mapping, journal, runtime.output, annotations=context.job.annotations
        )
        journal.seal()
        with (
            context.job.following(journal),
            _input_read_shown(journal, rows, runtime.output),
        ):
            sent = send_rows(
                context,
                journal,
                source=source.name,
                source_path=None,
                live=rows,
                old_rows=old_rows,
            )
        return finish_run(context, journal, sent, None)


@contextmanager
def _input_read_shown(journal: RunJournal, rows: LiveRows, output: Output) -> Iterator[None]:
    """Show how far the input was read, whatever ends the sending."""
    try:
        yield
    finally:
        with suppress(SendxError):  # what ended it is already being reported
            rows.stop()
        with suppress(SendxError):
            tell_input_read(output, journal.view, journal.id)
