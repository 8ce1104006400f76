"""The line that says on what machine, and with what versions, figures were taken."""

import os
import platform
import shutil
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("sendx-cli", "typer", "httpx", "pycurl")


@cache
def described() -> str:
    """Return CPU, cores, Python, and the versions of what takes part."""
    parts = [cpu_model(), f"{os.cpu_count()} cores", platform.system()]
    parts += [f"Python {platform.python_version()}"]
    parts += [f"{name} {found}" for name in PACKAGES if (found := package_version(name))]
    parts += [found for tool in ("curl", "node") if (found := tool_version(tool))]
    return ", ".join(parts)


def cpu_model() -> str:
    """Return what the CPU calls itself."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def package_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def tool_version(tool: str) -> str | None:
    """Return the tool's name and version, or None where it is not installed."""
    if shutil.which(tool) is None:
        return None
    said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
    words = said.split()
    return f"{tool} {words[1] if len(words) > 1 else words[0].lstrip('v')}"
