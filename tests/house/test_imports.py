"""The arrows between rooms, read from the code itself."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sendx_cli"
PATHS = sorted(PACKAGE.rglob("*.py"))

ROWS = [
    {"__main__"},
    {"cli"},
    {"commands"},
    {"runs", "doctor", "completion"},
    {"manual"},
    {"schemas"},
    {"wiring"},
    {"runtime"},
    {"journal", "files", "account", "output", "sandbox"},
    {"delivery"},
    {"results", "signals"},
    {"api"},
    {"settings"},
    {"core.totals"},
    {"core.pacing"},
    {"core.replies"},
    {"core.plan"},
    {"core.account"},
    {"core.mapping"},
    {"core.contact"},
    {"clock", "ending", "file_lock", "quantity"},
    {"errors", ""},
]
"""From the top down: a room imports from itself and from the rows below its own."""

ONLY_IN = {
    "httpx": {"api", "sandbox.transport"},
    "h11": {"sandbox.wire"},
    "rich": {"output"},
    "typer": {"cli", "commands"},
    "email_validator": {"core.contact.address"},
    "idna": {"core.contact.address"},
    "tomli_w": {"settings", "core.mapping.map_files"},
    "platformdirs": {"settings"},
    "sqlite3": {"sandbox", "journal"},
    "certifi": {"api"},
    "pycurl": {"api"},
}
"""Libraries, and the only places that may load them."""

CORE_MAY_LOAD = {"email_validator", "idna", "tomli_w", "tomllib"}
"""What `core` loads beside itself, `errors` and modules of plain values: rules on text."""

NOT_IN_CORE = {
    "asyncio", "io", "os", "pathlib", "random", "shutil", "signal", "socket", "sqlite3", "ssl",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
"""What of the standard library reads or writes something, or knows what time it is."""


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {name_of(path): path for path in PATHS}


def imported(tree: ast.AST, modules: set[str]) -> Iterator[str]:
    """Yield every module that is imported anywhere in `tree`: ours by their whole names.

    Also within functions, and where only a type checker looks.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            assert node.module is not None
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole.removeprefix("sendx_cli.") in modules else node.module


def ours(tree: ast.AST, modules: set[str]) -> set[str]:
    """Return our own modules among those imported, without the package's name."""
    found = {name for name in imported(tree, modules) if name.split(".")[0] == "sendx_cli"}
    return {name.partition(".")[2] for name in found}


def room_of(module: str) -> str:
    rooms = {room for row in ROWS for room in row}
    parts = module.split(".")
    whole = next((".".join(parts[:n]) for n in (2, 1) if ".".join(parts[:n]) in rooms), None)
    assert whole is not None, f"{module or 'the package'} is in no room that this test knows"
    return whole


def row_of(module: str) -> int:
    (row,) = [number for number, rooms in enumerate(ROWS) if room_of(module) in rooms]
    return row


def steps_up(name: str, tree: ast.AST, modules: set[str]) -> list[str]:
    """Return what a module imports from rows above its own, or from beside its own room."""
    return [
        other
        for other in sorted(ours(tree, modules))
        if room_of(other) != room_of(name) and row_of(other) <= row_of(name)
    ]


