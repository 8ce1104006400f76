"""The topic `runs`."""

from collections.abc import Sequence

from sendx_cli.manual.blocks import Block, Paragraph, Rows

_COMMANDS = {
    "runs list": "The runs that were made on this machine, the earliest first.",
    "runs show": (
        "The rows of a run, by state; --html writes the run as a page for a browser. Without an "
        "id: the latest run."
    ),
    "runs resume": (
        "Sends what is left after Ctrl-C, a crash or an outage, even if the file was fixed or "
        "sorted since. No row is lost, and none that was accepted is sent again. --new-key: the "
        "account's API key was replaced since."
    ),
    "runs verify": "Reads the contacts back and shows where they differ from what was sent.",
    "runs reconcile": (
        "Looks up the rows whose outcome is unknown: where the account shows what they asked for, "
        "they become accepted. --resend sends the others again."
    ),
    "runs undo": "Undoes a run; see below.",
    "runs forget": "Deletes the record of a run, which holds addresses and names.",
}
_LEFT = {
    "irreversible": (
        "The service has no call for it: contacts that were created, lists that were joined, names "
        "and fields that were empty before, birthdays, an address whose old one is another "
        "contact's by now, emails that were sent."
    ),
    "not_undone": (
        "Skipped, unless --force: contacts that others changed since, that unsubscribed or bounced "
        "since, or whose unknown rows left them neither as before nor as after (exit 4)."
    ),
}


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Paragraph(
            "A file that is sent is a run. Its journal knows the state of each row before and "
            "after it is sent, and survives crashes and power cuts. A journal that was damaged, or "
            "copied without the files beside it, is detected: its run is not resumed, and its file "
            "is not sent again until sendx runs forget."
        ),
        Rows("Commands", [(f"sendx {name}", text) for name, text in _COMMANDS.items()]),
        Paragraph(
            "Rows that were not accepted come back beside the file in its own form, as "
            "people.failed.csv, with _sendx_line, _sendx_code and _sendx_error after your columns: "
            "fix it and send it as it is. What next: shows is the command. If the file changed "
            "while the run was under way, no such file is written, as its lines may hold other "
            "rows by now; sendx runs show lists them."
        ),
        Paragraph(
            "A run that was sent with --snapshot (in a profile: snapshot = true) can be undone: "
            "how its contacts are is recorded before the first write. sendx runs undo removes the "
            "tags that were added and restores tags, names, companies, custom fields and "
            "addresses. It is a run of its own, with a plan, a question and a journal. A run that "
            "stopped is undone as far as it went; each run can be undone once. Without a snapshot, "
            "--assume-new removes all tags that were added and restores nothing else. Where a "
            "snapshot cannot be read, --snapshot ends the run before anything is sent (exit 5); "
            "where the profile asked for it, the run continues without."
        ),
        Rows("What an undo leaves (sendx runs show --state STATE)", [*_LEFT.items()]),
    )
