"""What `sendx schema` prints, and that whatever tests run is held to it."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sendx_cli.completion.table import read_table
from sendx_cli.results import Result
from sendx_cli.runtime import Runtime
from sendx_cli.schemas.documents import OUTPUTS, schema_of
from sendx_cli.schemas.shapes import Schema
from tests import outputs
from tests.conftest import Command, Run, invoke
from tests.outputs import WrongOutput

IDENTIFY = ("identify", "ann@b.co", "--sandbox")


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_schema_is_printed_as_json(sendx: Command, name: str) -> None:
    """One of the dialect that it names."""
    run = sendx("schema", name)
    assert (run.code, run.err) == (0, "")
    printed = json.loads(run.out)
    assert printed == schema_of(name)
    assert printed["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(printed)


def test_an_unknown_output_names_those_there_are(sendx: Command) -> None:
    """As its help does."""
    hint = "one of result, plan, run, lookup, verify"
    assert sendx("schema", "x") == Run(2, "", f"sendx: no such output: x\n  hint: {hint}\n")
    assert read_table()["schema"][0].metavar.split("|") == list(OUTPUTS)


def parts_of(schema: Schema) -> list[Schema]:
    """Return a schema and all that it is made of."""
    below = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    items = [schema["items"]] if "items" in schema else []
    return [schema, *(part for one in (*below, *items) for part in parts_of(one))]


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_member_is_described_and_no_other_is_allowed(name: str) -> None:
    """In whole sentences; what holds others' members says so."""
    for part in parts_of(schema_of(name)):
        assert part["description"][-1] == "."
        if "properties" in part:
            assert part["additionalProperties"] is False
            assert set(part["required"]) <= set(part["properties"])


def test_the_help_shows_the_same_meanings(sendx: Command) -> None:
    """All members of what a line can be, and of a plan."""
    shown = " ".join(sendx("help", "output").out.split())
    for output in OUTPUTS.values():
        for record in (*output.records.values(), output.documents.get("plan", {})):
            for name, member in record.get("properties", {}).items():
                assert f"{name} {member['description']}" in shown


def changed(record: dict[str, Any], how: str) -> dict[str, Any]:
    if how == "more":
        return {**record, "new": 1}
    if how == "fewer":
        return {name: value for name, value in record.items() if name != "attempts"}
    return {**record, "attempts": "1"}


@pytest.mark.parametrize("how", ["more", "fewer", "another type"])
@pytest.mark.parametrize("form", ["json", "jsonl", None])
def test_a_result_with_other_members_fails_the_test_that_sees_it(
    monkeypatch: pytest.MonkeyPatch, sendx: Command, how: str, form: str | None
) -> None:
    """Whatever that test asks for; the same command passes as it is."""
    words = (*IDENTIFY, *(["-o", form] if form else []))
    assert sendx(*words).code == 0
    record = Result.record
    monkeypatch.setattr(Result, "record", lambda result: changed(record(result), how))
    with pytest.raises(WrongOutput, match=r"^sendx identify .*: result \$"):
        sendx(*words)


def test_members_deep_down_are_seen_too(sendx: Command, tmp_path: Path) -> None:
    """Of a plan's columns, and of a run's numbers."""
    path = tmp_path / "p.csv"
    path.write_text("email\na@b.co\n")
    words = ("identify", "--from", str(path), "--sandbox")
    plan = json.loads(sendx(*words, "--dry-run", "-o", "json").out)
    del plan["columns"][0]["why"]
    with pytest.raises(WrongOutput, match=r"plan \$\.columns\[0\]: 'why' is a required"):
        outputs.check((*words, "--dry-run"), json.dumps(plan))
    sendx(*words)
    run = json.loads(sendx("runs", "show", "-o", "json").out)
    run["totals"]["throughput"]["more"] = 1
    with pytest.raises(WrongOutput, match=r"run \$\.totals\.throughput: Additional"):
        outputs.check(("runs", "show"), json.dumps(run))


def test_a_report_is_held_to_its_schema(tmp_path: Path) -> None:
    """As what is on standard output."""
    words = ("identify", "--from", "p.csv", "--report", "all.jsonl")
    (tmp_path / "all.jsonl").write_text('{"email": "a@b.co"}\n')
    with pytest.raises(WrongOutput, match="'action' is a required property"):
        outputs.check(words, "", tmp_path)


def test_what_should_be_json_and_is_not_fails() -> None:
    """Also what ends amid a line."""
    for out in ("line  email\n", '{"em'):
        with pytest.raises(WrongOutput, match="not JSON"):
            outputs.check((*IDENTIFY, "-o", "jsonl"), out)
    outputs.check((*IDENTIFY, "-o", "table"), "line  email\n")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("identify a@b.co", "result"),
        ("-q track --from p.csv --add-tag x", "result"),
        ("track --from p.csv --dry-run", "plan"),
        ("runs undo --dry-run", "plan"),
        ("runs resume", "result"),
        ("runs show", "run"),
        ("runs show 2026 --rows", "result"),
        ("runs show --state=bad", "result"),
        ("runs list -o json", "run"),
        ("runs verify", "verify"),
        ("lookup a@b.co", "lookup"),
        ("runs forget --finished", None),
        ("runs show --html x.html", None),
        ("identify --help", None),
        ("doctor -o json", None),
        ("", None),
    ],
)
def test_each_command_has_its_schema(words: str, name: str | None) -> None:
    """Told from what was typed."""
    assert outputs.schema_name(words.split()) == name


def test_a_process_is_held_to_it_too(process: Command, program: str) -> None:
    """Where it writes what it should, nothing is said."""
    assert process(program, *IDENTIFY).code == 0
    assert invoke(IDENTIFY, Runtime(stdin=io.StringIO())).code == 0


def test_a_call_loads_no_schema() -> None:
    """Nor does a dry run; they are for whoever asks for them."""
    for words in (["--help"], [*IDENTIFY], [*IDENTIFY, "--dry-run"]):
        code = (
            f"import sys\nfrom sendx_cli.cli import app\ntry: app({words!r})\n"
            "except SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert not [name for name in ran.stderr.split() if name.startswith("sendx_cli.schemas")]
