"""`--stream`: rows are sent as they come, by whatever writes them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHELL_ENVIRONMENT, Command
from tests.processes.conftest import Start
from tests.processes.recording import Body, Recording
from tests.servers import ScriptedServer
from tests.tools import need

STUCK_S = 30.0
Streaming = subprocess.Popen[str]


def row_of(body: Body) -> int:
    return int(str(body["firstName"])[1:])


@pytest.fixture
def service(server: ScriptedServer) -> Recording:
    server.script = recording = Recording(row_of)
    return recording


@pytest.fixture
def streaming(start: Start, service: Recording) -> Iterator[Streaming]:
    """A stream whose header was written."""
    assert not service.acted
    words = ("identify", "--from", "-", "--stream", "-o", "jsonl", "-q")
    with start(*words, stdin=subprocess.PIPE) as process:
        write(process, "email,first_name\n")
        yield process
        process.kill()


def write(process: Streaming, text: str) -> None:
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.flush()


def test_a_row_is_sent_before_the_next_one_is_there(
    streaming: Streaming, service: Recording
) -> None:
    """Its result is told as well; the end of the input is the end of the run."""
    for number in range(3):
        write(streaming, f"p{number}@example.com,n{number}\n")
        assert streaming.stdout is not None
        assert json.loads(streaming.stdout.readline())["email"] == f"p{number}@example.com"
        assert service.acted == list(range(number + 1))
    assert streaming.communicate(timeout=STUCK_S) == ("", "")
    assert streaming.returncode == 0


def test_rows_of_one_contact_keep_their_order(streaming: Streaming, service: Recording) -> None:
    """Though they come faster than they can be sent."""
    write(streaming, "".join(f"p{n % 5}@example.com,n{n}\n" for n in range(60)))
    streaming.communicate(timeout=STUCK_S)
    assert sorted(service.acted) == list(range(60))
    for contact in range(5):
        order = [number for number in service.acted if number % 5 == contact]
        assert order == sorted(order)


def test_a_bad_row_is_told_at_once_and_holds_nothing_up(
    streaming: Streaming, service: Recording, sendx: Command
) -> None:
    """The others are sent; the exit code says that one was bad."""
    write(streaming, "bob,n0\nann@example.com,n1\n")
    _, err = streaming.communicate(timeout=STUCK_S)
    assert (streaming.returncode, service.acted) == (4, [1])
    assert 'standard input:2: email: not an address, it has no "@": bob' in err
    (record,) = map(json.loads, sendx("runs", "list", "-o", "jsonl").out.splitlines())
    assert (record["source"], record["accepted"]) == ("standard input", 1)


def record_of(sendx: Command) -> dict[str, Any]:
    (line,) = sendx("runs", "list", "-o", "jsonl").out.splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def resume(start: Start) -> int:
    with start("runs", "resume") as resumed:
        resumed.communicate(timeout=STUCK_S)
    return int(resumed.returncode)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupted_stream_can_be_finished(
    streaming: Streaming, service: Recording, start: Start, sendx: Command, number: str
) -> None:
    """It ends by the signal and says how far it read; what it read is sent by a resume, once."""
    ending = getattr(signal, number)
    write(streaming, "".join(f"p@example.com,n{n}\n" for n in range(50)))
    service.wait_for(5, STUCK_S)
    streaming.send_signal(ending)
    # Its standard input stays open: the end of it is never seen.
    assert streaming.wait(STUCK_S) == -ending
    assert streaming.stderr is not None
    told = streaming.stderr.read()
    record = record_of(sendx)
    assert record["accepted"] == len(service.acted)
    assert record["rows"] == record["read_to_line"] - 1
    assert f"read to line {record['read_to_line']}, not to the end" in told
    assert resume(start) == 5
    assert service.acted == list(range(record["rows"]))


def test_a_hang_up_that_nohup_has_ignored_changes_nothing(
    program: str, service: Recording, settings: dict[str, str], folder: Path
) -> None:
    """The stream goes on: it reloads nothing, as whoever sends one to a service might expect."""
    if sys.platform == "win32":
        pytest.skip("signals are others there")
    need("nohup")
    words = ("nohup", program, "identify", "--from", "-", "--stream", "-o", "jsonl", "-q")
    with subprocess.Popen(
        words,
        text=True,
        cwd=folder,
        env={**os.environ, **SHELL_ENVIRONMENT, **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        write(process, "email,first_name\np0@example.com,n0\n")
        service.wait_for(1, STUCK_S)
        process.send_signal(signal.SIGHUP)
        write(process, "p1@example.com,n1\n")
        process.communicate(timeout=STUCK_S)
    assert (process.returncode, service.acted) == (0, [0, 1])


def test_a_stream_without_rows_leaves_the_processor_alone(
    streaming: Streaming, service: Recording
) -> None:
    """It wakes up a few times a second, to look at signals, and does nothing else."""
    if sys.platform != "linux":
        pytest.skip("processor time is read from /proc")
    write(streaming, "p0@example.com,n0\n")
    service.wait_for(1, STUCK_S)
    assert streaming.stdout is not None
    streaming.stdout.readline()

    def seen() -> tuple[float, int]:
        """The processor time used, in seconds, and how often it waited for something."""
        folder = Path(f"/proc/{streaming.pid}")
        ticks = (folder / "stat").read_text().rsplit(")", 1)[1].split()[11:13]
        status = (folder / "status").read_text()
        waits = int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), waits

    used_s, waits = seen()
    until = time.monotonic() + STUCK_S
    while (now := seen())[1] < waits + 8:
        assert time.monotonic() < until, "it does not look up at all"
        time.sleep(0.05)
    # Eight waits take two seconds; a loop that spins has hundreds, and all of the processor.
    assert now[1] < waits + 40
    assert now[0] - used_s < 0.5


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_a_second_signal_tells_how_far_the_input_was_read(
    streaming: Streaming, service: Recording, sendx: Command
) -> None:
    """Its last words say it, as there is no time for more."""
    service.latency_s = STUCK_S
    write(streaming, "p@example.com,n0\n")
    service.wait_for(1, STUCK_S)
    streaming.send_signal(signal.SIGINT)
    assert streaming.stderr is not None
    streaming.send_signal(signal.SIGTERM)
    assert streaming.wait(STUCK_S) in {-signal.SIGINT, -signal.SIGTERM}
    assert "standard input: read to line 2, not to the end" in streaming.stderr.read()
    assert record_of(sendx)["read_to_line"] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_a_killed_stream_knows_how_far_it_read(
    streaming: Streaming, service: Recording, start: Start, sendx: Command
) -> None:
    """All rows up to the line of the journal are sent by a resume, which names what was left."""
    write(streaming, "".join(f"p{n}@example.com,n{n}\n" for n in range(2000)))
    service.wait_for(20, STUCK_S)
    streaming.kill()
    streaming.wait(STUCK_S)
    record = record_of(sendx)
    assert record["rows"] == record["read_to_line"] - 1
    assert record["input_ended"] is False
    assert resume(start) == 5
    assert set(service.acted) == set(range(record["rows"]))


def test_results_that_nobody_reads_end_a_stream_with_a_word(
    streaming: Streaming, service: Recording, sendx: Command
) -> None:
    """It says how far it read, though nothing else is said where a pipe is closed."""
    if sys.platform == "win32":
        pytest.skip("signals are others there")
    assert streaming.stdout is not None
    assert streaming.stderr is not None
    write(streaming, "".join(f"p{n}@example.com,n{n}\n" for n in range(2000)))
    streaming.stdout.readline()
    streaming.stdout.close()
    assert streaming.wait(STUCK_S) == -signal.SIGPIPE
    record = record_of(sendx)
    told = f"sendx: standard input: read to line {record['read_to_line']:,}, not to the end"
    assert streaming.stderr.read().startswith(told)
    assert record["rows"] == record["read_to_line"] - 1
    assert record["accepted"] == len(service.acted)


def test_a_full_disk_under_a_stream_is_told_with_how_far_it_read(
    process: Command, program: str, service: Recording, settings: dict[str, str], sendx: Command
) -> None:
    """What could not be journalled counts as not read: the journal's rows end at the line shown."""
    assert not service.acted
    rows = "".join(f"p{n}@example.com,n{n}\n" for n in range(20_000))
    words = f"ulimit -f 512; {program} identify --from - --stream -q -o jsonl | cat"
    run = process("bash", "-c", words, env=settings, stdin=f"email,first_name\n{rows}")
    record = record_of(sendx)
    assert "cannot keep the run's journal: " in run.err
    assert f"read to line {record['read_to_line']:,}, not to the end" in run.err
    assert record["rows"] == record["read_to_line"] - 1 < 20_000
