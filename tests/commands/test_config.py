import json
import re
from pathlib import Path

import pytest

from sendx_cli.settings.files import read_config, update_config
from sendx_cli.settings.key import parse_key
from tests.conftest import CANARY, Command, Run

BROKEN = {
    "syntax": f'[profiles.main]\napi_key = "{CANARY}\n',
    "no quotes": f"[profiles.main]\napi_key = {CANARY}\n",
    "twice": f'[profiles.main]\napi_key = "{CANARY}"\napi_key = "{CANARY}"\n',
    "type": f'[profiles.main]\napi_key = ["{CANARY}"]\n',
    "space": f'[profiles.main]\napi_key = "{CANARY} x"\n',
    "as name": f"[profiles.main]\n{CANARY} = 1\n",
    "as profile": f'[profiles."{CANARY} x"]\n',
    "no profile": f'api_key = "{CANARY}"\n',
    "elsewhere": f'[profiles.main]\noutput = "{CANARY}"\n',
    "number": f'[profiles.main]\nrate = "{CANARY}"\n',
    "password": f'[profiles.main]\nbase_url = "https://u:{CANARY}@h.example"\n',
    "both": f'[profiles.main]\napi_key = "{CANARY}"\napi_key_command = "echo {CANARY}"\n',
}
NO_ARGUMENT = (
    "sendx: the API key is never accepted as an argument, which others on this machine can see\n"
    "  hint: run `sendx login`, which asks for it or reads it from standard input\n"
)
COMMANDS = [
    ("config", "list"),
    ("config", "list", "-o", "table"),
    ("config", "get", "rate"),
    ("config", "set", "rate", "5"),
    ("config", "unset", "rate"),
    ("login", "--no-check"),
    ("logout",),
    ("identify", "a@b.co"),
]


@pytest.fixture
def path(home: Path) -> Path:
    return home / "config" / "sendx" / "config.toml"


@pytest.fixture
def config(path: Path) -> Path:
    update_config(
        path,
        lambda config: (
            config.with_value("main", "api_key", parse_key(CANARY))
            .with_value("main", "rate", 50.0)
            .with_value("staging", "api_key_command", f"echo {CANARY}")
        ),
    )
    return path


def _write(path: Path, text: str, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


@pytest.mark.usefixtures("config")
def test_list_shows_each_setting_with_its_origin(sendx: Command) -> None:
    """The key is masked."""
    run = sendx("config", "list", "-o", "csv", env={"SENDX_RETRIES": "2"})
    assert run == Run(
        0,
        "setting,value,origin\n"
        "profile,main,default\n"
        "api_key,********,profile main\n"
        "api_key_command,,default\n"
        "api_key_prefix,,default\n"
        "base_url,https://api.sendx.io/api/v1/rest,default\n"
        "timeout,60,default\n"
        "rate,50,profile main\n"
        "concurrency,,default\n"
        "retries,2,environment SENDX_RETRIES\n"
        "output,,default\n"
        "ca_bundle,,default\n"
        "production,false,default\n"
        "account,true,default\n"
        "existing_only,false,default\n"
        "snapshot,false,default\n",
        "",
    )


@pytest.mark.usefixtures("config")
def test_list_shows_another_profile(sendx: Command) -> None:
    """A key command without its arguments."""
    rows = json.loads(sendx("config", "list", "--profile", "staging", "--json").out)
    assert rows[:3] == [
        {"setting": "profile", "value": "staging", "origin": "flag --profile"},
        {"setting": "api_key", "value": None, "origin": "default"},
        {"setting": "api_key_command", "value": "echo ********", "origin": "profile staging"},
    ]


@pytest.mark.usefixtures("config")
def test_list_follows_the_output_in_force(sendx: Command) -> None:
    """As every command does."""
    table = sendx("config", "list", env={"SENDX_OUTPUT": "table"}).out
    assert ["rate", "50", "profile main"] in [
        re.split("  +", line.strip()) for line in table.splitlines()
    ]


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rate", "50"),
        ("base_url", "https://api.sendx.io/api/v1/rest"),
        ("production", "false"),
        ("account", "true"),
        ("existing_only", "false"),
        ("snapshot", "false"),
        ("output", ""),
        ("profile", "main"),
        ("default_profile", ""),
        ("api_key_command", ""),
    ],
)
def test_get_shows_one_value(name: str, shown: str, sendx: Command) -> None:
    """Alone on its line, for scripts."""
    assert sendx("config", "get", name) == Run(0, f"{shown}\n", "")


@pytest.mark.usefixtures("config")
def test_get_does_not_show_the_key(sendx: Command) -> None:
    """Not even a mask, which a script would take for it."""
    assert sendx("config", "get", "api_key") == Run(
        2,
        "",
        "sendx: the API key is never shown\n"
        "  hint: `sendx config list` shows where it comes from\n",
    )


def test_set_and_unset_change_the_file(sendx: Command, config: Path) -> None:
    """In the profile named, and nothing else."""
    assert sendx("config", "set", "timeout", "0.5", "--profile", "staging") == Run(
        0, "", f"sendx: timeout is set in profile staging of {config}\n"
    )
    assert sendx("config", "unset", "rate") == Run(
        0, "", f"sendx: removed rate from profile main of {config}\n"
    )
    assert sendx("config", "unset", "rate") == Run(
        0, "", f"sendx: rate was not set in profile main of {config}: nothing was changed\n"
    )
    assert sendx("config", "set", "default_profile", "staging") == Run(
        0, "", f"sendx: default_profile is set in {config}\n"
    )
    stored = read_config(config)
    assert (stored.default_profile, stored.profiles) == (
        "staging",
        {
            "main": {"api_key": parse_key(CANARY)},
            "staging": {"api_key_command": f"echo {CANARY}", "timeout": 0.5},
        },
    )


