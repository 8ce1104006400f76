"""A run's summary: plain lines for people."""

from collections.abc import Iterator, Mapping, Sequence

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.sparkline import sparkline
from sendx_cli.core.totals.totals import Failure, Totals
from sendx_cli.ending import SIGNAL_BASE
from sendx_cli.errors import ExitCode, SendxError
from sendx_cli.output.cell_width import cut_to
from sendx_cli.output.next_command import NextCommand
from sendx_cli.output.safe import safe

_COLUMNS = 80
_MINUTE_S = 60
_HOUR_S = 3600
_SECOND_MS = 1000
_TENTH = 0.1
_TEN = 10
_WORD_WIDTH = 9
NOT_SENT = "  (not sent)"
"""The remark on rows that were left out."""
_UNSENT = frozenset({Outcome.UNCHANGED})
_OF_UNDO = frozenset({"not_undone", "irreversible"})
_MEANINGS = {
    ExitCode.OK: "every row was accepted",
    ExitCode.BUG: "a bug in sendx",
    ExitCode.INPUT: "refused before anything was sent",
    ExitCode.REJECTED: "some rows were rejected: fix them",
    ExitCode.PASSING: "some rows failed or were not reached: run it again",
    ExitCode.UNKNOWN: "it is unknown whether some rows were applied: check them",
    ExitCode.STOP: "nothing can succeed until you act",
}


def summary_lines(
    totals: Totals,
    *,
    total_rows: int | None,
    left_out: Mapping[str, int],
    exit_code: int,
    next_commands: Sequence[NextCommand],
    ascii_only: bool = False,
    shard: str = "",
) -> list[str]:
    """Return the summary as lines of at most 80 columns, harmless to a terminal.

    Only a line that holds a command may be longer: it is there to be copied. Each line begins
    with words of our own, so that no text from elsewhere can be a build server's command.

    Args:
        totals: The run's numbers.
        total_rows: Rows there were to send; None where nobody knows.
        left_out: Rows of the file that were not to be sent, by why.
        exit_code: What the process is about to tell its caller.
        next_commands: What to type next, quoted for the shell.
        ascii_only: Whether the stream can show nothing but ASCII.
        shard: The shard of the file that was sent, in words; empty for the whole file.
    """
    counts = _counts(totals, total_rows, left_out)
    width = max(len(f"{count:,}") for _, count, _ in counts)
    word_width = max(_WORD_WIDTH, *(len(word) for word, _, _ in counts))
    lines = [
        heading_text(totals, total_rows, shard),
        *(f"  {word:<{word_width}}  {count:>{width},}{remark}" for word, count, remark in counts),
        *throughput_text(totals, ascii_only=ascii_only),
        *filter(None, [latency_text(totals)]),
    ]
    for failure in totals.failures:
        lines.append(f"{failure.count:,} {reason_text(failure)}")
        lines.append(f"  such as {example_text(failure)}")
    lines.append(ending_text(totals, exit_code, left_out))
    ellipsis = "..." if ascii_only else "…"
    cut = [cut_to(safe(line), _COLUMNS, ellipsis) for line in lines]
    return cut + [line for command in next_commands for line in command.lines()]


def duration(seconds: float) -> str:
    """Write a duration for people: `40 ms`, `4.2 s`, `12 s`, `3 min 12 s`, `1 h 02 min`.

    Nothing takes no time at all, and a part that is 0 is left out: `3 min`.
    """
    ms, whole = max(round(seconds * _SECOND_MS), 1), round(seconds)
    if ms < _SECOND_MS:
        return f"{ms} ms"
    if round(seconds, 1) < _TEN:
        return f"{seconds:.1f} s".replace(".0 ", " ")
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return _in_two(whole, _MINUTE_S, ("min", "s"))
    return _in_two(round(seconds / _MINUTE_S), _MINUTE_S, ("h", "min"))


def _in_two(count: int, of_one: int, units: tuple[str, str]) -> str:
    large, small = divmod(count, of_one)
    return f"{large} {units[0]} {small:02} {units[1]}" if small else f"{large} {units[0]}"


def rate(per_s: float) -> str:
    """Write a rate for people: `0.04/s`, `0.4/s`, `64/s`, `1,200/s`."""
    if per_s < _TENTH:
        return f"{per_s:.1g}/s"
    return f"{per_s:.1f}/s" if per_s < _TEN else f"{per_s:,.0f}/s"


