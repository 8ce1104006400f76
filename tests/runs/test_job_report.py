"""What a build server and programs are told of a run, whatever ends it."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sendx_cli.output.annotations import MAX_SHOWN
from sendx_cli.output.job_files import MAX_SUMMARY_BYTES
from tests.conftest import CANARY, Command, Run
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer

REJECTED = json_answer(422, {"message": "no"})
REFUSED = json_answer(401, {"message": "The API Key is not valid"})
ROWS = "email,first_name,status\nann@b.co,Ann,\nbob,Bob,\ncid@b.co,Cid,\nann@b.co,An,\n"
LEFT = "dan@b.co,Dan,unsubscribed\n"
NAMES = ("accepted", "rejected", "failed", "unknown", "unchanged", "bad", "to_come")


class Job:
    """A step of a job, with the files that GitHub names."""

    def __init__(self, sendx: Command, url: str) -> None:
        self._sendx = sendx
        self.env = {
            "SENDX_API_KEY": CANARY,
            "SENDX_BASE_URL": url,
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": "page.md",
            "GITHUB_OUTPUT": "outputs",
        }

    def __call__(self, *words: str, stdin: str | None = None, **env: str) -> Run:
        for name in ("page.md", "outputs", "quality.json"):
            Path(name).unlink(missing_ok=True)
        return self._sendx(*words, env=self.env | env, stdin=stdin)

    @property
    def page(self) -> list[str]:
        return Path("page.md").read_text("utf-8").splitlines()

    @property
    def ending(self) -> str:
        (line,) = [line for line in self.page if line.startswith("**")]
        return line.strip("*")

    @property
    def outputs(self) -> dict[str, str]:
        lines = Path("outputs").read_text("utf-8").split()
        return dict(line.split("=") for line in lines)

    @property
    def counted(self) -> list[int]:
        return [int(self.outputs[name]) for name in NAMES]


@pytest.fixture
def job(sendx: Command, server: ScriptedServer, folder: Path) -> Job:
    """A step that runs a command against the scripted server."""
    (folder / "p.csv").write_text(ROWS + LEFT)
    return Job(sendx, server.url)


def rejecting(*emails: str) -> Callable[[Request, int], Answering]:
    def script(request: Request, _number: int) -> Answering:
        assert isinstance(request.json, dict)
        return REJECTED if request.json["email"] in emails else OK

    return script


SKIPPING = ("identify", "--from", "p.csv", "--skip-invalid")


def test_a_run_is_told_with_all_counts(job: Job, server: ScriptedServer) -> None:
    """The page has each of them, its first bad rows, and what to type; later steps the values."""
    server.script = rejecting("cid@b.co")
    assert job(*SKIPPING).code == 4
    assert job.ending == ("exit 4: some rows were rejected, and bad rows were skipped: fix them")
    assert [line for line in job.page if line.startswith("| ")][:12] == [
        "| outcome | rows |",
        "| --- | ---: |",
        "| rows | 5 |",
        "| to send | 3 |",
        "| duplicates | 1  (their contact has an earlier row) |",
        "| accepted | 2 |",
        "| rejected | 1 |",
        "| failed | 0 |",
        "| unknown | 0 |",
        "| unchanged | 0  (not sent) |",
        "| bad | 1  (not sent) |",
        "| opted out | 1  (not sent) |",
    ]
    bad = "| p&#46;csv&#58;3&#58;email | not an address&#44; it has no &#34;&#64;&#34;&#58; bob |"
    assert bad in job.page
    assert job.page[-3:-1] == ["fix the rows in p&#46;failed&#46;csv&#44; then run&#58;", ""]
    assert job.page[-1].startswith("    sendx identify")
    assert job.counted == [2, 1, 0, 0, 0, 1, 0]
    (journal,) = Path(os.environ["XDG_STATE_HOME"], "sendx", "runs").glob("*.sqlite3")
    rest = {
        name: job.outputs[name] for name in ("run", "exit_code", "kind") if job.outputs.get(name)
    }
    assert rest == {"run": journal.stem, "exit_code": "4"}


@pytest.mark.parametrize(
    ("words", "code", "kind", "ending"),
    [
        (
            ("identify", "--from", "p.csv"),
            2,
            "invalid_rows",
            (
                "exit 2: refused before anything was sent: "
                "rows of the file are bad, or it is unclear whether they opted out"
            ),
        ),
        (
            ("identify", "--from", "p.csv", "--frist-name", "x"),
            2,
            "usage",
            "exit 2: refused before anything was sent: the command line is invalid",
        ),
        (
            ("identify", "--from", "p.csv", "--batch", "99"),
            2,
            "usage",
            "exit 2: refused before anything was sent: the command line is invalid",
        ),
        (
            ("identify", "a@b.co", "--from", "p.csv"),
            2,
            "usage",
            "exit 2: refused before anything was sent: the command line is invalid",
        ),
        (
            ("identify", "--from", "none.csv"),
            2,
            "file_refused",
            "exit 2: refused before anything was sent: the file cannot be read as contacts",
        ),
        (
            ("identify", "--from", "p.csv", "--map", "first_name=x"),
            2,
            "invalid_value",
            "exit 2: refused before anything was sent: a value is invalid",
        ),
        (
            ("runs", "resume", "nosuch"),
            2,
            "input",
            "exit 2: refused before anything was sent: see the message",
        ),
    ],
)
def test_what_is_refused_is_told(
    job: Job, server: ScriptedServer, words: tuple[str, ...], code: int, kind: str, ending: str
) -> None:
    """On the page, in the values, and as the last line of jsonl."""
    run = job(*words, "-o", "jsonl")
    assert (run.code, run.kinds[-1], server.requests) == (code, kind, [])
    assert (job.ending, job.outputs["kind"], job.outputs["exit_code"]) == (ending, kind, str(code))


def test_without_a_key_there_is_nothing_to_count(job: Job) -> None:
    """The file was not read."""
    run = job(*SKIPPING, "--no-account", "-o", "jsonl", SENDX_API_KEY="")
    assert (run.code, run.kinds) == (255, ["key_missing"])
    assert job.ending == "exit 255: nothing can succeed until you act: there is no API key"
    assert "profile main has no API key  " in job.page
    assert not any(line.startswith("|") for line in job.page)
    assert job.counted == [0] * len(NAMES)


def test_a_wrong_key_is_told(job: Job, server: ScriptedServer) -> None:
    """With what to do about it."""
    server.script = lambda _request, _number: REFUSED
    assert job(*SKIPPING, "--concurrency", "1").code == 255
    assert job.ending == "exit 255: nothing can succeed until you act"
    assert "stopped&#58; The API Key is not valid  " in job.page
    assert job.counted == [0, 0, 0, 0, 0, 1, 3]


@pytest.mark.parametrize(
    ("answering", "code", "kind"),
    [
        (REFUSED, 255, "key_refused"),
        (json_answer(302, {}, {"Location": "https://elsewhere.example"}), 255, "service_unusable"),
        (json_answer(429, {}, {"Retry-After": "100000"}), 5, "passing_trouble"),
        (json_answer(429, {"message": "upgrade your plan"}), 5, "passing_trouble"),
        (REJECTED, 4, ""),
    ],
)
def test_a_run_that_was_stopped_has_the_kind_of_what_stopped_it(
    job: Job, server: ScriptedServer, answering: bytes, code: int, kind: str
) -> None:
    """Amid its rows; one that was sent to its end has none."""
    server.script = lambda _request, number: answering if number == 2 else OK
    assert job(*SKIPPING, "--concurrency", "1").code == code
    assert job.outputs["kind"] == kind


def test_an_unknown_column_is_told_with_its_options(job: Job) -> None:
    """At the file's first line, on the page, and in the record that programs read."""
    Path("p.csv").write_text("email,Shoe Size\nann@b.co,40\n")
    run = job("identify", "--from", "p.csv", "-o", "jsonl")
    error = json.loads(run.out)["error"]
    option = "--map 'Shoe Size=field:Shoe Size'"
    hint, line = error["hint"].split("\n")
    assert (run.code, error["kind"], option in line) == (2, "invalid_columns", True)
    assert "  " not in line
    assert job.ending == (
        "exit 2: refused before anything was sent: a column is unknown or cannot be used"
    )
    assert any("Shoe Size&#61;field&#58;Shoe Size" in shown for shown in job.page)
    (annotation,) = [one for one in run.err.splitlines() if one.startswith("::error ")]
    assert annotation == (
        f'::error file=p.csv,line=1::p.csv: unknown column "Shoe Size"%0A{hint}%0A{line}'
    )


