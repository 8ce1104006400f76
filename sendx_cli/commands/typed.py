"""What was typed, read without refusing anything: for telling how a command line went wrong."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from sendx_cli.errors import SendxError
from sendx_cli.output.formats import OutputFormat
from sendx_cli.output.job_files import names_job_files

if TYPE_CHECKING:
    from sendx_cli.runtime import Runtime

_SENDING = frozenset({"identify", "track"})
_RUNS = frozenset({("runs", "resume"), ("runs", "undo")})
_FORMATS = frozenset(OutputFormat)


class Typed(NamedTuple):
    """A command line as far as it makes sense.

    Args:
        path: The names of the command, such as `runs`, `resume`; empty for an unknown one.
        options: The values of its options, unchecked, by parameter.
        takes_format: Whether the command has an option for the format of its results.
    """

    path: tuple[str, ...]
    options: Mapping[str, Any]
    takes_format: bool

    @property
    def is_of_run(self) -> bool:
        """Whether it is about a run: a file's rows are sent, or a run is gone on with."""
        return self.path in _RUNS or bool(_SENDING & {*self.path} and self.options.get("from_"))


def typed(root: Any, words: Sequence[str]) -> Typed:  # noqa: ANN401 - the app's own group
    """Read a command line, leaving out what nobody knows.

    Args:
        root: The group of all commands.
        words: What follows the program's name.
    """
    command, path, rest = root, list[str](), list(words)
    context = typer.Context(root, info_name="sendx", resilient_parsing=True)
    while hasattr(command, "commands"):
        # No option before a command's name takes a value.
        name = next((word for word in rest if not word.startswith("-")), None)
        if name is None or name not in command.commands:
            break
        rest.remove(name)
        _, command, _ = command.resolve_command(context, [name])
        path.append(name)
    is_group = hasattr(command, "commands")
    if is_group:  # an unknown command: it may have had a format
        _, command, _ = root.resolve_command(context, ["identify"])
    options = _options(command, rest)
    return Typed(() if is_group else tuple(path), options, "output" in _names(command))


def asked_format(runtime: "Runtime", line: Typed) -> OutputFormat | None:
    """Return the format that was asked for, by an option or a setting.

    None: none was, or the command has no choice of formats. Where the config file cannot be read,
    the environment counts alone.
    """
    if not line.takes_format:
        return None
    given = "json" if line.options.get("json") else line.options.get("output")
    if given in _FORMATS:
        return OutputFormat(given)
    profile = line.options.get("profile")
    try:
        setting = runtime.settings({} if profile is None else {"profile": profile}).output.value
    except SendxError:
        setting = runtime.environ.get("SENDX_OUTPUT")
    return OutputFormat(setting) if setting in _FORMATS else None


def _options(command: Any, words: Sequence[str]) -> Mapping[str, Any]:  # noqa: ANN401 - Typer's
    context = typer.Context(
        command, resilient_parsing=True, ignore_unknown_options=True, allow_extra_args=True
    )
    options, _, _ = command.make_parser(context).parse_args(list(words))
    found: Mapping[str, Any] = options
    return found


def _names(command: Any) -> set[str]:  # noqa: ANN401 - Typer's types
    return {parameter.name for parameter in command.params}


def tell_of_run(runtime: "Runtime", root: Any, words: Sequence[str]) -> None:  # noqa: ANN401
    """Let a build server learn of a run that was refused before it could be told of.

    Args:
        runtime: What is to happen at the end is added to it.
        root: As for `typed`.
        words: As for `typed`.
    """
    if runtime.at_end or not names_job_files(runtime.environ):
        return
    line = typed(root, words)
    if line.is_of_run:
        from sendx_cli.runs.job_report import JobReport

        source = str(line.options.get("from_") or "")
        runtime.at_end.append(JobReport(runtime.output, " ".join(line.path), source).finish)
