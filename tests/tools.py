"""What some tests need beside Python: where it is missing they are skipped, or fail on CI."""

import importlib.util
import os
import shutil
import sys
import time
from pathlib import Path
from typing import NoReturn

import pytest


def need(*tools: str) -> None:
    """Go on only where these programs are installed."""
    for tool in tools:
        if shutil.which(tool) is None:
            _missing(f"{tool} is not installed")


def need_module(name: str) -> None:
    """Go on only where this module is installed: some are not to be had for every system."""
    if importlib.util.find_spec(name) is None:
        _missing(f"{name} is not installed")


def open_terminal() -> tuple[int, int]:
    """Return both ends of a new terminal, where the system hands out any (needs /dev/pts)."""
    if sys.platform == "win32":
        pytest.skip("no such terminals there")
    try:
        return os.openpty()
    except OSError:
        _missing("the system hands out no terminals")


def terminal_name(end: int) -> str:
    """Return the path by which programs open the terminal."""
    if sys.platform == "win32":
        raise NotImplementedError
    return os.ttyname(end)


def make_pipe(path: Path, mode: int = 0o666) -> None:
    """Make a named pipe, where there are such."""
    if sys.platform == "win32":
        pytest.skip("no named pipes there")
    os.mkfifo(path, mode)


def heed_time_zone() -> None:
    """Let this process take its time zone from TZ as it is now."""
    if sys.platform == "win32":
        pytest.skip("no time zones by TZ there")
    time.tzset()


def need_libcurl() -> None:
    """Go on only where pycurl is installed, or fail on CI, but for the job that is without it."""
    if importlib.util.find_spec("pycurl") is None:
        if os.environ.get("WITHOUT_LIBCURL") == "true":
            pytest.skip("pycurl is not installed")
        _missing("pycurl is not installed")


def need_root() -> None:
    """Go on only for root; `.ci/run` runs these as root, whoever runs the others."""
    if getattr(os, "geteuid", int)() != 0:
        pytest.skip("only root can do this")


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and on CI nothing may be missing")
    pytest.skip(reason, allow_module_level=True)
