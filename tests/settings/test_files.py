import subprocess
import sys
from pathlib import Path

import pytest

from sendx_cli.errors import ConfigUnusable, InputError
from sendx_cli.settings.files import ConfigFile, no_such_profile, read_config, update_config
from sendx_cli.settings.key import parse_key

WRITERS = 20
CHANGES = 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own" / "config.toml"


def test_what_was_stored_is_read_again(path: Path) -> None:
    """Each type of value survives, quotes and backslashes, too."""
    stored = update_config(
        path,
        lambda config: (
            config.with_value("main", "api_key", parse_key("a\"b\\c'd12"))
            .with_value("staging", "timeout", 0.5)
            .with_value("staging", "rate", 50.0)
            .with_value("staging", "production", True)
            .with_value("staging", "api_key_command", 'op read "op://a\\b"')
            .with_default_profile("staging")
        ),
    )
    assert read_config(path) == stored


def test_the_file_is_written_as_people_write_it(path: Path) -> None:
    """A whole number has no fraction."""
    update_config(path, lambda config: config.with_value("main", "rate", 50.0))
    assert path.read_text(encoding="utf-8") == "[profiles.main]\nrate = 50\n"


def test_file_and_directory_are_for_their_owner_alone(path: Path) -> None:
    """From the first time on."""
    update_config(path, lambda config: config.with_value("main", "rate", 50.0))
    modes = {name.name: name.stat().st_mode & 0o777 for name in path.parent.iterdir()}
    assert modes == {"config.toml": 0o600, "config.toml.lock": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_change_that_comes_to_nothing_writes_nothing(path: Path) -> None:
    """Comments in a file written by hand survive it."""
    path.parent.mkdir()
    path.write_text("# mine\n[profiles.main]\nrate = 5\n", encoding="utf-8")
    update_config(path, lambda config: config.without("main", "timeout"))
    assert path.read_text(encoding="utf-8") == "# mine\n[profiles.main]\nrate = 5\n"


def test_a_broken_file_is_not_replaced(path: Path) -> None:
    """What somebody wrote by hand is theirs to mend."""
    path.parent.mkdir()
    path.write_text("[profiles.main\n", encoding="utf-8")
    with pytest.raises(ConfigUnusable):
        update_config(path, lambda config: config.with_value("main", "rate", 50.0))
    assert path.read_text(encoding="utf-8") == "[profiles.main\n"


def test_a_warning_about_permissions_comes_with_the_settings(path: Path) -> None:
    """And the next change mends them."""
    update_config(path, lambda config: config.with_value("main", "rate", 50.0))
    path.chmod(0o644)
    assert read_config(path).warnings == (f"others can read {path} (mode 0644): chmod 600 {path}",)
    update_config(path, lambda config: config.with_value("main", "rate", 60.0))
    assert read_config(path).warnings == ()


def test_a_config_file_shows_no_key() -> None:
    """Its value can stand in a traceback."""
    config = ConfigFile(Path("c")).with_value("main", "api_key", parse_key("SECRETKEY"))
    assert "SECRETKEY" not in repr(config)


@pytest.mark.parametrize(
    ("there", "added"), [("api_key", "api_key_command"), ("api_key_command", "api_key")]
)
def test_a_profile_gets_its_key_one_way(there: str, added: str) -> None:
    """A second way is refused before it is written, so the file stays one that can be read."""
    config = ConfigFile(Path("c"), profiles={"main": {there: "x"}})
    with pytest.raises(InputError):
        config.with_value("main", added, "y")
    assert config.with_value("other", added, "y").profiles["other"] == {added: "y"}


def test_many_writers_at_once_all_survive(path: Path) -> None:
    """Twenty processes save at once; the file holds every change of each."""
    code = (
        "import sys; from pathlib import Path\n"
        "from sendx_cli.settings.files import update_config\n"
        "path, name, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])\n"
        "sys.stdin.read()\n"
        "for n in range(times):\n"
        "    update_config(path, lambda c: c.with_value(f'{name}_{n}', 'retries', n))\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), f"writer{number}", str(CHANGES)],
            stdin=subprocess.PIPE,
        )
        for number in range(WRITERS)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait(60) for process in running] == [0] * WRITERS
    assert read_config(path).profiles == {
        f"writer{number}_{n}": {"retries": n} for number in range(WRITERS) for n in range(CHANGES)
    }
    assert path.stat().st_mode & 0o777 == 0o600


def test_profiles_are_named_where_one_is_not_there() -> None:
    """The nearest, else all of them; where there is none, how to make one."""
    two = ConfigFile(Path("c")).with_value("main", "rate", 1.0).with_value("shop", "rate", 1.0)
    hints = {name: no_such_profile(name, two).hint for name in ("mian", "zzzz")}
    assert hints == {"mian": 'did you mean "main"?', "zzzz": "profiles are: main, shop"}
    nothing = no_such_profile("main", ConfigFile(Path("c")))
    assert nothing.hint == "profiles are: none yet: `sendx login` creates one"
    assert (nothing.message, nothing.where) == ("no such profile", "main")
