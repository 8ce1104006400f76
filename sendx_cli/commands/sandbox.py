"""`sendx sandbox`: the contact API on this machine."""

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendx_cli.commands.options import Formatted, new_app, runtime_of, with_option_groups
from sendx_cli.ending import SIGNAL_BASE
from sendx_cli.errors import InvalidValue, reason_of
from sendx_cli.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sendx_cli.sandbox.faults import Faults
    from sendx_cli.sandbox.log import Entry
    from sendx_cli.sandbox.server import ServeOptions

app = new_app()


@app.callback()
def sandbox() -> None:
    """Run the contact API, as SendX documents it, on this machine.

    Its contacts are kept in a file, which `--sandbox` and `sandbox serve` share.

    Examples:
      sendx identify --from people.csv --sandbox
      sendx sandbox contacts
      sendx sandbox serve --port 8025
    """


@app.command()
@with_option_groups
def serve(  # noqa: PLR0917 - Typer hands options over by name
    ctx: typer.Context,
    port: Annotated[
        int, typer.Option(metavar="N", help="Listen on this port; 0 picks a free one.")
    ] = 0,
    key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Accept only this key. Default: any non-empty key."),
    ] = None,
    account: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Start with the team in this JSON file."),
    ] = None,
    latency: Annotated[
        str | None, typer.Option(metavar="TIME", help="Delay each answer: 40ms, 0.2s, 20ms-80ms.")
    ] = None,
    rate_limit: Annotated[
        str | None,
        typer.Option(
            metavar="LIMIT",
            help="Answer 429 above this rate: 100/s, or 100/s:10 with a burst of 10.",
        ),
    ] = None,
    fail: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="Fail some requests: 5%, 503:2%, reset:1%, timeout:1%; repeatable.",
        ),
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Log each request to this file; - is standard error."),
    ] = None,
) -> None:
    """Serve the sandbox on a loopback port until it is interrupted.

    Examples:
      sendx sandbox serve --port 8025 --latency 40ms --rate-limit 100/s
      sendx sandbox serve --account team.json --log requests.jsonl
    """
    from sendx_cli.sandbox.account import read_account
    from sendx_cli.sandbox.server import ServeOptions
    from sendx_cli.settings.paths import sandbox_path

    options = ServeOptions(
        path=sandbox_path(),
        port=port,
        key=key,
        faults=_faults(latency, rate_limit, fail),
        account=read_account(account) if account else None,
    )
    _serve(runtime_of(ctx), options, log)


@app.command()
@with_option_groups
def contacts(
    ctx: typer.Context,
    email: Annotated[
        str | None,
        typer.Argument(
            metavar="[EMAIL]", help="The contact's email address. Default: all contacts."
        ),
    ] = None,
    *,
    formatted: Formatted,
) -> None:
    """Show the contacts in the sandbox, with the API's own member names.

    Examples:
      sendx sandbox contacts jane@example.com --json
      sendx sandbox contacts -o csv > contacts.csv
    """
    from sendx_cli.sandbox import contents
    from sendx_cli.settings.paths import sandbox_path

    runtime = runtime_of(ctx)
    output = runtime.output
    output.format = formatted.chosen(runtime.settings({}).output.value, output.format)
    found = contents.contacts(sandbox_path(), email)
    if email is not None and not found:
        raise InvalidValue("no such contact in the sandbox", where=email)
    output.show(found, as_one=email is not None)


@app.command()
@with_option_groups
def reset(ctx: typer.Context) -> None:
    """Empty the sandbox of contacts, tags, fields, lists and members.

    Examples:
      sendx sandbox reset
      sendx sandbox reset && sendx identify --from people.csv --sandbox
    """
    from sendx_cli.sandbox import contents
    from sendx_cli.settings.paths import sandbox_path

    contents.reset(sandbox_path())
    runtime_of(ctx).output.note("the sandbox is empty")


def _faults(latency: str | None, rate_limit: str | None, fail: list[str] | None) -> "Faults":
    from sendx_cli.sandbox.faults import (
        Faults,
        parse_failures,
        parse_latency,
        parse_rate_limit,
    )

    return Faults(
        latency=parse_latency(latency) if latency else None,
        rate_limit=parse_rate_limit(rate_limit) if rate_limit else None,
        failures=parse_failures(",".join(fail)) if fail else (),
    )


def _serve(runtime: Runtime, options: "ServeOptions", log: str | None) -> None:
    from sendx_cli.sandbox.server import serve as serve_until_signal

    with _log_to(log) as on_request:
        received = serve_until_signal(options, on_ready=runtime.output.line, on_request=on_request)
    raise typer.Exit(SIGNAL_BASE + received)


@contextmanager
def _log_to(path: str | None) -> "Iterator[Callable[[Entry], None] | None]":
    if path is None:
        yield None
        return
    import sys

    from sendx_cli.sandbox.log import LogWriter

    if path == "-":
        yield LogWriter(sys.stderr).write
        return
    try:
        stream = open(path, "a", encoding="utf-8", opener=_open_private)  # noqa: SIM115 - closed below
    except OSError as error:
        raise InvalidValue(f"cannot write the log: {reason_of(error)}", where=path) from None
    with stream:
        yield LogWriter(stream).write


def _open_private(path: str, flags: int) -> int:
    """Open the log, which has addresses in it: a new one is for its owner alone."""
    return os.open(path, flags, 0o600)
