"""The command as a process: how it ends, and what the shell and its tools make of that."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import CANARY, SHELL_ENVIRONMENT, Command
from tests.servers import OK, Request, ScriptedServer, json_answer
from tests.tools import need

TRACK = ("track", "jane@example.com", "--add-tag", "vip")


def environment(server: ScriptedServer) -> dict[str, str]:
    return {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}


def wait_for_a_request(server: ScriptedServer) -> None:
    deadline = time.monotonic() + 60.0
    while not server.requests:
        assert time.monotonic() < deadline, "nothing was sent"
        time.sleep(0.02)


def test_xargs_stops_at_a_refused_key(
    process: Command, program: str, server: ScriptedServer
) -> None:
    """A thousand addresses and a wrong key make a handful of calls."""
    server.script = lambda _request, _number: json_answer(401, {"status": 401, "message": "no"})
    need("seq", "xargs")
    line = f"seq -f 'p%g@example.com' 1000 | xargs -n1 {program} track --add-tag vip"
    run = process("bash", "-c", line, env=environment(server))
    assert run.code == 124
    assert len(server.requests) <= 8
    assert "exited with status 255" in run.err


def test_xargs_fills_one_call_with_many_contacts(
    process: Command, program: str, server: ScriptedServer
) -> None:
    """`cut | xargs sendx track` sends each address once."""
    need("seq", "xargs")
    line = f"seq -f 'p%g@example.com' 100 | xargs {program} track --add-tag vip"
    run = process("bash", "-c", line, env=environment(server))
    assert (run.code, run.err) == (0, "")
    assert len(run.out.splitlines()) == len(server.requests) == 100


def test_parallel_runs_of_the_command_all_succeed(
    process: Command, program: str, server: ScriptedServer
) -> None:
    """GNU parallel, eight at a time."""
    need("seq", "parallel")
    line = f"seq -f 'p%g@example.com' 16 | parallel -j8 {program} track {{}} --add-tag vip"
    run = process("bash", "-c", line, env=environment(server))
    assert run.code == 0
    assert len(run.out.splitlines()) == len(server.requests) == 16


def test_a_closed_pipe_ends_it_quietly(
    process: Command, program: str, server: ScriptedServer
) -> None:
    """`| head` is no error; the code is the one of SIGPIPE."""
    need("head")
    emails = " ".join(f"p{n}@example.com" for n in range(200))
    line = f"{program} track {emails} --add-tag vip | head -n 1; echo ${{PIPESTATUS[0]}} >&2"
    run = process("bash", "-c", line, env=environment(server))
    assert len(run.out.splitlines()) == 1
    assert run.err == "141\n"
    assert len(server.requests) < 200


def test_a_full_disk_under_the_results_is_told(
    process: Command, program: str, server: ScriptedServer
) -> None:
    """The contact was sent, so the code says: look before you send again."""
    line = f"{program} {' '.join(TRACK)} >/dev/full"
    run = process("bash", "-c", line, env=environment(server))
    assert run.code == 6
    assert run.err == (
        "sendx: results could not be written: no space left on device\n"
        "  hint: contacts may have been sent anyway: check before sending them again\n"
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_change_nothing_but_what_is_seen(
    process: Command, program: str, server: ScriptedServer, closed: str
) -> None:
    """The contact is sent all the same."""
    line = f"{program} {' '.join(TRACK)} {closed}"
    run = process("bash", "-c", line, env=environment(server))
    assert (run.code, run.err, len(server.requests)) == (0, "", 1)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
def test_any_encoding_of_the_terminal_can_carry_results(
    process: Command, program: str, server: ScriptedServer, encoding: str
) -> None:
    """JSON stays JSON; tables lose nothing but looks."""
    server.script = lambda _request, _number: json_answer(200, {"message": "\u00e9\u2713\u0416"})
    for style in ("table", "json", "jsonl", "csv"):
        run = process(
            program,
            *TRACK,
            "-o",
            style,
            env={**environment(server), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        )
        assert (run.code, run.err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupted_command_ends_by_the_signal_itself(
    program: str, server: ScriptedServer, tmp_path: Path, name: str
) -> None:
    """It waits for the calls under way, tells of them, and then dies as its caller expects."""

    def slow(_request: Request, _number: int) -> bytes:
        time.sleep(1.0)
        return OK

    server.script = slow
    running = subprocess.Popen(
        [program, "track", "a@b.co", "c@d.co", "--concurrency", "1", "--add-tag", "x"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, **SHELL_ENVIRONMENT, **environment(server)},
    )
    wait_for_a_request(server)
    number = signal.Signals[name]
    running.send_signal(number)
    out, err = running.communicate(timeout=30)
    assert running.returncode == -number
    assert '"email": "a@b.co", "action": "track", "ok": true' in out
    assert '"email": "c@d.co", "action": "track", "ok": false' in out
    assert err == (
        "sendx: stopping: waiting for 1 calls under way; interrupt again to stop at once\n"
        "sendx: 1 of 2 contacts were not sent\n"
    )
    assert len(server.requests) == 1


def test_a_second_interrupt_ends_it_at_once(
    program: str, server: ScriptedServer, tmp_path: Path
) -> None:
    """A hanging call need not be waited for."""
    server.script = lambda _request, _number: None
    running = subprocess.Popen(
        [program, *TRACK],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, **SHELL_ENVIRONMENT, **environment(server)},
    )
    wait_for_a_request(server)
    running.send_signal(signal.SIGINT)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=10)
    assert running.returncode == -signal.SIGINT
    assert err.decode().splitlines() == [
        "sendx: stopping: waiting for 1 calls under way; interrupt again to stop at once",
        "sendx: jane@example.com: unknown: ended before the answer",
    ]


@pytest.mark.parametrize(
    "words", [("--version",), ("--help",), ("track", "-h"), ("config", "list")]
)
def test_a_full_disk_under_other_output_is_told_without_doubt(
    process: Command, program: str, words: tuple[str, ...]
) -> None:
    """Nothing was sent, so nothing needs to be looked at."""
    run = process("bash", "-c", f"{program} {' '.join(words)} >/dev/full")
    assert run.code == 5
    assert run.err.startswith("sendx: output could not be written: no space left on device\n")
    assert "Traceback" not in run.err


STOPPING_AT = """
import os, sys
from sendx_cli.__main__ import main
moment, sys.argv = sys.argv[1], ["sendx", *sys.argv[2:]]
def stop(event, about):
    global moment
    if event == "import" and about[0] == moment:
        moment = ""
        os.write(1, b"!")
        os.read(0, 1)
