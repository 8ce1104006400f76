"""Signals that stop a command: the first asks, the second ends; what was ignored stays ignored."""

import os
import signal
import subprocess
import sys

import pytest

from sendx_cli.ending import Ending
from sendx_cli.signals import stop_on_signals

if sys.platform == "win32":
    pytest.skip("signals are others there", allow_module_level=True)

NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
TWICE = """
import os, signal, sys
from sendx_cli.signals import stop_on_signals
with stop_on_signals(lambda: os.write(1, b"stop\\n"), lambda: "last words \\udce9\\n"):
    for name in sys.argv[1:]:
        os.kill(os.getpid(), getattr(signal, name))
    os.write(1, b"went on\\n")
"""


@pytest.mark.parametrize("number", NUMBERS)
def test_the_first_signal_asks_to_stop(number: signal.Signals) -> None:
    """Once; it is known which one came, and afterwards all is as it was."""
    before = [signal.getsignal(each) for each in NUMBERS]
    asked: list[str] = []
    with stop_on_signals(lambda: asked.append("stop"), lambda: "") as signals:
        endings = [signals.ending]
        os.kill(os.getpid(), number)
        endings.append(signals.ending)
    assert (asked, endings) == (["stop"], [None, Ending(128 + number)])
    assert [signal.getsignal(each) for each in NUMBERS] == before


def test_handlers_are_given_back_after_an_exception() -> None:
    """As they were before."""
    before = [signal.getsignal(each) for each in NUMBERS]
    with pytest.raises(ZeroDivisionError), stop_on_signals(lambda: None, lambda: ""):
        raise ZeroDivisionError
    assert [signal.getsignal(each) for each in NUMBERS] == before


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_that_the_caller_ignored_stays_ignored(number: signal.Signals) -> None:
    """`nohup`, and `&` in a script."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with stop_on_signals(lambda: pytest.fail("asked to stop"), lambda: "") as signals:
            assert signal.getsignal(number) is signal.SIG_IGN
            os.kill(os.getpid(), number)
        assert signals.ending is None
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize(
    "names", [("SIGINT", "SIGINT"), ("SIGINT", "SIGTERM"), ("SIGHUP", "SIGHUP")]
)
def test_the_second_signal_ends_it_by_itself(names: tuple[str, str]) -> None:
    """The last words come first, whatever they hold; nothing continues."""
    command = [sys.executable, "-c", TWICE, *names]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout == "stop\n"
    assert ended.stderr == "last words \\udce9\n"
    assert ended.returncode == -getattr(signal, names[1])


def test_nobody_to_tell_does_not_keep_it_alive() -> None:
    """The last words are lost where standard error is closed."""
    command = ["sh", "-c", 'exec 2>&-; exec "$@"', "sh", sys.executable, "-c", TWICE]
    ended = subprocess.run(
        [*command, "SIGTERM", "SIGTERM"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.stdout, ended.returncode) == ("stop\n", -signal.SIGTERM)
