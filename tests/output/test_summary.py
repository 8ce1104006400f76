from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.timeline import Slot, Timeline
from sendx_cli.core.totals.totals import Failure, Totals
from sendx_cli.errors import KeyMissing, RowsRefused, UsageError
from sendx_cli.output.next_command import NextCommand
from sendx_cli.output.summary import (
    duration,
    ending_text,
    ending_text_of,
    heading_text,
    rate,
    summary_lines,
)

COUNTS = dict.fromkeys(Outcome, 0)
SMOOTH = Totals(
    counts=COUNTS | {Outcome.ACCEPTED: 3},
    attempts=3,
    retried=0,
    p50_s=0.0021,
    p95_s=0.12,
    p99_s=1.25,
    timeline=Timeline(1, (Slot(3, 3, width_s=0.5),)),
    failures=(),
)
BAD_DAY = Totals(
    counts=COUNTS | {Outcome.ACCEPTED: 12000, Outcome.REJECTED: 300, Outcome.UNKNOWN: 5},
    attempts=12400,
    retried=40,
    p50_s=0.12,
    p95_s=0.3,
    p99_s=75.0,
    timeline=Timeline(
        32,
        (
            *(Slot(count, count, width_s=32.0) for count in (640, 2400, 4800, 0, 4000)),
            Slot(160, 160, width_s=16.0),
        ),
    ),
    failures=(
        Failure(Outcome.REJECTED, "no_such_contact", 300, "people.csv:12", "no such contact"),
        Failure(Outcome.UNKNOWN, "timeout", 5, "people.csv:80", "no answer within 30 s"),
    ),
)


def with_example(where: str, message: str) -> Totals:
    failure = Failure(Outcome.REJECTED, "rejected", 1, where, message)
    return Totals(COUNTS, 0, 0, None, None, None, Timeline(), (failure,))


def lines_of(totals: Totals, *, ascii_only: bool = False) -> list[str]:
    return summary_lines(
        totals,
        total_rows=None,
        left_out={},
        exit_code=4,
        next_commands=[],
        ascii_only=ascii_only,
    )


def test_a_run_that_went_well_is_told_in_a_few_lines() -> None:
    """What did not happen is not counted out; a second is too short for a picture."""
    lines = summary_lines(
        SMOOTH,
        total_rows=3,
        left_out={},
        exit_code=0,
        next_commands=[],
    )
    assert lines == [
        "3 rows in 500 ms, 6.0/s",
        "  accepted   3",
        "latency p50 2.1 ms, p95 120 ms, p99 1.2 s",
        "exit 0: every row was accepted",
    ]


def test_rows_that_were_not_sent_do_not_make_a_run_faster() -> None:
    """What was unchanged is counted beside what was sent, and no part of the rate."""
    counts = COUNTS | {Outcome.ACCEPTED: 10, Outcome.UNCHANGED: 990}
    totals = Totals(counts, 10, 0, None, None, None, Timeline(1, (Slot(10, 10, width_s=2.0),)), ())
    lines = summary_lines(
        totals,
        total_rows=1000,
        left_out={},
        exit_code=0,
        next_commands=[],
    )
    assert lines == [
        "1,000 rows in 2 s, 5.0/s",
        "  accepted    10",
        "  unchanged  990  (not sent)",
        "exit 0: every row was accepted, or would change nothing",
    ]


def test_where_nothing_was_sent_no_time_is_told() -> None:
    """Neither where no row would change anything, nor where the run never began to send."""
    unchanged = COUNTS | {Outcome.UNCHANGED: 2}
    line = Timeline(1, (Slot(width_s=0.001),))
    totals = Totals(unchanged, 0, 0, None, None, None, line, ())
    assert heading_text(totals, 2) == "2 rows"
    assert heading_text(totals, 3) == "2 of 3 rows in 1 ms"
    assert heading_text(Totals(COUNTS, 0, 0, None, None, None, Timeline(), ()), 3) == "0 of 3 rows"


def test_a_bad_day_is_told_whole() -> None:
    """Counts, throughput, latency, failures with an example each, exit code, what to type."""
    commands = ["sendx runs resume 7", "sendx identify --from people.failed.csv"]
    lines = summary_lines(
        BAD_DAY,
        total_rows=20000,
        left_out={},
        exit_code=6,
        next_commands=[NextCommand(command) for command in commands],
    )
    assert lines == [
        "12,305 of 20,000 rows in 2 min 56 s, 68/s",
        "  accepted   12,000",
        "  rejected      300",
        "  unknown         5",
        "  to come     7,695",
        "  retried        40 rows, 12,400 requests in all",
        "throughput ▂▅█▁▇▂",
        "each bar 32 s, highest 150/s, average 68/s",
        "latency p50 120 ms, p95 300 ms, p99 1 min 15 s",
        "300 rejected: no_such_contact",
        "  such as people.csv:12: no such contact",
        "5 unknown: timeout",
        "  such as people.csv:80: no answer within 30 s",
        "exit 6: it is unknown whether some rows were applied: check them",
        "next: sendx runs resume 7",
        "next: sendx identify --from people.failed.csv",
    ]


