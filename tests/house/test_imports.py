"""The arrows between rooms, read from the code itself."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sendx_cli"
MODULES = sorted(PACKAGE.rglob("*.py"))

ROOMS = [
    {"cli", "__main__"},
    {"commands"},
    {"runs"},
    {"connection"},
    {"runtime"},
    {"bulk", "settings", "output", "sandbox"},
    {"results", "ending"},
    {"api"},
    {"core", "clock", "file_lock"},
    {"errors", ""},
]
"""From the top down: a room imports from its own row and the rows below."""

ONLY_IN = {
    "httpx": {"api", "sandbox.transport"},
    "rich": {"output"},
    "typer": {"cli", "commands"},
    "email_validator": {"core.address"},
    "idna": {"core.address"},
    "tomli_w": {"settings", "core.map_files"},
    "platformdirs": {"settings"},
    "sqlite3": {"sandbox", "bulk"},
    "certifi": {"api"},
    "pycurl": {"api"},
}
"""Libraries, and the only places that may load them."""


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module


def row_of(module: str) -> int:
    room = module.partition(".")[0]
    (row,) = [number for number, rooms in enumerate(ROOMS) if room in rooms]
    return row


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_arrows_point_down(path: Path) -> None:
    """No room imports from a row above its own."""
    here = row_of(name_of(path))
    for module in imports_of(path):
        if module.startswith("sendx_cli."):
            there = row_of(module.removeprefix("sendx_cli."))
            assert here <= there, f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_library_stays_in_its_room(path: Path) -> None:
    """What may be exchanged one day is named in one place only."""
    name = name_of(path)
    for module in imports_of(path):
        allowed = ONLY_IN.get(module.partition(".")[0])
        if allowed is not None:
            assert any(name == a or name.startswith(f"{a}.") for a in allowed), (
                f"{name} imports {module}"
            )


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").glob("*.py")), ids=name_of)
def test_core_knows_no_input_output_or_clock(path: Path) -> None:
    """Its modules are numbers in, numbers out."""
    forbidden = {
        "os",
        "sys",
        "io",
        "time",
        "socket",
        "pathlib",
        "subprocess",
        "threading",
        "random",
    }
    assert not forbidden & {module.partition(".")[0] for module in imports_of(path)}


def test_there_is_no_cycle_among_modules() -> None:
    """Imports at the top of modules form no ring."""
    graph = {
        name_of(path): {
            (node.module or "").removeprefix("sendx_cli.")
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sendx_cli.")
        }
        for path in MODULES
    }
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for below in graph.get(name, ()):
                visit(below, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_output_writes(path: Path) -> None:
    """No print anywhere."""
    calls = [
        node.func.id
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert "print" not in calls


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["identify", "--help"], ["track", "--help"]]
)
def test_help_and_version_load_nothing_heavy(words: list[str]) -> None:
    """They use no network, no database and no tables, so they wait for none."""
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
