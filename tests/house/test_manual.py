"""`sendx help`, the man page and the help of the commands: whole, and true of the code."""

import ast
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from sendx_cli.cli import COMMANDS, app
from sendx_cli.completion.reply import reply
from sendx_cli.core.mapping.column_overrides import parse_target
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode, InvalidValue
from sendx_cli.manual.topics import TOPICS, blocks_of
from sendx_cli.schemas.documents import OUTPUTS
from sendx_cli.settings.declared import PROFILE_VARIABLE, SETTINGS
from sendx_cli.settings.paths import config_path, runs_directory, sandbox_path
from tests.conftest import Command, Run
from tests.house.test_help import TYPER, without_notation
from tests.tools import need

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sendx_cli"
MAN_PAGE = ROOT / "completions" / "sendx.1"
WIDTH = 80


def every_command() -> Iterator[tuple[str, Any]]:
    """Yield `sendx` and all that is below it, each by its words."""
    root: Any = get_command(app)
    context = typer.Context(root, info_name="sendx")
    yield "sendx", root
    for name in COMMANDS:
        _, command, _ = root.resolve_command(context, [name])
        yield f"sendx {name}", command
        for word, below in getattr(command, "commands", {}).items():
            yield f"sendx {name} {word}", below


EVERY = dict(every_command())


def shown_parameters(command: Any) -> list[Any]:
    return [one for one in command.params if not getattr(one, "hidden", False)]


@pytest.mark.parametrize("name", EVERY)
def test_every_option_and_argument_is_described(name: str) -> None:
    """In whole sentences: a capital first, a full stop last."""
    for parameter in shown_parameters(EVERY[name]):
        assert re.fullmatch(r"[A-Z].*\.", parameter.help or ""), parameter.name


@pytest.mark.parametrize("name", EVERY)
def test_what_may_be_given_again_says_so(name: str) -> None:
    """And nothing else does."""
    for parameter in shown_parameters(EVERY[name]):
        if parameter.param_type_name == "option":
            is_repeatable = parameter.multiple or parameter.count
            assert ("repeatable" in parameter.help) == is_repeatable, parameter.name


VALUES = {"FILE": "x.csv", "COLUMN=TARGET": "A=email", "N": "2", "SECONDS": "5"}


@pytest.mark.parametrize("action", ["identify", "track", "lookup"])
def test_options_under_file_and_columns_go_with_a_file(sendx: Command, action: str) -> None:
    """Those alone are refused where contacts are named on the command line."""
    for option in shown_parameters(EVERY[f"sendx {action}"]):
        section = getattr(option, "rich_help_panel", None)
        if section in {None, "Contact", "Service"} or option.name == "from_":
            continue
        takes = not (option.is_flag or option.count)
        words = [option.opts[0], *[VALUES.get(option.metavar or "", "json")] * takes]
        said = sendx(action, "jane@example.com", *words, "--sandbox")
        refused = re.search(r"^sendx: (--\S+) requires --from FILE$", said.err, re.MULTILINE)
        assert (refused is not None) == (section in {"File", "Columns"}), option.name


@pytest.mark.parametrize("name", EVERY)
def test_every_command_has_examples_that_its_parser_takes(sendx: Command, name: str) -> None:
    """Each names the command, or one below it; all their options are ones that it has."""
    examples = re.search(r"\nExamples:\n((?:  .*\n)+)", sendx(*name.split()[1:], "--help").out)
    assert examples is not None
    lines = [line.strip() for line in examples[1].splitlines()]
    assert any(name in line for line in lines)
    for line in lines:
        words = line.partition("sendx ")[2].partition(" && ")[0].split()
        called = max(
            (one for one in EVERY if f"sendx {' '.join(words)} ".startswith(f"{one} ")), key=len
        )
        options = {option for one in EVERY[called].params for option in one.opts}
        used = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        assert used <= options, line


@pytest.mark.parametrize("name", EVERY)
def test_a_page_of_help_fits_eighty_columns(sendx: Command, name: str) -> None:
    """No line is longer, and none is cut short."""
    out = sendx(*name.split()[1:], "--help", env={"COLUMNS": str(WIDTH)}).out
    assert max(map(len, out.splitlines())) <= WIDTH
    assert "..." not in re.sub(r"(?<=[\]SE,])\.\.\.", "", out)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("runs", "resume"), "--dry-run"),
        (("track",), "--batch"),
        (("lookup",), "--include-unsubscribed"),
    ],
)
def test_nothing_is_offered_that_is_then_refused(
    sendx: Command, words: tuple[str, ...], option: str
) -> None:
    """What a command has no use for is no option of it."""
    assert option not in sendx(*words, "--help").out
    assert sendx(*words, option).err.startswith(f"sendx: no such option: {option}\n")


def test_the_usage_of_login_has_no_argument(sendx: Command) -> None:
    """A key that is given as one is refused."""
    assert sendx("login", "--help").out.startswith("Usage: sendx login [OPTIONS]\n")


