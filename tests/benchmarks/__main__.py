"""One command for all benchmarks: `python -m tests.benchmarks`.

Each figure is a ratio of whole processes, ours and what a user would otherwise run, measured in
turn on the same machine in the same minute.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.servers import ScriptedServer

RUNS = 25
STDLIB_POST = """
import http.client, json, os, sys
c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
c.request("POST", "/api/v1/rest/contact/track", json.dumps({"email": "a@b.co", "addTags": ["x"]}),
          {"Content-Type": "application/json", "X-Team-ApiKey": os.environ["SENDX_API_KEY"]})
print(json.loads(c.getresponse().read()))
"""
EMPTY_TYPER = "import typer; app = typer.Typer(); app.command()(lambda: None); app(['--help'])"


@dataclass(frozen=True)
class Pair:
    """What is compared: our command, and the other."""

    what: str
    ours: list[str]
    name: str
    theirs: list[str]


def milliseconds(words: list[str], environ: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(words, env=environ, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000


def compare(pair: Pair, environ: dict[str, str]) -> tuple[float, float, float]:
    """Return the medians of ours and theirs in ms, and of the ratios pair by pair."""
    times = [
        (milliseconds(pair.ours, environ), milliseconds(pair.theirs, environ))
        for _ in range(RUNS + 1)
    ][1:]
    ours, theirs = zip(*times, strict=True)
    ratio = statistics.median(a / b for a, b in times)
    return statistics.median(ours), statistics.median(theirs), ratio


def pairs(url: str, port: int) -> list[Pair]:
    """Return what is compared; what this machine lacks is named and left out."""
    sendx = str(Path(sys.executable).with_name("sendx"))
    one_call = [sendx, "track", "a@b.co", "--add-tag", "x", "-o", "json"]
    found = [
        Pair(
            "one call",
            one_call,
            "http.client",
            [sys.executable, "-c", STDLIB_POST, str(port)],
        ),
        Pair("--help", [sendx, "--help"], "empty Typer app", [sys.executable, "-c", EMPTY_TYPER]),
    ]
    if curl := shutil.which("curl"):
        body = '{"email":"a@b.co","addTags":["x"]}'
        words = [curl, "-sS", "-d", body, "-H", "X-Team-ApiKey: x", f"{url}/contact/track"]
        found.append(Pair("one call", one_call, "curl", words))
    else:
        sys.stdout.write("skipped: curl is not installed\n")
    return found


def main() -> None:
    with ScriptedServer() as server, tempfile.TemporaryDirectory() as home:
        environ = {"PATH": os.environ["PATH"], "HOME": home, "SENDX_API_KEY": "benchmark-key"}
        environ |= {"SENDX_BASE_URL": server.url}
        port = int(server.url.split(":")[2].split("/")[0])
        sys.stdout.write(
            f"Python {platform.python_version()}, {os.cpu_count()} cores, {RUNS} pairs, medians\n"
            f"{'what':10} {'ours ms':>8} {'against':16} {'theirs ms':>9} {'ratio':>6}\n"
        )
        for pair in pairs(server.url, port):
            ours, theirs, ratio = compare(pair, environ)
            sys.stdout.write(
                f"{pair.what:10} {ours:8.0f} {pair.name:16} {theirs:9.0f} {ratio:6.2f}\n"
            )


if __name__ == "__main__":
    main()
