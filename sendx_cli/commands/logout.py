"""`sendx logout`: take the stored API key out of a profile."""

from typing import Annotated

import typer

from sendx_cli.commands.options import new_app, runtime_of, with_option_groups
from sendx_cli.settings.declared import API_KEY
from sendx_cli.settings.logins import refuse_second_source, remove_key
from sendx_cli.settings.resolve import choose_profile

app = new_app()


@app.command()
@with_option_groups
def logout(
    ctx: typer.Context,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Remove the key from this profile. Default: the current profile."
        ),
    ] = None,
) -> None:
    """Remove the stored API key from a profile; its other settings stay.

    Examples:
      sendx logout
      sendx logout --profile staging
    """
    runtime = runtime_of(ctx)
    config, output = runtime.config, runtime.output
    name = choose_profile({"profile": profile}, runtime.environ, config).value
    refuse_second_source(config, name)
    if API_KEY.name in config.profiles.get(name, {}):
        remove_key(runtime.config_path, name)
        output.note(f"the key was removed from profile {name} ({runtime.config_path})")
    else:
        output.note(f"no key is stored in profile {name}")
    if runtime.environ.get(str(API_KEY.variable)):
        output.warn(f"{API_KEY.variable} is still set and will be used")
