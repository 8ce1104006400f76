"""`sendx completion`: the scripts that let a shell complete commands, options and values."""

from typing import Annotated

import typer

from sendx_cli.commands.options import new_app, runtime_of, with_option_groups
from sendx_cli.errors import UsageError

app = new_app()


@app.command()
@with_option_groups
def completion(
    ctx: typer.Context,
    shell: Annotated[
        str,
        typer.Argument(metavar="bash|zsh|fish|powershell", help="The shell to complete in."),
    ],
    install: Annotated[
        bool, typer.Option("--install", help="Install the script where the shell looks for it.")
    ] = False,
) -> None:
    """Print the completion script of a shell, or install it.

    It completes commands, options, files, profiles, runs, states, settings, and the columns of
    the file that `--from` names.

    Examples:
      eval "$(sendx completion bash)"
      sendx completion zsh --install
      sendx completion powershell > sendx.ps1
    """
    from sendx_cli.completion.install import install as write
    from sendx_cli.completion.install import place_for
    from sendx_cli.completion.scripts import SCRIPTS

    if shell not in SCRIPTS:
        raise UsageError(f"no such shell: {shell}", hint=f"one of {', '.join(SCRIPTS)}")
    runtime = runtime_of(ctx)
    if not install:
        runtime.output.write(SCRIPTS[shell])
        return
    place = place_for(shell, runtime.environ)
    write(place, SCRIPTS[shell])
    written = f"written to {place.path}"
    if place.needs is None:
        runtime.output.note(f"{written}; {shell} uses it from its next start")
    else:
        file, line = place.needs
        hint = f"add this line to {file}, then start a new shell: {line}"
        runtime.output.note(written, hint)
