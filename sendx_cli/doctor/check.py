"""What a check found, and what to do about it."""

from enum import StrEnum
from typing import NamedTuple

from sendx_cli.errors import ExitCode, SendxError


class State(StrEnum):
    """How what was checked stands."""

    OK = "ok"
    WARNING = "warning"
    """Calls succeed; something should be looked at."""
    FAILED = "failed"
    """Calls would fail."""
    SKIPPED = "skipped"
    """It depends on another check that failed."""


class Check(NamedTuple):
    """One line of `sendx doctor`.

    Args:
        name: What was checked, such as `config file`.
        state: How it stands.
        found: What was found.
        hint: What to type or do next, if anything.
        exit_code: How a call that needs it would end; `OK` unless it failed.
    """

    name: str
    state: State
    found: str
    hint: str | None = None
    exit_code: ExitCode = ExitCode.OK

    def record(self) -> dict[str, object]:
        """Return the documented members, in their documented order."""
        return {
            "check": self.name,
            "state": str(self.state),
            "found": self.found,
            "hint": self.hint,
        }

    def lines(self) -> list[str]:
        """Return it as text: a line, and one more for the hint."""
        first = f"{self.state:<8} {self.name:<12} {self.found}"
        return [first] if self.hint is None else [first, f"{'':22}hint: {self.hint}"]


def ok(name: str, found: str, hint: str | None = None) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, State.OK, found, hint)


def warning(name: str, found: str, hint: str | None = None) -> Check:
    """Return a check that found something to look at."""
    return Check(name, State.WARNING, found, hint)


def failed(name: str, error: SendxError) -> Check:
    """Return a check that failed as a call would."""
    found = error.message if error.where is None else f"{error.where}: {error.message}"
    return Check(name, State.FAILED, found, error.hint, error.exit_code)


def skipped(name: str, why: str) -> Check:
    """Return a check that could not be made."""
    return Check(name, State.SKIPPED, why)
