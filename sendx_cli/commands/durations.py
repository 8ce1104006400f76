"""Times as options take them: `30m`, `12h`, `7d`."""

import re

from sendx_cli.errors import UsageError

_UNITS_S = {"m": 60, "h": 3_600, "d": 86_400}
_LONGEST_D = 3_650
_FORM = re.compile(r"([0-9]{1,7})([mhd])", re.ASCII)


def duration_s(option: str, text: str) -> int:
    """Return the seconds of a time of at least a minute, and at most ten years.

    Args:
        option: The option that has it, for the message.
        text: A whole number, then m (minutes), h (hours) or d (days).

    Raises:
        UsageError: It is none.
    """
    found = _FORM.fullmatch(text.strip())
    seconds = int(found[1]) * _UNITS_S[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST_D * _UNITS_S["d"]:
        raise UsageError(
            f"{option} must be a time from 1m to {_LONGEST_D}d, not {text}",
            hint="a whole number and m (minutes), h (hours) or d (days): 30m, 12h, 7d",
        )
    return seconds