def test_set_makes_the_first_file(sendx: Command, path: Path) -> None:
    """For its owner alone."""
    sendx("config", "set", "rate", "5")
    assert path.read_text(encoding="utf-8") == "[profiles.main]\nrate = 5\n"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "err"),
    [
        (
            ("set", "api_key", CANARY),
            NO_ARGUMENT,
        ),
        (
            ("set", "api_key"),
            NO_ARGUMENT,
        ),
        (
            ("set", "raet", CANARY),
            'sendx: no such setting: raet\n  hint: did you mean "rate"?\n',
        ),
        (
            ("set", "rate"),
            "sendx: the new value is missing\n  hint: sendx config set NAME VALUE\n",
        ),
        (
            ("set", "rate", "nan"),
            "sendx: rate: must be a number from 0.001 to 100000, not 'nan'\n",
        ),
        (
            ("set", "api_key_prefix", f"Token {CANARY}"),
            'sendx: api_key_prefix: must be one word of visible ASCII, such as "Token"\n',
        ),
        (
            ("set", "rate", "5", "--profile", "mian"),
            'sendx: mian: no such profile\n  hint: did you mean "main"?\n',
        ),
        (("get", "rates"), 'sendx: no such setting: rates\n  hint: did you mean "rate"?\n'),
        (("unset", "rates"), 'sendx: no such setting: rates\n  hint: did you mean "rate"?\n'),
    ],
)
def test_what_cannot_be_set_is_refused(
    words: tuple[str, ...], err: str, sendx: Command, config: Path
) -> None:
    """The file stays as it was."""
    before = config.read_bytes()
    assert sendx("config", *words) == Run(2, "", err)
    assert config.read_bytes() == before


def test_path_needs_no_file_that_can_be_read(sendx: Command, path: Path) -> None:
    """It is where to look when something is wrong with it."""
    _write(path, "broken")
    assert sendx("config", "path") == Run(0, f"{path}\n", "")


def test_a_broken_file_is_named_with_line_and_column(sendx: Command, path: Path) -> None:
    """And with what to do."""
    _write(path, BROKEN["no quotes"])
    assert sendx("config", "list") == Run(
        255,
        "",
        f"sendx: {path}:2:11: not valid TOML\n"
        "  hint: fix the line, or remove the file and run `sendx login`\n",
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_stops_every_command_and_is_not_shown(
    text: str, words: tuple[str, ...], sendx: Command, path: Path
) -> None:
    """What stands on the broken line may be the key."""
    _write(path, text)
    run = sendx(*words, "-vv", "--debug")
    assert (run.code, run.out, CANARY in run.err) == (255, "", False)
    assert run.err.startswith(f"sendx: {path}")
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_others_can_read_brings_a_warning(sendx: Command, config: Path) -> None:
    """Once, and the command continues."""
    config.chmod(0o644)
    assert sendx("config", "get", "rate") == Run(
        0,
        "50\n",
        f"sendx: warning: others can read {config} (mode 0644): chmod 600 {config}\n",
    )


def test_a_file_that_anybody_can_write_stops_every_command(sendx: Command, config: Path) -> None:
    """Its key command could be anybody's."""
    config.chmod(0o646)
    assert sendx("config", "list") == Run(
        255,
        "",
        f"sendx: {config}: anybody can write the config file (mode 0646)\n"
        f"  hint: chmod 600 {config}\n",
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_directory_in_the_files_place_stops_every_command(
    words: tuple[str, ...], sendx: Command, path: Path
) -> None:
    """It ends in a message."""
    path.mkdir(parents=True)
    run = sendx(*words)
    assert (run.code, run.err) == (255, f"sendx: {path}: the config file is not a regular file\n")


def test_no_file_of_the_working_directory_is_read(
    process: Command, program: str, tmp_path: Path
) -> None:
    """A directory that somebody else filled decides nothing."""
    directory = tmp_path / "cwd"
    for name in ("config.toml", "sendx.toml", ".env", "pyproject.toml"):
        (directory / name).write_text(
            "SENDX_RATE=7\n[profiles.main]\nrate = 7\n[tool.sendx]\nrate = 7\n", encoding="utf-8"
        )
    assert process(program, "config", "get", "rate") == Run(0, "\n", "")


@pytest.mark.parametrize("words", COMMANDS[:5], ids=" ".join)
def test_the_key_is_never_shown(words: tuple[str, ...], sendx: Command, config: Path) -> None:
    """However much is asked for, in all commands and both ways to keep it."""
    shown = [sendx(*words, "-vv", "--debug"), sendx(*words, "-vv", "--profile", "staging")]
    assert [run.code for run in shown] == [0, 0]
    assert CANARY not in repr(shown)
    assert config.exists()


def test_setting_a_value_makes_the_profile_it_is_for(sendx: Command) -> None:
    """So that a profile can begin with a key command; a name near another one is a slip."""
    assert sendx("config", "set", "rate", "50").code == 0
    made = sendx("config", "set", "api_key_command", "op read x", "--profile", "staging")
    assert (made.code, made.out) == (0, "")
    assert sendx("config", "get", "profile", "--profile", "staging").out == "staging\n"
    slip = sendx("config", "set", "rate", "50", "--profile", "stagin")
    assert slip.code == 2
    assert slip.err == ('sendx: stagin: no such profile\n  hint: did you mean "staging"?\n')
