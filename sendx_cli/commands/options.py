"""Options that several commands share, in groups: a command takes a group as one value."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, NamedTuple, TypeVar

import typer
from typer.core import TyperCommand

from sendx_cli.commands.pages import PagedCommand, PagedGroup
from sendx_cli.commands.sections import FILE, OUTPUT, SENDING, SERVICE
from sendx_cli.errors import UsageError
from sendx_cli.output.formats import OutputFormat
from sendx_cli.output.shown import Shown
from sendx_cli.runtime import Runtime, Verbosity

Show = Annotated[
    Shown | None,
    typer.Option(
        "--show",
        metavar="all|failed|none",
        help="Results to show. Default: failed on a terminal, all elsewhere.",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
Command = TypeVar("Command", bound=Callable[..., Any])


class Common(NamedTuple):
    """How much to show. These options may be given before or after the command's name."""

    quiet: Annotated[
        bool | None,
        typer.Option("--quiet", "-q", help="Show only results and errors.", rich_help_panel=OUTPUT),
    ] = None
    verbose: Annotated[
        int | None,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            help="Show more details; repeatable.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    color: Annotated[
        bool | None,
        typer.Option(
            "--color/--no-color",
            help="Force color on or off.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    plain: Annotated[
        bool | None,
        typer.Option(
            "--plain",
            help="Show no boxes and no live updates, for screen readers.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    no_input: Annotated[
        bool | None,
        typer.Option(
            "--no-input", help="Never ask for input; fail instead.", rich_help_panel=OUTPUT
        ),
    ] = None
    debug: Annotated[
        bool | None,
        typer.Option(
            "--debug", help="Show a traceback on an internal error.", rich_help_panel=OUTPUT
        ),
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
            metavar="FORMAT",
            help=(
                "Format of results: table, json, jsonl or csv. Default: table on a terminal, jsonl "
                "elsewhere."
            ),
            show_default=False,
            rich_help_panel=OUTPUT,
        ),
    ] = None
    json: Annotated[
        bool, typer.Option("--json", help="Short for -o json.", rich_help_panel=OUTPUT)
    ] = False

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
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="Use the settings and key of this profile.",
            rich_help_panel=SERVICE,
        ),
    ] = None
    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url",
            metavar="URL",
            help="Use the service at this URL.",
            rich_help_panel=SERVICE,
        ),
    ] = None
    timeout: Annotated[
        str | None,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            help="Time out a request after this many seconds.",
            rich_help_panel=SERVICE,
        ),
    ] = None
    rate: Annotated[
        str | None,
        typer.Option(
            "--rate",
            metavar="N",
            help="Make at most N calls per second.",
            rich_help_panel=SERVICE,
        ),
    ] = None
    concurrency: Annotated[
        str | None,
        typer.Option(
            "--concurrency",
            metavar="N",
            help="Make at most N calls at once.",
            rich_help_panel=SERVICE,
        ),
    ] = None
    retries: Annotated[
        str | None,
        typer.Option(
            "--retries",
            metavar="N",
            help="Retry a call at most N times after temporary failures.",
            rich_help_panel=SERVICE,
        ),
    ] = None
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help="Use the sandbox inside this process: no key, no network.",
            rich_help_panel=SERVICE,
        ),
    ] = False

    def flags(self) -> dict[str, object]:
        """The settings given here, as text, by name."""
        names = ("profile", "base_url", "timeout", "rate", "concurrency", "retries")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


RetryUnknown = Annotated[
    bool,
    typer.Option(
        "--retry-unknown",
        help=(
            "Also retry calls that may have arrived, which can trigger automations or count twice."
        ),
        rich_help_panel=SENDING,
    ),
]


class Sending(NamedTuple):
    """How contacts are sent."""

    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show what would be sent without sending it.",
            rich_help_panel=SENDING,
        ),
    ] = False
    retry_unknown: RetryUnknown = False


class AccountOptions(NamedTuple):
    """What is read of the account before anything is sent."""

    no_account: Annotated[
        bool,
        typer.Option(
            "--no-account",
            help="Do not compare with the account before sending.",
            rich_help_panel=SENDING,
        ),
    ] = False
    existing_only: Annotated[
        bool,
        typer.Option(
            "--existing-only",
            help="Refuse to create tags or custom fields.",
            rich_help_panel=SENDING,
        ),
    ] = False
    only_changed: Annotated[
        bool,
        typer.Option(
            "--only-changed",
            help="Skip rows that would change nothing.",
            rich_help_panel=FILE,
        ),
    ] = False
    snapshot: Annotated[
        bool,
        typer.Option(
            "--snapshot",
            help="Record the contacts before the run, for `sendx runs undo`.",
            rich_help_panel=FILE,
        ),
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
            UsageError: It was given.
        """
        for is_given, option in (
            (self.only_changed, "--only-changed"),
            (self.snapshot, "--snapshot"),
        ):
            if is_given:
                raise UsageError(f"{option} requires --from FILE")

    def refuse_contradictions(self, *, is_stream: bool) -> None:
        """Refuse options of a run that exclude each other.

        Raises:
            UsageError: They are combined.
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
            raise UsageError(f"{needing[0]} needs the account: remove --no-account")
        if is_stream and (self.only_changed or self.snapshot):
            raise UsageError(
                f"{needing[-1]} cannot be used with --stream: its contacts are not known in advance"
            )


class App(typer.Typer):
    """The Typer app of one command or group: help in sections, no traceback with values."""

    def __init__(self) -> None:
        super().__init__(
            cls=PagedGroup,
            add_completion=False,
            rich_markup_mode=None,
            no_args_is_help=False,
            pretty_exceptions_enable=False,
            pretty_exceptions_show_locals=False,
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def command(
        self,
        name: str | None = None,
        *,
        cls: type[TyperCommand] | None = PagedCommand,
        **attrs: Any,  # noqa: ANN401 - handed through to Typer
    ) -> Callable[[Command], Command]:
        """Register a command, as Typer does, with a help page of ours."""
        return super().command(name, cls=cls, **attrs)


def new_app() -> typer.Typer:
    """Return the Typer app of one command or group."""
    return App()


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
