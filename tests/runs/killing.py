"""Runs that kill -9 ends amid their calls: what is left of them is as a crash leaves it."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence

from tests.conftest import CANARY
from tests.servers import OK, Answering, Request, ScriptedServer


def kill_amid(program: str, server: ScriptedServer, words: Sequence[str], calls: int) -> None:
    """Run a command that begins a run, and kill it at this call."""
    environ = {**os.environ, "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    quiet = subprocess.DEVNULL
    running: list[subprocess.Popen[bytes]] = []

    def script(_request: Request, number: int) -> Answering:
        if number < calls:
            return OK
        running[0].kill()
        return None

    server.script = script
    command = (program, *words)
    running.append(subprocess.Popen(command, env=environ, stdin=quiet, stdout=quiet, stderr=quiet))
    assert running[0].wait(60) == -9
    deadline = time.monotonic() + 60
    while any("_serve" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the service still reads what the process sent"
        time.sleep(0.01)
