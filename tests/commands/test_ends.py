"""The error that ends a command, for programs: on standard output, where JSON is asked for."""

import json
from pathlib import Path

import pytest

from sendx_cli.errors import SendxError, kinds_of_errors
from tests.conftest import CANARY, Command
from tests.servers import ScriptedServer
from tests.tools import need

WORDS = ("track", "jane@example.com", "--add-tag", "x")


def ending_in(out: str) -> dict[str, object]:
    ending: dict[str, object] = json.loads(out)
    assert (list(ending), ending["ok"]) == (["ok", "exit_code", "where", "error"], False)
    error = ending["error"]
    assert isinstance(error, dict)
    assert list(error) == ["kind", "message", "hint"]
    return ending | {"kind": error["kind"]}


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (WORDS, 255, "key_missing"),
        ((*WORDS, "--base-url", "ftp://x"), 2, "invalid_value"),
        (("track", "jane", "--add-tag", "x"), 2, "invalid_value"),
        (("track", "jane@example.com"), 2, "usage"),
        (("track",), 2, "usage"),
        (("track", "p.csv", "--add-tag", "x"), 2, "usage"),
        ((*WORDS, "--nope"), 2, "usage"),
        ((*WORDS, "--from", "x.csv"), 2, "usage"),
        (("identify", "--from", "none.csv", "--sandbox"), 2, "file_refused"),
        (("lookup", "jane@example.com"), 255, "key_missing"),
        (("lookup",), 2, "usage"),
        (("runs", "show"), 2, "input"),
        (("runs", "show", "--state", "x"), 2, "usage"),
        (("runs", "show", "a", "b"), 2, "usage"),
        (("runs", "nope"), 2, "usage"),
        (("nope",), 2, "usage"),
    ],
)
@pytest.mark.parametrize(
    "asked", [("-o", "json"), ("-ojsonl",), ("--output=json",), ("--json",), ("-qo", "jsonl")]
)
def test_every_error_is_one_object(
    sendx: Command, words: tuple[str, ...], code: int, kind: str, asked: tuple[str, ...]
) -> None:
    """Its kind says what it is, its members are always the same; people are told as ever."""
    run = sendx(*words, *asked)
    ending = ending_in(run.out)
    assert (run.code, ending["exit_code"], ending["kind"]) == (code, code, kind)
    assert sendx(*words).err == run.err


@pytest.mark.parametrize("words", [WORDS, (*WORDS, "--nope"), ("nope",), ("runs", "nope")])
def test_a_variable_asks_for_it_as_well(sendx: Command, words: tuple[str, ...]) -> None:
    """An option goes before it."""
    asking = {"SENDX_OUTPUT": "jsonl"}
    assert ending_in(sendx(*words, env=asking).out)
    assert sendx(*words, "-o", "csv", env=asking).out == ""
    assert sendx(*words, env={"SENDX_OUTPUT": "csv"}).out == ""
    assert sendx(*words).out == ""


def test_a_profile_asks_for_it_as_well(sendx: Command) -> None:
    """The one that is named, or the default one; with an unreadable file nobody knows."""
    assert sendx("config", "set", "output", "json", "--profile", "ci").code == 0
    assert ending_in(sendx(*WORDS, "--nope", "--profile", "ci").out)["kind"] == "usage"
    assert sendx(*WORDS, "--nope").out == ""
    Path(sendx("config", "path").out.strip()).write_text("=")
    assert sendx(*WORDS, "--profile", "ci").out == ""
    asked = sendx(*WORDS, env={"SENDX_OUTPUT": "json"})
    assert (asked.code, ending_in(asked.out)["kind"]) == (255, "config_unusable")


@pytest.mark.parametrize(
    "words",
    [("config", "get", "nope"), ("completion", "nope"), ("help", "nope")],
)
def test_what_shows_no_records_writes_none(sendx: Command, words: tuple[str, ...]) -> None:
    """A script or a value that is taken from standard output is never JSON."""
    run = sendx(*words, env={"SENDX_OUTPUT": "json"})
    assert (run.code, run.out) == (2, "")


def test_an_option_that_is_anothers_value_asks_for_nothing(sendx: Command) -> None:
    """The command line is read as the parser reads it."""
    assert sendx("identify", "a@b.co", "--company", "--json", "--nope").out == ""
    assert sendx("identify", "a@b.co", "--nope", "--", "--json").out == ""


def test_xargs_stops_and_programs_know_why(process: Command, program: str, home: Path) -> None:
    """At 255, with one object from the one call that was made."""
    need("xargs")
    line = ("xargs", "-n1", program, "track", "-o", "jsonl", "--add-tag", "x")
    run = process(*line, stdin="a@b.co\nc@b.co\n", env={"HOME": str(home)})
    assert (run.code, ending_in(run.out)["kind"]) == (124, "key_missing")


def test_a_bug_is_one_as_well(sendx: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text stays out of it: it could hold anything."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("sendx_cli.commands.track.send", fail)
    run = sendx(*WORDS, "-o", "json")
    assert (run.code, ending_in(run.out)["kind"]) == (1, "bug")
    assert CANARY not in run.out + run.err


def test_an_array_that_was_begun_is_ended(
    sendx: Command, server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error amid a run is the last item: the document can be read."""
    monkeypatch.chdir(tmp_path)
    Path("p.csv").write_text("email\na@b.co\nb@b.co\n")
    settings = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("sendx_cli.runs.sending.report_left", fail)
    run = sendx("identify", "--from", "p.csv", "--json", "--report", "r.csv", env=settings)
    *results, ending = json.loads(run.out)
    assert ([one["ok"] for one in results], ending["error"]["kind"]) == ([True, True], "bug")


def test_every_kind_is_explained(sendx: Command) -> None:
    """By `sendx help output`, with its exit code; and no two kinds have one word."""
    kinds = [kind for kind in kinds_of_errors() if kind.__module__ == SendxError.__module__]
    assert len({kind.code for kind in kinds}) == len(kinds)
    text = sendx("help", "output").out.partition("Kinds of errors")[2]
    for kind in kinds:
        assert f"\n  {kind.code} " in text
