"""The plan beside its account: whose it is, what would be created, lists by name, values."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sendx_cli.sandbox.account import account_of
from sendx_cli.sandbox.beginning import begin_with
from sendx_cli.settings.paths import sandbox_path
from tests.conftest import Command, Run

NEWS = "list_0123456789abcdefABCDEF"
PARTNERS = "list_0123456789abcdefABCDEG"
ACCOUNT = {
    "members": ["jane@acme.com"],
    "tags": ["trial", "vip", "customer"],
    "fields": [
        {"name": "Plan"},
        {"name": "Seats", "type": "number"},
        {"name": "Renewal", "type": "date"},
        {"name": "Active", "type": "boolean"},
        {"name": "Mobile", "type": "phone"},
    ],
    "lists": [
        {"name": "Newsletter", "id": NEWS, "double_opt_in": True},
        {"name": "Partners", "id": PARTNERS},
    ],
}
OK_SUMMARY = "exit 0: every row was accepted"


@pytest.fixture
def acme(sendx: Command, folder: Path) -> Callable[..., Run]:
    """Runs a command against a sandbox that begins with the account above."""
    assert folder.is_dir()
    begin_with(sandbox_path(), account_of(ACCOUNT))
    return lambda *words, **more: sendx(*words, "--sandbox", **more)


def contact(sendx: Command, email: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(sendx("sandbox", "contacts", email, "--json").out)
    return found


def bodies(run: Run) -> list[dict[str, object]]:
    return [json.loads(line)["body"] for line in run.out.splitlines()]


def test_the_plan_names_what_would_be_created_and_what_is_near(acme: Callable[..., Run]) -> None:
    """Tags and fields that are not there, the mistyped ones first, and lists by their names."""
    Path("p.csv").write_text(
        "email,tags,lists,Plan,Seat\n"
        "ann@b.co,trail;vip,Newsletter,pro,3\n"
        "bob@b.co,autumn;vip,Partners,,\n"
        "cid@b.co,autumn;V I P,Newsletter;Partners,,4\n"
    )
    run = acme("identify", "--from", "p.csv", "--custom-fields", "--dry-run", "-o", "table")
    assert (run.code, run.out) == (0, "")
    assert run.err.splitlines() == [
        "plan: identify from p.csv",
        "  3  rows",
        "  3  to send",
        "  3  contacts",
        "account: jane@acme.com, 3 tags, 5 custom fields",
        "columns:",
        '  email: "email" (by its name)',
        '  tags: "tags" (by its name)',
        '  lists: "lists" (by its name)',
        '  custom field "Plan": "Plan" (--custom-fields)',
        '  custom field "Seat": "Seat" (--custom-fields)',
        "tags to add:",
        '  2  "autumn"',
        '  2  "vip"',
        '  1  "V I P"',
        '  1  "trail"',
        "lists to add contacts to:",
        f'  2  "Newsletter" ({NEWS}), double opt-in: new members are mailed to confirm',
        f'  2  "Partners" ({PARTNERS})',
        "custom fields to write:",
        '  2  "Seat"',
        '  1  "Plan"',
        'note: tags "vip", "V I P" differ only in case or spacing',
        "tags that would be created:",
        '  1  "V I P": new; near "vip" (exists)',
        '  1  "trail": new; near "trial" (exists)',
        '  2  "autumn": new',
        "custom fields that would be created:",
        '  2  "Seat": new; near "Seats" (exists)',
    ]


def test_a_plan_that_creates_nothing_says_only_whose_account_it_is(
    acme: Callable[..., Run],
) -> None:
    """One line; a track is compared by the tags it adds, and not by those it removes."""
    Path("p.csv").write_text("email\nann@b.co\n")
    words = ("track", "--from", "p.csv", "--add-tag", "vip", "--remove-tag", "gone")
    assert acme(*words, "--dry-run", "-o", "table").err.splitlines() == [
        "plan: track from p.csv",
        "  1  row",
        "  1  to send",
        "  1  contact",
        "account: jane@acme.com, 3 tags, 5 custom fields",
        "columns:",
        '  email: "email" (by its name)',
        "tags to add:",
        '  1  "vip"',
        "tags to remove:",
        '  1  "gone"',
    ]


def test_the_record_of_a_plan_has_its_account(acme: Callable[..., Run]) -> None:
    """With the names that would be created, and the lists that are used."""
    Path("p.csv").write_text("email,tags,lists\nann@b.co,trail;vip,Newsletter\n")
    run = acme("identify", "--from", "p.csv", "--dry-run", "-o", "json", "-q")
    assert json.loads(run.out)["account"] == {
        "members": ["jane@acme.com"],
        "tags": {"known": 3, "new": [{"name": "trail", "rows": 1, "near": "trial"}]},
        "custom_fields": {"known": 5, "new": []},
        "lists": {
            "known": 2,
            "used": [{"id": NEWS, "name": "Newsletter", "double_opt_in": True, "rows": 1}],
        },
        "not_compared": [],
    }


def test_without_the_account_the_plan_says_nothing_of_it(
    acme: Callable[..., Run], sendx: Command
) -> None:
    """By the option, or by the profile."""
    Path("p.csv").write_text("email,tags\nann@b.co,trail\n")
    words = ("identify", "--from", "p.csv", "--dry-run", "-o", "json")
    run = acme(*words, "--no-account")
    assert json.loads(run.out)["account"] is None
    assert "account" not in run.err
    assert sendx("config", "set", "account", "false").code == 0
    assert json.loads(acme(*words).out)["account"] is None


def test_lists_go_by_name_and_are_sent_by_id(acme: Callable[..., Run], sendx: Command) -> None:
    """In a column, in an option, and of a contact named on the command line; each once."""
    Path("p.csv").write_text(f"email,lists\nann@b.co,Newsletter;{NEWS};Partners\nbob@b.co,\n")
    words = ("identify", "--from", "p.csv", "--list", "Partners")
    assert [body["lists"] for body in bodies(acme(*words, "--dry-run", "-o", "jsonl"))] == [
        [NEWS, PARTNERS],
        [PARTNERS],
    ]
    assert acme(*words).code == 0
    assert contact(sendx, "ann@b.co")["lists"] == [NEWS, PARTNERS]
    assert acme("identify", "cid@b.co", "--list", "Newsletter").code == 0
    assert contact(sendx, "cid@b.co")["lists"] == [NEWS]


def test_lists_go_by_name_in_a_stream(acme: Callable[..., Run], sendx: Command) -> None:
    """Each row as it comes; one that names no list of the account is a bad row."""
    rows = "email,lists\nann@b.co,Newsletter\nbob@b.co,Newsleter\n"
    run = acme("identify", "--from", "-", "--stream", stdin=rows)
    assert run.code == 4
    assert contact(sendx, "ann@b.co")["lists"] == [NEWS]
    assert run.err.splitlines()[:2] == [
        "plan: identify from standard input, as rows arrive",
        "account: jane@acme.com, 3 tags, 5 custom fields",
    ]
    assert "sendx: standard input:3: lists: no such list: Newsleter\n" in run.err


BAD_ROWS = {
    "lists": [
        ("Newsleter", 'no such list: Newsleter (did you mean "Newsletter"?)'),
        (f"{NEWS[:-1]}x", f"no such list: {NEWS[:-1]}x"),
    ],
    "Seats": [
        (
            "3 or 4",
            "custom field Seats takes a number: 3 or 4 (an integer or a decimal, as in 3.5)",
        ),
        ("++x", "custom field Seats counts by a number: ++x (as in ++5)"),
    ],
    "Renewal": [
        ("soon", "custom field Renewal takes a date: soon (write it as YYYY-MM-DD)"),
        (
            "31.02.2026",
            (
                "custom field Renewal takes a date: 31.02.2026 "
                "(not a calendar date when read as dmy: write it as YYYY-MM-DD)"
            ),
        ),
    ],
    "Active": [("yes", "custom field Active takes true or false: yes (in lower case)")],
    "Mobile": [
        (
            "4.9E+11",
            (
                "custom field Mobile takes a phone number: 4.9E+11 "
                "(in its international form, as in +4915112345678)"
            ),
        )
    ],
    "Plan": [
        (
            "++1",
            (
                "custom field Plan is not a number in the account, so it cannot count: ++1 "
                "(only fields of type number can)"
            ),
        )
    ],
}


@pytest.mark.parametrize("column", BAD_ROWS)
def test_what_the_account_would_not_take_is_a_bad_row(
    column: str, acme: Callable[..., Run], sendx: Command
) -> None:
    """With its line and column; nothing is sent, and --skip-invalid sends the others."""
    cells = [cell for cell, _ in BAD_ROWS[column]]
    Path("p.csv").write_text(
        f"email,{column}\nann@b.co,\n" + "".join(f"bob@b.co,{cell}\n" for cell in cells)
    )
    words = ("identify", "--from", "p.csv", "--custom-fields", "--date-order", "dmy")
    run = acme(*words)
    assert run.code == 2
    verb = "is" if len(cells) == 1 else "are"
    assert run.err.splitlines()[-len(cells) - 2 :] == [
        *(f"p.csv:{n}:{column}: {text}" for n, (_, text) in enumerate(BAD_ROWS[column], start=3)),
        f"sendx: p.csv: {len(cells)} of {len(cells) + 1} rows {verb} bad: nothing was sent",
        "  hint: fix the file, or use --skip-invalid to send the other rows",
    ]
    assert sendx("sandbox", "contacts", "-o", "jsonl").out == ""
    assert acme(*words, "--skip-invalid").code == 4
    (sent,) = sendx("sandbox", "contacts", "-o", "jsonl").out.splitlines()
    assert json.loads(sent)["email"] == "ann@b.co"


def test_what_fits_its_field_is_sent_as_it_stands(acme: Callable[..., Run]) -> None:
    """Numbers, counts, booleans, phone numbers, and text of any kind."""
    Path("p.csv").write_text(
        "email,Seats,Active,Mobile,Plan\nann@b.co,-3.50,true,+49 151 (123) 456-78,31.12.2026\n"
        "bob@b.co,++5,false,+4915112345678,4.9E+11\n"
    )
    run = acme("identify", "--from", "p.csv", "--custom-fields", "--dry-run", "-o", "jsonl")
    assert [body["customFields"] for body in bodies(run)] == [
        {
            "Seats": "-3.50",
            "Active": "true",
            "Mobile": "+49 151 (123) 456-78",
            "Plan": "31.12.2026",
        },
        {"Seats": "++5", "Active": "false", "Mobile": "+4915112345678", "Plan": "4.9E+11"},
    ]


def renewals(run: Run) -> list[str]:
    assert run.code == 0, run.err
    return [body["customFields"]["Renewal"] for body in bodies(run)]  # type: ignore[index]


DATED = ("identify", "--from", "p.csv", "--dry-run", "-o", "jsonl", "-q")


def test_dates_in_the_files_own_order_become_the_fields(acme: Callable[..., Run]) -> None:
    """The whole column tells its order; one that begins with its year needs none."""
    field = ("--map", "Until=field:Renewal")
    Path("p.csv").write_text("email,Until\nann@b.co,3.4.2026\nbob@b.co,24.12.2026\n")
    assert renewals(acme(*DATED, *field)) == ["2026-04-03", "2026-12-24"]
    Path("p.csv").write_text("email,Until\nann@b.co,3/4/2026\nbob@b.co,12/24/2026\n")
    assert renewals(acme(*DATED, *field)) == ["2026-03-04", "2026-12-24"]
    Path("p.csv").write_text("email,Until\nann@b.co,2026-4-3\n")
    assert renewals(acme(*DATED, *field)) == ["2026-04-03"]


def test_dates_that_do_not_tell_their_order_stop_the_run(acme: Callable[..., Run]) -> None:
    """Unless an option or the file's birthdays tell it."""
    Path("p.csv").write_text("email,Until\nann@b.co,3/4/2026\n")
    field = ("--map", "Until=field:Renewal")
    run = acme(*DATED, *field)
    assert (run.code, run.kinds) == (2, ["invalid_columns"])
    assert run.err.splitlines() == [
        (
            'sendx: p.csv: column "Until" does not tell whether its dates begin with the day '
            "or the month, as in 3/4/2026"
        ),
        "  hint: use --date-order dmy or --date-order mdy",
    ]
    assert renewals(acme(*DATED, *field, "--date-order", "mdy")) == ["2026-03-04"]
    Path("p.csv").write_text("email,birthday,Until\nann@b.co,24.12.1990,3.4.2026\n")
    assert renewals(acme(*DATED, *field)) == ["2026-04-03"]


