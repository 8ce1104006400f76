"""What some tests need beside Python: where it is missing they are skipped, or fail on CI."""

import importlib.util
import os
import shutil
from typing import NoReturn

import pytest


def need(*tools: str) -> None:
    """Go on only where these programs are installed."""
    for tool in tools:
        if shutil.which(tool) is None:
            _missing(f"{tool} is not installed")


def need_terminals() -> None:
    """Go on only where the system hands out terminals (a container may have no /dev/pts)."""
    try:
        ours, theirs = os.openpty()
    except (OSError, AttributeError):
        _missing("the system hands out no terminals")
    os.close(ours)
    os.close(theirs)


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
    pytest.skip(reason)
