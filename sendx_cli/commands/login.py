"""`sendx login`: ask for the API key, check that the service takes it, store it."""

from typing import Annotated

import typer

from sendx_cli.commands.options import new_app, runtime_of, with_option_groups
from sendx_cli.errors import InputError, UsageError
from sendx_cli.runtime import Runtime
from sendx_cli.settings.declared import API_KEY
from sendx_cli.settings.resolve import Settings, resolve

app = new_app()


@app.command()
@with_option_groups
def login(  # noqa: PLR0917 - Typer hands options over by name
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Store the key in this profile; create it if needed."),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Use the service at this URL, and store it with the key."),
    ] = None,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Store the key without checking it.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only check whether the service accepts the current key."),
    ] = False,
) -> None:
    """Store the API key (SendX app: Settings, Team API Key) in a profile.

    The key is prompted for without echo, or read from standard input if that is not a terminal.

    Examples:
      sendx login
      sendx login --profile staging < key.txt
      op read op://Marketing/SendX/key | sendx login
    """
    if words:
        raise InputError(
            "the API key is never accepted as an argument, which others on this machine can see",
            hint="run `sendx login` without it; if it was a real key, replace it in SendX",
        )
    runtime = runtime_of(ctx)
    flags = {"profile": profile, "base_url": base_url}
    if check:
        if no_check:
            raise UsageError("--check and --no-check cannot be used together")
        _check(runtime, resolve(flags, runtime.environ, runtime.config))
        return
    settings = resolve(flags, runtime.environ, runtime.config, may_make_profile=True)
    _log_in(runtime, settings, is_checked=not no_check)


def _check(runtime: Runtime, settings: Settings) -> None:
    from sendx_cli.commands.key_check import asked

    refusal = asked(runtime, settings).refusal
    if refusal is not None:
        raise refusal
    runtime.output.note(f"the service accepts the key ({settings.key_source.origin})")


def _log_in(runtime: Runtime, settings: Settings, *, is_checked: bool) -> None:
    from sendx_cli.commands.key_entry import read_key
    from sendx_cli.settings.key_source import KeySource
    from sendx_cli.settings.logins import refuse_second_source, store_key

    profile = settings.profile.value
    refuse_second_source(runtime.config, profile)
    key = read_key(runtime, profile)
    settings = settings._replace(key_source=KeySource("login", api_key=key))
    if is_checked:
        from sendx_cli.commands.key_check import check_key

        check_key(runtime, settings)
    stored = store_key(runtime.config_path, settings, key)
    taken = "the service accepts the key" if is_checked else "the key was not checked"
    runtime.output.note(f"{taken}; it is stored in profile {profile} ({runtime.config_path})")
    if stored.default_profile == profile != runtime.config.default_profile:
        runtime.output.note(f"profile {profile} is now the default")
    if runtime.environ.get(str(API_KEY.variable)):
        runtime.output.warn(f"{API_KEY.variable} is set and takes precedence over the stored key")