sys.addaudithook(stop)
main()
"""
"""The command, as its script starts it, but that it waits before it loads a module."""


@pytest.mark.parametrize("moment", ["sendx_cli.cli", "typer", "httpx", "sqlite3"])
def test_an_interrupt_while_it_starts_leaves_no_traceback(moment: str, tmp_path: Path) -> None:
    """From the program's first line on: it ends by the signal and says nothing odd.

    Before that it is Python that is interrupted, and says so in its own way.
    """
    with subprocess.Popen(
        [sys.executable, "-c", STOPPING_AT, moment, "identify", "a@b.co", "--sandbox"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, **SHELL_ENVIRONMENT},
    ) as running:
        assert running.stdout is not None
        assert running.stdout.read(1) == b"!"
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert b"Traceback" not in err
    assert running.returncode == -signal.SIGINT


def test_an_unreadable_config_stops_everything_without_a_traceback(
    process: Command, program: str, server: ScriptedServer
) -> None:
    """Exit 255, so that xargs stops; the key in the environment is not shown."""
    run = process(program, *TRACK, env={**environment(server), "XDG_CONFIG_HOME": "/dev/null/x"})
    assert (run.code, run.out, server.requests) == (255, "", [])
    assert "Traceback" not in run.err
    assert CANARY not in run.err


def test_a_key_as_an_argument_is_refused_and_not_repeated(process: Command, program: str) -> None:
    """It would stand in the list of processes and in the shell's history."""
    run = process(program, "login", CANARY)
    assert run.code == 2
    assert CANARY not in run.out + run.err