def test_dates_among_the_members_of_json_lines_are_turned_too(acme: Callable[..., Run]) -> None:
    """Their order is told by all of the field's values."""
    Path("p.jsonl").write_text(
        '{"email": "ann@b.co", "customFields": {"Renewal": "3.4.2026", "Seats": 5}}\n'
        '{"email": "bob@b.co", "customFields": {"Renewal": "24.12.2026"}}\n'
    )
    run = acme("identify", "--from", "p.jsonl", "--dry-run", "-o", "jsonl", "-q")
    assert renewals(run) == ["2026-04-03", "2026-12-24"]


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (
            ("identify", "--list", "Newsleter"),
            "--list: no such list: Newsleter",
            'did you mean "Newsletter"?',
        ),
        (
            ("identify", "--field", "Seats=many"),
            "--field: custom field Seats takes a number: many",
            "an integer or a decimal, as in 3.5",
        ),
        (
            ("identify", "--field", "Renewal=24.12.2026"),
            "--field: custom field Renewal takes a date: 24.12.2026",
            "it does not begin with its year: write it as YYYY-MM-DD",
        ),
        (
            ("identify", "--tag", "trail", "--existing-only"),
            "--add-tag: would create tag: trail",
            'did you mean "trial"?',
        ),
        (
            ("track", "--add-tag", "autumn", "--existing-only"),
            "--add-tag: would create tag: autumn",
            "--existing-only accepts only those that exist",
        ),
    ],
)
def test_what_an_option_says_of_every_row_is_refused_once(
    words: tuple[str, ...], message: str, hint: str, acme: Callable[..., Run]
) -> None:
    """As a mistake in the command, and not a hundred thousand in the file."""
    Path("p.csv").write_text("email\nann@b.co\nbob@b.co\n")
    run = acme(words[0], "--from", "p.csv", *words[1:])
    assert (run.code, run.out) == (2, "")
    assert run.err.splitlines() == [f"sendx: {message}", f"  hint: {hint}"]


