"""Runs, as `sendx runs list` and `sendx runs show` have them."""

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.schemas.shapes import (
    array,
    flag,
    integer,
    number,
    or_null,
    record,
    text,
    word,
)

_ONLY_SHOWN = "only in `sendx runs show`"
_TOTALS = record(
    f"The run's numbers: rows by outcome, latency, throughput, failures; {_ONLY_SHOWN}.",
    {
        "rows": integer("Rows whose outcome is known; the six outcomes add up to it."),
        "accepted": integer("Rows that the service accepted."),
        "rejected": integer("Rows that it refused for good."),
        "failed": integer("Rows that were given up for now."),
        "unknown": integer("Rows that may have been applied."),
        "skipped": integer("Rows that were not sent."),
        "unchanged": integer("Rows that would have changed nothing."),
        "attempts": integer("Requests made."),
        "retried": integer("Rows for which more than one request was made."),
        "elapsed_s": number("Seconds from its start to its end, stops between resumes left out."),
        "latency_ms": record(
            "Milliseconds from a row's first request to its last answer.",
            {
                "p50": or_null(number("Of half of the rows at most this; null if none was sent.")),
                "p95": or_null(number("The same for 95 %.")),
                "p99": or_null(number("The same for 99 %.")),
            },
        ),
        "throughput": record(
            "Rows accepted over time.",
            {
                "slot_s": number("The width of a slot in seconds."),
                "accepted": array(
                    "Rows accepted in each slot.", integer("Rows accepted in a slot.")
                ),
                "average_per_s": number("Rows accepted a second, of the whole run."),
                "highest_per_s": number("Rows accepted a second in the slot with the most."),
            },
        ),
        "failures": array(
            "Rows that were not accepted, by reason, the most frequent first.",
            record(
                "Rows with the same reason.",
                {
                    "outcome": word(
                        "rejected, failed, unknown or skipped.", sorted({*Outcome} - {"accepted"})
                    ),
                    "kind": text("A word for programs, such as timeout."),
                    "count": integer("How many rows."),
                    "where": text("Where the first one is: file:line, or its address."),
                    "message": text("What was said of the first one."),
                },
            ),
        ),
    },
)
RUN = record(
    "A run of `identify --from`, `track --from` or `runs undo`.",
    {
        "run": text("Its id."),
        "started": {
            **text("When it began, in UTC (RFC 3339)."),
            "format": "date-time",
        },
        "action": word("identify, track or undo.", ("identify", "track", "undo")),
        "source": text("The file as it was given; for an undo, the run that it undoes."),
        "shard": or_null(text("The shard of the file, as for --shard; null for the whole file.")),
        "profile": text("The profile that it was sent with."),
        "state": word(
            "under way, stopped (rows are left to send), partly read (a stream was not read to its "
            "end), finished, or undone.",
            ("under way", "stopped", "partly read", "finished", "undone"),
        ),
        "rows": integer("Rows that were to be sent."),
        "accepted": integer("Rows that the service accepted."),
        "rejected": integer("Rows that it refused for good."),
        "failed": integer("Rows that were given up for now."),
        "unknown": integer("Rows that may have been applied."),
        "unchanged": integer("Rows that would have changed nothing."),
        "to_come": integer("Rows that are left to send."),
        "read_to_line": or_null(integer("The last line that was read of a stream; else null.")),
        "input_ended": or_null(flag("Whether a stream was read to its end; else null.")),
        "removed": integer(
            "Rows that are counted but no longer kept (--keep-journal): no command shows them."
        ),
    },
    {
        "bad": integer(f"Rows that cannot be sent; of a file, {_ONLY_SHOWN}."),
        "held_back": integer(f"Rows of people who opted out; of a file, {_ONLY_SHOWN}."),
        "not_undone": integer(f"What others changed since; of an undo, {_ONLY_SHOWN}."),
        "irreversible": integer(f"What cannot be undone; of an undo, {_ONLY_SHOWN}."),
        "totals": _TOTALS,
    },
)
