"""A name service that is silent until a test lets it answer, under either engine."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.engines import ENGINES
from tests.servers import ScriptedServer
from tests.tools import need, need_libcurl

if sys.platform != "linux":
    pytest.skip("libraries are put before others otherwise there", allow_module_level=True)

BEGIN = """
import gc, sys
from pathlib import Path
from tests.api.engines import ENGINES, ask, post, some, wait_for_threads

name, url, held = sys.argv[1], sys.argv[2], Path(sys.argv[3])
exchange = ENGINES[name](url, float(sys.argv[4]))
exchange.submit(1, post(url, b'{"number": 1}'))

def go_on():
    print("done", flush=True)
    sys.stdin.readline()

"""
CLOSED = """
while not (held / "asked").exists():
    assert exchange.wait(0.01) == []
exchange.close()
del exchange
gc.collect()
go_on()
wait_for_threads([])
exchange = ENGINES[name](url, 20.0)
"""
GIVEN_UP = """
(reply,) = some(exchange)
assert (held / "asked").exists() and not reply.reply.may_have_arrived, reply
go_on()
"""
END = """
ask(exchange, post(url, b'{"number": 2}'), 2)
exchange.close()
"""


@pytest.fixture(params=list(ENGINES))
def name(request: pytest.FixtureRequest) -> str:
    """The engine's name."""
    if request.param == "curl":
        need_libcurl()
    return str(request.param)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What holds back the answers of the name service."""
    need("cc")
    library = tmp_path_factory.mktemp("library") / "held_names.so"
    source = Path(__file__).with_name("held_names.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """The directory with the signs between a test and the name service."""
    directory = tmp_path / "held"
    directory.mkdir()
    yield directory
    (directory / "answer").touch()  # whatever happened, nobody waits for ever


@pytest.mark.parametrize(
    ("part", "timeout_s"), [(CLOSED, 60.0), (GIVEN_UP, 1.0)], ids=["closed", "given up"]
)
def test_a_call_is_never_sent_once_it_was_left_while_its_name_was_looked_up(
    name: str, server: ScriptedServer, library: Path, held: Path, part: str, timeout_s: float
) -> None:
    """Nor is the name service waited for: it answers only after that."""
    url = server.url.replace("127.0.0.1", "held.example")
    command = [sys.executable, "-c", BEGIN + part + END, name, url, str(held), str(timeout_s)]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "LD_PRELOAD": str(library), "HELD_NAMES": str(held)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "done\n"
            (held / "answer").touch()
            until = time.monotonic() + 30.0
            while not (held / "answered").exists():
                assert time.monotonic() < until, "the name service did not answer"
                time.sleep(0.01)
            process.communicate("\n", timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert [request.body for request in server.requests] == [b'{"number": 2}']
