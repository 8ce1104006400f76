"""The page of a build server's job: whole, harmless, and of bounded size."""

import io
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.timeline import Slot, Timeline
from sendx_cli.core.totals.totals import Failure, Totals
from sendx_cli.output.job_files import MAX_SUMMARY_BYTES, append_step_outputs
from sendx_cli.output.next_command import NextCommand
from sendx_cli.output.step_summary import BadRowsShown, StepSummary
from sendx_cli.output.writer import Output

COUNTS = dict.fromkeys(Outcome, 0)


def totals(*failures: Failure) -> Totals:
    return Totals(
        counts=COUNTS | {Outcome.ACCEPTED: 12000, Outcome.REJECTED: 300},
        attempts=12400,
        retried=40,
        p50_s=0.12,
        p95_s=0.3,
        p99_s=75.0,
        timeline=Timeline(4, tuple(Slot(n, n, width_s=4.0) for n in (20, 140, 280, 0, 280, 9))),
        failures=failures,
    )


def test_the_page_of_a_run() -> None:
    """What happened first, then the counts, the speed, the failures, the bad rows, what to type."""
    page = StepSummary(
        title="identify people.csv",
        ending="exit 4: bad rows were skipped: fix them",
        why=["stopped: no answer", "hint: wait"],
        heading="12,305 of 20,000 rows in 3 min 12 s, 64/s",
        counts=[("rows", 20000, ""), ("bad", 3, "  (not sent)")],
        totals=totals(Failure(Outcome.REJECTED, "no_such_contact", 300, "people.csv:12", "none")),
        bad=BadRowsShown(3, [("people.csv:3:email", "not an address: bob")]),
        next_commands=[NextCommand("sendx runs resume 7")],
    )
    assert page.markdown() == (
        "### sendx identify people&#46;csv\n\n"
        "**exit 4: bad rows were skipped: fix them**\n\n"
        "stopped&#58; no answer  \nhint&#58; wait  \n\n"
        "12,305 of 20,000 rows in 3 min 12 s, 64/s\n\n"
        "| outcome | rows |\n| --- | ---: |\n| rows | 20,000 |\n| bad | 3  (not sent) |\n\n"
        "throughput ▂▅█▁█▂, each bar 4 s, highest 70/s, average 30/s, "
        "latency p50 120 ms, p95 300 ms, p99 1 min 15 s\n\n"
        "| failure | rows | such as |\n| --- | ---: | --- |\n"
        "| rejected&#58; no&#95;such&#95;contact | 300 | people&#46;csv&#58;12&#58; none |\n\n"
        "| bad row | why |\n| --- | --- |\n"
        "| people&#46;csv&#58;3&#58;email | not an address&#58; bob |\n| and 2 more | |\n\n"
        "    sendx runs resume 7\n"
    )


def test_a_page_without_a_run_has_no_empty_parts() -> None:
    """Where the file was never read there is nothing to count."""
    page = StepSummary("track t.csv", "exit 2: refused", why=["no such option"])
    assert (
        page.markdown() == "### sendx track t&#46;csv\n\n**exit 2: refused**\n\nno such option  \n"
    )


@given(st.text(), st.text(), st.text())
def test_text_from_elsewhere_is_no_markup(source: str, where: str, message: str) -> None:
    """Whatever it holds, it is one cell of letters, spaces and character references."""
    failure = Failure(Outcome.REJECTED, "rejected", 1, where, message)
    bad = BadRowsShown(1, [(where, message)])
    page = StepSummary(source, "exit 4", why=[message], totals=totals(failure), bad=bad).markdown()
    title, _, _, _, failures, rows = page.removesuffix("\n").split("\n\n")
    failed, listed = failures.split("\n")[2].split("|"), rows.split("\n")[2].split("|")
    assert (failures.count("\n"), rows.count("\n"), len(failed), len(listed)) == (2, 2, 5, 4)
    for text in (title.removeprefix("### "), failed[3], *listed[1:3]):
        rest = re.sub(r"&#\d+;", "", text)
        assert all(not c.isascii() or c.isalnum() or c == " " for c in rest)


def test_its_size_does_not_grow_with_the_file() -> None:
    """However long messages are and however many kinds of failures there were."""
    long = "*" * 100_000
    failures = [Failure(Outcome.REJECTED, f"{n}{long}", 1, long, long) for n in range(1000)]
    page = StepSummary(
        long,
        "exit 4",
        why=[long, long],
        totals=totals(*failures),
        bad=BadRowsShown(20, [(long, long)] * 20),
    )
    assert len(page.markdown().encode()) < MAX_SUMMARY_BYTES / 4


def test_values_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    """Also behind what another program left without a line end."""
    file = tmp_path / "outputs"
    file.write_text("theirs=1")
    output = Output(io.StringIO(), io.StringIO(), {"GITHUB_OUTPUT": str(file)})
    append_step_outputs(output, {"accepted": 2, "run": "x"})
    assert [line for line in file.read_text().splitlines() if line] == [
        "theirs=1",
        "accepted=2",
        "run=x",
    ]
