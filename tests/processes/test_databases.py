"""The recipes for databases and other tools, each against a real server or file."""

import io
import json
import os
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sendx_cli.errors import FileRefused
from sendx_cli.files.layout import Overrides
from sendx_cli.files.source import open_source
from sendx_cli.manual.topics import blocks_of
from tests.conftest import SHELL_ENVIRONMENT
from tests.tools import need

PEOPLE = [
    {"email": "ann@b.co", "first_name": 'Ann, "A"', "zip": "00123"},
    {"email": "bob@b.co", "first_name": "Bö\\b", "zip": ""},
]
TABLE = "create table people (email text, first_name text, zip text)"
Piped = Callable[..., list[dict[str, str]]]


def recipe(start: str) -> str:
    """Return the line of the recipes, or of the page on files, that begins like this."""
    blocks = (*blocks_of("recipes"), *blocks_of("files"))
    lines = [line for block in blocks for line in getattr(block, "lines", ())]
    (line,) = [line for line in lines if line.startswith(start)]
    return str(line)


def insert(null: str) -> str:
    """Return the SQL that fills the table; of the second person no postcode is known."""
    return (
        """insert into people values ('ann@b.co', 'Ann, "A"', '00123'), """
        f"""('bob@b.co', 'Bö{null}b', null)"""
    )


@pytest.fixture
def piped(tmp_path: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> Piped:
    """Runs a recipe by a shell, and returns what would be sent."""
    folder = tmp_path / "shell"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}")

    def run(line: str, **env: str) -> list[dict[str, str]]:
        asked = f"{line} --sandbox --custom-fields --dry-run -o jsonl"
        finished = subprocess.run(
            ["sh", "-c", asked],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            env={**SHELL_ENVIRONMENT, **os.environ, "LC_ALL": "C.UTF-8", **env},
        )
        assert finished.returncode == 0, finished.stderr
        bodies = [json.loads(record)["body"] for record in finished.stdout.splitlines()]
        return [
            {
                "email": body["email"],
                "first_name": body["firstName"],
                "zip": body.get("customFields", {}).get("zip", ""),
            }
            for body in bodies
        ]

    return run


def advice(file: str, query: str = "") -> str:
    """Return the line that the refusal of a file names, for that file."""
    with pytest.raises(FileRefused) as refused:
        open_source(file, Overrides(), io.BytesIO())
    assert refused.value.hint is not None
    return refused.value.hint.strip("`").replace("FILE", file).replace("select ...", query)


def test_sqlite(piped: Piped) -> None:
    """Quotes, delimiters, and values that are not known."""
    need("sqlite3")
    sql = f"{TABLE}; {insert(chr(92))};"
    subprocess.run(["sqlite3", "crm.db", sql], check=True, timeout=60)
    assert piped(recipe("sqlite3 ")) == PEOPLE
    assert piped(advice("crm.db", "select * from people")) == PEOPLE


def test_duckdb(piped: Piped) -> None:
    """Of a Parquet file; a missing value is no text NULL."""
    need("duckdb")
    sql = f"{TABLE}; {insert(chr(92))}; copy people to 'people.parquet';"
    subprocess.run(["duckdb", "-c", sql], check=True, timeout=60, capture_output=True)
    assert piped(recipe("duckdb ")) == PEOPLE
    assert piped(advice("people.parquet")) == PEOPLE


