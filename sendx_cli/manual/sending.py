"""The topic `sending`."""

from collections.abc import Sequence

from sendx_cli.manual.blocks import Block, Lines, Paragraph, Rows

_BEFORE = {
    "checks": (
        "Every row is checked before the first request. Bad rows are listed by line and column "
        "and nothing is sent, unless --skip-invalid."
    ),
    "plan": (
        "What a file would do is shown first; --dry-run shows only that (with -o json as a record, "
        "with -o jsonl every request). On a terminal you are asked from a hundred contacts on, "
        "where people who opted out would be sent, and where a finished run sent the same file "
        "before; --yes answers. Elsewhere the run starts, unless the profile has production = true "
        "and --yes is missing."
    ),
    "one run per file": (
        "While a run of a file is being started, is under way or has stopped, no other run of it "
        "can begin."
    ),
}
_WHILE = {
    "order": "The rows of one contact are sent in the file's order, one after another.",
    "rate": (
        "The limit of the service is found automatically; --rate and --concurrency cap it. All "
        "processes on this machine that use the same key share what they know of the limit; "
        "machines that cannot see each other come to similar shares of it."
    ),
    "outages": (
        "A run waits for up to 15 minutes without a success (--max-outage). Where the service asks "
        "for a longer wait (Retry-After), the run ends at once and says until when (exit 5)."
    ),
    "stops": (
        "A rejected key, a used-up quota, and a thousand rejections in a row for the same reason "
        "(--keep-going) stop a run at once."
    ),
}
_AGAIN = {
    "not delivered": (
        "Sent again, with growing random pauses and never before Retry-After: up to --retries "
        "times for contacts that are named on the command line. The rows of a file are sent again "
        "however often that is, until --max-outage."
    ),
    "identify": (
        "Also sent again where it may have been delivered, as applying it twice changes nothing: "
        "up to --retries times; during an outage of a run attempts are not counted."
    ),
    "track, counts, new_email": (
        "Never sent again where it may have been delivered: its tags can trigger emails, "
        "--field visits=++1 would count twice, and a second change of address would be refused or "
        "create a contact at the old one. The outcome is unknown (exit 6); --retry-unknown takes "
        "the risk, and sendx runs reconcile looks in the account."
    ),
}

_FOR_DAYS = {
    "journal": (
        "It grows by about 200 bytes a row: 90 MB a day at five rows a second. --keep-journal 7d "
        "removes rows that were accepted, rejected or skipped more than seven days ago. All "
        "numbers still count them. Rows that are pending, failed or unknown stay, and so do later "
        "rows of their contacts. sendx runs undo and runs resume --from need all rows and refuse "
        "such a run; other commands say what is no longer kept."
    ),
    "outages": (
        "Once a call has succeeded, a stream waits as long as it takes, unless --max-outage. "
        "Meanwhile it reads little ahead: "
        "the pipe makes the other program wait."
    ),
    "API key": (
        "A rejected key stops it (exit 255). Rows that were read are kept: sendx runs resume "
        "--new-key sends them with the key that replaced it. Then start the stream again with the "
        "rest. A key that is changed in the config file or by api_key_command is read at the start "
        "only, like the account's tags, fields and lists."
    ),
    "signals": (
        "Ctrl-C, SIGTERM and SIGHUP (the terminal was closed) stop it; under nohup SIGHUP is "
        "ignored. No signal reloads anything: to change settings, stop it and start it again. A "
        "systemd unit needs no ExecReload, and RestartPreventExitStatus=255."
    ),
}


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Rows("Before the first request", [*_BEFORE.items()]),
        Rows("While a file is sent", [*_WHILE.items()]),
        Rows("What is sent again", [*_AGAIN.items()]),
        Paragraph(
            "A call that timed out can still be applied later, even after a further call for the "
            "same contact. A client can only wait for its time-out before it sends the next one, "
            "and sendx does."
        ),
        Paragraph(
            "--batch 25 sends up to 25 contacts in one request (identify only), where requests are "
            "what the service limits. A batch that is not a plain success is taken apart and each "
            "row is decided by itself; rows that count are sent alone."
        ),
        Paragraph(
            "--stream sends the rows of standard input as they arrive and checks each when it is "
            "there. However it ends, it says how far it read: sendx runs resume sends what was "
            "read, and tail -n +N FILE, after the header, is the rest. Until the end of the input "
            "was read, the run is not finished (partly read, exit 5); sendx runs resume --from "
            "FILE sends all that is left."
        ),
        Rows("A stream that runs for days", [*_FOR_DAYS.items()]),
        Lines(
            "",
            (
                "tail -n +1 -f signups.csv | sendx identify --from - --stream",
                "tail -n +1 -f signups.csv | sendx identify --from - --stream --keep-journal 7d",
            ),
        ),
    )
