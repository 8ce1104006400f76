"""A process that takes its turns at one limit and notes each: to be killed in the middle."""

import os
import sys
import time
from pathlib import Path

from sendx_cli.core.pacing.shared_rate import SharedPacer
from sendx_cli.delivery.rate_file import RateFile

_LOCK_TIMEOUT_S = 20.0
"""More than a busy machine needs: what is held is the lock, not what is done without it."""


def claim(rate_file: Path, claims_file: Path) -> None:
    """Start a call at each moment that it gets, until it is killed."""
    record = RateFile(rate_file, _LOCK_TIMEOUT_S)
    pacer = SharedPacer(
        record.update, time.time, look=record.look, concurrency=4, now=time.monotonic()
    )
    notes = os.open(claims_file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    while True:
        now = time.monotonic()
        wait_s = pacer.wait_s(now, 0)
        if wait_s == 0.0:
            pacer.started(now)
            os.write(notes, f"{os.getpid()} {now!r}\n".encode())
        else:
            time.sleep(wait_s or 0.0)


if __name__ == "__main__":
    claim(Path(sys.argv[1]), Path(sys.argv[2]))