def test_a_config_that_cannot_be_read_is_told(job: Job, home: Path) -> None:
    """Before there is anything of a run."""
    config = home / "config" / "sendx" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("=")
    run = job(*SKIPPING, "--json")
    assert (run.code, json.loads(run.out)["error"]["kind"]) == (255, "config_unusable")
    assert "exit 255" in job.ending


def test_a_dry_run_is_told_as_one(job: Job) -> None:
    """It sends nothing, and says whether a run would."""
    assert job("identify", "--from", "p.csv", "--dry-run").code == 2
    assert job("identify", "--from", "p.csv", "--dry-run", "--skip-invalid").code == 4
    assert job.ending == "exit 4: a dry run: some rows are bad, fix them"
    assert job.counted == [0, 0, 0, 0, 0, 1, 3]


def test_a_resumed_run_is_told_as_a_whole(job: Job, server: ScriptedServer) -> None:
    """What was accepted before counts, and the bad rows are listed again."""
    server.script = lambda _request, number: REFUSED if number == 2 else OK
    assert job(*SKIPPING, "--concurrency", "1").code == 255
    server.script = lambda _request, _number: OK
    assert job("runs", "resume", "--code-quality", "quality.json").code == 4
    assert job.ending == "exit 4: bad rows were skipped: fix them"
    assert job.counted == [3, 0, 0, 0, 0, 1, 0]
    assert any(line.startswith("| p&#46;csv&#58;3 |") for line in job.page)
    assert lines_of_quality() == [3]


