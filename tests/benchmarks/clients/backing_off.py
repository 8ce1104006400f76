"""A CSV file on threads with nothing but exponential back-off: backing_off.py FILE THREADS.

Full jitter: before its n-th further attempt a call waits between 0 and 0.1 * 2**n seconds, at most
10. A row is given up after ten attempts.
"""

import csv
import http.client
import json
import os
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

ATTEMPTS = 10
BASE_S = 0.1
MOST_S = 10.0
HEADERS = {"Content-Type": "application/json", "X-Team-ApiKey": os.environ["SENDX_API_KEY"]}
address = urlsplit(os.environ["SENDX_BASE_URL"])
local = threading.local()


def connection() -> http.client.HTTPConnection:
    """Return this thread's kept connection."""
    if not hasattr(local, "connection"):
        assert address.hostname
        local.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    kept: http.client.HTTPConnection = local.connection
    return kept


def identify(row: dict[str, str]) -> int:
    """Send a row until it is not refused, and return the last status."""
    body = json.dumps(
        {
            "email": row["email"],
            "firstName": row["first_name"],
            "lastName": row["last_name"],
            "tags": row["tags"].split(","),
        }
    )
    status = 0
    for attempt in range(ATTEMPTS):
        connection().request("POST", f"{address.path}/contact/identify", body, HEADERS)
        answer = connection().getresponse()
        answer.read()
        status = answer.status
        if status != http.HTTPStatus.TOO_MANY_REQUESTS:
            break
        time.sleep(random.uniform(0, min(MOST_S, BASE_S * 2**attempt)))
    return status


with (
    Path(sys.argv[1]).open(encoding="utf-8", newline="") as stream,
    ThreadPoolExecutor(int(sys.argv[2])) as pool,
):
    for status in pool.map(identify, csv.DictReader(stream)):
        sys.stdout.write(f"{status}\n")
