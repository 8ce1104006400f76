"""What other tools export, as it is sent: `exports/` holds each file, its bodies and its plan."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Command

EXPORTS = Path(__file__).with_name("exports")
DRY_RUN = ("--sandbox", "--no-account", "--dry-run", "-o", "jsonl")


@dataclass(frozen=True, slots=True)
class Export:
    """A file as its tool writes it, and what is said of it."""

    name: str
    options: tuple[str, ...] = ()
    code: int = 0
    encoding: str = "utf-8"
    line_end: str = "\n"

    def write(self, path: Path) -> None:
        """Write the file in its tool's encoding."""
        text = (EXPORTS / f"{self.name}.csv").read_text("utf-8")
        path.write_bytes(text.replace("\n", self.line_end).encode(self.encoding))

    def bodies(self) -> list[object]:
        """Return the bodies that are to be sent."""
        lines = (EXPORTS / f"{self.name}.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def plan(self) -> list[str]:
        """Return the lines that are to be shown."""
        return (EXPORTS / f"{self.name}.plan.txt").read_text("utf-8").splitlines()


MAILCHIMP = ("--ignore", "Birthday", "--ignore", "Address", "--map", "Phone Number=field:Phone")
ALL = [
    Export("activecampaign", ("--custom-fields",)),
    Export("brevo", ("--map", "GEBURTSTAG=birthday", "--date-order", "dmy"), encoding="utf-8-sig"),
    Export("google", ("--skip-invalid",), code=4),
    Export("google_older", encoding="utf-16"),
    Export("hubspot", ("--map", "Interests=tags")),
    Export("kit"),
    Export("klaviyo", ("--custom-fields",)),
    Export("mailchimp", MAILCHIMP),
    Export("outlook", encoding="cp1252", line_end="\r\n"),
    Export("shopify", ("--map", "Phone=field:Phone", "--skip-invalid"), code=4),
    Export("stripe", ("--map", "tag (metadata)=tags", "--map", "seats (metadata)=field:Seats")),
    Export("woocommerce", ("--map", "Name=full_name")),
]


@pytest.mark.parametrize("export", ALL, ids=lambda export: export.name)
def test_an_export_is_sent_as_its_owner_means_it(
    export: Export, sendx: Command, folder: Path
) -> None:
    """Every body, each column and why, and who is held back."""
    export.write(folder / f"{export.name}.csv")
    run = sendx("identify", "--from", f"{export.name}.csv", *DRY_RUN, *export.options)
    assert [json.loads(line)["body"] for line in run.out.splitlines()] == export.bodies()
    assert (run.err.splitlines(), run.code) == (export.plan(), export.code)


@pytest.mark.parametrize(
    ("file_name", "reason"),
    [
        ("unsubscribed_members_export_0a1b.csv", "the file's name says unsubscribed"),
        ("members.csv", "UNSUB_TIME is filled"),
    ],
)
def test_mailchimps_file_of_who_left_is_refused(
    file_name: str, reason: str, sendx: Command, folder: Path
) -> None:
    """The file's name tells, and where it was renamed the column does; nothing would be sent."""
    Export("mailchimp_left").write(folder / file_name)
    run = sendx("identify", "--from", file_name, *DRY_RUN)
    assert (run.code, run.kinds) == (2, ["file_refused"])
    assert run.err.splitlines()[-4:] == [
        "held back, as they opted out:",
        f"  2  {reason}",
        f"sendx: {file_name}: everybody in it unsubscribed, bounced or never agreed",
        (
            "  hint: sending them could get them mailed again; if that is intended, use "
            "--include-unsubscribed"
        ),
    ]


@pytest.mark.parametrize(
    ("export", "message", "hint"),
    [
        (
            Export("mailchimp", MAILCHIMP[2:]),
            'the dates of column "Birthday" have no year, which the API requires',
            "ignore the column: --ignore 'Birthday'",
        ),
        (
            Export("brevo", ("--map", "GEBURTSTAG=birthday")),
            (
                'column "GEBURTSTAG" does not tell whether its dates begin with the day '
                "or the month, as in 03-04-1988"
            ),
            "use --date-order dmy or --date-order mdy",
        ),
    ],
    ids=["no-year", "ambiguous"],
)
def test_birthdays_that_cannot_be_told_stop_the_run(
    export: Export, message: str, hint: str, sendx: Command, folder: Path
) -> None:
    """No date is guessed: what to say instead stands there."""
    export.write(folder / "people.csv")
    run = sendx("identify", "--from", "people.csv", *DRY_RUN, *export.options)
    assert (run.code, run.kinds) == (2, ["invalid_columns"])
    assert run.err.splitlines() == [f"sendx: people.csv: {message}", f"  hint: {hint}"]
