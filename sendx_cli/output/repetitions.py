"""What is said again and again: told three times for a cause, then counted."""

from collections.abc import Iterator

TIMES_TOLD = 3
"""How often the same cause is told before it is only counted."""

_MAX_CAUSES = 1000


class Repetitions:
    """Counts how often each cause was met.

    It remembers a thousand causes. Any further one is told every time: it has a message of its
    own, and a run may have a million of those.
    """

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def is_to_be_told(self, cause: str) -> bool:
        """Count a cause, and return whether it is still to be told in full."""
        if cause not in self._times and len(self._times) >= _MAX_CAUSES:
            return True
        self._times[cause] = self._times.get(cause, 0) + 1
        return self._times[cause] <= TIMES_TOLD

    def rest(self) -> Iterator[str]:
        """Yield, for each cause that was not told every time, how often it was only counted."""
        for cause, times in self._times.items():
            if times > TIMES_TOLD:
                yield f"and {times - TIMES_TOLD:,} more: {cause}"
