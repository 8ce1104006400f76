"""Time in which nobody listened for answers, which is no time of any call's."""

import time

_LONGEST_SLICE_S = 0.25
_LAPSE_S = 0.1


class Lapses:
    """Measures by how much each wait, and each pause between two waits, was longer than meant.

    The process was stopped (Control-Z), the machine asleep, or the caller busy. A request that had
    not left yet would else leave late, to be given up on in the same moment; an answer that lies
    there already would not be looked at.

    Args:
        timeout_s: The longest an attempt may take: waits are sliced finely enough for it.
    """

    def __init__(self, timeout_s: float) -> None:
        self.slice_s = min(timeout_s / 4.0, _LONGEST_SLICE_S)
        """The longest single wait. In a longer one, a lapse could hide."""
        self._listened_at = time.monotonic()

    def since_last(self, asked_s: float) -> float:
        """Return how many seconds have gone by beyond the `asked_s` since the last call.

        Less than a tenth of a second is the system's usual unpunctuality, and returned as 0.
        """
        now = time.monotonic()
        lapse_s = now - self._listened_at - asked_s
        self._listened_at = now
        return lapse_s if lapse_s >= _LAPSE_S else 0.0