@pytest.mark.parametrize(
    ("exit_code", "line"),
    [
        (0, "exit 0: every row was accepted"),
        (4, "exit 4: some rows were rejected: fix them"),
        (5, "exit 5: some rows were not reached: resume the run"),
        (130, "exit 130: ended by a signal"),
        (143, "exit 143: ended by a signal"),
        (255, "exit 255: nothing can succeed until you act"),
        (77, "exit 77"),
    ],
)
def test_the_exit_code_is_explained(exit_code: int, line: str) -> None:
    """The number a script sees stands beside what it means."""
    lines = summary_lines(
        SMOOTH,
        total_rows=3,
        left_out={},
        exit_code=exit_code,
        next_commands=[],
    )
    assert lines[-1] == line


def test_a_long_example_is_cut_to_the_line() -> None:
    """A line ends at 80 columns, where a wide character takes two of them."""
    lines = lines_of(with_example("a.csv:2", "漢" * 100))
    assert lines[3] == "  such as a.csv:2: " + "漢" * 30 + "…"


def test_a_stream_of_ascii_gets_no_other_characters_of_ours() -> None:
    """Pictures and cut lines are drawn with what the stream can show."""
    lines = lines_of(with_example("a.csv:2", "x" * 100), ascii_only=True)
    picture = lines_of(BAD_DAY, ascii_only=True)[5]
    assert (lines[3], picture) == (
        "  such as a.csv:2: " + "x" * 58 + "...",
        "throughput .=#_*.",
    )


@given(st.text(), st.text())
def test_text_from_elsewhere_stays_in_its_line(where: str, message: str) -> None:
    """Whatever a file's name or the service says: the same lines, none a build server's command."""
    lines = lines_of(with_example(where, message))
    assert len(lines) == 5
    assert all(line.splitlines() == [line] and len(line) <= 80 for line in lines)
    assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 ms"),
        (0.0421, "42 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1 s"),
        (3.04, "3 s"),
        (9.94, "9.9 s"),
        (59.4, "59 s"),
        (9.96, "10 s"),
        (59.6, "1 min"),
        (192, "3 min 12 s"),
        (3599.6, "1 h"),
        (3600, "1 h"),
        (90060, "25 h 01 min"),
    ],
)
def test_a_duration_is_as_exact_as_one_wants_to_know(seconds: float, text: str) -> None:
    """Tenths matter below ten seconds, seconds below an hour; nothing is 0 of a unit."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("per_s", "text"),
    [(0, "0/s"), (0.04, "0.04/s"), (0.25, "0.2/s"), (64.4, "64/s"), (1200, "1,200/s")],
)
def test_a_rate_is_as_exact_as_one_wants_to_know(per_s: float, text: str) -> None:
    """Tenths matter below ten a second."""
    assert rate(per_s) == text


@pytest.mark.parametrize(
    ("counts", "left_out", "exit_code", "meaning"),
    [
        ({Outcome.REJECTED: 1}, {}, 4, "some rows were rejected: fix them"),
        ({}, {"bad": 2}, 4, "bad rows were skipped: fix them"),
        (
            {Outcome.REJECTED: 1},
            {"bad": 2},
            4,
            "some rows were rejected, and bad rows were skipped: fix them",
        ),
        ({}, {"not_undone": 1}, 4, "some contacts were not undone: check them"),
        ({Outcome.FAILED: 1}, {}, 5, "some rows failed or were not reached: run it again"),
        ({}, {}, 5, "some rows were not reached: resume the run"),
    ],
)
def test_an_exit_code_with_several_meanings_has_those_that_hold(
    counts: dict[Outcome, int], left_out: dict[str, int], exit_code: int, meaning: str
) -> None:
    """A bad row that was skipped was not rejected by the service."""
    totals = replace(SMOOTH, counts=COUNTS | counts)
    assert ending_text(totals, exit_code, left_out) == f"exit {exit_code}: {meaning}"


def test_the_kind_of_an_error_says_what_its_exit_code_means() -> None:
    """Two for one exit code are told apart."""
    told = [ending_text_of(kind("no")) for kind in (UsageError, RowsRefused, KeyMissing)]
    assert told == [
        "exit 2: refused before anything was sent: the command line is invalid",
        (
            "exit 2: refused before anything was sent: "
            "rows of the file are bad, or it is unclear whether they opted out"
        ),
        "exit 255: nothing can succeed until you act: there is no API key",
    ]
