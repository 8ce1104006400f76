"""A run's summary: plain lines for people, Markdown for a build server's page."""

from collections.abc import Iterator, Mapping, Sequence

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.sparkline import sparkline
from sendx_cli.core.totals.totals import Failure, Totals
from sendx_cli.ending import SIGNAL_BASE
from sendx_cli.errors import ExitCode
from sendx_cli.output.cell_width import cut_to
from sendx_cli.output.safe import safe

_COLUMNS = 80
_MINUTE_S = 60
_HOUR_S = 3600
_TEN = 10
_NOT_SENT = "  (not sent)"
_UNSENT = frozenset({Outcome.UNCHANGED})
_NOT_TAKEN_BACK = frozenset({"left_alone", "remains"})
_MEANINGS = {
    ExitCode.OK: "every row was accepted",
    ExitCode.BUG: "a bug in sendx",
    ExitCode.INPUT: "refused before anything was sent",
    ExitCode.REJECTED: "some rows were rejected for good: mend them",
    ExitCode.PASSING: "some rows were given up or not come to: run it again",
    ExitCode.UNKNOWN: "it is unknown whether some rows were applied: look at them",
    ExitCode.STOP: "nothing can succeed until you act",
}


def summary_lines(
    totals: Totals,
    *,
    total_rows: int | None,
    left_out: Mapping[str, int],
    exit_code: int,
    next_commands: Sequence[str],
    elapsed_s: float,
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
        elapsed_s: How long the run took.
        ascii_only: Whether the stream can show nothing but ASCII.
        shard: The shard of the file that was sent, in words; empty for the whole file.
    """
    counts = _counts(totals, total_rows, left_out)
    width = max(len(f"{count:,}") for _, count, _ in counts)
    lines = [
        heading_text(totals, total_rows, elapsed_s, shard),
        *(f"  {word:<9}  {count:>{width},}{remark}" for word, count, remark in counts),
        *_throughput(totals, ascii_only=ascii_only),
        *filter(None, [latency_text(totals)]),
    ]
    for failure in totals.failures:
        lines.append(f"{failure.count:,} {_reason(failure)}")
        lines.append(f"  such as {_example(failure)}")
    lines.append(ending_text(totals, exit_code, left_out))
    ellipsis = "..." if ascii_only else "…"
    cut = [cut_to(safe(line), _COLUMNS, ellipsis) for line in lines]
    return cut + [f"next: {safe(command)}" for command in next_commands]


def summary_markdown(
    totals: Totals,
    *,
    total_rows: int | None,
    left_out: Mapping[str, int],
    exit_code: int,
    next_commands: Sequence[str],
    elapsed_s: float,
    shard: str = "",
) -> str:
    """Return the summary as GitHub's Markdown; the arguments are those of `summary_lines`.

    Text from elsewhere is shown as it is: it makes no link, no image and no table of its own.
    """
    parts = [
        [f"### sendx: {heading_text(totals, total_rows, elapsed_s, shard)}"],
        ["| outcome | rows |", "| --- | ---: |", *_count_cells(totals, total_rows, left_out)],
        [", ".join(filter(None, [*_throughput(totals), latency_text(totals)]))],
        _failure_table(totals.failures),
        [ending_text(totals, exit_code, left_out)],
        # Indented code has no end mark that a command could hold.
        [f"    {safe(command)}" for command in next_commands],
    ]
    return "\n\n".join("\n".join(part) for part in parts if any(part)) + "\n"


def duration(seconds: float) -> str:
    """Write a duration for people: `0.4 s`, `12 s`, `3 min 12 s`, `1 h 02 min`."""
    whole = round(seconds)
    if seconds < _TEN:
        return f"{seconds:.1f} s"
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} min {whole % _MINUTE_S:02} s"
    return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S:02} min"


def rate(per_s: float) -> str:
    """Write a rate for people: `0.4/s`, `64/s`, `1,200/s`."""
    return f"{per_s:.1f}/s" if per_s < _TEN else f"{per_s:,.0f}/s"


def heading_text(totals: Totals, total_rows: int | None, elapsed_s: float, shard: str = "") -> str:
    """Return how many rows were decided, in what time, and how fast; of which shard, if any."""
    of_all = "" if total_rows in {None, totals.rows} else f" of {total_rows:,}"
    sent = totals.rows - totals.counts[Outcome.UNCHANGED]
    speed = f", {rate(sent / elapsed_s)}" if sent and elapsed_s > 0 else ""
    rows = "row" if (total_rows or totals.rows) == 1 else "rows"
    of_shard = f"{shard}: " if shard else ""
    return f"{of_shard}{totals.rows:,}{of_all} {rows} in {duration(elapsed_s)}{speed}"


def _counts(
    totals: Totals, total_rows: int | None, left_out: Mapping[str, int]
) -> list[tuple[str, int, str]]:
    """Return what was counted: a word, the count, a remark. Accepted always stands there."""
    to_come = max((total_rows or 0) - totals.rows, 0)
    counts = [
        *(
            (str(outcome), totals.counts[outcome], _NOT_SENT if outcome in _UNSENT else "")
            for outcome in Outcome
        ),
        ("to come", to_come, ""),
        *((word.replace("_", " "), count, _why_not(word)) for word, count in left_out.items()),
        ("retried", totals.retried, f"  ({totals.attempts:,} requests in all)"),
    ]
    return [each for each in counts if each[1] or each[0] == Outcome.ACCEPTED]


def _why_not(left_out: str) -> str:
    return "  (not taken back)" if left_out in _NOT_TAKEN_BACK else "  (not sent)"


def _throughput(totals: Totals, *, ascii_only: bool = False) -> Iterator[str]:
    rates = totals.accepted_per_s
    if rates:
        yield f"throughput {sparkline(rates, ascii_only=ascii_only)}"
        yield f"each bar {duration(totals.slot_s)}, the highest {rate(max(rates))}"


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


def _reason(failure: Failure) -> str:
    if failure.code == failure.outcome:
        return str(failure.outcome)
    return f"{failure.outcome}: {failure.code}"


def _example(failure: Failure) -> str:
    return f"{failure.where}: {failure.message}"


def ending_text(totals: Totals, exit_code: int, left_out: Mapping[str, int]) -> str:
    """Return an exit code with its meaning."""
    if exit_code == ExitCode.OK and totals.counts[Outcome.UNCHANGED]:
        return f"exit {exit_code}: every row was accepted, or would change nothing"
    is_left_alone = left_out.get("left_alone") and not totals.counts[Outcome.REJECTED]
    if exit_code == ExitCode.REJECTED and is_left_alone:
        return f"exit {exit_code}: some contacts were left alone: look at them"
    if exit_code in _MEANINGS:
        return f"exit {exit_code}: {_MEANINGS[ExitCode(exit_code)]}"
    ended = ": ended by a signal" if exit_code > SIGNAL_BASE else ""
    return f"exit {exit_code}{ended}"


def _count_cells(totals: Totals, total_rows: int | None, left_out: Mapping[str, int]) -> list[str]:
    counts = _counts(totals, total_rows, left_out)
    return [f"| {word} | {count:,}{remark} |" for word, count, remark in counts]


def _failure_table(failures: Sequence[Failure]) -> list[str]:
    if not failures:
        return []
    rows = [
        f"| {_literal(_reason(failure))} | {failure.count:,} | {_literal(_example(failure))} |"
        for failure in failures
    ]
    return ["| failure | rows | such as |", "| --- | ---: | --- |", *rows]


def _literal(text: str) -> str:
    """Write ASCII punctuation as character references, which never are markup (CommonMark 2.5)."""
    return "".join(
        f"&#{ord(character)};"
        if character.isascii() and not character.isalnum() and character != " "
        else character
        for character in safe(text)
    )
