"""Everything that sendx says went wrong, as one tree.

SendxError
├── InputError            2    what was typed, or a file, was refused before anything was sent
│   ├── UsageError             a command line that the parser refused, or that contradicts itself
│   ├── InvalidValue           one value: an address, a date, a tag, a field
│   │   └── ColumnsRefused         a file's columns, of which no contact can be made
│   ├── FileRefused            a file that cannot be read as contacts
│   ├── RowsRefused            a file with rows that must not be sent as they are
│   ├── RunUnfinished          a file whose earlier run is not finished
│   └── NotConfirmed           nobody said yes
├── SetupError            255  nothing can succeed until somebody acts: `xargs` stops
│   ├── KeyMissing             no API key for this profile
│   ├── KeyRefused             the service does not take the key
│   ├── KeyUnusable            a key that no header can carry, or a key command that failed
│   ├── ConfigUnusable         the config file cannot be read, or says what cannot be
│   └── ServiceUnusable        wrong base URL, certificate, redirect, login page
├── PassingTrouble        5    gave up for now: run it again
│   └── AccountUnread          what was asked for needs the account, which could not be read
├── ResultsLost           6    results could not be written: look before sending again
└── Bug                   1    sendx itself is wrong

An outcome of a single contact is a value (`core.replies.outcome`), not an exception: one contact's
rejection must not end the others.
"""

from collections.abc import Iterator, Sequence
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

    `code` is a stable word for programs, `meaning` what it means.
    """

    code: ClassVar[str] = "error"
    meaning: ClassVar[str] = "another error"
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

    def record(self) -> dict[str, object]:
        """Return the documented members of a command's end by this error, in their order.

        `ok`, always false; `exit_code`; `where`, the contact or the place (`file:line:column`) it
        happened to, or null; `error` with `kind`, a stable word for programs, `message` and
        `hint`, or null, as in a result. Unlike a result it has no `email`.
        """
        return {
            "ok": False,
            "exit_code": int(self.exit_code),
            "where": self.where,
            "error": {"kind": self.code, "message": self.message, "hint": self.whole_hint},
        }

    @property
    def whole_hint(self) -> str | None:
        """The hint with the lines that belong to it, such as options to paste; None for neither."""
        parts = (self.hint, *(" ".join(line.split()) for line in self.lines))
        return "\n".join(filter(None, parts)) or None

    def at(self, where: str) -> Self:
        """Return the same, with the place it happened at."""
        return type(self)(self.message, where=where, hint=self.hint, lines=self.lines)


class InputError(SendxError):
    """Input that was refused before anything was sent."""

    code = "input"
    meaning = "see the message"
    exit_code = ExitCode.INPUT


class UsageError(InputError):
    """A command line that cannot be meant."""

    code = "usage"
    meaning = "the command line is invalid"


class InvalidValue(InputError):
    """One value that cannot be sent: an address, a date, a tag, a field."""

    code = "invalid_value"
    meaning = "a value is invalid"


class ColumnsRefused(InvalidValue):
    """A file's columns, of which no contact can be made."""

    code = "invalid_columns"
    meaning = "a column is unknown or cannot be used"


class FileRefused(InputError):
    """A file that cannot be read as contacts."""

    code = "file_refused"
    meaning = "the file cannot be read as contacts"


class RowsRefused(InputError):
    """A file with rows that must not be sent as they are: bad ones, or undecided opt-outs."""

    code = "invalid_rows"
    meaning = "rows of the file are bad, or it is unclear whether they opted out"


class RunUnfinished(InputError):
    """A file whose earlier run is not finished, or is being sent by another process."""

    code = "run_unfinished"
    meaning = "an earlier run of the file is not finished"


class NotConfirmed(InputError):
    """A command that needs a yes, and got another answer or could ask nobody."""

    code = "not_confirmed"
    meaning = "nobody confirmed it"


class SetupError(SendxError):
    """Nothing can succeed until the user does something."""

    code = "setup"
    meaning = "something on this machine must be fixed first"
    exit_code = ExitCode.STOP


class KeyMissing(SetupError):
    """There is no API key for this profile."""

    code = "key_missing"
    meaning = "there is no API key"


class KeyRefused(SetupError):
    """The service does not take the key."""

    code = "key_refused"
    meaning = "the service does not accept the API key"


class KeyUnusable(SetupError):
    """A key that no header can carry, or a key command that gave none."""

    code = "key_unusable"
    meaning = "the API key cannot be used, or its command failed"


class ConfigUnusable(SetupError):
    """The config file cannot be read or written, or is invalid."""

    code = "config_unusable"
    meaning = "the config file cannot be used"


class ServiceUnusable(SetupError):
    """What answers at the base URL is not the contact API, or must not be trusted."""

    code = "service_unusable"
    meaning = "the server that answers is not the service, or cannot be trusted"


class PassingTrouble(SendxError):
    """Gave up for now; the same command can succeed later."""

    code = "passing_trouble"
    meaning = "a temporary problem: run it again"
    exit_code = ExitCode.PASSING


class AccountUnread(PassingTrouble):
    """What was asked for needs the account, and it could not be read to the end."""

    code = "account_unread"
    meaning = "the account could not be read: run it again"


class ResultsLost(SendxError):
    """Results could not be written: contacts may have been sent all the same."""

    code = "results_lost"
    meaning = "results could not be written: check before you send again"
    exit_code = ExitCode.UNKNOWN


class Bug(SendxError):
    """Sendx itself is wrong."""

    code = "bug"
    meaning = "a bug in sendx"


def kinds_of_errors(above: type[SendxError] = SendxError) -> Iterator[type[SendxError]]:
    """Yield every kind of error that a command can end by."""
    for kind in above.__subclasses__():
        yield kind
        yield from kinds_of_errors(kind)


def reason_of(error: OSError) -> str:
    """Return why the system refused something, in lower case: `no space left on device`."""
    return (error.strerror or type(error).__name__).lower()
