"""`sendx runs`: the bulk runs that were made here, and going on with one that stopped."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendx_cli.commands.file_options import (
    code_quality_option,
    keep_going_option,
    report_option,
    yes_option,
)
from sendx_cli.commands.options import (
    Formatted,
    RetryUnknown,
    ServiceOptions,
    Show,
    new_app,
    runtime_of,
    with_option_groups,
)
from sendx_cli.commands.sections import FILE, OUTPUT, SENDING
from sendx_cli.errors import InputError, UsageError

if TYPE_CHECKING:
    from sendx_cli.journal.runs import Run, Runs
    from sendx_cli.runs.context import RunContext
    from sendx_cli.runtime import Runtime
    from sendx_cli.settings.resolve import Settings

app = new_app()

_OneRun = Annotated[
    str | None,
    typer.Argument(
        metavar="[RUN]", help="The run's id or its first characters. Default: the latest run."
    ),
]
_Yes = Annotated[bool, yes_option(SENDING)]
_Report = Annotated[Path | None, report_option(OUTPUT)]


@app.callback()
def runs() -> None:
    """List, show, resume, check and undo runs.

    `--from FILE` starts a run. Without a RUN, the latest is used.

    Examples:
      sendx runs list
      sendx runs show --state unknown
      sendx runs resume --from people.csv
    """


@app.command("list")
@with_option_groups
def list_them(ctx: typer.Context, *, formatted: Formatted) -> None:
    """List the runs of this machine, the earliest first.

    Examples:
      sendx runs list
      sendx runs list -o csv > runs.csv
    """
    from sendx_cli.output.formats import OutputFormat
    from sendx_cli.runs.inspecting import run_record, run_row

    runtime = runtime_of(ctx)
    _choose_format(runtime, formatted)
    found = _runs(runtime)
    if runtime.output.format is OutputFormat.TABLE:
        now = runtime.clock.unix()
        runtime.output.show([run_row(run, now) for run in found.runs])
    else:
        runtime.output.show([run_record(run) for run in found.runs])


@app.command()
@with_option_groups
def show(
    ctx: typer.Context,
    run: _OneRun = None,
    state: Annotated[
        list[str] | None,
        typer.Option(metavar="STATE", help="Show the rows in this state; repeatable."),
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Show all rows.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the run as a web page to this file."),
    ] = None,
    *,
    formatted: Formatted,
) -> None:
    """Show the result of a run, or of its rows.

    A row is pending, in_flight, accepted, rejected, failed or unknown; or it is not sent:
    unchanged, bad or held_back. What an undo does not change is not_undone or irreversible.

    Examples:
      sendx runs show --state unknown
      sendx runs show 20261124-0905-k3f9 --rows -o csv > rows.csv
      sendx runs show --html run.html
    """
    from sendx_cli.runs.inspecting import STATES, show_rows, show_run

    runtime = runtime_of(ctx)
    _choose_format(runtime, formatted)
    for name in state or ():
        if name not in STATES:
            raise UsageError(f"no such state: {name}", hint=f"one of {', '.join(STATES)}")
    found = _chosen(_runs(runtime), run)
    if html is not None:
        from sendx_cli.runs.page import write_page

        write_page(found, html)
    elif state or rows:
        show_rows(runtime.output, found, state or ())
    else:
        show_run(runtime.output, found)


@app.command()
@with_option_groups
def resume(
    ctx: typer.Context,
    run: _OneRun = None,
    *,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Read this file instead: the run's file, renamed or fixed.",
            rich_help_panel=FILE,
        ),
    ] = None,
    yes: _Yes = False,
    report: _Report = None,
    code_quality: Annotated[Path | None, code_quality_option(OUTPUT)] = None,
    show: Show = None,
    keep_going: Annotated[bool, keep_going_option(SENDING)] = False,
    retry_unknown: RetryUnknown = False,
    new_key: Annotated[
        bool,
        typer.Option(
            "--new-key",
            help="Resume it with the current API key: the account's key was replaced.",
            rich_help_panel=SENDING,
        ),
    ] = False,
    formatted: Formatted,
    service: ServiceOptions,
) -> None:
    """Resume a run that stopped.

    Rows are known by their content, so the file may have been fixed or sorted since. What was
    accepted is not sent again.

    Examples:
      sendx runs resume
      sendx runs resume --from people-fixed.csv --report results.csv
    """
    from sendx_cli.runs.options import RunMode
    from sendx_cli.runs.resuming import context_of, resume_run

    runtime, found, settings = _run_and_settings(ctx, run, formatted, service, prefers_stopped=True)
    mode = RunMode(
        is_sandbox=service.sandbox,
        is_confirmed=yes,
        retry_unknown=retry_unknown,
        has_new_key=new_key,
        keeps_going=keep_going,
        report=report,
        code_quality=code_quality,
        show=show,
    )
    context = context_of(runtime, settings, found, mode)
    raise typer.Exit(resume_run(context, found, from_))


@app.command()
@with_option_groups
def verify(
    ctx: typer.Context,
    run: _OneRun = None,
    *,
    sample: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Check only N contacts, chosen at random; 1 or more."
        ),
    ] = None,
    formatted: Formatted,
    service: ServiceOptions,
) -> None:
    """Read the contacts of a run back, and show which differ from what was sent.

    Only the last value sent of each member counts. Birthdays cannot be read.

    Examples:
      sendx runs verify --sample 500
      sendx runs verify 20261124-0905-k3f9 -o csv > differing.csv
    """
    from sendx_cli.runs.verifying import verify_run

    context, found = _account_context(ctx, run, formatted, service)
    raise typer.Exit(verify_run(context, found, sample))


@app.command()
@with_option_groups
def reconcile(
    ctx: typer.Context,
    run: _OneRun = None,
    *,
    resend: Annotated[
        bool,
        typer.Option(
            "--resend",
            help="Make rows that the account does not show pending again.",
            rich_help_panel=SENDING,
        ),
    ] = False,
    yes: _Yes = False,
    formatted: Formatted,
    service: ServiceOptions,
) -> None:
    """Look up the unknown rows of a run in the account.

    A row that the account shows becomes accepted. The others stay unknown; with --resend,
    those that it certainly does not show become pending, for `sendx runs resume`.

    Examples:
      sendx runs reconcile
      sendx runs reconcile 20261124-0905-k3f9 --resend --yes
    """
    from sendx_cli.runs.reconciling import reconcile_run

    context, found = _account_context(ctx, run, formatted, service, is_confirmed=yes)
    raise typer.Exit(reconcile_run(context, found, resends=resend))


@app.command()
@with_option_groups
def undo(
    ctx: typer.Context,
    run: _OneRun = None,
    *,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show what would be sent without sending it.", rich_help_panel=SENDING
        ),
    ] = False,
    yes: _Yes = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Also undo what others have changed since.", rich_help_panel=SENDING
        ),
    ] = False,
    assume_new: Annotated[
        bool,
        typer.Option(
            "--assume-new",
            help="Without a snapshot, remove all tags that the run added.",
            rich_help_panel=SENDING,
        ),
    ] = False,
    report: _Report = None,
    show: Show = None,
    formatted: Formatted,
    service: ServiceOptions,
) -> None:
    """Undo what a run with --snapshot changed.

    Tags, names, company, custom fields and addresses are restored. What SendX has no call for is
    listed: contacts that were created, lists that were joined, values where there was none before.
    Contacts that others have changed since are skipped.

    Examples:
      sendx runs undo --dry-run
      sendx runs undo 20261124-0905-k3f9 --report undone.csv
    """
    from sendx_cli.runs.options import RunMode
    from sendx_cli.runs.output_file import refuse_outputs
    from sendx_cli.runs.undoing import UndoOptions, undo_context, undo_run

    runtime, found, settings = _run_and_settings(ctx, run, formatted, service)
    mode = RunMode(
        is_sandbox=service.sandbox, is_dry=dry_run, is_confirmed=yes, report=report, show=show
    )
    context = undo_context(runtime, settings, found, mode)
    refuse_outputs(runtime, "", mode)
    raise typer.Exit(undo_run(context, found, UndoOptions(force, assume_new)))


@app.command()
@with_option_groups
def forget(
    ctx: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN]...", help="The runs' ids or their first characters."),
    ] = None,
    finished: Annotated[bool, typer.Option("--finished", help="Delete all finished runs.")] = False,
) -> None:
    """Delete runs: their results are gone, and they cannot be resumed.

    Examples:
      sendx runs forget --finished
      sendx runs forget 20261124-0905-k3f9
    """
    from sendx_cli.runs.forgetting import forget_runs

    runtime = runtime_of(ctx)
    found = _runs(runtime)
    if not ids and not finished:
        raise UsageError("no run given", hint="see `sendx runs list`, or use --finished")
    for run in forget_runs(found, ids or (), finished=finished):
        runtime.output.note(f"forgot {run}")


def _run_and_settings(
    ctx: typer.Context,
    run: str | None,
    formatted: Formatted,
    service: ServiceOptions,
    *,
    prefers_stopped: bool = False,
) -> "tuple[Runtime, Run, Settings]":
    """Return a run, and the settings for the service that it was sent to."""
    from sendx_cli.runs.resuming import service_flags

    runtime = runtime_of(ctx)
    found = _chosen(_runs(runtime), run, prefers_stopped=prefers_stopped)
    settings = runtime.settings(service_flags(found, service.flags()))
    runtime.output.format = formatted.chosen(settings.output.value, runtime.output.format)
    return runtime, found, settings


def _account_context(
    ctx: typer.Context,
    run: str | None,
    formatted: Formatted,
    service: ServiceOptions,
    *,
    is_confirmed: bool = False,
) -> "tuple[RunContext, Run]":
    """Return a run, and the context for reading the account that it was sent to."""
    from sendx_cli.runs.options import RunMode
    from sendx_cli.runs.resuming import context_of

    runtime, found, settings = _run_and_settings(ctx, run, formatted, service)
    mode = RunMode(is_sandbox=service.sandbox, is_confirmed=is_confirmed)
    return context_of(runtime, settings, found, mode), found


def _choose_format(runtime: "Runtime", formatted: Formatted) -> None:
    setting = runtime.settings({}).output.value
    runtime.output.format = formatted.chosen(setting, runtime.output.format)


def _runs(runtime: "Runtime") -> "Runs":
    from sendx_cli.journal.runs import list_runs
    from sendx_cli.settings.paths import runs_directory

    found = list_runs(runs_directory())
    for error in found.unreadable:
        runtime.output.warn(f"{error.where}: {error.message}", error.hint)
    return found


def _chosen(runs: "Runs", text: str | None, *, prefers_stopped: bool = False) -> "Run":
    if text is not None:
        return runs.find(text)
    stopped = [run for run in runs.runs if not (run.is_finished or run.is_under_way)]
    run = stopped[-1] if prefers_stopped and stopped else runs.latest
    if runs.unreadable and (run is None or (prefers_stopped and not stopped)):
        raise runs.unreadable[-1]
    if run is None:
        raise InputError("there are no runs yet", hint="start one: sendx identify --from FILE")
    return run
