import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SHELL_ENVIRONMENT, Command
from tests.files.sheets import save_shared
from tests.files.workbooks import cell_of, new_sheet, save_rows
from tests.runs.conftest import Send
from tests.servers import OK, ScriptedServer, json_answer

REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
ROWS = 100_000
MEGABYTES = 1 << 20


def save_people(path: Path) -> None:
    """Write a workbook as people have them: a title, a postcode, an error, a hidden row."""
    book, sheet = new_sheet(
        ("Newsletter", None),
        ("email", "zip", "vip"),
        ("ann@b.co", 123, True),
        ("bob@b.co", "#N/A", False),
        ("cid@b.co", 456, False),
        ("dan@b.co", 789, True),
    )
    sheet.merge_cells("A1:C1")
    for row in range(3, 7):
        cell_of(sheet, f"B{row}").number_format = "00000"
    cell_of(sheet, "B4").data_type = "e"
    sheet.row_dimensions[6].hidden = True
    book.save(path)


def test_the_plan_tells_what_a_sheet_hides(sendx: Command, folder: Path) -> None:
    """Hidden rows stop the run until somebody decides; then what was done is said."""
    save_people(folder / "people.xlsx")
    words = ("identify", "--from", "people.xlsx", "--sandbox", "--custom-fields", "--dry-run")
    run = sendx(*words)
    assert (run.code, run.out) == (2, "")
    assert run.err == (
        "sendx: people.xlsx:6: row 6 is hidden\n"
        "  hint: use --hidden-rows skip or --hidden-rows include\n"
    )
    run = sendx(*words, "--hidden-rows", "skip", "--skip-invalid", "-o", "table")
    lines = run.err.splitlines()
    assert [line for line in lines if line.startswith("file: ")] == [
        "file: read sheet People",
        "file: skipped 1 line before the header",
        "file: row 6 is hidden: skipped",
    ]
    assert "people.xlsx:4:zip: the cell holds the error #N/A" in lines


def test_what_is_wrong_with_a_column_that_is_not_sent_does_not_matter(
    sendx: Command, folder: Path
) -> None:
    """The row is sent without it."""
    save_people(folder / "people.xlsx")
    words = ("--ignore", "zip", "--custom-fields", "--hidden-rows", "include", "-o", "jsonl")
    run = sendx("identify", "--from", "people.xlsx", "--sandbox", "--yes", *words)
    assert run.code == 0
    results = [json.loads(line) for line in run.out.splitlines()]
    assert sorted((result["email"], result["line"]) for result in results) == [
        ("ann@b.co", 3),
        ("bob@b.co", 4),
        ("cid@b.co", 5),
        ("dan@b.co", 6),
    ]


def test_cells_are_sent_as_they_are_shown(send: Send, server: ScriptedServer, folder: Path) -> None:
    """And failed rows come back as a workbook."""
    save_people(folder / "people.xlsx")
    server.script = lambda _request, _number: OK
    words = ("--custom-fields", "--hidden-rows", "skip", "--skip-invalid", "--concurrency", "1")
    run = send("identify", "--from", "people.xlsx", "--yes", "--no-account", *words)
    assert run.code == 4
    fields = [request.json["customFields"] for request in server.requests]  # type: ignore[index]
    assert fields == [{"zip": "00123", "vip": "TRUE"}, {"zip": "00456", "vip": "FALSE"}]
    assert "1 row to fix: " in run.err
    assert (folder / "people.failed.xlsx").exists()
    again = send("identify", "--from", "people.failed.xlsx", "--yes", *words[:1])
    assert "people.failed.xlsx:2:zip: the cell holds the error #N/A" in again.err


def test_a_run_of_a_workbook_is_resumed(send: Send, server: ScriptedServer, folder: Path) -> None:
    """The file is known by its own bytes, and its options hold."""
    book, sheet = new_sheet(("email",), *((f"p{n}@b.co",) for n in range(8)))
    sheet.row_dimensions[9].hidden = True
    book.save(folder / "people.xlsx")
    server.script = lambda _request, number: REFUSED if number > 3 else OK
    words = ("--concurrency", "1", "--hidden-rows", "skip", "--no-account", "--yes")
    assert send("identify", "--from", "people.xlsx", *words).code == 255
    server.script = lambda _request, _number: OK
    server.requests.clear()
    again = send("identify", "--from", "people.xlsx", *words)
    assert "of this file is not finished" in again.err
    assert send("runs", "resume").code == 0
    sent = {request.json["email"] for request in server.requests}  # type: ignore[index]
    assert sent == {f"p{n}@b.co" for n in range(3, 7)}


