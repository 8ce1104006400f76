"""What is seen of the key when sendx itself fails."""

import io
import os

import pytest
from typer.testing import CliRunner

from sendx_cli.api.gate import Gate
from sendx_cli.api.requests import Call
from sendx_cli.cli import app
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.runtime import Runtime
from tests.conftest import Run
from tests.secrets.conftest import KEY, Found

PASSWORD = "Proxy0password1"
PROXY = f"http://jane:{PASSWORD}@proxy.example:3128"
HOSTILE = "\x1b]52;c;ZXZpbA==\x07\n::error file=a.py::gotcha\n##[error]x\r\u202e"


class Buggy:
    """A carrier with a bug whose message holds all that must not be seen."""

    def carry(self, call: Call, gate: Gate) -> Answer | TransportFailure:
        header = {"X-Team-ApiKey": KEY}
        assert call.url
        assert gate is not None
        cause = KeyError(f"no {header}")
        raise RuntimeError(f"cannot send {header} by {PROXY}{HOSTILE}") from cause

    def close(self) -> None:
        """Close nothing."""


RAISED_AT = Buggy.carry.__code__.co_firstlineno + 5


def run(*words: str) -> Run:
    environ = {**os.environ, "SENDX_API_KEY": KEY, "HTTPS_PROXY": PROXY}
    runtime = Runtime(environ=environ, stdin=io.StringIO(), open_carrier=Buggy)
    # Typer's own runner raises what a command lets through: then there was no report.
    result = CliRunner().invoke(app, words, obj=runtime, prog_name="sendx")
    return Run(result.exit_code, result.stdout, result.stderr)


def test_a_bug_is_told_without_its_message(found: Found) -> None:
    """The message could hold anything."""
    ended = run("identify", "a@b.co", "--tag", "x", "-v")
    assert ended == Run(
        1,
        "",
        f"sendx: a bug in sendx: RuntimeError in tests.secrets.test_bugs:{RAISED_AT}\n"
        "  hint: run it again with --debug and report the output\n",
    )
    assert found(ended.err) == []


def test_a_traceback_masks_every_secret(found: Found) -> None:
    """In the messages of an exception and of its cause; it shows no values of variables."""
    ended = run("identify", "a@b.co", "--tag", "x", "--debug")
    assert ended.code == 1
    assert "KeyError: \"no {'X-Team-ApiKey': '********'}\"" in ended.err
    assert (
        "RuntimeError: cannot send {'X-Team-ApiKey': '********'} by"
        " http://********@proxy.example:3128" in ended.err
    )
    assert found(ended.err) == []
    assert PASSWORD not in ended.err
    assert "header = " not in ended.err


def test_a_traceback_is_harmless_to_a_terminal_and_a_build_server() -> None:
    """Its message may hold text from elsewhere."""
    lines = run("identify", "a@b.co", "--tag", "x", "--debug").err.splitlines()
    assert all(line.isprintable() for line in lines)
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)
    assert r"\x3a:error file=a.py::gotcha" in lines


@pytest.mark.parametrize("verbosity", [(), ("--debug",)])
def test_a_file_with_a_bug_keeps_no_key(
    found: Found, tmp_path_factory: pytest.TempPathFactory, verbosity: tuple[str, ...]
) -> None:
    """The run's journal stays behind, for it to be resumed."""
    people = tmp_path_factory.mktemp("people") / "people.csv"
    people.write_text("email\na@b.co\n")
    ended = run("identify", "--from", str(people), "--tag", "x", "--no-account", *verbosity)
    assert ended.code == 1
    assert found(ended.out, ended.err) == []
