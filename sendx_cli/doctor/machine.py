"""Checks of this machine: versions, files, directories, runs; nothing leaves it."""

import os
import platform
import shlex
import stat
import tempfile
from pathlib import Path

from sendx_cli import __version__
from sendx_cli.api.engine_name import engine_name
from sendx_cli.doctor.check import Check, failed, ok, warning
from sendx_cli.errors import ConfigUnusable, SendxError, SetupError, reason_of
from sendx_cli.file_lock import try_lock
from sendx_cli.journal.runs import Run, Runs, list_runs
from sendx_cli.settings.files import ConfigFile, read_config

_NAMED_RUNS = 3
_MINUTE_S = 60.0
_HOUR_S = 3600.0


def versions() -> Check:
    """Which sendx, Python and HTTP engine run."""
    return ok(
        "versions", f"sendx {__version__}, Python {platform.python_version()}, {engine_name()}"
    )


def config_file(path: Path) -> tuple[Check, ConfigFile | None]:
    """Whether the config file can be read, and by whom; with its content, where it can."""
    try:
        config = read_config(path)
    except SendxError as error:
        return failed("config file", error), None
    for text in config.warnings:
        found, _, hint = text.rpartition(": ")
        return warning("config file", found, hint), config
    if not path.exists():
        return ok("config file", f"none yet; it would be {path}"), config
    mode = stat.S_IMODE(path.stat().st_mode)
    return ok("config file", f"{path} (mode {mode:04o})"), config


def state_directory(path: Path) -> Check:
    """Whether journals can be kept: the directory can be written to, and files in it locked."""
    name = "state"
    try:
        if not path.exists():
            parent = next(parent for parent in path.parents if parent.exists())
            if os.access(parent, os.W_OK | os.X_OK):
                return ok(name, f"{path} (not created yet; the first run creates it)")
            return failed(name, _unusable(path, f"{parent} cannot be written to"))
        with tempfile.TemporaryFile(dir=path, prefix=".doctor.") as file:
            if try_lock(file.fileno()):
                return ok(name, str(path))
    except OSError as error:
        return failed(name, _unusable(path, reason_of(error)))
    return failed(name, _unusable(path, "files in it cannot be locked"))


def _unusable(path: Path, reason: str) -> SetupError:
    return ConfigUnusable(
        f"no journal can be kept there: {reason}",
        where=str(path),
        hint=f"chmod u+rwx {shlex.quote(str(path))}, or set XDG_STATE_HOME to another directory",
    )


def unfinished_runs(directory: Path) -> Check:
    """Whether a run waits to be resumed or looked at."""
    name = "runs"
    try:
        found = list_runs(directory) if directory.is_dir() else Runs(())
    except SendxError as error:
        return failed(name, error)
    except OSError as error:
        return failed(name, _unusable(directory, reason_of(error)))
    for damaged in found.unreadable:
        return warning(name, f"{damaged.where}: {damaged.message}", damaged.hint)
    stopped = [run for run in found.runs if not (run.is_finished or run.is_under_way)]
    if stopped:
        hint = f"sendx runs resume {stopped[-1].id}"
        return warning(name, f"{len(stopped)} to resume: {_named(stopped)}", hint)
    unknown = [run for run in found.runs if run.counts.unknown]
    if unknown:
        hint = f"sendx runs show {unknown[-1].id} --state unknown"
        return warning(name, f"rows with unknown outcome in {_named(unknown)}", hint)
    under_way = sum(1 for run in found.runs if run.is_under_way)
    return ok(name, f"{under_way} under way, none to resume")


def _named(runs: list[Run]) -> str:
    names = [f"{run.id} ({run.header.source})" for run in runs[-_NAMED_RUNS:]]
    more = len(runs) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def rate_known(record: bytes, now_unix_s: float, cap_per_s: float | None) -> Check:
    """Which limit of the service the processes of this machine have found.

    Args:
        record: What they share; empty if there is nothing.
        now_unix_s: The present, in seconds since 1970.
        cap_per_s: The rate in the settings, if any.
    """
    from sendx_cli.core.pacing.rate_record import unpacked

    known = unpacked(record)
    found = "no limit found yet"
    if known is not None:
        _free_at, _saved_at, saved_unix_s, search = known
        found = f"about {search.limit_per_s:.3g}/s, {_ago(now_unix_s - saved_unix_s)}"
    return ok("rate", found if cap_per_s is None else f"{found}; capped at {cap_per_s:g}/s")


def _ago(age_s: float) -> str:
    if age_s < _MINUTE_S:
        return "just now"
    if age_s < _HOUR_S:
        return f"{age_s / _MINUTE_S:.0f} min ago"
    return f"{age_s / _HOUR_S:.0f} h ago, so it will be searched again"
