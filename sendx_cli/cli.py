"""The Typer app: commands registered (loaded when called), and the one error boundary."""

import errno
import os
import signal
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

from sendx_cli import __version__
from sendx_cli.commands.options import with_option_groups
from sendx_cli.commands.pages import PagedGroup
from sendx_cli.commands.sections import OUTPUT
from sendx_cli.ending import Ending, end, open_standard_streams
from sendx_cli.errors import Bug, ExitCode, SendxError, UsageError
from sendx_cli.output.formats import OutputFormat
from sendx_cli.runtime import Runtime

COMMANDS = {
    "identify": "Create or update contacts.",
    "track": "Add and remove tags of contacts.",
    "lookup": "Show contacts as the service has them.",
    "login": "Store the API key.",
    "logout": "Remove the stored API key.",
    "doctor": "Check settings, key, network, clock and runs.",
    "config": "Show and change settings.",
    "runs": "List, show, resume, check and undo runs.",
    "schema": "Print the JSON Schema of results, plans and runs.",
    "completion": "Print or install a shell's completions.",
    "sandbox": "Run the contact API on this machine.",
    "help": "Show help on files, columns, exit codes and more.",
}
"""Each command's module in `sendx_cli.commands`, and what the list of commands says of it."""

_WORDS = "sendx_cli.words"
"""Under this the context has what was typed."""
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EIO, errno.EFBIG})
_BUG_HINT = "run it again with --debug and report the output"


