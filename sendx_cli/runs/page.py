"""`runs show --html FILE`: a run as a page."""

import time
from contextlib import closing
from itertools import islice
from pathlib import Path

from sendx_cli.journal.rows import State
from sendx_cli.journal.runs import Run, open_view
from sendx_cli.journal.view import RunView
from sendx_cli.output.run_page import RunPage
from sendx_cli.output.summary import heading_text, latency_text
from sendx_cli.runs.inspecting import state_of
from sendx_cli.runs.no_longer_kept import no_longer_kept
from sendx_cli.runs.output_file import PRIVATE, OutputFile
from sendx_cli.runs.run_summary import RunSummary, summarise
from sendx_cli.runs.totals import place_of

_MOST_UNKNOWN = 100
_SENT = (
    ("Tags added", "$.tags", False),
    ("Tags added", "$.addTags", False),
    ("Tags removed", "$.removeTags", False),
    ("Lists", "$.lists", False),
    ("Custom fields", "$.customFields", True),
)


def write_page(run: Run, path: Path) -> None:
    """Write a run's page.

    Args:
        run: The run.
        path: The file, which is replaced.

    Raises:
        InputError: The file cannot be written, or the journal is damaged.
        PassingTrouble: It could not be written to its end.
    """
    with open_view(run.path) as view:
        text = _page(run, view, summarise(view, run.id)).html()
    with closing(OutputFile(path, "page", PRIVATE)) as file:
        file.write(text)
        file.keep()


def _page(run: Run, view: RunView, summary: RunSummary) -> RunPage:
    header, removed = run.header, view.removed
    return RunPage(
        title=f"{header.action} from {header.source}",
        facts=(
            ("run", run.id),
            ("state", state_of(run)),
            ("started", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(header.started_at))),
            ("profile", header.profile),
            ("service", header.origin),
            ("file", header.source_path or "standard input"),
            ("sendx", header.tool_version),
            *(() if removed is None else (("rows", no_longer_kept(removed)),)),
        ),
        outcome=f"{_heading(summary)}; {summary.ending}",
        counts=_counts(summary),
        timeline=summary.totals.timeline,
        latency=latency_text(summary.totals),
        failures=summary.totals.failures,
        unknown=[
            (place_of(header.source, row), row.contact.email)
            for row in islice(view.rows({State.UNKNOWN}), _MOST_UNKNOWN)
        ],
        unknown_count=summary.counts.unknown,
        sent=[
            (what if removed is None else f"{what} (rows still kept)", values)
            for what, path, are_keys in _SENT
            if (values := view.sent_values(path, are_keys=are_keys))
        ],
        next_commands=summary.next_commands,
    )


def _heading(summary: RunSummary) -> str:
    return heading_text(summary.totals, summary.counts.total, summary.shard)


def _counts(summary: RunSummary) -> list[tuple[str, int, bool]]:
    counts = summary.counts
    found = [
        ("accepted", counts.accepted, False),
        ("unchanged", counts.unchanged, False),
        ("rejected", counts.rejected, True),
        ("failed", counts.failed, True),
        ("unknown", counts.unknown, True),
        ("to come", counts.to_come, True),
        *((str(kind).replace("_", " "), n, kind == "bad") for kind, n in summary.left_out.items()),
    ]
    return [one for one in found if one[1] or one[0] == "accepted"]
