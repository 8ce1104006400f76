"""`api_key_command` as on Windows, whose own look-up begins where anybody may put programs."""

import sys
from pathlib import Path

import pytest

from sendx_cli.errors import KeyUnusable
from sendx_cli.settings.key import parse_key
from sendx_cli.settings.key_command import run_key_command
from sendx_cli.settings.windows_programs import windows_program


def put(path: Path) -> Path:
    """Put a program there, which prints the name of the folder that it lies in."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\necho from-{path.parent.name}\n", encoding="utf-8")
    path.chmod(0o700)
    return path


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stands in for the system, in a working directory of its own."""
    if sys.platform == "win32":
        pytest.skip("what stands in for programs does not run there")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "platform", "win32")


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize("line", ["get-key", "get-key.EXE", "get-key.exe"])
def test_a_program_of_the_working_directory_is_never_taken(tmp_path: Path, line: str) -> None:
    """Nor one of a folder that PATH names relative to it, or by nothing."""
    name = line if "." in line else "get-key.EXE"
    put(Path(name).absolute())
    put(tmp_path / "tools" / name)
    environ = {"PATH": f".;;tools;{tmp_path / 'tools'}", "PATHEXT": ".COM;.EXE"}
    assert run_key_command(line, environ) == parse_key("from-tools")


@pytest.mark.usefixtures("windows")
def test_a_program_that_path_does_not_have_is_told(tmp_path: Path) -> None:
    """Though the working directory has one."""
    put(Path("get-key.EXE").absolute())
    with pytest.raises(KeyUnusable) as refused:
        run_key_command("get-key", {"PATH": str(tmp_path / "none")})
    assert refused.value.message == "it cannot be run: no such file or directory"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("b-tool --raw x", "tools/b-tool.BAT"),
        ('"b tool" x', "tools/b tool.EXE"),
        ("both", "tools/both.COM"),
        ("both.EXE", "tools/both.EXE"),
        ("./beside", "tools/beside.EXE"),
        ("missing", None),
    ],
)
def test_a_name_is_looked_up_with_the_endings_of_programs(
    tmp_path: Path, line: str, found: str | None
) -> None:
    """In their order; a name with one of them is taken as it is."""
    for name in ("b-tool.BAT", "b tool.EXE", "both.COM", "both.EXE", "beside.EXE"):
        put(tmp_path / "tools" / name)
    environ = {"PATH": f'"{tmp_path / "tools"}"'}
    path = windows_program(line, environ, tmp_path / "tools")
    assert path == (tmp_path / found if found else None)


def test_the_environment_says_which_endings_programs_have(tmp_path: Path) -> None:
    """And no others are tried; where it says nothing, the usual ones are."""
    for name in ("tool.PS1", "other.EXE", "last.CMD"):
        put(tmp_path / name)
    path = {"PATH": str(tmp_path)}
    said = {**path, "PATHEXT": ".PS1"}
    assert windows_program("tool", said, None) == tmp_path / "tool.PS1"
    assert windows_program("other", said, None) is None
    assert windows_program("tool", path, None) is None
    assert windows_program("last", {**path, "PATHEXT": ""}, None) == tmp_path / "last.CMD"
