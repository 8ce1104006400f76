"""Options that several commands share, in groups: a command takes a group as one value."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, NamedTuple

import typer

from sendx_cli.errors import InvalidValue
from sendx_cli.output.formats import OutputFormat
from sendx_cli.output.shown import Shown
from sendx_cli.runtime import Runtime, Verbosity

Show = Annotated[
    Shown | None,
    typer.Option(
        "--show",
        metavar="all|failed|none",
        help="Rows to show results of: failed on a terminal, all elsewhere.",
        show_default=False,
    ),
]


class Common(NamedTuple):
    """How much to show. These options may be given before or after the command's name."""

    quiet: Annotated[
        bool | None, typer.Option("--quiet", "-q", help="Say nothing but results and errors.")
    ] = None
    verbose: Annotated[
        int | None, typer.Option("--verbose", "-v", count=True, help="Say more; repeatable.")
    ] = None
    color: Annotated[
        bool | None, typer.Option("--color/--no-color", help="Colour, whatever the terminal.")
    ] = None
    plain: Annotated[
        bool | None,
        typer.Option("--plain", help="No boxes, no line that moves: for screen readers."),
    ] = None
    no_input: Annotated[
        bool | None, typer.Option("--no-input", help="Never ask; fail instead.")
    ] = None
    debug: Annotated[
        bool | None, typer.Option("--debug", help="Show a traceback if sendx has a bug.")
    ] = None

    def verbosity(self) -> Verbosity:
        """The verbosity for the runtime."""
        return Verbosity(
            quiet=self.quiet or None,
            verbose=self.verbose or None,
            color=self.color,
            no_input=self.no_input or None,
            debug=self.debug or None,
            plain=self.plain or None,
        )


class Formatted(NamedTuple):
    """How results are written."""

    output: Annotated[
        OutputFormat | None,
        typer.Option(
            "--output",
            "-o",
            help="How to write results: a table on a terminal, jsonl elsewhere.",
            show_default=False,
        ),
    ] = None
    json: Annotated[bool, typer.Option("--json", help="Short for -o json.")] = False

    @property
    def format(self) -> OutputFormat | None:
        """The requested format, or None."""
        return OutputFormat.JSON if self.json else self.output

    def chosen(self, setting: str | None, usual: OutputFormat) -> OutputFormat:
        """Return the format in force: the option's, else the setting's, else the usual one."""
        return self.format or (OutputFormat(setting) if setting else usual)


class ServiceOptions(NamedTuple):
    """Over the profile's settings."""

    profile: Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="The profile to use.")
    ] = None
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="Where the service is.")
    ] = None
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="SECONDS", help="For one attempt, in all.")
    ] = None
    rate: Annotated[
        str | None, typer.Option("--rate", metavar="N", help="At most N calls a second.")
    ] = None
    concurrency: Annotated[
        str | None, typer.Option("--concurrency", metavar="N", help="At most N calls under way.")
    ] = None
    retries: Annotated[
        str | None, typer.Option("--retries", metavar="N", help="Repeat a call at most N times.")
    ] = None
    sandbox: Annotated[
        bool,
        typer.Option("--sandbox", help="Use the sandbox inside this process: no key, no network."),
    ] = False

    def flags(self) -> dict[str, object]:
        """The settings given here, as text, by name."""
        names = ("profile", "base_url", "timeout", "rate", "concurrency", "retries")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


class Sending(NamedTuple):
    """How contacts are sent."""

    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, send nothing.")
    ] = False
    retry_unknown: Annotated[
        bool,
        typer.Option(
            "--retry-unknown",
            help="Repeat also what may have arrived and can set off mails or count twice.",
        ),
    ] = False


class AccountOptions(NamedTuple):
    """What is read of the account before anything is sent."""

    no_account: Annotated[
        bool, typer.Option("--no-account", help="Do not compare with the account.")
    ] = False
    existing_only: Annotated[
        bool,
        typer.Option("--existing-only", help="Refuse what would create a tag or custom field."),
    ] = False
    only_changed: Annotated[
        bool, typer.Option("--only-changed", help="Leave out rows that would change nothing.")
    ] = False
    snapshot: Annotated[
        bool,
        typer.Option("--snapshot", help="Record how contacts were before, for `runs undo`."),
    ] = False

    def flags(self) -> dict[str, object]:
        """The settings given here, as text, by name."""
        given = {
            "account": "false" if self.no_account else None,
            "existing_only": "true" if self.existing_only else None,
            "snapshot": "true" if self.snapshot else None,
        }
        return {name: text for name, text in given.items() if text is not None}

    def refuse_without_file(self) -> None:
        """Refuse what goes with a run only if there is no `--from`.

        Raises:
            InvalidValue: It was given.
        """
        for is_given, option in (
            (self.only_changed, "--only-changed"),
            (self.snapshot, "--snapshot"),
        ):
            if is_given:
                raise InvalidValue(f"{option} goes with --from FILE")

    def refuse_contradictions(self, *, is_stream: bool) -> None:
        """Refuse options of a run that exclude each other.

        Raises:
            InvalidValue: They are combined.
        """
        needing = [
            option
            for is_given, option in (
                (self.existing_only, "--existing-only"),
                (self.only_changed, "--only-changed"),
                (self.snapshot, "--snapshot"),
            )
            if is_given
        ]
        if self.no_account and needing:
            raise InvalidValue(f"{needing[0]} needs the account: leave out --no-account")
        if is_stream and (self.only_changed or self.snapshot):
            raise InvalidValue(
                f"{needing[-1]} does not go with --stream: its contacts are not known before"
            )


def new_app() -> typer.Typer:
    """Return the Typer app of one command or group: plain help, no traceback with values."""
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        pretty_exceptions_show_locals=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def with_option_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Let `command` take the option groups above as single parameters.

    Each parameter whose type is a group is replaced, in the signature that Typer reads, by the
    group's own options; before the call they are made into one value again. The group `Common`
    is taken in by the runtime.
    """
    signature = inspect.signature(command)
    groups: dict[str, Any] = {
        name: parameter.annotation
        for name, parameter in signature.parameters.items()
        if hasattr(parameter.annotation, "_field_defaults")
    }

    @wraps(command)
    def call(ctx: typer.Context, **given: Any) -> None:  # noqa: ANN401 - Typer's own values
        for name, group in groups.items():
            given[name] = _taken(group, given)
        runtime_of(ctx).set_verbosity(_taken(Common, given).verbosity())
        command(ctx, **given)

    own = [p for name, p in signature.parameters.items() if name not in groups]
    shared = [p for group in (*groups.values(), Common) for p in _parameters(group)]
    keyword_only = [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in own[1:]]
    parameters = [own[0], *keyword_only, *shared]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {}
    return call


def runtime_of(ctx: typer.Context) -> Runtime:
    """Return the runtime that the app put into the context."""
    runtime: Runtime = ctx.obj
    return runtime


def _taken(group: Any, given: dict[str, Any]) -> Any:  # noqa: ANN401 - any of the groups
    return group(*(given.pop(name) for name in group._fields))


def _parameters(group: Any) -> list[inspect.Parameter]:  # noqa: ANN401 - any of the groups
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=group._field_defaults[name],
            annotation=annotation,
        )
        for name, annotation in group.__annotations__.items()
    ]
