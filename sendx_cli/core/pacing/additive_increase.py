"""How several machines that cannot see each other come to equal shares of one limit."""

_MOST_REFUSED = 0.15
_HALF_AT_PER_S = 13.0
_STEEPNESS = 2.5
_LONGEST_WAIT_S = 3.0
_CUT = 0.15
_STEEPER_AFTER = 2.0
_STEEPER_POWER = 5.0
_MOST_GROWTH = 10.0
_FEWEST_CALLS = 2
_CALLS_AMISS = 0.3
_CHANGED = 0.06
_NEW_LIMIT = 0.4
_CHANGED_AGAIN = 0.05
_UNCHANGED = 0.02
_FIRST_SCORE = 2
_MOST_SCORE = 4


class AdditiveIncrease:
    """Tells whether others use the same limit, and if so sets the rate by which all come to share.

    *Are there others?* The calls accepted between two 429s, divided by the time, are what others
    left. To one alone that is the same each time. So the limit is shared if a 429 comes while the
    rate is held below what was left the last time, and the value differs from that by 6 % to 40 %
    (more is a new limit), and by more than 0.3 times its own uncertainty of `(1 + f) / n`, with f
    calls in flight and n counted. That gives two points. From then on, a value that differs from
    the last by more than 5 % adds one, to four at most, and one within 2 % takes one off; at none
    it is not shared any more.

    *Rate*, at time t after a 429 that came at rate r:
    `r (1 - b + b (t / E + (t / min(2 E, 3 s))^5))`, with b = 0.15. So each 429 takes a share of the
    rate, while what time adds does not depend on the rate nearly as much: the fast lose more and
    gain as much as the slow, and all end at equal rates (Chiu and Jain 1989, "Analysis of the
    increase and decrease algorithms"). The fifth power soon finds what others leave that end.

    *Equilibrium*: one 429 in E seconds, that is a share `q = 1 / (r E)` of the calls, with
    `q = 0.15 / (1 + (r / 13)^2.5)` and E at most 3 s. All see the same q, and the steeper it falls
    with r (`q ~ r^-k`), the less can rates differ: a client whose run has met N 429s has its rate
    from them, uncertain by `1 / (k sqrt N)`. That is a law of any rule that goes by a client's own
    429s. Here k is about 2 at 25/s (10 % after 25 429s in 1,000 calls), and tends to 0 at a few
    calls a second, for a steeper q would exceed 15 % there.

    In simulation (a limit of 100/s, burst 10, 40 ms), in brackets without this class: four
    machines with 1,000 rows each use 96.7 % of the limit (95.5), are refused 3.7 % (5.1), of which
    one in three when all start, and the slowest takes 1.19 times as long as the fastest (1.41);
    sixteen: 98.9 % (84.5), 13.5 % (8.8), 1.40 (2.69); two: 97.1 % (98.4), 1.7 % (2.3), 1.12 (1.12).
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
        calls = (1.0 + (refused_per_s / _HALF_AT_PER_S) ** _STEEPNESS) / _MOST_REFUSED
        wait_s = min(calls / refused_per_s, _LONGEST_WAIT_S)
        steeper_s = min(_STEEPER_AFTER * wait_s, _LONGEST_WAIT_S)
        growth = age_s / wait_s + min(age_s / steeper_s, _MOST_GROWTH) ** _STEEPER_POWER
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
        if self.is_shared:
            self._weigh(change)
        elif is_held:
            least = max(_CHANGED, _CALLS_AMISS * (1.0 + in_flight) / calls)
            self._score = _FIRST_SCORE if least < change < _NEW_LIMIT else 0
        return self.is_shared

    def _weigh(self, change: float) -> None:
        if change > _CHANGED_AGAIN:
            self._score = min(self._score + 1, _MOST_SCORE)
        elif change < _UNCHANGED:
            self._score -= 1