def test_a_workbook_that_was_edited_is_matched_by_content(
    send: Send, server: ScriptedServer, folder: Path
) -> None:
    """As any file is."""
    path = folder / "people.xlsx"
    save_rows(path, ("email", "first name"), *((f"p{n}@b.co", f"P{n}") for n in range(6)))
    server.script = lambda _request, number: REFUSED if number > 3 else OK
    words = ("--concurrency", "1", "--no-account", "--yes")
    assert send("identify", "--from", "people.xlsx", *words).code == 255
    server.script = lambda _request, _number: OK
    server.requests.clear()
    save_rows(path, ("email", "first name"), *((f"p{n}@b.co", f"P{n}") for n in range(5, -1, -1)))
    assert send("runs", "resume", "--yes").code == 0
    sent = {request.json["email"] for request in server.requests}  # type: ignore[index]
    assert sent == {f"p{n}@b.co" for n in range(3, 6)}


def test_contacts_in_a_workbook_are_looked_up(sendx: Command, folder: Path) -> None:
    """Of a sheet by its name; only what is wrong with an address matters."""
    book, _ = new_sheet(("nothing",))
    sheet = book.create_sheet("Members")
    for row in (("email", "sum"), ("ann@b.co", "#N/A"), ("#N/A", 1)):
        sheet.append(row)
    cell_of(sheet, "B2").data_type = cell_of(sheet, "A3").data_type = "e"
    book.save(folder / "people.xlsx")
    assert sendx("identify", "ann@b.co", "--sandbox").code == 0
    words = ("--from", "people.xlsx", "--sheet", "Members", "--skip-invalid", "-o", "jsonl")
    run = sendx("lookup", *words, "--sandbox")
    assert run.code == 4
    assert [json.loads(line)["email"] for line in run.out.splitlines()] == ["ann@b.co"]
    assert "people.xlsx:3:email: the cell holds the error #N/A" in run.err


@pytest.mark.parametrize("option", ["--sheet", "--hidden-rows"])
def test_options_about_a_sheet_require_a_workbook(
    sendx: Command, folder: Path, option: str
) -> None:
    """Said before anything is sent."""
    (folder / "people.csv").write_text("email\nann@b.co\n")
    words = ("identify", "--from", "people.csv", "--sandbox", option, "skip")
    run = sendx(*words)
    assert run.code == 2
    assert run.err.endswith(f"{option} requires an Excel or OpenDocument workbook\n")


def test_no_other_choice_is_taken(sendx: Command, folder: Path) -> None:
    """The two are named."""
    save_rows(folder / "people.xlsx", ("email",), ("ann@b.co",))
    run = sendx("identify", "--from", "people.xlsx", "--sandbox", "--hidden-rows", "send")
    assert run.err == ("sendx: --hidden-rows: no such choice: send\n  hint: one of include, skip\n")


def test_text_loads_nothing_of_workbooks(folder: Path) -> None:
    """Whoever has a CSV does not wait for it."""
    (folder / "people.csv").write_text("email\nann@b.co\n")
    code = (
        "import sys\nfrom sendx_cli.cli import app\n"
        "try: app(['identify', '--from', 'people.csv', '--sandbox', '--dry-run'])\n"
        "except SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = run.stderr.split()
    assert "sendx_cli.files.contents" in loaded
    assert not {"zipfile", "gzip", "sendx_cli.files.copying", "openpyxl"} & set(loaded)
    assert not [name for name in loaded if name.startswith("sendx_cli.files.workbooks")]


def test_a_hundred_thousand_rows_need_less_than_200_megabytes(folder: Path, program: str) -> None:
    """Each with texts of its own, all checked, with a plan."""
    texts = "".join(
        f"<x:si><x:t>p{n}@example.com</x:t></x:si><x:si><x:t>Name {n}</x:t></x:si>"
        for n in range(ROWS)
    )
    head = "".join(f'<x:c t="str"><x:v>{name}</x:v></x:c>' for name in ("email", "name"))
    rows = "".join(
        f'<x:row r="{n + 2}"><x:c t="s"><x:v>{2 * n}</x:v></x:c><x:c t="s"><x:v>{2 * n + 1}</x:v>'
        "</x:c></x:row>"
        for n in range(ROWS)
    )
    save_shared(folder / "people.xlsx", texts, f"<x:row>{head}</x:row>{rows}")
    words = ["identify", "--from", "people.xlsx", "--sandbox", "--dry-run", "--custom-fields"]
    code = (
        "import resource, subprocess, sys\n"
        "run = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "print(run.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    environment = {**os.environ, **SHELL_ENVIRONMENT}
    run = subprocess.run(
        [sys.executable, "-c", code, program, *words],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=110,
    )
    status, kibibytes = map(int, run.stdout.split())
    assert status == 0
    assert f"{ROWS:,}  to send" in run.stderr
    assert kibibytes * 1024 < 200 * MEGABYTES