def test_only_existing_names_are_taken_if_that_is_asked_for(
    acme: Callable[..., Run], sendx: Command
) -> None:
    """By the option or the profile; a tag that is removed is no matter."""
    Path("p.csv").write_text("email,tags,Plann\nann@b.co,vip,\nbob@b.co,trail,\ncid@b.co,,pro\n")
    words = ("identify", "--from", "p.csv", "--custom-fields", "-q")
    refused = acme(*words, "--existing-only")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.splitlines()[:2] == [
        'p.csv:3:tags: would create tag: trail (did you mean "trial"?)',
        'p.csv:4:Plann: would create custom field: Plann (did you mean "Plan"?)',
    ]
    assert sendx("config", "set", "existing_only", "true").code == 0
    assert acme(*words).err == refused.err
    Path("t.csv").write_text("email,add_tags,remove_tags\nann@b.co,vip,gone\nbob@b.co,trail,\n")
    track = acme("track", "--from", "t.csv", "-q")
    assert track.err.splitlines()[:1] == [
        't.csv:3:add_tags: would create tag: trail (did you mean "trial"?)'
    ]
    single = acme("track", "ann@b.co", "--add-tag", "trail")
    assert (single.code, single.out) == (2, "")
    assert single.err == 'sendx: would create tag: trail\n  hint: did you mean "trial"?\n'
    assert sendx("sandbox", "contacts", "-o", "jsonl").out == ""


