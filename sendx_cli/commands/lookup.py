"""`sendx lookup`: contacts as the service has them."""

from typing import TYPE_CHECKING, Annotated

import typer

from sendx_cli.commands.lookup_file import FileToLookUp
from sendx_cli.commands.options import (
    Formatted,
    ServiceOptions,
    new_app,
    runtime_of,
    with_option_groups,
)
from sendx_cli.errors import UsageError

if TYPE_CHECKING:
    from sendx_cli.runs.lookup import Wanted
    from sendx_cli.runtime import Runtime

app = new_app()


@app.command()
@with_option_groups
def lookup(
    ctx: typer.Context,
    emails: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EMAIL]...", help="Email addresses of the contacts; or use --from."
        ),
    ] = None,
    *,
    file: FileToLookUp,
    formatted: Formatted,
    service: ServiceOptions,
) -> None:
    """Show contacts as the service has them: tags, custom fields and lists by name.

    It changes nothing. With --from, only a file's addresses matter; a contact that is given twice
    is shown once. The exit code is 4 if one is not found. The options under File and Columns
    go with --from.

    Examples:
      sendx lookup jane@example.com
      sendx lookup jane@example.com --json
      sendx lookup --from people.csv -o csv > found.csv
    """
    from sendx_cli.runs.lookup import look_up

    runtime = runtime_of(ctx)
    settings = runtime.settings(service.flags())
    runtime.output.format = formatted.chosen(settings.output.value, runtime.output.format)
    wanted = _wanted(runtime, emails or [], file)
    is_single = len(emails or ()) == 1
    raise typer.Exit(
        look_up(runtime, settings, wanted, is_sandbox=service.sandbox, is_single=is_single)
    )


def _wanted(runtime: "Runtime", emails: list[str], file: FileToLookUp) -> "Wanted":
    from sendx_cli.runs.lookup import wanted_in, wanted_of

    if file.from_ is None:
        file.refuse_without_file()
        return wanted_of(emails)
    if emails:
        raise UsageError("use either EMAIL or --from FILE, not both")
    return wanted_in(runtime, file.value())