def test_rows_that_come_one_by_one_are_told(job: Job) -> None:
    """Their bad ones at their lines, too, and once."""
    run = job("identify", "--from", "-", "--stream", stdin=ROWS)
    assert run.code == 4
    assert job.counted == [3, 0, 0, 0, 0, 1, 0]
    place, reason = "standard input:3", 'email: not an address, it has no "@": bob'
    assert [line for line in run.err.splitlines() if "not an address" in line] == [
        f"::error file=standard input,line=3::{place}: {reason}"
    ]


def test_a_bad_row_is_named_once(job: Job) -> None:
    """At its line, and with its place for those who read the log."""
    run = job(*SKIPPING)
    assert [line for line in run.err.splitlines() if "bob" in line] == [
        '::error file=p.csv,line=3::p.csv:3:email: not an address, it has no "@": bob'
    ]


def test_so_many_lines_are_shown_as_github_shows(job: Job, server: ScriptedServer) -> None:
    """Bad rows and rejected ones together; each bad one is named, there or in the log."""
    rows = "".join(f"bad{n}\n" for n in range(12)) + "".join(f"p{n}@b.co\n" for n in range(12))
    Path("many.csv").write_text(f"email\n{rows}")
    server.script = lambda _request, _number: REJECTED
    lines = job("identify", "--from", "many.csv", "--skip-invalid").err.splitlines()
    assert sum(line.startswith("::error ") for line in lines) == MAX_SHOWN
    for n in range(12):
        assert sum(line.endswith(f": bad{n}") for line in lines) == 1


