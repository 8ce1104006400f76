"""What is built for others to install."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = {
    "share/bash-completion/completions/sendx": "sendx.bash",
    "share/zsh/site-functions/_sendx": "_sendx",
    "share/fish/vendor_completions.d/sendx.fish": "sendx.fish",
    "share/sendx-cli/sendx.ps1": "sendx.ps1",
    "share/man/man1/sendx.1": "sendx.1",
}
"""Where the completion scripts and the man page are installed, below the environment's folder."""


def built(target: str, folder: Path) -> Path:
    """Build a wheel or sdist with the back-end that is installed, and return it."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (path,) = folder.glob("sendx_cli-*")
    return path


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_it_is_built_the_same_twice(tmp_path: Path, target: str) -> None:
    """To the byte, so that anybody can check what was released."""
    first, second = (built(target, tmp_path / name) for name in ("first", "second"))
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def test_the_wheel_has_the_package_the_licence_and_the_completions(tmp_path: Path) -> None:
    """And nothing of the tests."""
    with zipfile.ZipFile(built("wheel", tmp_path)) as wheel:
        names = wheel.namelist()
        info = next(name.partition("/")[0] for name in names if name.endswith(".dist-info/RECORD"))
        data = info.replace(".dist-info", ".data/data")
        for place, script in SHARED.items():
            assert wheel.read(f"{data}/{place}") == (ROOT / "completions" / script).read_bytes()
        metadata = wheel.read(f"{info}/METADATA").decode()
    assert {name.partition("/")[0] for name in names} == {
        "sendx_cli",
        info,
        data.partition("/")[0],
    }
    assert f"{info}/licenses/LICENSE" in names
    for member in ("License-Expression: MIT", "Author: ", "Project-URL: ", "Classifier: "):
        assert member in metadata


def test_the_sdist_can_be_tested(tmp_path: Path) -> None:
    """It has the tests, the lock and the CI script beside the package."""
    with tarfile.open(built("sdist", tmp_path)) as sdist:
        tops = {Path(name).parts[1] for name in sdist.getnames()}
    assert {"sendx_cli", "tests", "completions", ".ci", "requirements.lock"} <= tops
    assert {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "PKG-INFO"} <= tops