def test_what_holds_new_names_off_is_not_left_out_by_the_way(
    acme: Callable[..., Run], sendx: Command
) -> None:
    """A profile's fence needs the account: --no-account is refused, for a file and a contact."""
    Path("p.csv").write_text("email,tags\nann@b.co,vip\n")
    assert sendx("config", "set", "existing_only", "true").code == 0
    for words in (("--from", "p.csv"), ("ann@b.co",)):
        run = acme("identify", *words, "--no-account")
        assert (run.code, run.out) == (2, "")
        assert run.err.splitlines() == [
            (
                "sendx: existing_only (profile main) needs the account, which is not read: "
                "account is false (flag --no-account)"
            ),
            "  hint: remove --no-account, or remove one of the two from the profile",
        ]


@pytest.mark.parametrize("words", [("--from", "p.csv"), ("ann@b.co",)])
def test_a_lists_name_needs_the_account(words: tuple[str, ...], acme: Callable[..., Run]) -> None:
    """With --no-account it is refused, and the id is taken."""
    Path("p.csv").write_text("email\nann@b.co\n")
    run = acme("identify", *words, "--list", "Newsletter", "--no-account")
    assert (run.code, run.out) == (2, "")
    assert run.err.splitlines()[-2:] == [
        f"sendx: {'--list: ' if words[0] == '--from' else ''}not a list id: Newsletter",
        (
            "  hint: a list id is list_ and 22 letters or digits; finding it by name needs the "
            "account, which is not read here (--no-account, or account = false)"
        ),
    ]
    assert acme("identify", *words, "--list", NEWS, "--no-account").code == 0


