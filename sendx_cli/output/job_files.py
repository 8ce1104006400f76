"""Files that a build server names for what is to be shown and for later steps."""

from collections.abc import Mapping
from pathlib import Path

from sendx_cli.output.writer import Output

MAX_SUMMARY_BYTES = 1 << 20
"""GitHub shows nothing of a step's page that is longer."""


def names_job_files(environ: Mapping[str, str]) -> bool:
    """Return whether the environment names such a file."""
    return bool(environ.get("GITHUB_STEP_SUMMARY") or environ.get("GITHUB_OUTPUT"))


def append_step_summary(output: Output, markdown: str) -> None:
    """Append to the page of a job's step, where the environment names its file.

    A file that cannot be written is warned of: the run itself went well without it.
    """
    _append(output, output.environ.get("GITHUB_STEP_SUMMARY"), "summary", markdown)


def append_step_outputs(output: Output, values: Mapping[str, object]) -> None:
    """Append values for later steps, as NAME=VALUE, where the environment names their file.

    Args:
        output: Knows the environment; a file that cannot be written is warned of there.
        values: Values on one line each.
    """
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    _append(output, output.environ.get("GITHUB_OUTPUT"), "outputs", text)


def _append(output: Output, name: str | None, what: str, text: str) -> None:
    if not name:
        return
    addition = f"\n{text}".encode("utf-8", "backslashreplace")  # what is there may lack a line end
    try:
        path = Path(name)
        if path.is_file() and path.stat().st_size + len(addition) > MAX_SUMMARY_BYTES:
            output.warn(f"the job's {what} could not be written: there is no room for more")
            return
        with path.open("ab") as file:
            file.write(addition)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        output.warn(f"the job's {what} could not be written: {str(reason).lower()}")
