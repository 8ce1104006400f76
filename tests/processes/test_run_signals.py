"""What ends a run from outside: signals, closed pipes, full disks; and how it continues."""

import json
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CANARY, Command, Run
from tests.processes.conftest import Start
from tests.processes.recording import Body, Recording
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer
from tests.tools import need

ROWS = 200
BEGIN = ("identify", "--from", "people.csv", "-o", "jsonl", "--concurrency", "8")
REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})

if sys.platform == "win32":
    pytest.skip("signals are others there", allow_module_level=True)


def row_of(body: Body) -> int:
    return int(str(body["email"]).partition("@")[0][1:])


@pytest.fixture
def service(server: ScriptedServer, folder: Path) -> Recording:
    """The service, and a file for it."""
    rows = "".join(f"p{number}@example.com\n" for number in range(ROWS))
    (folder / "people.csv").write_text("email\n" + rows)
    server.script = recording = Recording(row_of)
    return recording


@pytest.fixture
def shell(
    process: Command, program: str, settings: dict[str, str], folder: Path
) -> Callable[[str], Run]:
    """Runs the command in a shell, with what follows it there."""
    words = f"{program} identify --from {folder / 'people.csv'} -q -o jsonl"
    return lambda rest: process("bash", "-c", f"{words} {rest}", env=settings)


def accepted(sendx: Command) -> set[int]:
    shown = sendx("runs", "show", "--state", "accepted", "-o", "jsonl")
    return {json.loads(line)["line"] - 2 for line in shown.out.splitlines()}


def finish(start: Start, service: Recording, sendx: Command) -> None:
    """Resume the run, and hold that no row was sent twice."""
    with start("runs", "resume") as resumed:
        resumed.communicate(timeout=60)
    assert resumed.returncode == 0
    assert accepted(sendx) == set(range(ROWS))
    assert set(Counter(service.acted).values()) == {1}


def test_a_run_that_was_stopped_for_a_while_goes_on(
    start: Start, service: Recording, sendx: Command
) -> None:
    """Control-Z and `fg`, a lid closed and opened: what was answered meanwhile is known."""
    with start(*BEGIN, "--timeout", "1") as sending:
        service.wait_for(20, 30.0)
        sending.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        sending.send_signal(signal.SIGCONT)
        sending.communicate(timeout=60)
    assert sending.returncode == 0
    assert accepted(sendx) == set(range(ROWS))
    assert Counter(service.acted) == Counter(range(ROWS))


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_a_run_in_order(
    ending: signal.Signals, start: Start, service: Recording, sendx: Command
) -> None:
    """Answers under way are awaited, the way on is told, and it ends by the signal itself."""
    with start(*BEGIN) as sending:
        service.wait_for(20, 30.0)
        sending.send_signal(ending)
        out, err = sending.communicate(timeout=30)
    assert sending.returncode == -ending
    assert re.search(r"next: sendx runs resume \S+\n\Z", err)
    told = {json.loads(line)["line"] - 2 for line in out.splitlines()}
    assert told == accepted(sendx) == set(service.acted)
    assert 20 <= len(told) < ROWS
    finish(start, service, sendx)


def test_a_second_signal_ends_it_at_once(
    start: Start, service: Recording, server: ScriptedServer, sendx: Command
) -> None:
    """Though the service hangs; what was under way is sent again, the rest once."""
    held: list[int] = []

    def script(request: Request, number: int) -> Answering:
        if number <= 20:
            return service(request, number)
        held.append(number)
        time.sleep(5)
        return OK

    server.script = script
    with start(*BEGIN) as sending:
        deadline = time.monotonic() + 60.0
        while len(held) < 8:
            assert time.monotonic() < deadline, "the calls were not made"
            time.sleep(0.01)
        sending.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert sending.poll() is None
        sending.send_signal(signal.SIGINT)
        _, err = sending.communicate(timeout=4)
    assert sending.returncode == -signal.SIGINT
    assert re.search(r"ended with 8 calls under way: `sendx runs resume \S+` finds out", err)
    server.script = service
    finish(start, service, sendx)