def ring_in(graph: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other in a ring; none: an empty list."""
    done: set[str] = set()

    def visit(name: str, above: list[str]) -> list[str]:
        if name in above:
            return [*above[above.index(name) :], name]
        if name not in done:
            for below in sorted(graph.get(name, ())):
                if ring := visit(below, [*above, name]):
                    return ring
            done.add(name)
        return []

    return next((ring for name in sorted(graph) if (ring := visit(name, []))), [])


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("name", MODULES)
def test_arrows_point_down(name: str) -> None:
    """No room imports from a row above its own, or from a room beside it."""
    assert steps_up(name, parsed(MODULES[name]), set(MODULES)) == []


def test_there_is_no_circle_among_modules() -> None:
    """Imports form no ring, wherever in a module they stand."""
    modules = set(MODULES)
    graph = {name: ours(parsed(path), modules) - {name} for name, path in MODULES.items()}
    assert ring_in(graph) == []


@pytest.mark.parametrize(
    "code",
    [
        "from sendx_cli.runs.sending import send_rows",
        "import sendx_cli.runs.sending",
        "from sendx_cli.runs import sending",
        "def later():\n    from sendx_cli.runs.sending import send_rows",
        "if TYPE_CHECKING:\n    from sendx_cli.runs.sending import Sent",
    ],
)
def test_a_step_up_is_seen_wherever_it_stands(code: str) -> None:
    """The test above would fail for each way to write it."""
    assert steps_up("core.plan.plan", ast.parse(code), set(MODULES)) == ["runs.sending"]


def test_a_room_beside_is_no_way_down() -> None:
    """The journal knows nothing of files, nor the other way about."""
    code = ast.parse("from sendx_cli.journal.store import RunJournal")
    assert steps_up("files.source", code, set(MODULES)) == ["journal.store"]


def test_a_circle_is_seen() -> None:
    """Also one of three."""
    assert ring_in({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c", "a"]


@pytest.mark.parametrize("name", MODULES)
def test_each_library_stays_in_its_room(name: str) -> None:
    """What may be exchanged one day is named in one place only."""
    for module in imported(parsed(MODULES[name]), set(MODULES)):
        allowed = ONLY_IN.get(module.partition(".")[0])
        if allowed is not None:
            assert any(name == a or name.startswith(f"{a}.") for a in allowed), module


@pytest.mark.parametrize("name", [name for name in MODULES if name.split(".")[0] == "core"])
def test_core_knows_no_input_output_or_clock(name: str) -> None:
    """It is numbers in, numbers out: the standard library, itself, `errors` and `quantity`."""
    for module in imported(parsed(MODULES[name]), set(MODULES)):
        first = module.partition(".")[0]
        if first == "sendx_cli":
            assert module.split(".")[1] in {"core", "errors", "quantity"}
        elif first not in CORE_MAY_LOAD:
            assert first in sys.stdlib_module_names
            assert first not in NOT_IN_CORE


def test_the_package_draws_every_folder() -> None:
    """Whoever opens the package finds each folder in its picture, and none that is not there."""
    picture = ast.get_docstring(parsed(PACKAGE / "__init__.py")) or ""
    drawn = {line.split("/")[0].strip() for line in picture.splitlines() if "/ " in line}
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    core = {path.name for path in (PACKAGE / "core").iterdir() if (path / "__init__.py").exists()}
    assert drawn == folders | core


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("__init__.py")), ids=name_of)
def test_each_folder_says_what_may_live_there(path: Path) -> None:
    """In one sentence, and holds nothing else."""
    tree = parsed(path)
    docstring = ast.get_docstring(tree) or ""
    if path.parent != PACKAGE:
        assert len(tree.body) == 1
        assert docstring.count(". ") == 0
    assert docstring.strip().endswith(".") or path.parent == PACKAGE


@pytest.mark.parametrize("name", MODULES)
def test_nothing_prints(name: str) -> None:
    """Everything is written by the one writer."""
    calls = [
        node.func.id
        for node in ast.walk(parsed(MODULES[name]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert "print" not in calls


@pytest.mark.parametrize(
    "words",
    [["--help"], ["identify", "--help"], ["track", "--help"], ["help"], ["help", "columns"]],
)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """It uses no network, no database and no tables, so it waits for none."""
    code = (
        "import sys\nfrom sendx_cli.cli import app\n"
        f"try: app({words!r})\nexcept SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stderr.split()
    heavy = {"httpx", "asyncio", "sqlite3", "rich", "pydantic", "click", "email", "http.client"}
    heavy |= {"importlib.metadata", "email_validator", "platformdirs", "tomllib", "ssl"}
    heavy.add("pycurl")
    assert not heavy & set(loaded)


def test_a_call_in_json_loads_no_tables_and_no_event_loop() -> None:
    """What a call does not use it does not load."""
    code = (
        "import sys\nfrom sendx_cli.cli import app\n"
        "try: app(['identify', 'a@b.co', '--tag', 'x', '--sandbox', '-o', 'jsonl'])\n"
        "except SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stderr.split()
    assert not {"rich", "pydantic", "click", "importlib.metadata", "email_validator"} & set(loaded)
