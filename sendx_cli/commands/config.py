"""`sendx config`: the settings in force and the config file."""

from typing import Annotated

import typer

from sendx_cli.commands.options import Formatted, new_app, runtime_of, with_option_groups
from sendx_cli.errors import InputError, UsageError
from sendx_cli.runtime import Runtime
from sendx_cli.settings.changes import assigned, unassigned
from sendx_cli.settings.config_text import DEFAULT_PROFILE
from sendx_cli.settings.declared import API_KEY, nearest, setting_named
from sendx_cli.settings.files import change_config, update_config
from sendx_cli.settings.listing import listed
from sendx_cli.settings.resolve import choose_profile

app = new_app()

ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", help="Use this profile. Default: the current profile."
    ),
]
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The setting's name, as `sendx config list` shows it.")
]


@app.callback()
def config() -> None:
    """Show and change settings: flags, then environment, then profile, then default.

    Examples:
      sendx config list
      sendx config set rate 50
    """


@app.command("list")
@with_option_groups
def list_settings(
    ctx: typer.Context, profile: ProfileOption = None, *, formatted: Formatted
) -> None:
    """Show the current settings, redacted, and where each comes from.

    Examples:
      sendx config list --profile staging
      sendx config list -o csv > settings.csv
    """
    runtime = runtime_of(ctx)
    settings = runtime.settings({"profile": profile})
    output = runtime.output
    output.format = formatted.chosen(settings.output.value, output.format)
    output.show([row.record() for row in listed(settings)])


@app.command("get")
@with_option_groups
def get_setting(ctx: typer.Context, name: Name, profile: ProfileOption = None) -> None:
    """Show one current setting; an empty line if it has no value. The key is never shown.

    Examples:
      sendx config get base_url
      sendx config get rate --profile staging
    """
    runtime = runtime_of(ctx)
    runtime.output.line(_text(_value_of(runtime, name, profile)))


@app.command("set")
@with_option_groups
def set_setting(
    ctx: typer.Context,
    name: Name,
    value: Annotated[
        str | None, typer.Argument(metavar="[VALUE]", help="The setting's new value.")
    ] = None,
    profile: ProfileOption = None,
) -> None:
    """Set a profile's setting, or default_profile. Comments in the config file are kept.

    Examples:
      sendx config set rate 50
      sendx config set default_profile staging
    """
    runtime = runtime_of(ctx)
    if value is None and name != API_KEY.name:
        raise UsageError("the new value is missing", hint="sendx config set NAME VALUE")
    # A name near another one is more likely a slip than a new profile.
    is_new = profile is not None and nearest(profile, runtime.config.profiles) is None
    where = _profile_of(runtime, profile, may_make=is_new)
    update_config(runtime.config_path, lambda file: assigned(file, where, name, value or ""))
    runtime.output.note(f"{name} is set in {_place(runtime, name, where)}")


@app.command("unset")
@with_option_groups
def unset_setting(ctx: typer.Context, name: Name, profile: ProfileOption = None) -> None:
    """Remove a setting from a profile, or default_profile from the config file.

    Examples:
      sendx config unset rate
      sendx config unset rate --profile staging
    """
    runtime = runtime_of(ctx)
    where = _profile_of(runtime, profile)
    place = _place(runtime, name, where)
    if change_config(runtime.config_path, lambda file: unassigned(file, where, name)):
        runtime.output.note(f"removed {name} from {place}")
    else:
        runtime.output.note(f"{name} was not set in {place}: nothing was changed")


@app.command("path")
@with_option_groups
def show_path(ctx: typer.Context) -> None:
    """Show the path of the config file, whether or not it exists.

    Examples:
      sendx config path
      cp "$(sendx config path)" config-copy.toml
    """
    runtime = runtime_of(ctx)
    runtime.output.line(str(runtime.config_path))


def _profile_of(runtime: Runtime, profile: str | None, *, may_make: bool = False) -> str:
    flags = {"profile": profile}
    return choose_profile(flags, runtime.environ, runtime.config, may_make=may_make).value


def _value_of(runtime: Runtime, name: str, profile: str | None) -> object:
    if name == DEFAULT_PROFILE:
        return runtime.config.default_profile
    if name != "profile" and setting_named(name) is API_KEY:
        raise InputError(
            "the API key is never shown", hint="`sendx config list` shows where it comes from"
        )
    rows = listed(runtime.settings({"profile": profile}))
    return next(row.value for row in rows if row.setting == name)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _place(runtime: Runtime, name: str, profile: str) -> str:
    place = "" if name == DEFAULT_PROFILE else f"profile {profile} of "
    return f"{place}{runtime.config_path}"