def test_a_column_of_lists_names_needs_the_account(acme: Callable[..., Run]) -> None:
    """Without it they are bad rows, as ever."""
    Path("p.csv").write_text("email,lists\nann@b.co,Newsletter\n")
    run = acme("identify", "--from", "p.csv", "--no-account", "-q")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("p.csv:2:lists: not a list id: Newsletter (")


def test_a_journal_knows_rows_by_what_the_file_says(
    acme: Callable[..., Run], sendx: Command
) -> None:
    """Dates and lists are turned for the service; the row of a mended file is the same row."""
    words = ("identify", "--from", "p.csv", "--map", "Until=field:Renewal", "--skip-invalid")
    Path("p.csv").write_text(
        "email,lists,Until\nann@b.co,Newsletter,24.12.2026\nbob@b.co,Newsletter,2.1.2027\n"
    )
    assert acme(*words).code == 0
    assert contact(sendx, "ann@b.co")["customFields"] == {"Renewal": "2026-12-24"}
    Path("p.csv").write_text(
        "email,lists,Until\nbob@b.co,Newsletter,2.1.2027\nann@b.co,Newsletter,24.12.2026\n"
        "cid@b.co,Partners,3.1.2027\n"
    )
    run = acme("runs", "resume")
    assert run.code == 0, run.err
    assert "sendx: 2 of 3 rows were already accepted, 1 are to send\n" in run.err
    assert [json.loads(line)["email"] for line in run.out.splitlines()] == ["cid@b.co"]
    assert contact(sendx, "cid@b.co")["lists"] == [PARTNERS]


def test_rows_to_mend_are_sent_by_the_same_rules(acme: Callable[..., Run]) -> None:
    """The command that is ready to be copied says so."""
    Path("p.csv").write_text("email,tags\nann@b.co,vip\nbob@b.co,trail\n")
    words = ("identify", "--from", "p.csv", "--skip-invalid")
    fenced = acme(*words, "--existing-only")
    assert fenced.err.endswith(
        "then run:\n  sendx identify --from p.failed.csv --existing-only --sandbox\n"
    )
    Path("q.csv").write_text("email,tags\nann@b.co,vip\nbob,trail\n")
    alone = acme("identify", "--from", "q.csv", "--skip-invalid", "--no-account")
    assert alone.err.endswith(
        "then run:\n  sendx identify --from q.failed.csv --no-account --sandbox\n"
    )


def test_a_stream_is_held_to_existing_names_and_types(
    acme: Callable[..., Run], sendx: Command
) -> None:
    """Its dates have the order that is said; without it they begin with the year."""
    stream = ("identify", "--from", "-", "--stream", "--existing-only", "--custom-fields", "-q")
    rows = "email,tags,Renewal\nann@b.co,vip,2026-12-24\nbob@b.co,trail,\ncid@b.co,,24.12.2026\n"
    run = acme(*stream, stdin=rows)
    assert run.code == 4
    assert [line for line in run.err.splitlines() if line.startswith("sendx: standard")] == [
        "sendx: standard input:3: tags: would create tag: trail",
        "sendx: standard input:4: Renewal: custom field Renewal takes a date: 24.12.2026",
    ]
    assert acme(*stream, "--date-order", "dmy", stdin=rows).code == 4
    assert contact(sendx, "cid@b.co")["customFields"] == {"Renewal": "2026-12-24"}


def test_a_stream_is_refused_for_what_its_options_say(acme: Callable[..., Run]) -> None:
    """Before a row is read."""
    run = acme("identify", "--from", "-", "--stream", "--list", "Nobody", stdin="email\na@b.co\n")
    assert (run.code, run.out) == (2, "")
    assert run.err == "sendx: --list: no such list: Nobody\n"