def test_a_page_that_is_full_is_left_alone(job: Job) -> None:
    """GitHub shows nothing of one that is longer; a warning says so."""
    page = Path("full.md")
    page.write_bytes(b"x" * (MAX_SUMMARY_BYTES - 10))
    run = job(*SKIPPING, GITHUB_STEP_SUMMARY="full.md")
    assert page.stat().st_size == MAX_SUMMARY_BYTES - 10
    warning = "sendx: warning: the job's summary could not be written: there is no room for more"
    assert run.err.splitlines().count(warning) == 1


def test_files_that_cannot_be_written_are_a_warning_each(job: Job, folder: Path) -> None:
    """The exit code is the run's."""
    run = job(*SKIPPING, GITHUB_STEP_SUMMARY=str(folder), GITHUB_OUTPUT=str(folder))
    assert run.code == 4
    assert [line for line in run.err.splitlines() if "could not be written" in line] == [
        "sendx: warning: the job's summary could not be written: is a directory",
        "sendx: warning: the job's outputs could not be written: is a directory",
    ]


def quality() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(Path("quality.json").read_text("utf-8"))
    return found


def lines_of_quality() -> list[int]:
    return [item["location"]["lines"]["begin"] for item in quality()]  # type: ignore[index]


QUALITY = ("--code-quality", "quality.json")


def test_gitlab_is_told_of_bad_and_rejected_rows(job: Job, server: ScriptedServer) -> None:
    """In the file's order, each with what is wrong."""
    server.script = rejecting("cid@b.co")
    assert job(*SKIPPING, *QUALITY).code == 4
    bad, rejected = quality()
    assert bad["fingerprint"] != rejected["fingerprint"]
    for item in (bad, rejected):
        del item["fingerprint"]
    assert bad == {
        "description": 'email: not an address, it has no "@": bob',
        "check_name": "bad_row",
        "severity": "major",
        "location": {"path": "p.csv", "lines": {"begin": 3}},
    }
    assert (rejected["check_name"], rejected["description"]) == ("rejected", "no")
    assert rejected["location"] == {"path": "p.csv", "lines": {"begin": 4}}


@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--dry-run", "--skip-invalid")])
def test_gitlab_is_told_of_a_file_that_is_not_sent(job: Job, more: tuple[str, ...]) -> None:
    """All bad rows, however they came to light."""
    Path("p.csv").write_text("email\n" + "bob\n" * 30)
    assert job("identify", "--from", "p.csv", *more, *QUALITY).code in {2, 4}
    assert lines_of_quality() == [*range(2, 32)]
    assert len({item["fingerprint"] for item in quality()}) == 30


def test_a_finding_is_the_same_after_lines_before_it(job: Job) -> None:
    """GitLab compares a branch with its target by fingerprints."""
    job("identify", "--from", "p.csv", *QUALITY)
    (before,) = quality()
    Path("p.csv").write_text(ROWS.replace("ann@b.co,Ann,\n", "ann@b.co,Ann,\neve@b.co,Eve,\n"))
    job("identify", "--from", "p.csv", *QUALITY)
    (after,) = quality()
    assert (before["fingerprint"], lines_of_quality()) == (after["fingerprint"], [4])


def test_a_file_that_cannot_be_read_is_one_finding(job: Job) -> None:
    """On its first line; without anything wrong the report is an empty list."""
    Path("p.csv").write_text("email,Plan\nann@b.co,pro\n")
    assert job("identify", "--from", "p.csv", *QUALITY).code == 2
    assert [item["check_name"] for item in quality()] == ["invalid_columns"]
    assert job("identify", "--from", "p.csv", "--ignore", "Plan", *QUALITY).code == 0
    assert quality() == []
    missing_key = job("identify", "--from", "p.csv", "--ignore", "Plan", *QUALITY, SENDX_API_KEY="")
    assert (missing_key.code, quality()) == (255, [])


