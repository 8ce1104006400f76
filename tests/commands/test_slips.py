import io
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sendx_cli.cli import app
from sendx_cli.output.writer import Output
from sendx_cli.runtime import Runtime
from tests import outputs
from tests.conftest import CANARY, Command, Run
from tests.servers import ScriptedServer


class Terminal(io.StringIO):
    """A stream that somebody sits at."""

    def isatty(self) -> bool:
        return True


def at_terminal(*words: str, typed: str, env: dict[str, str]) -> Run:
    """Run a command where somebody can answer; results go to a pipe."""
    runtime = Runtime(environ={**os.environ, **env}, stdin=Terminal(typed))
    out, err = io.StringIO(), Terminal()
    runtime.output = Output(out, err, runtime.environ)
    result = CliRunner().invoke(app, words, obj=runtime, prog_name="sendx")
    outputs.check(words, out.getvalue())
    return Run(result.exit_code, out.getvalue(), err.getvalue())


@pytest.fixture
def env(server: ScriptedServer) -> dict[str, str]:
    return {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    directory = tmp_path / "work"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


def tags_in(server: ScriptedServer) -> list[object]:
    return [request.json["tags"] for request in server.requests]  # type: ignore[index]


ASKED = 'sendx: "a, b" is one tag, with a comma; send 2 tags, "a", "b"? [y/n] '


@pytest.mark.parametrize(
    ("typed", "tags"),
    [("y\n", ["c", "a", "b"]), ("Yes\n", ["c", "a", "b"]), ("n\n", ["c", "a, b"])],
)
def test_a_tag_with_a_comma_is_asked_about(
    server: ScriptedServer, env: dict[str, str], typed: str, tags: list[str]
) -> None:
    """Whether two were meant, before the first request."""
    words = ("identify", "a@b.co", "--tag", "c", "--tag", "a, b")
    run = at_terminal(*words, typed=typed, env=env)
    assert (run.code, run.err) == (0, ASKED)
    assert tags_in(server) == [tags]


@pytest.mark.parametrize("typed", ["\n", "what\n", ""])
def test_no_answer_sends_nothing(server: ScriptedServer, env: dict[str, str], typed: str) -> None:
    """There is no usual answer: either could be meant."""
    run = at_terminal("identify", "a@b.co", "--tag", "a, b", typed=typed, env=env)
    end = "" if typed else "\n"
    told = f"{end}sendx: nothing was sent: the answer was neither yes nor no\n"
    assert run == Run(2, "", ASKED + told)
    assert server.requests == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("identify", "a@b.co", "--tag", "a,b c"),
            (
                'sendx: warning: "a,b c" is one tag, with a comma\n'
                "  hint: for several: --tag a --tag 'b c'\n"
            ),
        ),
        (
            ("track", "a@b.co", "--add-tag", "a,b", "--remove-tag", "c,,d"),
            (
                'sendx: warning: "a,b" is one tag, with a comma\n'
                "  hint: for several: --add-tag a --add-tag b\n"
                'sendx: warning: "c,,d" is one tag, with a comma\n'
                "  hint: for several: --remove-tag c --remove-tag d\n"
            ),
        ),
        (("track", "a@b.co", "--add-tag", "a,", "-q"), ""),
        (("track", "a@b.co", "--add-tag", "a,b", "-q"), ""),
        (("track", "a@b.co", "--add-tag", ","), ""),
    ],
)
def test_off_a_terminal_it_is_sent_as_typed_with_a_warning(
    sendx: Command, env: dict[str, str], words: tuple[str, ...], told: str
) -> None:
    """A script's tag may hold a comma; the warning says how to write several."""
    run = sendx(*words, env=env)
    assert (run.code, run.err) == (0, told)


@pytest.mark.parametrize("option", ["--no-input", "--dry-run"])
def test_it_is_not_asked_where_nothing_is_to_be_asked(env: dict[str, str], option: str) -> None:
    """The warning comes instead."""
    run = at_terminal("identify", "a@b.co", "--tag", "a,b", option, typed="", env=env)
    assert run.code == 0
    assert run.err == (
        'sendx: warning: "a,b" is one tag, with a comma\n  hint: for several: --tag a --tag b\n'
    )


def test_tags_of_a_file_get_the_same_question(
    server: ScriptedServer, env: dict[str, str], folder: Path
) -> None:
    """What is typed beside `--from` is for every row; cells have their own separator."""
    (folder / "p.csv").write_text("email\na@b.co\n")
    words = ("identify", "--from", "p.csv", "--tag", "a, b")
    run = at_terminal(*words, typed="y\n", env=env)
    assert run.code == 0
    assert run.err.startswith(ASKED)
    assert tags_in(server) == [["a", "b"]]


