"""What `sendx help ci` shows is run as build servers, cron and systemd would, in the sandbox."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import yaml

from sendx_cli.manual import ci
from tests.commands.test_sandbox import serving
from tests.conftest import CANARY
from tests.processes.conftest import Start
from tests.servers import OK, Answering, Request, ScriptedServer
from tests.tools import need

GOOD = "email,first_name\nann@b.co,Ann\nbob@b.co,Bob\n"
BAD = "email,first_name\nann@b.co,Ann\nbob,Bob\n"
INSTALLING = re.compile(r"(pipx|pip) install sendx-cli")


@pytest.fixture
def service(program: str) -> Iterator[str]:
    """The URL of the sandbox on a port."""
    with serving(program, "--port", "0") as url:
        yield url


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The folder that a step is run in."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    return folder


def run_line(
    line: str, folder: Path, program: str, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a line of a script as a build server does, with the installed command."""
    path = f"{Path(program).parent}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name.startswith("XDG_")}
    return subprocess.run(
        ["sh", "-e", "-c", line],
        cwd=folder,
        env={**kept, "HOME": os.environ["HOME"], "CI": "true", "PATH": path, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def without_installing(lines: list[str]) -> list[str]:
    """Return the lines but for the one that installs what is installed here."""
    rest = [line for line in lines if not INSTALLING.fullmatch(line)]
    assert len(rest) == len(lines) - 1
    return rest


@pytest.mark.parametrize(("rows", "code", "said"), [(GOOD, 0, "2"), (BAD, 2, "0")])
def test_the_workflow_for_github(
    service: str, checkout: Path, program: str, rows: str, code: int, said: str
) -> None:
    """The step sends the file, and the next one says how many were accepted, come what may."""
    need("sh")
    steps = yaml.safe_load("\n".join(ci.GITHUB))["jobs"]["contacts"]["steps"]
    without_installing([step["run"] for step in steps if "run" in step])
    (checkout / "people.csv").write_text(rows)
    files = {name: str(checkout / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(checkout), **files}
    sending, telling = [step for step in steps if step.get("id") or step.get("if")]
    secret = {
        name: text.replace("${{ secrets.SENDX_API_KEY }}", CANARY)
        for name, text in sending["env"].items()
    }
    sent = run_line(
        sending["run"], checkout, program, {**runner, **secret, "SENDX_BASE_URL": service}
    )
    assert (sent.returncode, telling["if"]) == (code, "always()"), sent.stderr
    values = dict(
        re.findall(r"^(\w+)=(.*)$", (checkout / "GITHUB_OUTPUT").read_text(), re.MULTILINE)
    )
    assert list(values) == [name for name, _ in ci.OUTPUTS]
    line = re.sub(
        r"\$\{\{ steps\.send\.outputs\.(\w+) \}\}", lambda one: values[one[1]], telling["run"]
    )
    assert run_line(line, checkout, program, runner).stdout == f"{said} contacts were accepted\n"
    assert f"exit {code}: " in (checkout / "GITHUB_STEP_SUMMARY").read_text()
    kinds = [
        json.loads(line)["error"] for line in (checkout / "results.jsonl").read_text().splitlines()
    ]
    assert [kind and kind["kind"] for kind in kinds] == (
        [None, None] if code == 0 else ["bad", "invalid_rows"]
    )


@pytest.mark.parametrize(("rows", "code", "lines"), [(GOOD, 0, []), (BAD, 2, [3])])
def test_the_job_for_gitlab(
    service: str, checkout: Path, program: str, rows: str, code: int, lines: list[int]
) -> None:
    """Its artefacts are written, whether or not the file is sent."""
    need("sh")
    job: dict[str, Any] = yaml.safe_load("\n".join(ci.GITLAB))["contacts"]
    (line,) = without_installing(job["script"])
    (checkout / "people.csv").write_text(rows)
    variables = {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(checkout), "SENDX_API_KEY": CANARY}
    sent = run_line(line, checkout, program, {**variables, "SENDX_BASE_URL": service})
    assert sent.returncode == code, sent.stderr
    assert job["artifacts"]["when"] == "always"
    assert all((checkout / name).is_file() for name in job["artifacts"]["paths"])
    report = json.loads((checkout / job["artifacts"]["reports"]["codequality"]).read_text())
    assert [(one["location"]["path"], one["location"]["lines"]["begin"]) for one in report] == [
        ("people.csv", number) for number in lines
    ]


@pytest.fixture
def user(tmp_path: Path, program: str) -> Path:
    """The home of a user who has installed sendx with pipx."""
    home = tmp_path / "user"
    for name in ("contacts", ".local/bin", ".config/sendx"):
        (home / name).mkdir(parents=True)
    (home / ".local" / "bin" / "sendx").symlink_to(program)
    return home


def test_the_line_for_cron(service: str, user: Path) -> None:
    """In its bare environment: quiet where all is well, and without changes none is sent."""
    need("sh", "env")
    (line,) = ci.CRON
    match = re.fullmatch(r"\d+ \d+ \* \* \* (.*)", line)
    assert match is not None
    assert "%" not in line  # cron takes it for the end of the line
    config = user / ".config" / "sendx" / "config.toml"
    config.write_text(f'[profiles.main]\napi_key = "{CANARY}"\nbase_url = "{service}"\n')
    config.chmod(0o600)
    people = user / "contacts" / "people.csv"
    bare = ["env", "-i", f"HOME={user}", "PATH=/usr/bin:/bin", "sh", "-c", match[1]]
    for rows, code, said in ((GOOD, 0, False), (GOOD, 0, False), (BAD, 2, True)):
        people.write_text(rows)
        night = subprocess.run(bare, capture_output=True, text=True, timeout=60, check=False)
        assert (night.returncode, night.stdout) == (code, ""), night.stderr
        assert ("people.csv:3:email: " in night.stderr, night.stderr == "") == (said, not said)
    report = (user / "contacts" / "results.csv").read_text()
    assert report.count("unchanged") == 2


def test_the_units_for_systemd(user: Path, tmp_path: Path) -> None:
    """Systemd takes them as they are, and finds the command."""
    need("systemd-analyze")
    units = tmp_path / "units"
    units.mkdir()
    for name, lines in (("sendx.service", ci.SERVICE), ("sendx.timer", ci.TIMER)):
        (units / name).write_text("\n".join(lines) + "\n")
    command = ["systemd-analyze", "verify", "--user", "--man=no", *map(str, units.iterdir())]
    environ = {**os.environ, "HOME": str(user), "XDG_RUNTIME_DIR": str(tmp_path)}
    verified = subprocess.run(
        command, capture_output=True, text=True, env=environ, timeout=60, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    (user / ".local" / "bin" / "sendx").unlink()
    verified = subprocess.run(
        command, capture_output=True, text=True, env=environ, timeout=60, check=False
    )
    assert "sendx is not executable" in verified.stderr


def test_a_closed_pipe_is_told_on_the_page(service: str, checkout: Path, program: str) -> None:
    """`| head` ends a run quietly; the job's page says how far it came."""
    need("sh", "head")
    rows = "".join(f"p{n}@example.com\n" for n in range(300))
    (checkout / "people.csv").write_text(f"email\n{rows}")
    page = checkout / "page.md"
    runner = {
        "SENDX_API_KEY": CANARY,
        "SENDX_BASE_URL": service,
        "GITHUB_STEP_SUMMARY": str(page),
    }
    line = "sendx identify --from people.csv --yes --concurrency 1 | head -n 1"
    assert run_line(line, checkout, program, runner).stdout.count("\n") == 1
    assert "**exit 141: ended by a signal**" in page.read_text()


def test_an_interrupted_run_is_told_on_the_page(
    server: ScriptedServer, start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that is cancelled says what was sent, and how to go on."""
    (folder / "people.csv").write_text("email\n" + "".join(f"p{n}@b.co\n" for n in range(50)))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "page.md"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(folder / "outputs"))
    running: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()

    def script(_request: Request, number: int) -> Answering:
        if number == 3:
            running.get(timeout=30).send_signal(signal.SIGINT)
        return OK

    server.script = script
    sending = start("identify", "--from", "people.csv", "--concurrency", "1", "--no-account")
    running.put(sending)
    sending.communicate(timeout=60)
    assert sending.returncode == -signal.SIGINT
    page = (folder / "page.md").read_text()
    assert "**exit 130: ended by a signal**" in page
    assert "    sendx runs resume " in page
    values = dict(re.findall(r"^(\w+)=(.*)$", (folder / "outputs").read_text(), re.MULTILINE))
    assert (values["exit_code"], int(values["accepted"]) + int(values["to_come"])) == ("130", 50)