def test_batches_need_a_file(sendx: Command) -> None:
    """Addresses on the command line go one a call."""
    run = sendx("identify", "jane@example.com", "--batch", "5")
    assert run == Run(2, "", "sendx: --batch requires --from FILE\n")


def test_help_lists_the_topics(sendx: Command) -> None:
    """Each with what it is about."""
    run = sendx("help")
    assert (run.code, run.err) == (0, "")
    for topic, text in TOPICS.items():
        assert re.search(rf"^  {topic} +{re.escape(text)}$", run.out, re.MULTILINE)


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_each_topic_fits_its_terminal(
    sendx: Command, monkeypatch: pytest.MonkeyPatch, topic: str, width: int
) -> None:
    """At most eighty columns; lines that are to be copied stay whole."""
    monkeypatch.setenv("COLUMNS", str(width))
    run = sendx("help", topic)
    assert (run.code, run.err) == (0, "")
    copied = {f"  {line}" for block in blocks_of(topic) for line in getattr(block, "lines", ())}
    words = [line for line in run.out.splitlines() if line not in copied and " " in line.strip()]
    titles = {f"{getattr(block, 'title', '')}:" for block in blocks_of(topic)}
    assert all(len(line) <= min(width, WIDTH) for line in words if line not in titles)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("colums", "did you mean columns?"),
        ("exit_code", "did you mean exit-codes?"),
        ("xyz", f"one of {', '.join(TOPICS)}"),
    ],
)
def test_an_unknown_topic_names_the_nearest(sendx: Command, typed: str, hint: str) -> None:
    """Or all of them, where none is near."""
    assert sendx("help", typed) == Run(2, "", f"sendx: no such topic: {typed}\n  hint: {hint}\n")


def test_topics_are_completed() -> None:
    """With what each is about."""
    assert "exit-codes\tWhat each exit code means" in reply("fish", {}, ["help", "ex"])


def test_outputs_with_a_schema_are_completed() -> None:
    """All of them, and no file."""
    answer = reply("fish", {}, ["schema", ""])
    assert [line.strip() for line in answer.splitlines()] == ["words", *OUTPUTS]


def test_every_exit_code_is_explained(sendx: Command) -> None:
    """Those of signals, too."""
    out = sendx("help", "exit-codes").out
    shown = {int(code) for code in re.findall(r"^  (\d+) ", out, re.MULTILINE)}
    assert shown == {*map(int, ExitCode), *map(int, Ending)}


def test_every_target_is_explained(sendx: Command) -> None:
    """And those that `--map` does not take say so."""
    out = sendx("help", "columns").out
    for target in Target:
        word = "field:NAME" if target is Target.FIELD else str(target)
        row = re.search(rf"^  {word} .*\n(?:   .*\n)*", out, re.MULTILINE)
        assert row is not None
        assert ("for --map" in " ".join(row[0].split())) != is_mappable(word)


def is_mappable(text: str) -> bool:
    try:
        return bool(parse_target(text))
    except InvalidValue:
        return False


def test_the_members_of_results_are_explained(sendx: Command) -> None:
    """Those of lookups, too."""
    out = sendx("help", "output").out
    sent = json.loads(sendx("identify", "a@b.co", "--tag", "x", "--sandbox", "-o", "json").out)
    found = json.loads(sendx("lookup", "a@b.co", "--sandbox", "-o", "json").out)
    for member in sent:
        assert re.search(rf"^  {member} ", out, re.MULTILINE)
    for member in found:
        assert re.search(rf"\b{member}\b", out.partition("sendx lookup")[2])


def test_the_kept_files_are_named_as_they_are(sendx: Command, home: Path) -> None:
    """By the last parts of their paths."""
    out = sendx("help", "files").out
    for path in (config_path(), sandbox_path(), runs_directory()):
        assert f"/sendx/{path.name}" in out
    assert home


