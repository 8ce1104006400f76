import os
import shlex
import sys
from pathlib import Path

import pytest

from sendx_cli.errors import KeyUnusable
from sendx_cli.settings.key import parse_key
from sendx_cli.settings.key_command import run_key_command
from tests.tools import need

CANARY = "Canary0key1never2shown3"
ENVIRON = {"PATH": os.environ["PATH"], "SENDX_API_KEY": CANARY, "KEPT": "kept-value"}


def _python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def _refusal(command: str, timeout_s: float = 30.0) -> str:
    with pytest.raises(KeyUnusable) as refused:
        run_key_command(command, ENVIRON, timeout_s=timeout_s)
    assert CANARY not in f"{refused.value.message} {refused.value.hint}"
    assert refused.value.where == "api_key_command"
    return refused.value.message


@pytest.mark.parametrize("printed", ["the-key-1", "the-key-1\n", "the-key-1\r\n"])
def test_takes_the_line_it_prints(printed: str) -> None:
    """As secret managers print it."""
    need("printf")
    assert run_key_command(f"printf '%s' '{printed}'", ENVIRON) == parse_key("the-key-1")


def test_runs_without_a_shell() -> None:
    """Nothing is expanded and nothing else is run."""
    need("echo")
    assert run_key_command("echo $KEPT;id|cat", ENVIRON) == parse_key("$KEPT;id|cat")


def test_gets_the_environment_less_the_key() -> None:
    """It has no need of the key of this run."""
    code = "import os; print(os.environ['KEPT'], os.environ.get('SENDX_API_KEY'), sep='/')"
    assert run_key_command(_python(code), ENVIRON) == parse_key("kept-value/None")


def test_starts_in_the_directory_given(tmp_path: Path) -> None:
    """So a program in the working directory is never taken for the one meant."""
    program = tmp_path / "get-key"
    program.write_text("#!/bin/sh\necho from-$0\n", encoding="utf-8")
    program.chmod(0o700)
    assert run_key_command("./get-key", ENVIRON, tmp_path) == parse_key("from-./get-key")


def test_reads_nothing_of_standard_input() -> None:
    """Contacts may come by it."""
    need("cat")
    assert _refusal("cat") == "it printed no key: the API key is empty"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (f"print('{CANARY}'); raise SystemExit(3)", "it ended with code 3"),
        (f"import sys; sys.exit('bad: {CANARY}')", "it ended with code 1"),
        ("import os; os.kill(os.getpid(), 9)", "it ended with code -9"),
        (
            f"print('{CANARY}'); print('more')",
            "it printed no key: the API key contains a character that a header cannot",
        ),
        (
            "import sys; sys.stdout.buffer.write(b'\\xff' * 20)",
            "it printed no key: the API key contains a character that a header cannot",
        ),
        ("print('x' * 515)", "it printed more than a key"),
        (f"while True: print('{CANARY}')", "it printed more than a key"),
        (
            "import sys; sys.stderr.write('e' * 10_000_000); sys.exit(1)",
            "it ended with code 1",
        ),
    ],
)
def test_tells_what_went_wrong_and_never_what_was_printed(code: str, message: str) -> None:
    """Not even what came on standard error: some print the key there."""
    assert _refusal(_python(code)) == message


def test_an_endless_one_is_ended() -> None:
    """It hangs, perhaps over a question nobody sees."""
    need("sleep")
    assert _refusal("sleep 60", timeout_s=0.1) == "it printed no key within 0.1 s"


def test_what_it_leaves_running_is_not_waited_for() -> None:
    """An agent started in passing keeps its output open."""
    command = "sh -c 'sleep 2 & echo the-key-1'"
    assert run_key_command(command, ENVIRON) == parse_key("the-key-1")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("no-such-program-here --flag", "it cannot be run: no such file or directory"),
        ("/", "it cannot be run: permission denied"),
        ("echo 'x", "it has an unmatched quotation mark"),
    ],
)
def test_one_that_cannot_be_run_is_told_of(command: str, message: str) -> None:
    """The system's reason is given."""
    assert _refusal(command) == message
