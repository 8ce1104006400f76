import pytest

from sendx_cli.errors import InputError, InvalidValue, KeyUnusable
from sendx_cli.settings.declared import BY_NAME, SETTINGS, nearest, setting_named, shown
from sendx_cli.settings.key import parse_key
from tests.conftest import Command


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("timeout", "60", 60.0),
        ("timeout", ".5", 0.5),
        ("timeout", "86400", 86_400.0),
        ("rate", "0.25", 0.25),
        ("rate", "1e3", 1000.0),
        ("concurrency", "1", 1),
        ("concurrency", "200", 200),
        ("retries", "0", 0),
        ("output", "jsonl", "jsonl"),
        ("production", "true", True),
        ("ca_bundle", "/etc/ca.pem", "/etc/ca.pem"),
        ("api_key_prefix", "Token", "Token"),
        ("api_key_command", "op read 'op://a b'", "op read 'op://a b'"),
    ],
)
def test_takes_text_for_a_value(name: str, text: str, value: object) -> None:
    """Every setting can be given as text."""
    assert setting_named(name).parse_given(text, name) == value


@pytest.mark.parametrize("name", ["timeout", "rate", "concurrency", "retries"])
@pytest.mark.parametrize(
    "text", ["", "abc", "-1", "1e9", "nan", "inf", "1_0", " 1", "1 ", "0x10", "٣", "1,5", "+1"]
)
def test_refuses_what_is_no_sensible_number(name: str, text: str) -> None:
    """The refusal names the place and shows the text."""
    with pytest.raises(InvalidValue) as refused:
        setting_named(name).parse_given(text, f"SENDX_{name.upper()}")
    assert refused.value.where == f"SENDX_{name.upper()}"
    assert refused.value.message.endswith(f", not {text!r}")


@pytest.mark.parametrize("name", ["timeout", "rate", "concurrency"])
def test_refuses_zero(name: str) -> None:
    """No time, no calls and no request under way would never end."""
    with pytest.raises(InvalidValue):
        setting_named(name).parse_given("0", name)


def test_what_is_shown_is_escaped_and_cut() -> None:
    """A value from elsewhere can neither steer the terminal nor fill it."""
    with pytest.raises(InvalidValue) as refused:
        setting_named("rate").parse_given("\x1b[2J" + "9" * 1000, "--rate")
    assert refused.value.message == (
        f"must be a number from 0.001 to 100000, not '\\x1b[2J{'9' * 56}…'"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", True),
        ("timeout", "60"),
        ("retries", 4.0),
        ("production", 1),
        ("production", "true"),
        ("output", 1),
        ("api_key", 12_345_678),
        ("concurrency", [1]),
        ("base_url", {"a": 1}),
    ],
)
def test_refuses_another_type_in_the_config_file(name: str, value: object) -> None:
    """Text that looks like a number is no number in TOML, and a truth value is none either."""
    with pytest.raises(InvalidValue):
        setting_named(name).parse_toml(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("api_key_prefix", "Token SECRETKEY"),
        ("ca_bundle", "ca.pem"),
        ("api_key_command", " "),
        ("api_key_command", "a\nb"),
        ("output", "xml"),
        ("production", "yes"),
    ],
)
def test_refuses_other_text(name: str, text: str) -> None:
    """What may hold a secret is not shown."""
    with pytest.raises(InvalidValue) as refused:
        setting_named(name).parse_given(text, name)
    assert "SECRETKEY" not in refused.value.message


def test_an_unknown_setting_is_answered_with_the_nearest() -> None:
    """The unknown word is not repeated: it may be a key in the wrong place."""
    with pytest.raises(InputError) as refused:
        setting_named("base-ulr")
    assert (refused.value.message, refused.value.hint) == (
        "no such setting: base-ulr",
        'did you mean "base_url"?',
    )


def test_a_word_near_to_nothing_has_no_nearest() -> None:
    """A suggestion out of the blue would mislead."""
    assert nearest("Canary0key1never2shown3", BY_NAME) is None


def test_names_and_variables_are_unique() -> None:
    """One name and one variable for one setting."""
    variables = [setting.variable for setting in SETTINGS if setting.variable]
    assert len(BY_NAME) == len(SETTINGS)
    assert len(set(variables)) == len(variables)


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("api_key", parse_key("SECRETKEY"), parse_key("SECRETKEY").__repr__()),
        ("api_key_command", "op read SECRETKEY", "op ********"),
        ("api_key_command", "get-key", "get-key"),
        ("api_key_command", "KEY=SECRETKEY", "********"),
        ("base_url", "https://a.example", "https://a.example"),
    ],
)
def test_shows_no_secret(name: str, value: object, seen: object) -> None:
    """A key command's arguments can hold the key itself."""
    assert str(shown(setting_named(name), value)) == seen


def test_a_setting_that_has_a_flag_names_an_option(sendx: Command) -> None:
    """The help topics and messages send people to it."""
    shown = sendx("identify", "--help").out.split()
    flags = {setting.flag for setting in SETTINGS if setting.flag}
    assert flags - set(shown) == set()
    assert "--timeout" in flags


def test_only_what_is_secret_is_masked() -> None:
    """A path or an address with blanks or `=` in it is shown whole."""
    values = {"ca_bundle": "/my certificates/a=b.pem", "base_url": "https://a.co/x y?b=c"}
    assert {name: shown(setting_named(name), value) for name, value in values.items()} == values


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("timeout", "0.1", "86400"),
        ("rate", "0.001", "100000"),
        ("concurrency", "1", "200"),
        ("retries", "0", "100"),
    ],
)
def test_takes_numbers_up_to_their_bounds(name: str, least: str, most: str) -> None:
    """The bounds are among them, and stand in the message of what is beyond."""
    setting = setting_named(name)
    for text in (least, most):
        assert setting.parse_given(text, name) == float(text)
    for text in (f"{most}1", f"0.0{least.removeprefix('0.')}" if "." in least else "-1"):
        with pytest.raises(InvalidValue, match=f"from {least} to {most}"):
            setting.parse_given(text, name)


def test_variables_are_named_by_their_settings() -> None:
    """Whoever knows one knows the other."""
    named = {setting.variable for setting in SETTINGS if setting.variable}
    assert named == {f"SENDX_{name.upper()}" for name in BY_NAME} & named
    assert {"SENDX_API_KEY", "SENDX_TIMEOUT", "SENDX_CA_BUNDLE"} <= named


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("api_key", "SECRETKEY x"),
        ("api_key_command", "\x01 SECRETKEY"),
        ("api_key_prefix", "Token SECRETKEY"),
        ("base_url", "ftp://SECRETKEY@a.co"),
    ],
)
def test_a_refusal_shows_nothing_that_may_be_secret(name: str, text: str) -> None:
    """Whoever put the key in the wrong place must not find it in a log."""
    with pytest.raises((InvalidValue, KeyUnusable)) as refused:
        setting_named(name).parse_given(text, name)
    assert "SECRETKEY" not in f"{refused.value.message} {refused.value.hint}"
