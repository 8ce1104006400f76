"""The topic `recipes`."""

from collections.abc import Sequence

from sendx_cli.manual.blocks import Block, Lines

_RECIPES = {
    "See what a file would do, without sending it": (
        "sendx identify --from people.csv --dry-run -o table",
    ),
    "Send a file without being asked, and keep each row's result": (
        "sendx identify --from people.csv --yes --report results.csv",
    ),
    "Send the good rows of a file; the bad ones come back as people.failed.csv": (
        "sendx identify --from people.csv --skip-invalid",
    ),
    "Resume after an interruption, and see what is unknown": (
        "sendx runs resume",
        "sendx runs show --state unknown",
        "sendx runs reconcile",
    ),
    "Send only what changed, every night": (
        "sendx identify --from people.csv --only-changed --yes -q > results.jsonl",
    ),
    "Send a file so that it can be undone, and undo it": (
        "sendx identify --from people.csv --snapshot",
        "sendx runs undo --dry-run",
        "sendx runs undo",
    ),
    "Send what a program writes, as it arrives": (
        "tail -n +1 -f signups.csv | sendx identify --from - --stream",
    ),
    "Send a sheet of a workbook, without the rows that a filter hides": (
        "sendx identify --from people.xlsx --sheet Members --hidden-rows skip",
    ),
    "Send a table of PostgreSQL or SQLite, or a Parquet file": (
        "psql -Xc '\\copy people to stdout csv header' | sendx identify --from -",
        "sqlite3 -csv -header crm.db 'select * from people' | sendx identify --from -",
        "duckdb -csv -nullvalue '' -c \"from 'people.parquet'\" | sendx identify --from -",
    ),
    "Send a query of MySQL, with ifnull(x, '') for each x that may be NULL": (
        "mysql --batch crm < people.sql | sendx identify --from - --quote none",
    ),
    "Send a query only if it succeeds, as a file that can be sent again": (
        "psql -qXc '\\copy people to people.csv csv header' && sendx identify --from people.csv",
    ),
    "Tag many contacts, listed one per line": (
        "xargs sendx track --add-tag webinar < addresses.txt",
    ),
    "List the addresses that were not accepted": (
        "sendx identify --from people.csv -o jsonl | jq -r 'select(.ok | not) | .email'",
    ),
    "Send the accepted contacts again, with another command": (
        "sendx identify --from people.csv --tag trial > added.jsonl",
        "sendx track --from added.jsonl --remove-tag trial --skip-invalid",
    ),
    "Find out which people in a file are already contacts": (
        "sendx lookup --from people.csv -o csv > found.csv",
    ),
    "Call from CI, with the key in a secret": (
        "SENDX_API_KEY=$KEY sendx track jane@example.com --add-tag churned",
    ),
    "Try everything without an account": (
        "sendx identify --from people.csv --sandbox",
        "sendx sandbox contacts",
        "sendx sandbox reset",
    ),
}
"""What is to be done, with the commands that do it."""


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return [Lines(title, lines) for title, lines in _RECIPES.items()]
