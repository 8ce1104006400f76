import io

from sendx_cli.output.reading_progress import reading_progress
from tests.clocks import HandClock
from tests.output.test_progress import Terminal, output_on


def test_a_terminal_shows_a_line_that_goes_away() -> None:
    """With how many of the file's contacts were found, ten times a second."""
    terminal, clock = Terminal(), HandClock(1000.0)
    with reading_progress(output_on(terminal), clock) as show:
        show(found=600, wanted=1200, pages=7)
        first = terminal.screen()
        show(found=601, wanted=1200, pages=8)
        same = terminal.screen()
        clock.seconds += 0.1
        show(found=900, wanted=1200, pages=12)
        later = terminal.screen()
    assert first == same == ["━━━━━━━━━━──────────  account: 600 of 1,200 contacts found, 7 pages"]
    assert later == ["━━━━━━━━━━━━━━━─────  account: 900 of 1,200 contacts found, 12 pages"]
    assert terminal.screen() == [""]


def test_a_log_gets_a_line_now_and_then() -> None:
    """None for an account that is read within ten seconds."""
    log, clock = io.StringIO(), HandClock(1000.0)
    with reading_progress(output_on(log), clock) as show:
        for pages in range(1, 22):
            show(found=pages * 100, wanted=2100, pages=pages)
            clock.seconds += 1.0
    assert log.getvalue().splitlines() == [
        "sendx: account: 1,100 of 2,100 contacts found, 11 pages",
        "sendx: account: 2,100 of 2,100 contacts found, 21 pages",
    ]


def test_quiet_shows_nothing() -> None:
    """Neither on a terminal nor in a log."""
    for stream in (Terminal(), io.StringIO()):
        output, clock = output_on(stream), HandClock(1000.0)
        output.is_quiet = True
        with reading_progress(output, clock) as show:
            clock.seconds += 60.0
            show(found=1, wanted=2, pages=1)
        assert stream.getvalue() == ""
