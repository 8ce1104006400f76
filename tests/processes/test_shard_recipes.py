"""The recipes of `sendx help shards`: each run as it is shown, and as it goes on after trouble.

Of each: every row of the file is sent once, whatever stopped a job and however it is started again.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sendx_cli.journal.runs import list_runs
from sendx_cli.manual import shards
from tests.conftest import CANARY, SHELL_ENVIRONMENT, Command
from tests.processes.test_races import wait_for
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer
from tests.tools import need, need_module

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="jobs there are no shell scripts")

ROWS = 60
PEOPLE = [f"p{n}@b.co" for n in range(ROWS)]
BROKEN = json_answer(500, {"status": "error", "message": "Internal server error occurred"})
REJECTED = json_answer(422, {"status": "error", "message": "no"})
LIMIT_S = 90


def email_of(request: Request) -> str:
    assert isinstance(request.json, dict)
    return str(request.json["email"])


@dataclass
class Site:
    """A folder with the file, and the environment in which the scripted server is the service.

    Args:
        folder: Where commands are run.
        environ: Their environment.
        server: The service.
        failing: Addresses to which it answers that it is broken.
        rejected: Addresses that it rejects.
        taken: Addresses that it has accepted, each time that it did.
        answers: How many it accepts before it falls silent.
    """

    folder: Path
    environ: dict[str, str]
    server: ScriptedServer
    failing: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    taken: list[str] = field(default_factory=list)
    answers: int = 1_000_000

    def __post_init__(self) -> None:
        self.server.script = self._answer

    def start(self, text: str, **env: str) -> subprocess.Popen[str]:
        """Start lines by bash."""
        return subprocess.Popen(
            ["bash", "-c", text],
            cwd=self.folder,
            env={**self.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, text: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run lines by bash."""
        with self.start(text, **env) as process:
            out, err = process.communicate(timeout=LIMIT_S)
        return subprocess.CompletedProcess([], process.returncode, out, err)

    def recover(self) -> None:
        """Let the service be well again."""
        self.failing = set()
        self.answers = 1_000_000

    @property
    def times_taken(self) -> Counter[str]:
        """How often each address was accepted."""
        return Counter(self.taken)

    def _answer(self, request: Request, _number: int) -> Answering:
        email = email_of(request)
        if email in self.failing | self.rejected:
            return BROKEN if email in self.failing else REJECTED
        if len(self.taken) >= self.answers:
            return None
        self.taken.append(email)
        return OK


@pytest.fixture
def site(folder: Path, server: ScriptedServer, program: str, home: Path) -> Site:
    """With a file of sixty people, and `sendx` on the path."""
    need("bash")
    (folder / "people.csv").write_text("email\n" + "".join(f"{one}\n" for one in PEOPLE))
    path = f"{Path(program).parent}{os.pathsep}{SHELL_ENVIRONMENT['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name.startswith("XDG_")}
    service = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url, "SENDX_RETRIES": "0"}
    environ = {**kept, **SHELL_ENVIRONMENT, **service, "HOME": str(home), "PATH": path}
    return Site(folder, environ, server)


def shown(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


ONCE = Counter(PEOPLE)


def without(*emails: str) -> Counter[str]:
    return Counter(one for one in PEOPLE if one not in emails)


def test_the_recipes_are_what_the_help_shows(sendx: Command) -> None:
    """Line by line, so that what is copied is what these tests run."""
    text = sendx("help", "shards").out
    recipes = {name: lines for name, lines in vars(shards).items() if isinstance(lines, list)}
    assert len(recipes) == 9
    for lines in recipes.values():
        assert "".join(f"  {line}".rstrip() + "\n" for line in lines) in text
        assert max(map(len, lines)) <= 78


def test_gnu_parallel_sends_the_file_in_eight_shards(site: Site) -> None:
    """And its second command goes on with those that were not done."""
    need("parallel", "jq")
    site.failing = {"p7@b.co", "p8@b.co"}
    begun = site.run(shown(shards.PARALLEL))
    assert begun.returncode != 0
    assert site.times_taken == without("p7@b.co", "p8@b.co")
    assert len((site.folder / "people.log").read_text().splitlines()) == 9
    site.recover()
    for _ in range(2):
        assert site.run(shown(shards.PARALLEL_RESUME)).returncode == 0
        assert site.times_taken == ONCE


@dataclass(frozen=True)
class Host:
    """A host that is reached by ssh: a daemon of this machine, with a folder of its own."""

    name: str
    folder: Path
    port: int


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def make_key(path: Path) -> Path:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True, timeout=LIMIT_S
    )
    return path


