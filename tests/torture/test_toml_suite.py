"""The suite of https://github.com/toml-lang/toml-test."""

from pathlib import Path

from tests.conftest import Command
from tests.torture.suites import suite


def paths(kind: str) -> list[Path]:
    folder = suite("toml-test", "tests")
    names = (folder / "files-toml-1.0.0").read_text().splitlines()
    found = [folder / name for name in names if name.startswith(kind) and name.endswith(".toml")]
    assert len(found) > 150
    return found


def test_no_broken_file_is_read_as_a_config_file(sendx: Command, home: Path) -> None:
    """It is refused, with its place, before anything of it counts."""
    config = home / "config" / "sendx" / "config.toml"
    config.parent.mkdir(parents=True)
    for path in paths("invalid"):
        config.write_bytes(path.read_bytes())
        config.chmod(0o600)
        run = sendx("config", "list")
        assert run.code != 0, path
        assert "config.toml" in run.err, (path, run.err)


def test_each_right_file_is_read(sendx: Command, home: Path) -> None:
    """What it holds is none of our settings, which is said; no file is taken for broken TOML."""
    config = home / "config" / "sendx" / "config.toml"
    config.parent.mkdir(parents=True)
    for path in paths("valid"):
        config.write_bytes(path.read_bytes())
        config.chmod(0o600)
        run = sendx("config", "list")
        assert run.code in {0, 255}, (path, run.err)
        assert "TOML" not in run.err, (path, run.err)
