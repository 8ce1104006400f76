import io
import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.tally import Counted
from sendx_cli.output.progress import NoProgress, Progress, open_progress
from sendx_cli.output.writer import Output
from tests.clocks import HandClock

XTERM = {"TERM": "xterm", "COLUMNS": "80", "NO_COLOR": "1"}


class Terminal(io.StringIO):
    """A terminal's stream."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        """Return the lines to be seen, as a terminal without end shows what was written."""
        lines, row, column = [""], 0, 0
        for code, character in re.findall(r"(\x1b\[[\d;]*[A-Za-z])|(.|\n)", self.getvalue()):
            if code.endswith("K"):
                lines[row] = ""
            elif code.endswith("A"):
                row -= 1
            elif character == "\r":
                column = 0
            elif character == "\n":
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            elif character:
                before = lines[row].ljust(column)
                lines[row] = before[:column] + character + before[column + 1 :]
                column += 1
        return lines


class AsciiTerminal(Terminal):
    encoding = "ascii"


def output_on(
    stderr: io.StringIO, environ: Mapping[str, str] = XTERM, stdout: io.StringIO | None = None
) -> Output:
    return Output(io.StringIO() if stdout is None else stdout, stderr, environ)


def counted(accepted: int, rejected: int = 0, *, rates: tuple[float, ...] = ()) -> Counted:
    counts = dict.fromkeys(Outcome, 0) | {Outcome.ACCEPTED: accepted, Outcome.REJECTED: rejected}
    return Counted(counts, 3, rates)


def update(progress: Progress | NoProgress, accepted: int, note: str | None = None) -> None:
    seen = counted(accepted, 12, rates=(10.0, 40.0, 70.0))
    progress.update(
        seen, decided_per_s=60.0, accepted_per_s=50.0, limit_per_s=65.0, in_flight=8, note=note
    )


def update_without_rates(
    progress: Progress, seen: Counted, limit_per_s: float | None = None
) -> None:
    progress.update(
        seen, decided_per_s=None, accepted_per_s=None, limit_per_s=limit_per_s, in_flight=1
    )


def test_an_outage_is_told_ever_more_rarely_where_lines_stay() -> None:
    """A line that says the same again comes after twice the time, at most after five minutes."""
    stream, clock = io.StringIO(), HandClock(1000.0)
    shown_at: list[int] = []
    with Progress(output_on(stream), total=12000, clock=clock) as progress:
        for second in range(0, 1360, 10):
            before = stream.getvalue()
            update(progress, 5 if second < 1350 else 6, note="the service is down")
            shown_at += [second] if stream.getvalue() != before else []
            clock.seconds += 10.0
    assert shown_at == [10, 20, 40, 80, 160, 320, 620, 920, 1220, 1350]


def test_a_stream_without_rows_says_nothing_for_hours() -> None:
    """Nobody knows how many will come: the next line is about the next row."""
    stream, clock = io.StringIO(), HandClock(1000.0)
    shown_at: list[int] = []
    with Progress(output_on(stream), total=None, clock=clock) as progress:
        for second in range(0, 9000, 10):
            before = stream.getvalue()
            update(progress, 5 if second < 8000 else 6)
            shown_at += [second] if stream.getvalue() != before else []
            clock.seconds += 10.0
    assert shown_at == [10, 8000]


def test_a_terminal_shows_a_bar_that_goes_away() -> None:
    """Rows, time left, throughput; rate, limit, counts; a note; and at the end nothing of it."""
    terminal = Terminal()
    with Progress(output_on(terminal), total=12000, clock=HandClock(1000.0)) as progress:
        update(progress, 5988, note="the service is down: retrying")
        during = terminal.screen()
    assert (during, terminal.screen()) == (
        [
            "━━━━━━━━━━──────────  6,000 of 12,000 rows (50 %)  1 min 40 s left  ▂▅█",
            "50/s  limit 65/s  5,988 accepted  12 rejected  3 retried  8 under way",
            "the service is down: retrying",
        ],
        ["", "", ""],
    )


def test_a_terminal_of_ascii_gets_a_bar_of_ascii() -> None:
    """What the terminal cannot show is not sent to it."""
    terminal = AsciiTerminal()
    with Progress(output_on(terminal), total=12000, clock=HandClock(1000.0)) as progress:
        update(progress, 5988)
        assert terminal.screen()[0] == (
            "##########----------  6,000 of 12,000 rows (50 %)  1 min 40 s left  .=#"
        )


def test_what_was_not_accepted_is_told_by_the_words_of_the_summary() -> None:
    """Rejected, failed and unknown are three things here, too."""
    terminal = Terminal()
    counts = dict.fromkeys(Outcome, 0) | {
        Outcome.ACCEPTED: 9, Outcome.REJECTED: 4, Outcome.FAILED: 3, Outcome.UNKNOWN: 2
    }  # fmt: skip
    with Progress(output_on(terminal), total=None, clock=HandClock(1000.0)) as progress:
        seen = Counted(counts, 0, ())
        update_without_rates(progress, seen)
        assert terminal.screen() == [
            "18 rows",
            "9 accepted  4 rejected  3 failed  2 unknown  1 under way",
        ]


def test_where_nobody_knows_the_end_there_is_no_bar() -> None:
    """Rows that stream in are counted; a rate and a limit not yet known are left out."""
    terminal = Terminal()
    with Progress(output_on(terminal), total=None, clock=HandClock(1000.0)) as progress:
        update_without_rates(progress, counted(5), limit_per_s=float("inf"))
        assert terminal.screen() == [
            "5 rows",
            "5 accepted  3 retried  1 under way",
        ]


def test_the_bar_is_drawn_ten_times_a_second_at_most() -> None:
    """However many rows are decided, the terminal is not kept busy."""
    terminal, clock = Terminal(), HandClock(1000.0)
    drawn = []
    with Progress(output_on(terminal), total=100, clock=clock) as progress:
        for at in range(5):
            clock.seconds = 1000.0 + at * 0.05
            drawn.append(progress.is_due)
            update(progress, at)
    assert drawn == [True, False, True, False, True]


def test_results_on_the_same_terminal_stand_above_the_bar() -> None:
    """Results, notes and the bar share a terminal; each line is whole."""
    terminal = Terminal()
    output = output_on(terminal, stdout=terminal)
    with Progress(output, total=100, clock=HandClock(1000.0)) as progress:
        output.line("first")
        update(progress, 38, note="waiting")
        output.line("second")
        output.warn("third", hint="fourth")
        during = terminal.screen()
    output.line("fifth")
    lines = ["first", "second", "sendx: warning: third", "  hint: fourth"]
    assert during == [
        *lines,
        "━━━━━━━━━━──────────  50 of 100 rows (50 %)  1 s left  ▂▅█",
        "50/s  limit 65/s  38 accepted  12 rejected  3 retried  8 under way",
        "waiting",
    ]
    assert terminal.screen() == [*lines, "fifth", "", ""]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["result", "note", "bar", "bar with a note"]), max_size=12))
def test_nothing_is_lost_or_garbled_in_any_order(steps: list[str]) -> None:
    """Whatever comes after whatever, in the end every line is there, in order, and no bar."""
    terminal, clock, lines = Terminal(), HandClock(1000.0), []
    output = output_on(terminal, stdout=terminal)
    with Progress(output, total=100, clock=clock) as progress:
        for number, step in enumerate(steps):
            clock.seconds += 1
            if step.startswith("bar"):
                update(progress, number, note="waiting" if "note" in step else None)
            elif step == "note":
                output.note(f"note {number}")
                lines.append(f"sendx: note {number}")
            else:
                output.line(f"result {number}")
                lines.append(f"result {number}")
    assert [line for line in terminal.screen() if line] == lines


def test_results_that_go_elsewhere_are_not_touched() -> None:
    """A file gets the results alone."""
    terminal, results = Terminal(), io.StringIO()
    output = output_on(terminal, stdout=results)
    with Progress(output, total=100, clock=HandClock(1000.0)) as progress:
        update(progress, 38)
        output.line("first")
    assert results.getvalue() == "first\n"


@pytest.mark.parametrize("columns", ["1", "2", "20", "300"])
def test_a_bar_is_never_wider_than_the_terminal(columns: str) -> None:
    """A line that wrapped could not be taken away again."""
    terminal = Terminal()
    environ = XTERM | {"COLUMNS": columns}
    with Progress(output_on(terminal, environ), total=100, clock=HandClock(1000.0)) as progress:
        update(progress, 38, note="漢" * 400)
        screen = terminal.screen()
    assert (len(screen), max(map(len, screen)) < max(int(columns), 2)) == (3, True)


def test_a_note_from_the_service_moves_no_cursor() -> None:
    """Escape codes and line ends in a note are shown, not obeyed."""
    terminal = Terminal()
    with Progress(output_on(terminal), total=100, clock=HandClock(1000.0)) as progress:
        update(progress, 38, note="\x1b[2Jgone\nand [red]more[/red]")
        assert terminal.screen()[2:] == [r"\x1b[2Jgone\x0aand [red]more[/red]"]


def test_a_terminal_that_has_gone_ends_nothing() -> None:
    """Contacts are sent, whether or not anybody looks at the bar."""

    class Gone(Terminal):
        def write(self, _text: str) -> int:
            raise OSError(5, "Input/output error")

    with Progress(output_on(Gone()), total=100, clock=HandClock(1000.0)) as progress:
        update(progress, 38)


LINE = (
    "sendx: 50 of 100 rows (50 %), 1 s left, 50/s, limit 65/s, 38 accepted, 12 rejected, "
    "3 retried, 8 under way, waiting\n"
)


@pytest.mark.parametrize(
    ("stderr", "environ"),
    [
        (io.StringIO, XTERM),
        (io.StringIO, XTERM | {"FORCE_COLOR": "1", "GITHUB_ACTIONS": "true"}),
        (Terminal, {"TERM": "dumb"}),
        (Terminal, {}),
    ],
)
def test_elsewhere_there_is_a_plain_line_every_ten_seconds(
    stderr: type[io.StringIO], environ: dict[str, str]
) -> None:
    """No pipe and no dumb terminal gets escape codes, whatever the environment says of colour."""
    stream, clock = stderr(), HandClock(1000.0)
    shown = []
    with Progress(output_on(stream, environ), total=100, clock=clock) as progress:
        for second in range(25):
            clock.seconds = 1000.0 + second
            before = stream.getvalue()
            update(progress, 38, note="waiting")
            if stream.getvalue() != before:
                shown.append(second)
    assert (shown, stream.getvalue()) == ([10, 20], LINE * 2)


def test_quiet_shows_nothing() -> None:
    """Those who asked for quiet get results and errors alone, on a terminal as well."""
    terminal = Terminal()
    output = output_on(terminal)
    output.is_quiet = True
    with open_progress(output, total=100, clock=HandClock(1000.0)) as progress:
        update(progress, 38)
        assert not progress.is_due
    assert terminal.getvalue() == ""


def test_what_is_not_quiet_shows_how_far_it_is() -> None:
    """Without being asked for, progress is shown."""
    progress = open_progress(output_on(io.StringIO()), total=100, clock=HandClock(1000.0))
    assert isinstance(progress, Progress)


def test_a_question_breaks_between_words() -> None:
    """At the terminal's edge; the blank before the answer stays."""
    terminal = Terminal()
    output_on(terminal, {**XTERM, "COLUMNS": "40"}).ask("send 2 contacts to profile main? [y/N] ")
    assert terminal.getvalue() == "sendx: send 2 contacts to profile main?\n  [y/N] "
