"""What is said to come next after a run: nothing that must fail again, and with its options."""

import shlex
from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer

REJECTED = json_answer(422, {"status": "error", "message": "no"})
NOT_FOUND = json_answer(404, {"status": "error", "message": "Resource not found"})
FAILED = json_answer(500, {"status": "error", "message": "Internal server error occurred"})
REFUSED = json_answer(401, {"status": 401, "message": "not valid"})
ANSWERS = {"rejected": REJECTED, "new": NOT_FOUND, "failed": FAILED, "stop": REFUSED}


@pytest.fixture(autouse=True)
def _answers(server: ScriptedServer) -> None:
    """The service answers by the name in an address."""

    def script(request: Request, _number: int) -> Answering:
        assert isinstance(request.json, dict)
        return ANSWERS.get(str(request.json["email"]).partition("@")[0], OK)

    server.script = script


def next_after(send: Send, *words: str, rows: str) -> str:
    """Return what follows `next: ` after a run of these rows."""
    Path("p.csv").write_text("email\n" + "".join(f"{row}\n" for row in rows.split()))
    run = send(*words, "--from", "p.csv", "--retries", "0", "--concurrency", "1")
    _, _, found = run.err.partition("\nnext: ")
    assert "\nnext: " not in found
    return found.removesuffix("\n").replace(f"{Path.cwd()}/", "")


@pytest.mark.parametrize(
    ("rows", "before"),
    [
        ("rejected@b.co", "fix the rows in p.failed.csv, then run:\n  "),
        ("bad ok@b.co", "fix the rows in p.failed.csv, then run:\n  "),
        ("failed@b.co rejected@b.co", "fix the rows in p.failed.csv, then run:\n  "),
        ("failed@b.co", ""),
    ],
)
def test_rows_that_would_be_rejected_again_are_to_be_fixed_first(
    send: Send, rows: str, before: str
) -> None:
    """Those that were only given up can be sent as they are."""
    found = next_after(send, "identify", "--skip-invalid", rows=rows)
    assert found == f"{before}sendx identify --from p.failed.csv"


@pytest.mark.parametrize(
    ("rows", "before"),
    [
        ("new@b.co", "identify the unknown contacts in p.failed.csv, then run:\n  "),
        (
            "new@b.co rejected@b.co",
            "fix the rows and identify the unknown contacts in p.failed.csv, then run:\n  ",
        ),
    ],
)
def test_contacts_that_cannot_be_tracked_are_to_be_identified_first(
    send: Send, rows: str, before: str
) -> None:
    """The service tracks nobody that it does not know."""
    found = next_after(send, "track", "--add-tag", "vip", rows=rows)
    assert found == f"{before}sendx track --from p.failed.csv --add-tag vip"


def test_what_stopped_a_run_is_to_be_fixed_before_it_goes_on(send: Send) -> None:
    """A refused key would be refused again."""
    found = next_after(send, "identify", rows="stop@b.co ok@b.co")
    assert found.startswith("fix what stopped the run, then run:\n  sendx runs resume ")


def test_the_options_of_the_run_go_with_a_resume(send: Send) -> None:
    """The report is then written whole."""
    words = ("identify", "--report", "r.jsonl", "--show", "failed", "--keep-going")
    found = next_after(send, *words, rows="stop@b.co ok@b.co")
    assert found.endswith(" --report r.jsonl --show failed --keep-going")
    assert send(*shlex.split(found.partition("\n  sendx ")[2])).code == 255


def test_the_options_of_the_run_go_with_its_failed_rows(send: Send) -> None:
    """They have a report of their own, and the mapping that was saved; the line can be run."""
    words = ("identify", "--report", "r.csv", "--save-map", "m.toml", "--show", "none")
    found = next_after(send, *words, "--sandbox", "--skip-invalid", rows="bad ok@b.co")
    _, _, command = found.partition(", then run:\n  ")
    assert command == (
        "sendx identify --from p.failed.csv --map-file m.toml --sandbox "
        "--report r.failed.csv --show none"
    )
    fixed = Path("p.failed.csv").read_text().replace("bad,", "good@b.co,")
    Path("p.failed.csv").write_text(fixed)
    again = send(*shlex.split(command)[1:])
    assert (again.code, again.out) == (0, "")
    assert "good@b.co" in Path("r.failed.csv").read_text()
    assert "bad" in Path("r.csv").read_text()


@pytest.mark.parametrize(
    ("given", "carried"),
    [
        (("--only-changed",), " --only-changed"),
        (("--snapshot",), " --snapshot"),
        (("--existing-only",), " --existing-only"),
        (("--no-account",), " --no-account"),
        (("--profile", "main"), " --profile main"),
    ],
)
def test_what_holds_for_the_run_holds_for_its_failed_rows(
    send: Send, given: tuple[str, ...], carried: str
) -> None:
    """What is compared, recorded and refused, and whose account it is."""
    found = next_after(send, "identify", *given, rows="failed@b.co")
    assert found == f"sendx identify --from p.failed.csv{carried}"


def test_a_map_file_is_named_again(send: Send) -> None:
    """Not taken apart: it may say more than `--map` can."""
    Path("m.toml").write_text('[columns]\nemail = "email"\n')
    found = next_after(send, "identify", "--map-file", "m.toml", rows="failed@b.co")
    assert found == "sendx identify --from p.failed.csv --map-file m.toml"
