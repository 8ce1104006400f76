from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.errors import ConfigUnusable
from sendx_cli.settings.config_edit import change_text
from sendx_cli.settings.files import read_config, update_config
from tests.conftest import Command, Run

WRITTEN = """\
# settings of the shop, ask Ann before changing them

# for the nightly export
[profiles.main]   # the real account
base_url = "https://api.sendx.io/api/v1/rest"
  rate = 5      # half of what they allow; was 10 # once
# timeout = 90

# for trying things out
[profiles."stag.1"]
api_key_command = 'pass "a # b"' # mine
# the end
"""


@pytest.fixture
def path(home: Path) -> Path:
    path = home / "config" / "sendx" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(WRITTEN, "utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [
        (("set", "rate", "7.5"), "rate = 5  ", "rate = 7.5  "),
        (("unset", "rate"), "  rate = 5      # half of what they allow; was 10 # once\n", ""),
        (
            ("set", "retries", "2"),
            "was 10 # once\n",
            "was 10 # once\n  retries = 2\n",
        ),
        (
            ("set", "api_key_command", 'op "x # y"', "--profile", "stag.1"),
            """'pass "a # b"' # mine""",
            """"op \\"x # y\\"" # mine""",
        ),
        (
            ("set", "production", "true", "--profile", "stag.1"),
            "# mine\n",
            "# mine\nproduction = true\n",
        ),
        (
            ("set", "timeout", "90", "--profile", "third"),
            "# the end\n",
            "# the end\n\n[profiles.third]\ntimeout = 90\n",
        ),
        (
            ("set", "default_profile", "stag.1"),
            "\n# for the nightly",
            '\ndefault_profile = "stag.1"\n\n# for the nightly',
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_only_what_is_changed_changes(
    sendx: Command, path: Path, words: tuple[str, ...], old: str, new: str
) -> None:
    """Comments, order, indentation and ways to write a value are as people left them."""
    assert WRITTEN.count(old) == 1
    run = sendx("config", *words)
    assert (run.code, run.out) == (0, "")
    assert path.read_text("utf-8") == WRITTEN.replace(old, new)


def test_a_default_profile_is_changed_and_taken_out_in_its_place(
    sendx: Command, path: Path
) -> None:
    """The comment behind it stays with it."""
    text = f'default_profile="main" # usual\n\n{WRITTEN}'
    path.write_text(text, "utf-8")
    sendx("config", "set", "default_profile", "stag.1")
    assert path.read_text("utf-8") == text.replace('="main"', '= "stag.1"')
    sendx("config", "unset", "default_profile")
    assert path.read_text("utf-8") == f"\n{WRITTEN}"


def test_a_login_and_a_logout_leave_the_file_as_it_was(sendx: Command, path: Path) -> None:
    """The key's line comes and goes."""
    assert sendx("login", "--no-check", stdin="Somekey0123\n").code == 0
    assert 'once\n  api_key = "Somekey0123"\n# timeout' in path.read_text("utf-8")
    assert sendx("logout").code == 0
    assert path.read_text("utf-8") == WRITTEN


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "[profiles.main]\r\n# x\r\nrate = 5 # y\r\n",
            "[profiles.main]\r\n# x\r\nrate = 9 # y\r\n",
        ),
        ("[profiles.main]\r\n# x\r\n", "[profiles.main]\r\nrate = 9\r\n# x\r\n"),
        ("[profiles.main]\nrate = 5 # x", "[profiles.main]\nrate = 9 # x\n"),
        ("\ufeff# x\n[profiles.main]\n", "# x\n[profiles.main]\nrate = 9\n"),
        ("# x\n", "# x\n\n[profiles.main]\nrate = 9\n"),
        ("# x\u2028rate = 5\n", "# x\u2028rate = 5\n\n[profiles.main]\nrate = 9\n"),
        ("['profiles' . main]\n\"rate\"=5#x\n", "['profiles' . main]\n\"rate\"= 9#x\n"),
        ("profiles.main.rate = 5\n", "[profiles.main]\nrate = 9\n"),
        ("[profiles]\nmain = {rate = 5}\n", "[profiles.main]\nrate = 9\n"),
    ],
)
def test_files_of_other_editors_are_changed_too(
    sendx: Command, path: Path, before: str, after: str
) -> None:
    """Line ends, a missing last one, quotes; a rare notation without comments is written anew."""
    path.write_bytes(before.encode())
    assert sendx("config", "set", "rate", "9").code == 0
    assert path.read_bytes().decode() == after


