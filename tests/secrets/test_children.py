"""What other processes see of a command: its arguments, its environment, its memory."""

import sys
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.secrets.conftest import KEY
from tests.servers import ScriptedServer
from tests.tools import need

TRACK = ("track", "a@b.co", "--add-tag", "x")
OTHER_KEY = "Key0of1another2team"


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where the key command writes down what it sees."""
    return tmp_path / "told"


@pytest.fixture
def program_of_keys(tmp_path: Path, told: Path) -> Path:
    """A key command that writes down its arguments, its environment, its limits and its folder."""
    path = tmp_path / "get-key"
    path.write_text(
        "#!/bin/sh\n"
        f"{{ tr '\\0' '\\n' < /proc/self/cmdline; tr '\\0' '\\n' < /proc/$PPID/cmdline;"
        f" env; ulimit -c; pwd; }} > {told}\n"
        f"echo '{KEY}'\n",
        "utf-8",
    )
    path.chmod(0o700)
    return path


def write_config(path: Path, *lines: str) -> None:
    path.write_text("\n".join(("[profiles.main]", *lines)), "utf-8")
    path.chmod(0o600)


def test_a_key_command_sees_no_key(
    process: Command,
    program: str,
    config: Path,
    server: ScriptedServer,
    program_of_keys: Path,
    told: Path,
) -> None:
    """It is run when the key comes from it alone, and what stands in the environment is no key."""
    need("tr", "env", "sh")
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("no /proc there")
    url = f'base_url = "{server.url}"'
    write_config(config, url, f'api_key_command = "{program_of_keys}"')
    assert process(program, *TRACK, env={"SENDX_API_KEY": ""}).code == 0
    assert [one.headers["x-team-apikey"] for one in server.requests] == [KEY]
    seen = told.read_text("utf-8").split("\n")
    assert KEY not in "\n".join(seen)
    assert not any(line.startswith("SENDX_API_KEY=") for line in seen)
    assert "0" in seen, "it may write no core file either"
    assert str(config.parent) in seen


def test_a_key_given_for_this_call_starts_no_key_command(
    process: Command,
    program: str,
    config: Path,
    server: ScriptedServer,
    program_of_keys: Path,
    told: Path,
) -> None:
    """So no other program is handed it."""
    write_config(config, f'api_key_command = "{program_of_keys}"')
    env = {"SENDX_API_KEY": OTHER_KEY, "SENDX_BASE_URL": server.url}
    assert process(program, *TRACK, env=env).code == 0
    assert [one.headers["x-team-apikey"] for one in server.requests] == [OTHER_KEY]
    assert not told.exists()


@pytest.mark.parametrize("place", [".", "", "bin", "./bin"])
def test_no_program_of_the_working_directory_is_run(
    process: Command, program: str, config: Path, server: ScriptedServer, tmp_path: Path, place: str
) -> None:
    """Even where PATH names it."""
    write_config(config, f'base_url = "{server.url}"', 'api_key_command = "get-the-key"')
    for folder in (tmp_path / "cwd", tmp_path / "cwd" / "bin"):
        folder.mkdir(exist_ok=True)
        planted = folder / "get-the-key"
        planted.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\necho {OTHER_KEY}\n", "utf-8")
        planted.chmod(0o700)
    run = process(program, *TRACK, env={"PATH": f"{place}:/usr/bin:/bin"})
    assert run.code == 255
    assert "api_key_command: it cannot be run: no such file or directory" in run.err
    assert not (tmp_path / "ran").exists()
    assert server.requests == []


AT_IMPORT = """
import os, resource, sys
module, do, *words = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)
            if do == "abort":
                os.abort()
sys.meta_path.insert(0, Watch())
from sendx_cli.__main__ import main
sys.argv = ["sendx", *words]
main()
"""
"""Begins with core files allowed, and says at a module's import whether they still are."""

MOMENTS = pytest.mark.parametrize(
    ("module", "env"),
    [
        ("sendx_cli.commands.track", {"SENDX_API_KEY": KEY}),
        (
            "sendx_cli.settings.files",
            {"_SENDX_COMPLETE": "bash", "_SENDX_LINE": "sendx track --profile "},
        ),
    ],
)


@MOMENTS
def test_core_files_are_off_before_any_key_is_read(
    process: Command, module: str, env: dict[str, str]
) -> None:
    """Also at a `<TAB>`, which reads the config file, too."""
    run = process(sys.executable, "-c", AT_IMPORT, module, "look", *TRACK, "--dry-run", env=env)
    assert run.out.startswith("(0, 0)\n"), run.err


@MOMENTS
def test_a_crash_leaves_no_memory_behind(
    process: Command, tmp_path: Path, module: str, env: dict[str, str]
) -> None:
    """A core file would hold the key."""
    pattern = Path("/proc/sys/kernel/core_pattern")
    if not pattern.exists() or pattern.read_text().startswith(("|", "/")):
        pytest.skip("core files go elsewhere here")
    run = process(sys.executable, "-c", AT_IMPORT, module, "abort", *TRACK, env=env)
    assert run.code == -6, run.err
    assert list((tmp_path / "cwd").iterdir()) == []


MODULES = ("signal", "json", "re", "enum", "typer", "httpx", "pycurl", "sqlite3", "sitecustomize")


@pytest.mark.parametrize("way", ["program", "module"])
def test_no_module_of_the_working_directory_is_loaded(
    process: Command, program: str, server: ScriptedServer, tmp_path: Path, way: str
) -> None:
    """`python -m` puts that directory first: somebody else's json.py would see the key."""
    for name in MODULES:
        planted = tmp_path / "cwd" / f"{name}.py"
        planted.write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write('{name} ')\n", "utf-8")
    words = (program,) if way == "program" else (sys.executable, "-m", "sendx_cli")
    env = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": server.url}
    run = process(*words, *TRACK, env=env)
    assert (run.code, run.err) == (0, "")
    assert not (tmp_path / "ran").exists()


def test_no_file_of_the_working_directory_gives_settings(
    process: Command, program: str, server: ScriptedServer, tmp_path: Path
) -> None:
    """Whoever has put it there would get the key."""
    thief = 'base_url = "https://thief.example/api"\n'
    for name in ("config.toml", "sendx.toml", ".sendx.toml", "pyproject.toml", ".netrc", ".curlrc"):
        (tmp_path / "cwd" / name).write_text(f"{thief}[profiles.main]\n{thief}", "utf-8")
    for folder in ("sendx", ".config/sendx"):
        (tmp_path / "cwd" / folder).mkdir(parents=True)
        (tmp_path / "cwd" / folder / "config.toml").write_text(f"[profiles.main]\n{thief}", "utf-8")
    (tmp_path / "cwd" / ".env").write_text("SENDX_BASE_URL=https://thief.example/api\n", "utf-8")
    run = process(program, "config", "list", env={"SENDX_API_KEY": KEY})
    assert "thief" not in run.out + run.err
    assert '"setting": "base_url", "value": "https://api.sendx.io/api/v1/rest"' in run.out
    assert server.requests == []
