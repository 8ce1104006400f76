"""The help of every command, found by walking the tree, against its snapshot."""

import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from sendx_cli.cli import COMMANDS
from tests.conftest import Command

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
TYPER = tuple(int(part) for part in typer.__version__.split(".")[:2])


def without_notation(text: str) -> str:
    """Return the help's words: before 0.28, Typer writes [a|b] for <a|b>, and NAME for {name}."""
    return re.sub(r" +", " ", re.sub(r"[\[\]<>{}]", "", text).lower())


def every_command() -> Iterator[tuple[str, ...]]:
    yield ()
    for name in COMMANDS:
        yield (name,)
        command = get_command(import_module(f"sendx_cli.commands.{name}").app)
        for below in getattr(command, "commands", {}):
            yield (name, below)


def snapshot_of(words: tuple[str, ...]) -> Path:
    return SNAPSHOTS / f"{'-'.join(('sendx', *words))}.txt"


def test_no_snapshot_is_left_of_a_command_that_is_gone() -> None:
    """Each file belongs to a command of today."""
    assert set(SNAPSHOTS.iterdir()) == set(map(snapshot_of, every_command()))


@pytest.mark.parametrize("words", list(every_command()), ids="-".join)
def test_help_is_as_it_was_agreed(sendx: Command, words: tuple[str, ...]) -> None:
    """A change of any help text shows in review; UPDATE_SNAPSHOTS=1 takes it over."""
    run = sendx(*words, "--help")
    assert (run.code, run.err) == (0, "")
    snapshot = snapshot_of(words)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(run.out, "utf-8")
    agreed = snapshot.read_text("utf-8")
    if TYPER < (0, 28):
        assert without_notation(run.out) == without_notation(agreed)
    else:
        assert run.out == agreed
