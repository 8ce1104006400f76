"""Everything that sendx says went wrong, as one tree.

SendxError
├── InputError            2    what was typed, or a file, was refused before anything was sent
│   ├── InvalidValue           one value: an address, a date, a tag, a field
│   └── FileRefused            a file that cannot be read as contacts
├── SetupError            255  nothing can succeed until somebody acts: `xargs` stops
│   ├── KeyMissing             no API key for this profile
│   ├── KeyRefused             the service does not take the key
│   ├── KeyUnusable            a key that no header can carry, or a key command that failed
│   ├── ConfigUnusable         the config file cannot be read, or says what cannot be
│   └── ServiceUnusable        wrong base URL, certificate, redirect, login page
├── PassingTrouble        5    gave up for now: run it again
│   └── AccountUnread          what was asked for needs the account, which could not be read
└── ResultsLost           6    results could not be written: look before sending again

An outcome of a single contact is a value (`core.replies.outcome`), not an exception: one contact's
rejection must not end the others.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar, Self


class ExitCode(IntEnum):
    """The exit codes of the process. GNU xargs continues after any code but 255."""

    OK = 0
    BUG = 1
    INPUT = 2
    REJECTED = 4
    PASSING = 5
    UNKNOWN = 6
    STOP = 255


class SendxError(Exception):
    """What happened, where, and what to do next.

    Args:
        message: What happened, lower case, without a full stop. Never holds the key.
        where: The contact (an address) or place (`file:line:column`) it happened to.
        hint: What to do next.
        lines: What belongs to the message and needs lines of its own, such as options to paste.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        lines: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.lines = tuple(lines)

    def at(self, where: str) -> Self:
        """Return the same, with the place it happened at."""
        return type(self)(self.message, where=where, hint=self.hint, lines=self.lines)


class InputError(SendxError):
    """Input that was refused before anything was sent."""

    code = "input"
    exit_code = ExitCode.INPUT


class InvalidValue(InputError):
    """One value that cannot be sent: an address, a date, a tag, a field."""

    code = "invalid_value"


class FileRefused(InputError):
    """A file that cannot be read as contacts."""

    code = "file_refused"


class SetupError(SendxError):
    """Nothing can succeed until the user does something."""

    code = "setup"
    exit_code = ExitCode.STOP


class KeyMissing(SetupError):
    """There is no API key for this profile."""

    code = "key_missing"


class KeyRefused(SetupError):
    """The service does not take the key."""

    code = "key_refused"


class KeyUnusable(SetupError):
    """A key that no header can carry, or a key command that gave none."""

    code = "key_unusable"


class ConfigUnusable(SetupError):
    """The config file cannot be read or written, or is invalid."""

    code = "config_unusable"


class ServiceUnusable(SetupError):
    """What answers at the base URL is not the contact API, or must not be trusted."""

    code = "service_unusable"


class PassingTrouble(SendxError):
    """Gave up for now; the same command can succeed later."""

    code = "passing_trouble"
    exit_code = ExitCode.PASSING


class AccountUnread(PassingTrouble):
    """What was asked for needs the account, and it could not be read to the end."""

    code = "account_unread"


class ResultsLost(SendxError):
    """Results could not be written: contacts may have been sent all the same."""

    code = "results_lost"
    exit_code = ExitCode.UNKNOWN


def reason_of(error: OSError) -> str:
    """Return why the system refused something, in lower case: `no space left on device`."""
    return (error.strerror or type(error).__name__).lower()
