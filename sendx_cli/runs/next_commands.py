"""What to type next, ready to be copied, and what has to be done before it helps."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from sendx_cli.core.contact.contact import Identify
from sendx_cli.core.contact.members import MEMBERS, ContactValues, Kind
from sendx_cli.journal.view import Counts
from sendx_cli.output.next_command import NextCommand
from sendx_cli.output.quoting import joined
from sendx_cli.runs.options import RunMode, RunSpec

_FAILED = ".failed"


class FailedRows(NamedTuple):
    """The file that the failed rows of a run were written to.

    Args:
        path: Where it is.
        must_be_fixed: Whether it has rows that were rejected, or bad: sent as they are, they fail
            again.
        has_unknown_contacts: Whether it has rows of contacts that could not be tracked, as the
            service does not know them.
        are_results: Whether they are results of sendx.
    """

    path: Path
    must_be_fixed: bool = False
    has_unknown_contacts: bool = False
    are_results: bool = False


def next_commands(
    run: str,
    counts: Counts,
    spec: RunSpec,
    mode: RunMode,
    failed: FailedRows | None,
    *,
    is_stopped: bool,
) -> list[NextCommand]:
    """Return the commands that deal with what is left of a run, the most urgent first.

    Where a command fails again unless something is done before, it says what.

    Args:
        run: Its id.
        counts: Its rows by state.
        spec: Its options.
        mode: The options of the process that has just sent it.
        failed: Where its failed rows were written, if they were.
        is_stopped: Whether it was ended by what stops every further call too.
    """
    commands: list[NextCommand] = []
    if counts.to_come:
        before = "fix what stopped the run" if is_stopped else ""
        resume = ["sendx", "runs", "resume", run, *_mode_words(mode, mode.report)]
        commands.append(NextCommand(joined(resume), before))
    if counts.unknown:
        commands.append(NextCommand(_unknown_command(run, spec)))
    if failed is not None:
        again = ["sendx", *_words(spec, mode, failed)]
        commands.append(NextCommand(joined(again), _before(failed)))
    return commands


def _before(failed: FailedRows) -> str:
    """Return what has to be done before the failed rows are sent again."""
    todo = [
        *["fix the rows"] * failed.must_be_fixed,
        *["identify the unknown contacts"] * failed.has_unknown_contacts,
    ]
    return f"{' and '.join(todo)} in {failed.path.name}" if todo else ""


def _unknown_command(run: str, spec: RunSpec) -> str:
    """Return how to go on with unknown rows: of an identify only those that count can be unknown.

    Nobody can tell by looking whether those were counted.
    """
    can_be_settled = spec.action != Identify.action and spec.uses_account
    return (
        f"sendx runs reconcile {run}"
        if can_be_settled
        else f"sendx runs show {run} --state unknown"
    )


def _words(spec: RunSpec, mode: RunMode, failed: FailedRows) -> Iterator[str]:
    """The same command for the file of failed rows, which has a header and no titles."""
    columns, overrides = spec.columns, spec.overrides
    map_file = mode.save_map or mode.map_file
    yield from (spec.action, "--from", str(failed.path))
    yield from _defaults(spec.action, spec.defaults)
    yield from _repeated("--map", columns.maps)
    if map_file is None:
        yield from _repeated("--map", (f"{name}={target}" for name, target in columns.file_maps))
    yield from _path("--map-file", map_file)
    yield from _repeated("--ignore", columns.ignores)
    yield from _repeated("--opt-out-values", columns.opt_out_values)
    yield from ["--custom-fields"] * columns.custom_fields
    yield from _single("--tag-separator", columns.tag_separator)
    yield from _single("--date-order", columns.date_order)
    yield from ["--include-unsubscribed"] * columns.include_unsubscribed
    # Whatever became of them now, the rows still say that their outcome is unknown.
    yield from ["--retry-unknown"] * (failed.are_results and columns.takes_unknown)
    yield from _single("--encoding", overrides.encoding)
    yield from ["--no-account"] * (not spec.uses_account)
    yield from ["--existing-only"] * spec.existing_only
    yield from ["--only-changed"] * spec.only_changed
    yield from ["--snapshot"] * (spec.keeps_snapshot and spec.uses_account)
    yield from _single("--batch", str(spec.batch) if spec.batch > 1 else None)
    for name, value in spec.service.items():
        yield from _single(f"--{name.replace('_', '-')}", value)
    yield from ["--sandbox"] * mode.is_sandbox
    yield from _mode_words(mode, _of_failed(mode.report))


def _mode_words(mode: RunMode, report: Path | None) -> Iterator[str]:
    """The options of one process that are to hold for the next one as well."""
    yield from _path("--report", report)
    yield from _single("--show", mode.show)
    yield from ["--keep-going"] * mode.keeps_going


def _of_failed(report: Path | None) -> Path | None:
    """Return where the failed rows are reported on: the run's own report is not to be replaced."""
    if report is None or report.stem.endswith(_FAILED):
        return report
    return report.with_name(f"{report.stem}{_FAILED}{report.suffix}")


def _defaults(action: str, defaults: ContactValues) -> Iterator[str]:
    for member in MEMBERS[action]:
        value = getattr(defaults, member.name)
        if member.is_single:
            yield from _single(member.option, value or None)
        elif member.kind is Kind.FIELDS:
            yield from _repeated(member.option, ("=".join(field) for field in value))
        else:
            yield from _repeated(member.option, value)


def _path(option: str, path: Path | None) -> list[str]:
    return [] if path is None else [option, str(path)]


def _single(option: str, value: str | None) -> list[str]:
    return [] if value is None else [option, value]


def _repeated(option: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)
