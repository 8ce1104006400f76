"""SendX's own SDKs, installed where nothing else of the machine sees them."""

import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.benchmarks.commands import tool
from tests.benchmarks.tables import MissingPeer

PYTHON_SDK = "sendx==2.0.0"
JAVASCRIPT_SDK = "sendx-javascript-sdk@2"
BOUND_S = 180


@cache
def python_sdk(folder: Path) -> Path:
    """Install the Python SDK into an environment in the folder and return its interpreter.

    Raises:
        MissingPeer: It cannot be had.
    """
    place = folder / "python-sdk"
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install([sys.executable, "-m", "venv", str(place)], folder)
    install([str(python), "-m", "pip", "install", "-q", PYTHON_SDK], folder)
    return python


@cache
def javascript_sdk(folder: Path) -> Path:
    """Install the JavaScript SDK into the folder and return its `node_modules`.

    Raises:
        MissingPeer: It cannot be had.
    """
    tool("node")
    place = folder / "javascript-sdk"
    place.mkdir(exist_ok=True)
    words = [tool("npm"), "install", "--prefix", str(place), "--no-audit", "--no-fund"]
    install([*words, "--ignore-scripts", JAVASCRIPT_SDK], place)
    return place / "node_modules"


def install(words: Sequence[str], folder: Path) -> None:
    """Run an installer.

    Raises:
        MissingPeer: It did not succeed.
    """
    try:
        subprocess.run(
            words, cwd=folder, capture_output=True, text=True, check=True, timeout=BOUND_S
        )
    except subprocess.TimeoutExpired:
        raise MissingPeer(f"{words[-1]} was not installed within {BOUND_S} s") from None
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if "rror" in line] or ["no reason given"]
        raise MissingPeer(f"{words[-1]} cannot be installed: {said[0].strip()}") from None