@pytest.mark.parametrize(
    "text", ["profiles.main.rate = 5 # half\n", "[profiles]\nmain = {rate = 5} # half\n"]
)
def test_a_comment_is_not_lost_in_a_rare_notation(sendx: Command, path: Path, text: str) -> None:
    """The change is refused, and the file is as it was."""
    path.write_text(text, "utf-8")
    assert sendx("config", "set", "rate", "9") == Run(
        255,
        "",
        f"sendx: {path}: the change cannot be made without losing comments\n"
        "  hint: edit the file yourself, or write profiles as [profiles.NAME] with one line per "
        "setting\n",
    )
    assert path.read_text("utf-8") == text


_BEHIND = (" # rate = 1", "\t#[profiles.a]", ' # "', " # '''")
_COMMENTS = st.sampled_from(["", "", *_BEHIND])
_SETTINGS = {
    "rate": st.sampled_from(["5", "0.5", "1e2", "+7", "1_0"]),
    "timeout": st.sampled_from(["60", "60.0"]),
    "api_key_command": st.sampled_from(['"a # b"', "'a \" # b'", '"""a\'#"""', '"\\"#"']),
    "output": st.sampled_from(['"json"', "'csv'"]),
    "production": st.sampled_from(["true", "false"]),
}
_CHANGES = {"rate": 50.0, "timeout": 0.5, "api_key_command": 'x "# y', "output": "table"}


@st.composite
def _files(draw: st.DrawFn) -> str:
    lines = [f"#{draw(_COMMENTS)}" for _ in range(draw(st.integers(0, 2)))]
    if draw(st.booleans()):
        lines.append(f'default_profile = "a"{draw(_COMMENTS)}')
    for profile in draw(st.permutations(["a", "b", '"c.d"'])):
        lines.append(f"[profiles.{profile}]{draw(_COMMENTS)}")
        for name in draw(st.lists(st.sampled_from(sorted(_SETTINGS)), unique=True)):
            lines.append(f"{name} = {draw(_SETTINGS[name])}{draw(_COMMENTS)}")
            lines += [draw(st.sampled_from(["", "# x", "#rate = 3"]))] * draw(st.integers(0, 1))
    return "\n".join(lines) + "\n"


@given(
    text=_files(),
    profile=st.sampled_from(["a", "b", "c.d", "new"]),
    name=st.sampled_from(sorted(_CHANGES)),
    is_set=st.booleans(),
)
def test_whatever_was_written_one_line_changes(
    tmp_path_factory: pytest.TempPathFactory, text: str, profile: str, name: str, is_set: bool
) -> None:
    """For any usual file and change: it says what it should, and no other line is touched."""
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    before = read_config(path)
    after = update_config(
        path,
        lambda config: (
            config.with_value(profile, name, _CHANGES[name])
            if is_set
            else config.without(profile, name)
        ),
    )
    assert read_config(path) == after
    old, new = text.splitlines(), path.read_text("utf-8").splitlines()
    added = [line for line in new if new.count(line) > old.count(line)]
    gone = [line for line in old if old.count(line) > new.count(line)]
    assert len(set(gone)) <= 1
    if profile in before.profiles:
        assert len(set(added)) <= (1 if is_set else 0)
    for line in gone:
        assert not line.startswith("#")
        comment = next((comment for comment in _BEHIND if line.endswith(comment)), "")
        assert is_set is False or comment in "".join(added)


def test_a_change_that_cannot_be_saved_leaves_the_file(path: Path) -> None:
    """A setting that would make the file unreadable is never written."""
    path.write_text('[profiles.main]\noutput = """\njson""" # x\n', "utf-8")
    with pytest.raises(ConfigUnusable, match="without losing comments"):
        update_config(path, lambda config: config.with_value("main", "output", "csv"))
    assert read_config(path).profiles == {"main": {"output": "json"}}


@pytest.mark.parametrize(
    "comment", ["", "# for the shop\n", "# two\n# lines\n", "\n# for the shop\n"]
)
def test_a_default_stands_before_the_first_table_and_its_comment(comment: str) -> None:
    """Below the comment it would look as if that were about it."""
    table = "[profiles.shop]\nrate = 5.0\n"
    profiles = {"shop": {"rate": 5.0}}
    changed = change_text(
        f"{comment}{table}", (None, profiles), ("shop", profiles), lambda value: value
    )
    blank = "\n" if comment.startswith("\n") else ""
    assert changed == f'{blank}default_profile = "shop"\n\n{comment.lstrip()}{table}'


def test_a_default_that_stays_keeps_its_notation() -> None:
    """Only what differs is written anew."""
    text = "default_profile = 'shop' # mine\n[profiles.shop]\nrate = 5\n"
    changed = change_text(
        text,
        ("shop", {"shop": {"rate": 5.0}}),
        ("shop", {"shop": {"rate": 6.0}}),
        lambda value: value,
    )
    assert changed == text.replace("rate = 5\n", "rate = 6.0\n")
