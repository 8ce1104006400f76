"""What to type next, ready to be copied."""

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from sendx_cli.core.contact.members import MEMBERS, ContactValues, Kind
from sendx_cli.journal.view import Counts
from sendx_cli.runs.options import RunSpec


def next_commands(run: str, counts: Counts, spec: RunSpec, failed: Path | None) -> list[str]:
    """Return the commands that deal with what is left of a run, the most urgent first.

    Args:
        run: Its id.
        counts: Its rows by state.
        spec: Its options.
        failed: Where its failed rows were written, if they were.
    """
    commands: list[str] = []
    if counts.to_come:
        commands.append(f"sendx runs resume {run}")
    if counts.unknown:
        commands.append(f"sendx runs show {run} --state unknown")
    if failed is not None:
        commands.append(shlex.join(["sendx", *_words(spec, failed)]))
    return commands


def _words(spec: RunSpec, failed: Path) -> Iterator[str]:
    """The same command for the file of failed rows, which has a header and no titles."""
    columns, overrides = spec.columns, spec.overrides
    yield from (spec.action, "--from", str(failed))
    yield from _defaults(spec.action, spec.defaults)
    yield from _repeated("--map", columns.maps)
    yield from _repeated("--map", (f"{name}={target}" for name, target in columns.file_maps))
    yield from _repeated("--ignore", columns.ignores)
    yield from _repeated("--left-values", columns.left_values)
    yield from ["--custom-fields"] * columns.custom_fields
    yield from _single("--tag-separator", columns.tag_separator)
    yield from _single("--date-order", columns.date_order)
    yield from ["--include-departed"] * columns.include_departed
    yield from _single("--encoding", overrides.encoding)
    yield from ["--no-account"] * (not spec.uses_account)
    yield from ["--existing-only"] * spec.existing_only
    yield from _single("--batch", str(spec.batch) if spec.batch > 1 else None)
    for name, value in spec.service.items():
        yield from _single(f"--{name.replace('_', '-')}", value)


def _defaults(action: str, defaults: ContactValues) -> Iterator[str]:
    for member in MEMBERS[action]:
        value = getattr(defaults, member.name)
        if member.is_single:
            yield from _single(member.option, value or None)
        elif member.kind is Kind.FIELDS:
            yield from _repeated(member.option, ("=".join(field) for field in value))
        else:
            yield from _repeated(member.option, value)


def _single(option: str, value: str | None) -> list[str]:
    return [] if value is None else [option, value]


def _repeated(option: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)