def test_a_closed_pipe_ends_a_run_quietly(
    shell: Callable[[str], Run], start: Start, service: Recording, sendx: Command
) -> None:
    """`| head` is no error; what was sent stays sent, and the run continues."""
    need("head")
    run = shell("| head -n 1; echo ${PIPESTATUS[0]} >&2")
    assert (len(run.out.splitlines()), run.err) == (1, "141\n")
    assert accepted(sendx) == set(service.acted)
    finish(start, service, sendx)


def test_a_closed_pipe_is_not_followed_by_an_account(
    process: Command, program: str, settings: dict[str, str], service: Recording, folder: Path
) -> None:
    """Who closed it wants to see no more: neither summary nor failed rows."""
    (folder / "people.csv").write_text(
        "email\nbad\n" + "".join(f"p{n}@example.com\n" for n in range(200))
    )
    words = f"{program} identify --from {folder / 'people.csv'} --yes --skip-invalid"
    run = process("bash", "-c", f"{words} | head -n 1; exit ${{PIPESTATUS[0]}}", env=settings)
    assert (run.code, len(run.out.splitlines())) == (141, 1)
    assert "plan: identify from " in run.err
    assert "\nexit " not in run.err
    assert "next: " not in run.err
    assert list(folder.glob("*.failed*")) == []
    assert service.calls


def test_a_full_disk_under_the_results_leaves_the_run_to_be_resumed(
    shell: Callable[[str], Run], start: Start, service: Recording, sendx: Command
) -> None:
    """No more is sent than can be told, and the journal knows what was."""
    run = shell(">/dev/full")
    assert run.code == 5
    assert "results could not be written: no space left on device" in run.err
    assert accepted(sendx) == set(service.acted)
    finish(start, service, sendx)


def test_a_full_disk_under_a_new_journal_sends_nothing(
    process: Command, program: str, settings: dict[str, str], folder: Path, home: Path
) -> None:
    """What was begun is taken away again: there is nothing to resume."""
    rows = "".join(f"p{number}@example.com\n" for number in range(3_000))
    (folder / "people.csv").write_text("email\n" + rows)
    words = f"{program} identify --from {folder / 'people.csv'} --yes -q"
    run = process("bash", "-c", f"ulimit -f 64; {words}", env=settings)
    assert (run.code, run.out) == (5, "")
    assert "cannot keep the run's journal: " in run.err
    assert run.err.endswith("  hint: nothing was sent: fix that, then run it again\n")
    assert list((home / "state" / "sendx" / "runs").iterdir()) == []


def test_a_key_refused_amid_a_run_ends_it(
    start: Start, service: Recording, server: ScriptedServer, sendx: Command
) -> None:
    """255; hardly a call more is made, no row is lost, and the run continues with a good key."""

    def script(request: Request, number: int) -> Answering:
        return service(request, number) if number <= 30 else REFUSED

    server.script = script
    with start(*BEGIN) as sending:
        _, err = sending.communicate(timeout=30)
    assert sending.returncode == 255
    assert len(server.requests) <= 38
    assert "The API Key is not valid" in err
    assert CANARY not in err
    server.script = service
    finish(start, service, sendx)


def test_two_processes_never_send_one_run(
    start: Start, service: Recording, server: ScriptedServer, sendx: Command
) -> None:
    """The second is told so and ends with 2; the same file anew is refused as well."""
    refused = threading.Event()

    def script(request: Request, number: int) -> Answering:
        if number > 8:  # else the first may have ended before the others began
            refused.wait(20.0)
        return service(request, number)

    server.script = script
    with start(*BEGIN) as first:
        service.wait_for(8, 30.0)
        run = json.loads(sendx("runs", "list", "-o", "jsonl").out)["run"]
        with start("runs", "resume", run) as second, start(*BEGIN) as anew:
            _, second_err = second.communicate(timeout=30)
            _, anew_err = anew.communicate(timeout=30)
        refused.set()
        first.communicate(timeout=60)
    assert (first.returncode, second.returncode, anew.returncode) == (0, 2, 2)
    assert f"run {run} is being sent by another sendx process" in second_err
    named = f"run {run} of this file is being sent|a run of this file is being started"
    assert re.search(named, anew_err)
    assert Counter(service.acted) == Counter(range(ROWS))