@contextmanager
def unprivileged(user: str) -> Iterator[tuple[Path, list[str]]]:
    """Yield a folder with a short path, and the words that run a server which refuses root."""
    folder = Path(tempfile.mkdtemp(prefix="db-", dir="/tmp"))
    words: list[str] = []
    try:
        if getattr(os, "geteuid", int)() == 0:
            need("runuser")
            shutil.chown(folder, user)
            words = ["runuser", "-u", user, "--"]
        yield folder, words
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql(piped: Piped) -> None:
    """Straight into the pipe, and by a file."""
    need("psql")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        need("initdb")
    folder = programs[-1].parent
    with unprivileged("postgres") as (home, words):
        data, control = str(home / "data"), [*words, str(folder / "pg_ctl"), "-D"]
        make = [str(folder / "initdb"), "-D", data, "-U", "crm", "-A", "trust", "-N"]
        log = ["-s", "-l", str(home / "log")]
        subprocess.run([*words, *make], check=True, capture_output=True, timeout=60, cwd="/")
        options = f"-k {home} -c listen_addresses='' -c fsync=off"
        start = [*control, data, *log, "-w", "-o", options, "start"]
        subprocess.run(start, check=True, timeout=60, cwd="/")
        try:
            env = {"PGHOST": str(home), "PGUSER": "crm", "PGDATABASE": "postgres"}
            sql = f"{TABLE}; {insert(chr(92))}"
            fill = ["psql", "-qXc", sql]
            subprocess.run(fill, check=True, timeout=60, env={**os.environ, **env})
            through, by_file = (
                recipe("psql -Xc '\\copy people to stdout"),
                recipe("psql -qXc '\\copy people to people.csv"),
            )
            assert piped(through, **env) == PEOPLE
            assert piped(by_file, **env) == PEOPLE
        finally:
            stop = [*control, data, "-s", "-m", "immediate", "stop"]
            subprocess.run(stop, check=True, timeout=60, cwd="/")


def test_mysql(piped: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it escapes stays escaped, and a missing value is empty by the query."""
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    need("mysql", "mariadb-install-db", "mariadbd")
    with unprivileged("mysql") as (home, words):
        data, socket = f"--datadir={home}/data", str(home / "socket")
        make = [
            "mariadb-install-db",
            "--no-defaults",
            data,
            "--auth-root-authentication-method=normal",
        ]
        subprocess.run([*words, *make], check=True, capture_output=True, timeout=100, cwd="/")
        options = ["--no-defaults", data, f"--socket={socket}", "--skip-networking"]
        running = subprocess.Popen(
            [*words, "mariadbd", *options], cwd="/", stderr=subprocess.DEVNULL
        )
        try:
            sql = f"create database crm; use crm; {TABLE} charset utf8mb4; {insert(chr(92) * 2)}"
            _wait_for(Path(socket), running)
            Path("my.cnf").write_text(
                f"[client]\nsocket={socket}\nuser=root\ndefault-character-set=utf8mb4\n"
            )
            environment = {**os.environ, "MYSQL_HOME": str(Path.cwd())}
            subprocess.run(["mysql", "-e", sql], check=True, timeout=60, env=environment)
            Path("people.sql").write_text(
                "select email, first_name, ifnull(zip, '') as zip from people;\n"
            )
            found = piped(recipe("mysql "), MYSQL_HOME=str(Path.cwd()))
            assert found == [PEOPLE[0], {**PEOPLE[1], "first_name": "Bö\\\\b"}]
        finally:
            running.terminate()
            running.wait(60)


def _wait_for(socket: Path, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while not socket.exists():
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_zstandard(piped: Piped) -> None:
    """By its own tool."""
    need("zstd", "zstdcat")
    text = 'email,first_name,zip\nann@b.co,"Ann, ""A""",00123\nbob@b.co,Bö\\b,\n'
    subprocess.run(
        ["zstd", "-q", "-o", "people.csv.zst"], input=text.encode(), check=True, timeout=60
    )
    assert piped(recipe("zstdcat ")) == PEOPLE
    assert piped(advice("people.csv.zst")) == PEOPLE


def test_a_zip_archive(piped: Piped) -> None:
    """Whose file has to be named."""
    need("unzip")
    with zipfile.ZipFile("people.zip", "w") as archive:
        archive.writestr("people.csv", "email,first_name\nann@b.co,Ann\n")
    assert piped(recipe("unzip ")) == [{"email": "ann@b.co", "first_name": "Ann", "zip": ""}]