def heading_text(totals: Totals, total_rows: int | None, shard: str = "") -> str:
    """Return how many rows were decided, in what time, and how many a second were accepted.

    Args:
        totals: What became of the rows.
        total_rows: How many there are in all, if that is known.
        shard: The shard that they are of, in words, which comes first; empty for the whole file.
    """
    of_all = "" if total_rows in {None, totals.rows} else f" of {total_rows:,}"
    elapsed_s, per_s = totals.timeline.elapsed_s, totals.timeline.average_per_s
    is_idle = totals.rows == totals.counts[Outcome.UNCHANGED] == total_rows
    time = f" in {duration(elapsed_s)}" if elapsed_s > 0 and not is_idle else ""
    speed = f", {rate(per_s)}" if per_s else ""
    rows = "row" if (total_rows or totals.rows) == 1 else "rows"
    of_shard = f"{shard}: " if shard else ""
    return f"{of_shard}{totals.rows:,}{of_all} {rows}{time}{speed}"


def _counts(
    totals: Totals, total_rows: int | None, left_out: Mapping[str, int]
) -> list[tuple[str, int, str]]:
    """Return what was counted: a word, the count, a remark. Accepted always stands there."""
    to_come = max((total_rows or 0) - totals.rows, 0)
    counts = [
        *(
            (str(outcome), totals.counts[outcome], NOT_SENT if outcome in _UNSENT else "")
            for outcome in Outcome
        ),
        ("to come", to_come, ""),
        *((word.replace("_", " "), count, _why_not(word)) for word, count in left_out.items()),
        ("retried", totals.retried, _of_retried(totals)),
    ]
    return [each for each in counts if each[1] or each[0] == Outcome.ACCEPTED]


def _of_retried(totals: Totals) -> str:
    rows = "row" if totals.retried == 1 else "rows"
    return f" {rows}, {totals.attempts:,} requests in all"


def _why_not(left_out: str) -> str:
    return "" if left_out in _OF_UNDO else NOT_SENT


def throughput_text(totals: Totals, *, ascii_only: bool = False) -> Iterator[str]:
    """Yield the throughput over time, and what its bars mean; nothing of a short run."""
    line = totals.timeline
    if len(line.slots) > 1 and line.highest_per_s:
        yield f"throughput {sparkline(line.rates, ascii_only=ascii_only)}"
        highest, average = rate(line.highest_per_s), rate(line.average_per_s)
        yield f"each bar {duration(line.slot_s)}, highest {highest}, average {average}"


def latency_text(totals: Totals) -> str:
    """Return how long rows took, as percentiles; nothing where none was sent."""
    if totals.p50_s is None or totals.p95_s is None or totals.p99_s is None:
        return ""
    p50, p95, p99 = map(_milliseconds, (totals.p50_s, totals.p95_s, totals.p99_s))
    return f"latency p50 {p50}, p95 {p95}, p99 {p99}"


def _milliseconds(seconds: float) -> str:
    if seconds >= 1:
        return duration(seconds)
    ms = seconds * 1000
    return f"{ms:.1f} ms" if ms < _TEN else f"{ms:.0f} ms"


def reason_text(failure: Failure) -> str:
    """Return why rows were not accepted: `rejected: no_such_contact`."""
    if failure.code == failure.outcome:
        return str(failure.outcome)
    return f"{failure.outcome}: {failure.code}"


def example_text(failure: Failure) -> str:
    """Return the first of rows that were not accepted, and what was said of it."""
    return f"{failure.where}: {failure.message}"


def ending_text(totals: Totals, exit_code: int, left_out: Mapping[str, int]) -> str:
    """Return an exit code with its meaning: for one that has several, those that hold here."""
    if exit_code == ExitCode.OK and totals.counts[Outcome.UNCHANGED]:
        return f"exit {exit_code}: every row was accepted, or would change nothing"
    if exit_code == ExitCode.REJECTED:
        return f"exit {exit_code}: {_why_rejected(totals, left_out)}"
    if exit_code == ExitCode.PASSING and not totals.counts[Outcome.FAILED]:
        return f"exit {exit_code}: some rows were not reached: resume the run"
    if exit_code in _MEANINGS:
        return f"exit {exit_code}: {_MEANINGS[ExitCode(exit_code)]}"
    ended = ": ended by a signal" if exit_code > SIGNAL_BASE else ""
    return f"exit {exit_code}{ended}"


def ending_text_of(error: SendxError) -> str:
    """Return the exit code of an error that ended a command, with its meaning."""
    code, meaning = error.exit_code, error.meaning
    if code in {ExitCode.INPUT, ExitCode.STOP}:
        meaning = f"{_MEANINGS[code]}: {meaning}"
    return f"exit {int(code)}: {meaning}"


def _why_rejected(totals: Totals, left_out: Mapping[str, int]) -> str:
    """Return why the exit code is that of rejected rows: what was not sent has it, too."""
    if left_out.get("not_undone") and not totals.counts[Outcome.REJECTED]:
        return "some contacts were not undone: check them"
    if not left_out.get("bad"):
        return _MEANINGS[ExitCode.REJECTED]
    if not totals.counts[Outcome.REJECTED]:
        return "bad rows were skipped: fix them"
    return "some rows were rejected, and bad rows were skipped: fix them"