# What reads a variable whose name is not written beside it: module, and the name's expression.
BY_TABLE = {
    ("settings/resolve.py", "setting.variable"): {s.variable for s in SETTINGS if s.variable},
    ("commands/login.py", "str(API_KEY.variable)"): {"SENDX_API_KEY"},
    ("commands/logout.py", "str(API_KEY.variable)"): {"SENDX_API_KEY"},
    ("settings/resolve.py", "variable"): {"SENDX_API_KEY"},
    ("settings/resolve.py", "PROFILE_VARIABLE"): {PROFILE_VARIABLE},
    ("doctor/service.py", "name"): {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"},
    ("completion/reply.py", "VARIABLE"): {"_SENDX_COMPLETE"},
    ("completion/reply.py", "_LINE"): {"_SENDX_LINE"},
    ("completion/reply.py", "_WORD"): {"_SENDX_WORD"},
    ("completion/reply.py", "_BREAKS"): {"_SENDX_BREAKS"},
}


def is_environment(node: ast.expr) -> bool:
    return ast.unparse(node).rpartition(".")[2].lstrip("_") == "environ"


def names_read(path: Path) -> Iterator[str]:
    """Yield the variables that a module reads."""
    module = path.relative_to(PACKAGE).as_posix()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and is_environment(node.value):
            key = node.slice
        elif isinstance(node, ast.Compare) and is_environment(node.comparators[0]):
            key = node.left
        elif isinstance(node, ast.Call):
            function = node.func
            is_get = isinstance(function, ast.Attribute) and function.attr in {"get", "pop"}
            if is_get and is_environment(function.value):  # type: ignore[attr-defined]
                key = node.args[0]
            assert "getenv" not in ast.unparse(function), module
        if key is None:
            continue
        if isinstance(key, ast.Constant):
            yield str(key.value)
        else:
            yield from BY_TABLE[module, ast.unparse(key)]


def test_every_environment_variable_that_is_read_is_explained(sendx: Command) -> None:
    """The code is searched for them."""
    explained = set(re.findall(r"\b_?[A-Za-z]+(?:_[A-Za-z]+)*\b", sendx("help", "environment").out))
    read = {name for path in PACKAGE.rglob("*.py") for name in names_read(path)}
    assert {"SENDX_API_KEY", "COLUMNS", "GITHUB_STEP_SUMMARY", "_SENDX_LINE"} <= read
    assert read - explained == set()


def test_every_command_of_the_recipes_can_be_typed() -> None:
    """Its commands and options are there today."""
    lines = [line for block in blocks_of("recipes") for line in getattr(block, "lines", ())]
    assert len(lines) > len(TOPICS)
    for line in lines:
        words = line.partition("sendx ")[2].partition(" | ")[0].split()
        called = max(
            (one for one in EVERY if f"sendx {' '.join(words)} ".startswith(f"{one} ")), key=len
        )
        options = {option for one in EVERY[called].params for option in one.opts}
        assert {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)} <= options, line


def test_the_man_page_is_current(sendx: Command) -> None:
    """To renew it: sendx help --man > completions/sendx.1."""
    run = sendx("help", "--man")
    assert (run.code, run.err) == (0, "")
    if os.environ.get("UPDATE_SNAPSHOTS"):
        MAN_PAGE.write_text(run.out, "utf-8")
    current = MAN_PAGE.read_text("utf-8")
    if TYPER < (0, 28):
        assert without_notation(run.out) == without_notation(current)
    else:
        assert run.out == current


def test_the_man_page_has_every_command_option_and_topic() -> None:
    """It is the same text as the help's."""
    text = MAN_PAGE.read_text("utf-8").replace("\\-", "-")
    for name, command in EVERY.items():
        assert name == "sendx" or f"\n.SH {name.upper()}\n" in text
        for parameter in shown_parameters(command):
            if parameter.param_type_name == "option":
                assert parameter.opts[0] in text
    for topic in TOPICS:
        assert f"\n.SH {topic.upper().replace('-', ' ')}\n" in text


@pytest.mark.parametrize("reader", ["groff", "man", "mandoc"])
def test_the_man_page_is_read_without_warnings(reader: str) -> None:
    """By what is installed to read it, and what is to be copied stays as it was.

    It has no date, so that the same commands always give the same page; mandoc remarks on that.
    """
    need(reader)
    commands = {
        "groff": ["groff", "-man", "-ww", "-Kutf8", "-Tutf8", str(MAN_PAGE)],
        "man": ["man", "--warnings", "-l", str(MAN_PAGE)],
        "mandoc": ["mandoc", "-T", "lint", "-W", "warning", str(MAN_PAGE)],
    }
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MAN_KEEP_FORMATTING": ""}
    run = subprocess.run(
        commands[reader], capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    assert run.stderr == ""
    if reader == "mandoc":
        assert [line for line in run.stdout.splitlines() if "missing date" not in line] == []
    else:
        assert run.returncode == 0
        assert "--map 'Plan=field:Plan' --ignore Notes" in run.stdout


def test_the_version_names_what_carries_calls(sendx: Command) -> None:
    """Python, the HTTP library and its TLS library."""
    run = sendx("--version")
    assert (run.code, run.err) == (0, "")
    pattern = r"sendx \S+ \(Python 3\.\d+\.\S+, (?:libcurl|httpx)/\S+ \w+/\S+(?: \(.*\))?\)\n"
    assert re.fullmatch(pattern, run.out)


@pytest.mark.parametrize("topic", ["", *TOPICS])
def test_a_narrow_terminal_cuts_no_word(topic: str, sendx: Command) -> None:
    """At 40 columns, and at fewer, the words are those of a wide one."""
    words = ("help", topic) if topic else ("help",)
    wide = sendx(*words, env={"COLUMNS": "80"}).out
    for columns in ("40", "20"):
        assert sendx(*words, env={"COLUMNS": columns}).out.split() == wide.split()
