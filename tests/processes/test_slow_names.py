"""A name service that takes longer than a call may, under either engine."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.api.conftest import context_for
from tests.api.tls_servers import TlsServer
from tests.processes.conftest import Start
from tests.servers import OK, Request
from tests.tools import need

if sys.platform != "linux":
    pytest.skip("libraries are put before others otherwise there", allow_module_level=True)

ROWS = 8


@pytest.fixture
def service(tmp_path: Path, settings: dict[str, str]) -> Iterator[TlsServer]:
    """The service by a name that is found after four seconds, whoever asks for it."""
    need("cc")
    library, source = tmp_path / "slow_names.so", Path(__file__).with_name("slow_names.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    with TlsServer(context=context_for(authority, "slow.example")) as running:
        settings["LD_PRELOAD"] = str(library)
        settings["SENDX_CA_BUNDLE"] = str(tmp_path / "authority.pem")
        settings["SENDX_BASE_URL"] = running.url.replace("localhost", "slow.example")
        yield running


def test_a_call_given_up_while_its_name_is_looked_up_does_not_come_behind_later_rows(
    start: Start, service: TlsServer, folder: Path
) -> None:
    """Row 0 is given up after two seconds and sent again; its first try never comes out."""

    def script(_request: Request, _number: int) -> bytes:
        time.sleep(0.5)  # the run continues for longer than the name service is silent
        return OK

    service.script = script
    rows = "".join(f"a@b.co,row-{number}\n" for number in range(ROWS))
    (folder / "rows.csv").write_text(f"email,add_tags\n{rows}")
    words = (
        "track",
        "--from",
        "rows.csv",
        "--no-account",
        "--timeout",
        "2",
        "--retries",
        "9",
        "-q",
        "-o",
        "jsonl",
    )
    with start(*words) as sending:
        out, err = sending.communicate(timeout=60)
    attempts = {row["line"]: row["attempts"] for row in map(json.loads, out.splitlines())}
    tags = [json.loads(request.body)["addTags"] for request in service.requests]
    assert (sending.returncode, err) == (0, "")
    assert attempts[2] > 1, "the name service was not slow"
    assert tags == [[f"row-{number}"] for number in range(ROWS)]
