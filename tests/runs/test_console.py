"""Where a question is answered when standard input brings the rows."""

import sys

import pytest

from sendx_cli.runs.consent import console_path


@pytest.mark.parametrize(
    ("platform", "path"), [("win32", "CONIN$"), ("linux", "/dev/tty"), ("darwin", "/dev/tty")]
)
def test_the_console_has_another_name_on_windows(
    platform: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There `/dev/tty` cannot be opened, and nobody would be asked."""
    monkeypatch.setattr(sys, "platform", platform)
    assert console_path() == path
