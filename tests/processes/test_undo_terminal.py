"""An undo on a terminal: it asks, however few contacts it changes."""

import sys
from pathlib import Path

import pytest

from sendx_cli.sandbox.contents import contacts
from sendx_cli.settings.paths import sandbox_path
from tests.conftest import Command

if sys.platform == "win32":
    pytest.skip("no such terminals there", allow_module_level=True)

from tests.processes.terminals import Terminal


@pytest.fixture
def undoing(program: str, sendx: Command, folder: Path) -> Terminal:
    """An undo of a run that gave a contact a tag."""
    (folder / "p.csv").write_text("email,tags\nann@b.co,new\n")
    path = str(folder / "p.csv")
    assert sendx("identify", "--from", path, "--snapshot", "--sandbox").code == 0
    return Terminal((program, "runs", "undo", "-o", "jsonl"), folder, {})


@pytest.mark.parametrize(("answer", "code", "tags"), [("n", 2, ["new"]), ("y", 0, [])])
def test_an_undo_of_one_contact_asks(
    undoing: Terminal, answer: str, code: int, tags: list[str], sendx: Command
) -> None:
    """After its plan; without a yes nothing is sent, and no run is left."""
    with undoing as terminal:
        terminal.wait_for("emails that were sent cannot be undone")
        terminal.wait_for(": send 1 contact to the sandbox? [y/N] ")
        terminal.type(f"{answer}\n")
        assert terminal.end() == code
    assert contacts(sandbox_path())[0]["tags"] == tags
    assert len(sendx("runs", "list").out.splitlines()) == 2 - (answer == "n")