class Commands(PagedGroup):
    """Loads a command's module when it is called, and turns errors into messages and codes."""

    def __init__(self, **attrs: Any) -> None:  # noqa: ANN401 - handed through to Typer
        super().__init__(**attrs)
        self.commands = {
            name: TyperCommand(name, help=text, rich_markup_mode=None)
            for name, text in COMMANDS.items()
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Typer's types
        """Put the real command in the place of its entry in the list."""
        name, entry, rest = super().resolve_command(ctx, args)
        if entry is None or name is None:
            return name, entry, rest
        module = import_module(f"sendx_cli.commands.{name}")
        command = get_command(module.app)
        command.name = name
        return name, command, rest

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        *rest: Any,  # noqa: ANN401 - Typer's types
        **attrs: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        """Read the options before the command."""
        words = list(args)
        runtime = attrs["obj"] = attrs.get("obj") or Runtime()
        try:
            context = super().make_context(info_name, args, *rest, **attrs)
        except Exception as error:
            if not _is_usage(error):
                raise
            refusal = _usage(error)
            self._learn_format(runtime, words)
            self._tell_end(runtime, words, refusal.exit_code, refusal)
            raise typer.Exit(refusal.exit_code) from None
        context.meta[_WORDS] = words
        return context

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's types
        """Run the command; only our own errors are made friendly, anything else is a bug."""
        runtime: Runtime = ctx.obj
        _hear_interrupts()
        self._learn_format(runtime, ctx.meta[_WORDS])
        try:
            result = super().invoke(ctx)
            runtime.output.flush()
        except (Exception, KeyboardInterrupt) as ending:
            code, error = _how_it_ended(ending, ctx)
            if code is None:
                raise
            self._tell_end(runtime, ctx.meta[_WORDS], code, error)
            raise typer.Exit(code) from None
        self._tell_end(runtime, ctx.meta[_WORDS], ExitCode.OK, None)
        return result

    def _learn_format(self, runtime: Runtime, words: Sequence[str]) -> None:
        """Let the output find out which format was typed: only errors need to know."""

        def asked() -> OutputFormat | None:
            from sendx_cli.commands.typed import asked_format, typed

            return asked_format(runtime, typed(self, words))

        runtime.output.asked_format = asked

    def _tell_end(
        self, runtime: Runtime, words: Sequence[str], code: int, error: SendxError | None
    ) -> None:
        """Tell of the command's end: people, then programs and build servers."""
        if error is not None:
            from sendx_cli.commands.typed import tell_of_run

            runtime.output.end_by(error)
            runtime.output.error(error)
            tell_of_run(runtime, self, words)
        try:
            for tell in runtime.at_end:
                tell(code, error)
        except Exception as bug:  # noqa: BLE001 - the exit code is decided
            runtime.output.error(_bug(bug, runtime))


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        import platform

        from sendx_cli.api.engine_name import engine_name

        typer.echo(f"sendx {__version__} (Python {platform.python_version()}, {engine_name()})")
        raise typer.Exit


@app.callback()
@with_option_groups
def sendx(
    ctx: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Show the version and exit.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
) -> None:
    """Tell SendX who a contact is and what they did: right, then fast.

    `sendx help` lists topics beyond the commands, such as columns and exit codes. With --sandbox,
    everything can be tried without an account.

    Examples:
      sendx identify jane@example.com --tag new --sandbox
      sendx identify --from people.csv --dry-run
      sendx track jane@example.com --add-tag churned
    """


def run() -> None:
    """Run the command line as a process, and end it as its caller expects."""
    open_standard_streams()
    try:
        app(prog_name="sendx")
    except SystemExit as ending:
        end(ending.code)
    except KeyboardInterrupt:
        end(Ending.INTERRUPTED)
    except OSError as error:
        # Help and version are written before there is a command to tell of it.
        os.write(2, f"sendx: output could not be written: {error.strerror}\n".lower().encode())
        os._exit(ExitCode.PASSING)


def _hear_interrupts() -> None:
    """From here on Ctrl-C is an exception; before, it just ended the process."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _is_of_typer(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] == "typer"


def _is_usage(error: Exception) -> bool:
    """Whether the parser refused what was typed; help, for want of words, is told by itself."""
    is_refusal = _is_of_typer(error) and hasattr(error, "format_message")
    return is_refusal and type(error).__name__ != "NoArgsIsHelpError"


def _usage(error: Any, subcommand: str | None = None) -> UsageError:  # noqa: ANN401 - Typer's types
    """Return what the parser says, in the form of all other messages."""
    likely = _nearest_option(error)
    text = error.message if likely else error.format_message()
    text, found, suggestion = text.partition(". Did you mean ")
    guess = f"did you mean {suggestion or likely + '?'} " if found or likely else ""
    context = getattr(error, "ctx", None)
    # Of an option without its argument the parser does not say whose it is.
    words = ["sendx", *filter(None, [subcommand])]
    command = " ".join(words) if context is None else context.command_path
    hint = f"{guess}see `{command} --help`"
    return UsageError(text[:1].lower() + text[1:].rstrip("."), hint=hint)


def _nearest_option(error: Any) -> str:  # noqa: ANN401 - Typer's types
    """Return the option that an unknown one is most likely a slip of; empty for none."""
    from difflib import get_close_matches

    near: list[str] = getattr(error, "possibilities", None) or []
    return next(iter(get_close_matches(error.option_name, near, n=1) if near else []), "")


def _is_full_disk(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in _UNWRITABLE


def _how_it_ended(
    ending: BaseException,
    ctx: Any,  # noqa: ANN401 - Typer's types
) -> tuple[int | None, SendxError | None]:
    """Return the exit code, None where the parser deals with it, and the error, if it is one."""
    if isinstance(ending, typer.Exit):
        return ending.exit_code, None
    if isinstance(ending, SendxError):
        return ending.exit_code, ending
    if isinstance(ending, KeyboardInterrupt):
        return Ending.INTERRUPTED, None
    if isinstance(ending, BrokenPipeError):
        return Ending.PIPE_CLOSED, None
    assert isinstance(ending, Exception)
    if _is_usage(ending):
        return ExitCode.INPUT, _usage(ending, ctx.invoked_subcommand)
    if _is_of_typer(ending) or _is_full_disk(ending):
        return None, None
    return ExitCode.BUG, _bug(ending, ctx.obj)


def _bug(bug: Exception, runtime: Runtime) -> Bug:
    """Return what is told of a bug. Its message is left out: it could hold anything."""
    if runtime.verbosity.debug:
        from sendx_cli.api.proxies import proxy_passwords
        from sendx_cli.settings.key import keys_in_use

        runtime.output.traceback(bug, keys_in_use() | proxy_passwords(runtime.environ))
    frame = bug.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_globals['__name__']}:{frame.tb_lineno}" if frame else "start"
    message = f"a bug in sendx: {type(bug).__name__} in {where}"
    return Bug(message, hint=None if runtime.verbosity.debug else _BUG_HINT)
