"""What GitHub Actions shows beside a file's lines.

How they are written, and escaped: GitHub's documentation, "Workflow commands".
"""

import os
from collections.abc import Mapping
from pathlib import Path

from sendx_cli.output.safe import safe
from sendx_cli.output.writer import Output

MAX_SHOWN = 10
"""GitHub shows so many errors of a step and drops the others."""

_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


class Annotations:
    """Puts errors on a file's lines: the first ten, and only inside GitHub Actions.

    They go to standard error, where the runner reads them as well: results stay clean. A line gets
    one, however often something is wrong with it.

    Args:
        output: Where they are written; quiet, it gets none.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        is_wanted = output.environ.get("GITHUB_ACTIONS") == "true" and not output.is_quiet
        self._left = MAX_SHOWN if is_wanted else 0
        self._seen: set[tuple[str, int]] = set()

    def error(
        self,
        file: str,
        *,
        line: int,
        message: str,
        column: int | None = None,
        hint: str | None = None,
    ) -> bool:
        """Put an error on a line; return whether it is shown there.

        Args:
            file: The file's path, as it was given.
            line: From 1.
            message: What is wrong.
            column: Where in the line, from 1.
            hint: What to do about it.
        """
        if not self._left:
            return (file, line) in self._seen
        if (file, line) in self._seen:
            return True
        self._seen.add((file, line))
        self._left -= 1
        place = _path_in_checkout(file, self._output.environ)
        text = f"{message}\n{hint}" if hint else message
        command = error_command(place, line=line, message=text, column=column)
        try:
            self._output.stderr.write(command + "\n")
            self._output.stderr.flush()
        except OSError:
            pass  # nobody is left to tell
        return True


def error_command(file: str, *, line: int, message: str, column: int | None = None) -> str:
    """Return the workflow command that puts an error on a file's line.

    Whatever `file` and `message` hold, it is one line and this one command.
    """
    place = f"file={file.translate(_IN_PROPERTY)},line={line}"
    if column is not None:
        place += f",col={column}"
    return safe(f"::error {place}::{message.translate(_IN_MESSAGE)}")


def path_in_project(file: str, environ: Mapping[str, str]) -> str:
    """Return the path that GitLab knows a file by: from the project's top folder, with `/`."""
    return _path_below(environ.get("CI_PROJECT_DIR") or str(Path.cwd()), file)


def _path_in_checkout(file: str, environ: Mapping[str, str]) -> str:
    """Return the path that GitHub knows a file by: from the top of the checkout, with `/`."""
    workspace = environ.get("GITHUB_WORKSPACE")
    return _path_below(workspace, file) if workspace else file


def _path_below(top: str, file: str) -> str:
    """Return a file's path from a folder on, or as it was given if it is elsewhere."""
    path = Path(os.path.abspath(file))  # noqa: PTH100 - a link keeps its own name
    return path.relative_to(top).as_posix() if path.is_relative_to(top) else file