def write_daemon(site: Site, host: Host, key: Path) -> Path:
    """Write the configuration of a host's daemon; whoever comes has a home directory there."""
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        site.environ.pop(name, None)
    environ = {**site.environ, "HOME": str(host.folder)}
    shell = host.folder / "shell.sh"
    shell.write_text('cd "$HOME" && exec bash -c "$SSH_ORIGINAL_COMMAND"\n')
    sftp = next(Path("/usr/lib").glob("*/sftp-server"), "internal-sftp")
    path = host.folder / "sshd_config"
    path.write_text(
        f"Port {host.port}\nListenAddress 127.0.0.1\nHostKey {make_key(host.folder / 'key')}\n"
        f"AuthorizedKeysFile {key}.pub\nStrictModes no\nUsePAM no\nPidFile none\n"
        f"PasswordAuthentication no\nPermitRootLogin prohibit-password\nSubsystem sftp {sftp}\n"
        f"ForceCommand bash {shell}\nMaxStartups 50\n"
        f"SetEnv {' '.join(shlex.quote(f'{name}={text}') for name, text in environ.items())}\n"
    )
    return path


@contextmanager
def hosts(site: Site, *names: str) -> Iterator[list[Host]]:
    """Two hosts, or more, that `ssh` and `scp` reach by their names, with a key of the test's."""
    need("ssh", "scp", "ssh-keygen")
    daemon = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin") or ""
    need(daemon or "sshd")
    # The daemon wants this folder, which its service would make.
    if sys.platform != "win32" and os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    site.folder.with_name("hosts").mkdir()
    key = make_key(site.folder.with_name("hosts") / "key")
    found, running, lines = [], [], []
    try:
        for name in names:
            folder = site.folder.with_name("hosts") / name
            folder.mkdir()
            host = Host(name, folder, free_port())
            words = [daemon, "-D", "-e", "-f", str(write_daemon(site, host, key))]
            running.append(subprocess.Popen(words, stderr=subprocess.DEVNULL))
            wait_for(partial(is_listening, host.port))
            lines += [f"Host {name}", "HostName 127.0.0.1", f"Port {host.port}"]
            found.append(host)
        lines += ["Host *", f"IdentityFile {key}", "IdentitiesOnly yes", "BatchMode yes"]
        lines += ["StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "LogLevel ERROR"]
        config = key.with_name("config")
        config.write_text("\n".join(lines) + "\n")
        tools = key.with_name("bin")
        tools.mkdir()
        for tool in ("ssh", "scp"):
            script = tools / tool
            script.write_text(f'#!/bin/sh\nexec {shutil.which(tool)} -F {config} "$@"\n')
            script.chmod(0o755)
        site.environ["PATH"] = f"{tools}{os.pathsep}{site.environ['PATH']}"
        yield found
    finally:
        for one in running:
            one.terminate()
            one.wait(LIMIT_S)


def is_listening(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def test_gnu_parallel_sends_the_file_from_two_hosts(site: Site) -> None:
    """By ssh; each goes on with its own shards, by the journals in its own home directory."""
    need("parallel", "jq", "xargs")
    with hosts(site, "host1", "host2") as found:
        site.failing = {*PEOPLE[::5]}
        begun = site.run(shown(shards.SSH))
        assert begun.returncode != 0
        assert site.times_taken == without(*PEOPLE[::5]), begun.stderr
        journals = [len(list(host.folder.rglob("*.sqlite3"))) for host in found]
        assert (sum(journals), min(journals) > 0) == (8, True)
        site.recover()
        for _ in range(2):
            ended = site.run(shown(shards.SSH_RESUME))
            assert (ended.returncode, site.times_taken) == (0, ONCE), ended.stderr


def test_make_sends_the_file_once_however_often_it_is_called(site: Site) -> None:
    """A shard that failed is gone on with; one with rejected rows sends nothing twice."""
    need("make", "jq")
    (site.folder / "people.csv").rename(site.folder / "people-2026-11.csv")
    (site.folder / "people.mk").write_text(shown(shards.MAKE))
    site.failing, site.rejected = {"p7@b.co"}, {"p9@b.co"}
    assert site.run("make -j 4 -k -f people.mk").returncode == 2
    assert site.times_taken == without("p7@b.co", "p9@b.co")
    site.recover()
    for _ in range(2):
        again = site.run("make -j 4 -k -f people.mk")
        assert (again.returncode, site.times_taken) == (2, without("p9@b.co"))
        assert "no row is left to send" in again.stderr
        assert len(list(site.folder.glob("*.sent"))) == 7


def test_make_without_jq_sends_nothing(site: Site, tmp_path: Path) -> None:
    """Nobody knows then which shards were sent."""
    need("make")
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "make", "touch", "sendx"):
        found = shutil.which(tool, path=site.environ["PATH"])
        assert found is not None
        (tools / tool).symlink_to(found)
    (site.folder / "people.mk").write_text(shown(shards.MAKE))
    assert site.run("make -k -f people.mk", PATH=str(tools)).returncode == 2
    assert site.server.requests == []


def substituted(text: str, values: Mapping[str, str]) -> str:
    """Replace GitHub's expressions in a text."""
    return re.sub(r"\$\{\{ *([\w.]+) *\}\}", lambda match: values[match[1]], text)


def workflow() -> dict[str, Any]:
    import yaml

    # As GitHub does, and unlike YAML 1.1, `on` is a word.
    found: dict[str, Any] = yaml.load(shown(shards.ACTIONS), yaml.BaseLoader)
    return found


def run_job(site: Site, shard: str, attempt: int = 1) -> int:
    """Run the job's steps as a runner does; return the exit code of the first that fails, or 0."""
    state = site.folder / f"runner-{shard}-{attempt}"
    pip = site.folder / "bin" / "pip"
    pip.parent.mkdir(exist_ok=True)
    pip.write_text('#!/bin/sh\ntest "$*" = "install sendx-cli"\n')
    pip.chmod(0o755)
    path = f"{pip.parent}{os.pathsep}{site.environ['PATH']}"
    values = {
        "matrix.shard": shard,
        "github.run_attempt": str(attempt),
        "secrets.SENDX_API_KEY": CANARY,
    }
    for step in workflow()["jobs"]["send"]["steps"]:
        if "run" in step:
            env = {name: substituted(text, values) for name, text in step.get("env", {}).items()}
            lines = f"set -eo pipefail\n{substituted(step['run'], values)}"
            ended = site.run(lines, **env, PATH=path, XDG_STATE_HOME=str(state))
            if ended.returncode:
                return ended.returncode
    return 0


def test_a_github_matrix_sends_the_file_and_is_not_run_again(site: Site) -> None:
    """Each value of the matrix is a shard; a re-run, which has no journal, sends nothing."""
    need_module("yaml")
    site.environ.pop("SENDX_API_KEY")
    job = workflow()["jobs"]["send"]
    values = job["strategy"]["matrix"]["shard"]
    assert values == ["1", "2", "3", "4"]
    assert job["strategy"]["fail-fast"] == "false"
    site.failing = {"p7@b.co"}
    codes = [run_job(site, shard) for shard in values]
    assert sorted(codes) == [0, 0, 0, 5]
    assert site.times_taken == without("p7@b.co")
    site.recover()
    assert [run_job(site, shard, attempt=2) for shard in values] == [1, 1, 1, 1]
    assert site.times_taken == without("p7@b.co")


def test_a_github_runners_journal_goes_on_elsewhere(site: Site) -> None:
    """From the artifact that it left, in another folder, with the file given anew."""
    need_module("yaml")
    site.failing = {*PEOPLE[::3]}
    assert run_job(site, "3") == 5
    steps = workflow()["jobs"]["send"]["steps"]
    (upload,) = (step for step in steps if "upload-artifact" in step.get("uses", ""))
    assert (upload["if"], upload["with"]["path"]) == ("always()", "~/.local/state/sendx/runs")
    name = substituted(upload["with"]["name"], {"matrix.shard": "3"})
    download, resume = shards.ACTIONS_RESUME
    words = shlex.split(download)
    assert name in words
    elsewhere = site.folder / "elsewhere"
    left = site.folder / "runner-3-1" / "sendx" / "runs"
    shutil.copytree(left, elsewhere / words[-1])
    shutil.rmtree(site.folder / "runner-3-1")
    (site.folder / "people.csv").rename(elsewhere / "people.csv")
    first = len(site.taken)
    site.recover()
    ended = site.run(f"cd elsewhere\n{resume}")
    assert ended.returncode == 0
    assert set(site.times_taken.values()) == {1}
    assert len(site.taken) > first


def manifest() -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load(shown(shards.KUBERNETES))
    return found


def expanded(text: str, values: Mapping[str, str]) -> str:
    """Expand $(NAME) as Kubernetes does."""
    return re.sub(r"\$\((\w+)\)", lambda match: values[match[1]], text)


def start_pod(site: Site, index: int, job: str) -> tuple[subprocess.Popen[str], Path]:
    """Start the container of a pod of the job; return it, and where its state is."""
    pod = manifest()["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (state,) = (one for one in container["volumeMounts"] if one["name"] == "state")
    environ = {one["name"]: one.get("value", "") for one in container["env"]}
    assert environ["XDG_STATE_HOME"] == state["mountPath"]
    values = {"JOB_UID": job, "JOB_COMPLETION_INDEX": str(index)}
    volume = site.folder / "volume" / expanded(state["subPathExpr"], values)
    volume.mkdir(parents=True, exist_ok=True)
    (script,) = container["args"]
    shell = shlex.join([*container["command"], script.replace("/data/", f"{site.folder}/")])
    return site.start(f"exec {shell}", **values, XDG_STATE_HOME=str(volume)), volume


def run_pod(site: Site, index: int, job: str = "uid-1") -> int:
    """Run a pod of the job to its end; return its exit code."""
    process, _ = start_pod(site, index, job)
    with process:
        process.communicate(timeout=LIMIT_S)
    return process.returncode


@pytest.mark.parametrize("version", ["1.33", "1.37"])
def test_the_kubernetes_job_is_one(version: str) -> None:
    """Its manifest holds to the schema, to the letter."""
    need_module("kubernetes_validate")
    import kubernetes_validate  # type: ignore[import-untyped]

    kubernetes_validate.validate(manifest(), version, strict=True)
    wrong = manifest()
    wrong["spec"]["backoffLimitPerIndexes"] = wrong["spec"].pop("backoffLimitPerIndex")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, version, strict=True)


def test_the_kubernetes_job_tries_again_only_what_may_be(site: Site) -> None:
    """A pod fails for good by the exit codes that a retry does not help; never two at a time."""
    spec = manifest()["spec"]
    (rule,) = spec["podFailurePolicy"]["rules"]
    assert (rule["action"], rule["onExitCodes"]["values"]) == ("FailIndex", [2, 4, 6, 255])
    assert (spec["completionMode"], spec["podReplacementPolicy"]) == ("Indexed", "Failed")
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    site.rejected = {*PEOPLE}
    assert run_pod(site, 0) in rule["onExitCodes"]["values"]
    assert run_pod(site, 0, "uid-2") == 4


def test_pods_of_a_kubernetes_job_go_on_where_others_ended(site: Site) -> None:
    """By the volume, a folder for each index and job; a new job sends anew."""
    site.failing = {*PEOPLE[::4]}
    indexes = range(manifest()["spec"]["completions"])
    first = [run_pod(site, index) for index in indexes]
    assert set(first) == {0, 5}
    site.recover()
    for _ in range(2):
        assert [run_pod(site, index) for index in indexes] == [0] * 8
        assert site.times_taken == ONCE
    assert [run_pod(site, index, "uid-2") for index in indexes] == [0] * 8
    assert site.times_taken == ONCE + ONCE


def test_a_pod_takes_over_from_one_that_was_killed(site: Site) -> None:
    """What was recorded by then is not sent again; all the rest is."""
    site.answers = 3
    site.environ["SENDX_CONCURRENCY"] = "1"
    killed, volume = start_pod(site, 0, "uid-1")
    with killed:
        wait_for(lambda: (len(site.server.requests), accepted_in(volume)) == (4, 3))
        killed.kill()
        killed.communicate(timeout=LIMIT_S)
    site.recover()
    assert [run_pod(site, index) for index in range(8)] == [0] * 8
    assert site.times_taken == ONCE


def accepted_in(state: Path) -> int:
    return sum(run.counts.accepted for run in list_runs(state / "sendx" / "runs").runs)


def test_a_slurm_array_sends_the_file_and_goes_on_when_requeued(site: Site) -> None:
    """A task that is requeued has the same job id, and the home directory of before."""
    script = site.folder / "people.sh"
    script.write_text(shown(shards.SLURM))
    (array,) = re.findall(r"--array=1-(\d+)", script.read_text())
    assert "--requeue" in script.read_text()
    site.environ.pop("XDG_STATE_HOME")

    def run_tasks(job: str) -> list[int]:
        return [
            site.run(
                "exec bash people.sh", SLURM_ARRAY_JOB_ID=job, SLURM_ARRAY_TASK_ID=str(task)
            ).returncode
            for task in range(1, int(array) + 1)
        ]

    site.failing = {*PEOPLE[::4]}
    assert set(run_tasks("17")) == {0, 5}
    site.recover()
    for _ in range(2):
        assert run_tasks("17") == [0] * 8
        assert site.times_taken == ONCE
