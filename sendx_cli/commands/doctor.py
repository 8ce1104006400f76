"""`sendx doctor`: is everything in place for a call to succeed?"""

from typing import TYPE_CHECKING, Annotated

import typer

from sendx_cli.commands.options import Formatted, new_app, runtime_of, with_option_groups
from sendx_cli.commands.sections import SERVICE
from sendx_cli.errors import SendxError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sendx_cli.doctor.check import Check
    from sendx_cli.output.writer import Output
    from sendx_cli.runtime import Runtime

app = new_app()


@app.command()
@with_option_groups
def doctor(
    ctx: typer.Context,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="Check this profile. Default: the current profile.",
            rich_help_panel=SERVICE,
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url",
            metavar="URL",
            help="Use the service at this URL.",
            rich_help_panel=SERVICE,
        ),
    ] = None,
    *,
    formatted: Formatted,
) -> None:
    """Check settings, key, network, clock and runs, and show how to fix what fails.

    The key is checked by two requests that change nothing.

    Examples:
      sendx doctor
      sendx doctor --profile staging -o json > doctor.json
    """
    from sendx_cli.commands.key_check import asked
    from sendx_cli.doctor.examination import examine

    runtime = runtime_of(ctx)
    output = runtime.output
    output.format = formatted.chosen(_output_setting(runtime), output.format)
    flags = {"profile": profile, "base_url": base_url}
    checks = examine(runtime, flags, lambda settings, path: asked(runtime, settings, path=path))
    raise typer.Exit(_show(output, checks))


def _output_setting(runtime: "Runtime") -> str | None:
    """Return how results are to be written; a broken config file is told by its own check."""
    from sendx_cli.settings.files import read_config
    from sendx_cli.settings.resolve import resolve

    try:
        return resolve({}, runtime.environ, read_config(runtime.config_path)).output.value
    except SendxError:
        return None


def _show(output: "Output", checks: "Iterable[Check]") -> int:
    """Show each check when it is made; return the exit code of the worst."""
    from sendx_cli.output.formats import OutputFormat

    made = []
    for check in checks:
        made.append(check)
        if output.format is OutputFormat.TABLE:
            for line in check.lines():
                output.line(line)
        elif output.streams:
            output.stream(check.record())
    if output.format is OutputFormat.JSON:
        output.show([check.record() for check in made])
    return max(check.exit_code for check in made)