@pytest.mark.parametrize(
    ("text", "is_there", "quoted"),
    [
        ("people.csv", False, "people.csv"),
        ("my people.XLSX", False, "'my people.XLSX'"),
        ("people", True, "people"),
    ],
)
@pytest.mark.parametrize("action", [("identify",), ("track", "--add-tag", "x")])
def test_a_files_name_in_an_addresss_place_is_known(
    sendx: Command, action: tuple[str, ...], text: str, is_there: bool, quoted: str, folder: Path
) -> None:
    """The hint is the command that was meant."""
    if is_there:
        (folder / text).write_text("email\n")
    assert sendx(*action, text) == Run(
        2,
        "",
        f"sendx: {text}: this is a file name, not an address\n"
        f"  hint: to send a file's rows: sendx {action[0]} --from {quoted}\n",
    )


def test_other_words_are_no_files_names(sendx: Command, folder: Path) -> None:
    """A slip in an address is told as such; so is a folder, and what no file can be called."""
    (folder / "jane").mkdir()
    for text in ("jane", "jane.example.com", "x" * 5000):
        assert sendx("identify", text).err.startswith("sendx: not an address")


@pytest.mark.parametrize("words", [("--from", "peopel.csv"), ("--from", "People.CSV")])
def test_a_missing_file_names_the_nearest_one(
    sendx: Command, words: tuple[str, ...], folder: Path
) -> None:
    """In the same folder, whatever the case; a folder is no file."""
    (folder / "people.csv").write_text("email\na@b.co\n")
    (folder / "other.csv").write_text("email\na@b.co\n")
    (folder / "peopel.cs").mkdir()
    assert sendx("identify", *words) == Run(
        2, "", f"sendx: {words[-1]}: no such file\n  hint: did you mean people.csv?\n"
    )


def test_a_missing_file_elsewhere_names_one_there(sendx: Command, folder: Path) -> None:
    """With the folder that was typed; nothing near, no folder: no hint."""
    (folder / "data").mkdir()
    (folder / "data" / "map.toml").write_text("")
    err = sendx("identify", "--from", "data/mpa.toml").err
    assert err.endswith("no such file\n  hint: did you mean data/map.toml?\n")
    err = sendx("identify", "--from", "-", "--map-file", "data/maps.toml").err
    assert err == "sendx: data/maps.toml: no such file\n  hint: did you mean data/map.toml?\n"
    (folder / "s2.csv").write_text("email\na@b.co\n")
    assert sendx("identify", "--from", "nosuch.csv").err == "sendx: nosuch.csv: no such file\n"
    assert sendx("identify", "--from", "data/q").err == "sendx: data/q: no such file\n"
    assert sendx("identify", "--from", "date/q").err == "sendx: date/q: no such file\n"


@pytest.mark.parametrize("ending", ["xlsx", "XLS", "pdf", "tsv", "html"])
def test_a_report_is_not_named_after_a_format_it_is_not_in(
    sendx: Command, folder: Path, ending: str
) -> None:
    """Whoever opened it would see rubbish, or nothing."""
    (folder / "p.csv").write_text("email\na@b.co\n")
    run = sendx("identify", "--from", "p.csv", "--sandbox", "--report", f"out.{ending}")
    assert run == Run(
        2,
        "",
        f"sendx: out.{ending}: --report writes JSON Lines or CSV, not .{ending}\n"
        "  hint: name it out.csv, which spreadsheets open, or out.jsonl\n",
    )


def test_a_binary_file_is_told_as_such_whatever_the_encoding(sendx: Command, folder: Path) -> None:
    """No encoding makes text of it, so none is asked for."""
    (folder / "x.bin").write_bytes(bytes(range(256)) * 8)
    for words in ([], ["--encoding", "cp1252"], ["--encoding", "latin1"]):
        assert sendx("identify", "--from", "x.bin", *words) == Run(
            2,
            "",
            "sendx: x.bin: this is a binary file, not CSV or JSON Lines\n"
            "  hint: export it as CSV\n",
        )


def test_a_hint_that_was_followed_is_not_given_again(sendx: Command, folder: Path) -> None:
    """The first says `--encoding`; where that was said already, it says something else."""
    (folder / "x.csv").write_bytes(b"email,n\nj\xc3\xb6@b.co,\x81\n")
    assert "  hint: use --encoding" in sendx("identify", "--from", "x.csv").err
    assert sendx("identify", "--from", "x.csv", "--encoding", "cp1252") == Run(
        2,
        "",
        "sendx: x.csv:2: line 2, byte 10: 0x81 is not CP1252\n"
        "  hint: it may be in another encoding, or damaged: save it as UTF-8 at its source\n",
    )
