"""The topic `ci`."""

from collections.abc import Sequence

from sendx_cli.manual.blocks import Block, Lines, Paragraph, Rows

OUTPUTS = (
    ("accepted", "Rows that the service accepted."),
    ("rejected", "Rows that the service rejected."),
    ("failed", "Rows that were given up for now."),
    ("unknown", "Rows that may have been applied."),
    ("unchanged", "Rows that were skipped, as they would change nothing (--only-changed)."),
    ("bad", "Rows that cannot be sent."),
    ("to_come", "Rows that were not sent yet."),
    ("run", "The run's id; empty if there is no run."),
    ("exit_code", "The exit code, as in sendx help exit-codes."),
    (
        "kind",
        "The kind of what ended the command or stopped the run (sendx help output), or empty.",
    ),
)
"""What later steps can read."""

GITHUB = (
    "on: workflow_dispatch",
    "jobs:",
    "  contacts:",
    "    runs-on: ubuntu-latest",
    "    steps:",
    "      - uses: actions/checkout@v4",
    "      - run: pipx install sendx-cli",
    "      - id: send",
    "        run: sendx identify --from people.csv --yes -o jsonl > results.jsonl",
    "        env: {SENDX_API_KEY: '${{ secrets.SENDX_API_KEY }}'}",
    "      - if: always()",
    "        run: echo '${{ steps.send.outputs.accepted }} contacts were accepted'",
)
GITLAB = (
    "contacts:",
    "  image: python:3.12",
    "  script:",
    "    - pip install sendx-cli",
    "    - sendx identify --from people.csv --yes --code-quality quality.json > results.jsonl",
    "  artifacts:",
    "    when: always",
    "    paths: [results.jsonl]",
    "    reports:",
    "      codequality: quality.json",
)
CRON = (
    (
        "15 2 * * * cd $HOME/contacts && $HOME/.local/bin/sendx identify --from people.csv"
        " --only-changed --yes --quiet --report results.csv > results.jsonl"
    ),
)
SERVICE = (
    "[Unit]",
    "Description=Send contacts to SendX",
    "[Service]",
    "Type=oneshot",
    "WorkingDirectory=%h/contacts",
    "ExecStart=%h/.local/bin/sendx identify --from people.csv --only-changed --yes -o jsonl",
)
TIMER = ("[Timer]", "OnCalendar=02:15", "Persistent=true", "[Install]", "WantedBy=timers.target")


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Paragraph(
            "Without a terminal nothing is asked; a profile with production = true needs "
            "--yes. The exit code ends the step. What ended it is on standard output, too, where "
            "-o json, -o jsonl or SENDX_OUTPUT asks for it: see sendx help output."
        ),
        Paragraph(
            "The lines below install sendx-cli from the package index. Until it is released "
            "there, install it from a clone of its repository instead: pipx install ."
        ),
        Lines("GitHub Actions, with the key in a secret", GITHUB),
        Paragraph(
            "However a file's run ends, the job's summary has its counts, its first bad rows, what "
            "the exit code means and what to do next. The first ten rows that are bad or were "
            "not accepted are shown at their lines. A run can only be resumed where its journal "
            "is: a hosted runner loses it, unless XDG_STATE_HOME is a folder that is kept, such "
            "as by actions/cache; else run the command again with --only-changed. Later steps "
            "can read steps.ID.outputs.NAME:"
        ),
        Rows("", OUTPUTS),
        Lines("GitLab, with SENDX_API_KEY as a masked variable", GITLAB),
        Paragraph(
            "--code-quality writes bad and rejected rows, the first 10,000, with paths from "
            "CI_PROJECT_DIR or else the working directory. It is written however the run ends, "
            "once the command line was accepted; without such rows it is an empty list."
        ),
        Lines("cron (crontab -e), with the key from sendx login", CRON),
        Paragraph(
            "Only errors are written, which cron mails. While a run of the file is under way, or "
            "is not finished, another one is refused with exit code 2; sendx runs resume continues "
            "it."
        ),
        Lines("systemd: ~/.config/systemd/user/sendx.service", SERVICE),
        Lines("systemd: ~/.config/systemd/user/sendx.timer", TIMER),
        Paragraph(
            "systemctl --user enable --now sendx.timer starts it; journalctl --user -u sendx "
            "shows the results."
        ),
    )