def test_gitlab_knows_files_from_the_top_of_the_project(
    job: Job, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the working directory."""
    monkeypatch.setenv("CI_PROJECT_DIR", str(folder.parent))
    job("identify", "--from", "p.csv", *QUALITY)
    assert [item["location"]["path"] for item in quality()] == [  # type: ignore[index]
        f"{folder.name}/p.csv"
    ]


@pytest.mark.parametrize("target", ["p.csv", "r.jsonl"])
def test_the_report_for_gitlab_replaces_nothing_else(job: Job, target: str) -> None:
    """Neither the file that is sent nor another one that is written, whatever is wrong."""
    words = ("identify", "--from", "p.csv", "--report", "r.jsonl", "--code-quality", target)
    assert job(*words).code == 2
    assert job(*words, "--nope").code == 2
    assert Path("p.csv").read_text() == ROWS + LEFT
    assert not Path("r.jsonl").exists()


def test_jsonl_has_each_bad_row_and_then_the_end(job: Job) -> None:
    """All of them, with their lines; the end is no result: it has no email."""
    Path("p.csv").write_text("email\n" + "bob\n" * 25)
    for more in ((), ("--dry-run",)):
        records = job("identify", "--from", "p.csv", "-o", "jsonl", *more).out.splitlines()
        *bad, ending = map(json.loads, records)
        assert [(one["source"], one["line"]) for one in bad] == [("p.csv", n) for n in range(2, 27)]
        assert {one["error"]["kind"] for one in bad} == {"bad"}
        assert ending == {
            "ok": False,
            "exit_code": 2,
            "where": "p.csv",
            "error": {
                "kind": "invalid_rows",
                "message": "25 of 25 rows are bad: nothing was sent",
                "hint": ending["error"]["hint"],
            },
        }


def test_json_is_one_document(job: Job) -> None:
    """An array of the bad rows and the end, or the plan of a dry run with its error."""
    array = json.loads(job("identify", "--from", "p.csv", "-o", "json").out)
    assert [one["error"]["kind"] for one in array] == ["bad", "invalid_rows"]
    plan = json.loads(job("identify", "--from", "p.csv", "--dry-run", "-o", "json").out)
    assert (plan["ok"], plan["error"]["kind"], plan["rows"]) == (False, "invalid_rows", 5)


@pytest.mark.parametrize("output", [(), ("-o", "table"), ("-o", "csv")])
def test_standard_output_stays_clean(job: Job, output: tuple[str, ...]) -> None:
    """Where no JSON was asked for, errors are for people alone."""
    assert job("identify", "--from", "p.csv", *output).out == ""
    assert job("identify", "--from", "p.csv", *output, "--nope").out == ""
    assert job("identify", "bob", *output).out == ""


@pytest.mark.parametrize("number", [1, 2])
def test_every_shard_tells_of_the_bad_row_that_refuses_it(job: Job, number: int) -> None:
    """Wherever that row is told of, and whichever shard it is in; the title names the shard."""
    words = ("identify", "--from", "p.csv", "--shard", f"{number}/2")
    run = job(*words, "-o", "jsonl", "--code-quality", "quality.json")
    assert run.code == 2
    assert [json.loads(line).get("line") for line in run.out.splitlines()] == [3, None]
    assert job.page[1] == f"### sendx identify p&#46;csv&#44; shard {number} of 2"
    assert len([line for line in job.page if "p&#46;csv&#58;3&#58;email" in line]) == 1
    findings = json.loads(Path("quality.json").read_text())
    assert [one["location"]["lines"]["begin"] for one in findings] == [3]


def test_a_shard_tells_of_no_bad_row_that_another_one_skips(
    job: Job, server: ScriptedServer
) -> None:
    """Only the first shard does; a resume has the shard in its title as well."""
    server.script = lambda _request, _number: REFUSED
    pages = []
    for number in (1, 2):
        job(*SKIPPING, "--shard", f"{number}/2", "--code-quality", "quality.json")
        findings = json.loads(Path("quality.json").read_text())
        pages.append((len(findings), "\n".join(job.page).count("&#58;3&#58;email")))
    assert pages == [(1, 1), (0, 0)]
    run = json.loads(job("runs", "list").out.splitlines()[0])
    job("runs", "resume", run["run"])
    number, total = run["shard"].split("/")
    assert job.page[1].endswith(f"p&#46;csv&#44; shard {number} of {total}")
