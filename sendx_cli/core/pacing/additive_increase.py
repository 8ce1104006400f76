"""How several machines that cannot see each other come to equal shares of one limit."""

import math

_MOST_REFUSED = 0.15
_HALF_AT_PER_S = 13.0
_STEEPNESS = 2.5
_LONGEST_WAIT_S = 2.5
_CUT = 0.15
_STEEPER_AFTER = 1.3
_STEEPER_POWER = 5.0
_MOST_GROWTH = 10.0
_FEWEST_CALLS = 2
_CHANGED = 0.06
_CHANGED_BEYOND = 0.3
_NEW_LIMIT = 0.4
_CHANGED_AGAIN = 0.05
_CHANGED_AGAIN_BEYOND = 0.8
_UNCHANGED = 0.02
_UNCHANGED_WITHIN = 0.4
_FIRST_SCORE = 2
_MOST_SCORE = 4


class AdditiveIncrease:
    """Tells whether others use the same limit, and if so sets the rate by which all come to share.

    *Are there others?* The calls accepted between two 429s, divided by the time, are what others
    left. To one alone that is the same each time, but for an uncertainty of `e = (1 + f) / n`, with
    f calls in flight and n counted. So the limit is shared if a 429 comes while the rate is held
    below what was left the last time, and the value differs from that by more than 6 % and 0.3 e
    (by more than 40 %, it is a new limit). That gives two points. From then on, a difference of
    more than 5 % and 0.8 e adds one, to four at most, and one of less than 2 % or 0.4 e takes one
    off; at none it is not shared any more.

    *Rate*, at time t after a 429 that came at rate r:
    `r (1 - b + b (t / E + (t / min(1.3 E, 2.5 s))^5))`, with b = 0.15. So each 429 takes a share of
    the rate, while what time adds hardly depends on the rate: the fast lose more and gain no more
    than the slow, until all are equal (Chiu and Jain 1989, "Analysis of the increase and decrease
    algorithms"). The fifth power soon finds what others leave that end.

    *Equilibrium*: one 429 in E seconds, that is a share `q = 1 / (r E)` of the calls, with
    `q = 0.15 / (1 + (r / 13)^2.5)` and E at most 2.5 s. All see the same q, and the steeper it
    falls with r (`q ~ r^-k`), the less can rates differ: a client that has met N 429s has its mean
    rate from them, uncertain by `1 / (k sqrt N)`, whatever the rule by which it follows its own
    429s. Here k is 2 at 25/s (so 9 % after 30 429s in 1,000 calls), and tends to 0 at a few calls a
    second, where a steeper q would exceed 15 %.

    The fifth power adds some 429s to those of the formula.

    In simulation (100/s, burst 10, 40 ms, 1,000 rows for each machine; in brackets without this
    class): four use 97.3 % of the limit (95.2), are refused 5.0 % of their calls (5.2), a third of
    which are lost when all start, and the slowest ends 1.16 times as late as the fastest (1.38);
    sixteen: 93 % (84), 13.0 % (8.9), 1.7 (2.6). Two with 2,000 rows: 98.0 % (98.4), 2.2 % (2.5),
    1.10 (1.13). Four real processes: 97 % (98), 4.9 % (5.0), 1.2 (1.4). It gains nothing where
    429s are too few to come to terms (four at 500/s: 92.5 % instead of 93.6) or calls are (four
    at 10/s).
    """

    __slots__ = ("_left_per_s", "_score")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all, as for a new limit."""
        self._score = 0
        self._left_per_s = 0.0

    @property
    def is_shared(self) -> bool:
        """Whether others use the same limit."""
        return self._score > 0

    def state(self) -> tuple[float, float]:
        """Return its state, for `restore`."""
        return float(self._score), self._left_per_s

    def restore(self, state: tuple[float, float]) -> None:
        """Take over the state of another one."""
        score, self._left_per_s = state
        self._score = int(score)

    def rate_per_s(self, refused_per_s: float, age_s: float) -> float:
        """Return the rate so long after a 429 that came at a rate of `refused_per_s`."""
        calls = (1.0 + math.pow(refused_per_s / _HALF_AT_PER_S, _STEEPNESS)) / _MOST_REFUSED
        wait_s = min(calls / refused_per_s, _LONGEST_WAIT_S)
        steeper_s = min(_STEEPER_AFTER * wait_s, _LONGEST_WAIT_S)
        growth = age_s / wait_s + math.pow(min(age_s / steeper_s, _MOST_GROWTH), _STEEPER_POWER)
        return refused_per_s * (1.0 - _CUT + _CUT * growth)

    def refused(self, left_per_s: float, *, calls: int, in_flight: float, is_held: bool) -> bool:
        """Record a 429; tell whether the limit is shared.

        Args:
            left_per_s: Calls accepted a second since the last 429.
            calls: How many those were.
            in_flight: Calls in flight at that rate.
            is_held: Whether the rate was held below the limit when it came.
        """
        if calls < _FEWEST_CALLS and not self.is_shared:
            return False
        before_per_s, self._left_per_s = self._left_per_s, left_per_s
        change = abs(left_per_s / before_per_s - 1.0) if before_per_s else 0.0
        uncertainty = (1.0 + in_flight) / max(calls, 1)
        if self.is_shared:
            self._weigh(change, uncertainty)
        elif is_held and max(_CHANGED, _CHANGED_BEYOND * uncertainty) < change < _NEW_LIMIT:
            self._score = _FIRST_SCORE
        return self.is_shared

    def _weigh(self, change: float, uncertainty: float) -> None:
        if change > max(_CHANGED_AGAIN, _CHANGED_AGAIN_BEYOND * uncertainty):
            self._score = min(self._score + 1, _MOST_SCORE)
        elif change < max(_UNCHANGED, _UNCHANGED_WITHIN * uncertainty):
            self._score -= 1
