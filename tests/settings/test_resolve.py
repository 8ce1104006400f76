from pathlib import Path

import pytest

from sendx_cli.errors import ConfigUnusable, InputError, InvalidValue, KeyMissing, KeyUnusable
from sendx_cli.settings.files import ConfigFile
from sendx_cli.settings.key import parse_key
from sendx_cli.settings.resolve import Chosen, Settings, choose_profile, resolve

STORED = parse_key("stored-key-1")
STAGING = "https://stag1.sendx.io/api/v1/rest"
CONFIG = ConfigFile(
    Path("/c/config.toml"),
    profiles={
        "main": {"api_key": STORED, "rate": 50.0, "retries": 0, "output": "csv"},
        "staging": {"api_key": STORED, "base_url": STAGING, "production": True},
        "bare": {},
    },
)


def test_without_anything_each_setting_has_its_default() -> None:
    """Nothing is asked for, nothing is stored."""
    settings = resolve({}, {}, ConfigFile(Path("/c/config.toml")))
    assert settings == Settings(
        profile=Chosen("main", "default"),
        base_url=Chosen("https://api.sendx.io/api/v1/rest", "default"),
        timeout_s=Chosen(60.0, "default"),
        rate=Chosen(None, "default"),
        concurrency=Chosen(None, "default"),
        retries=Chosen(4, "default"),
        output=Chosen(None, "default"),
        ca_bundle=Chosen(None, "default"),
        api_key_prefix=Chosen(None, "default"),
        production=Chosen(False, "default"),
        account=Chosen(True, "default"),
        existing_only=Chosen(False, "default"),
        snapshot=Chosen(False, "default"),
        key_source=settings.key_source,
    )
    assert settings.key_source.origin == "default"
    with pytest.raises(KeyMissing) as missing:
        settings.key()
    assert (missing.value.message, missing.value.hint) == (
        "profile main has no API key",
        "run `sendx login`, or set SENDX_API_KEY (in the SendX app: Settings, Team API Key)",
    )


def test_flags_go_before_environment_before_profile_before_default() -> None:
    """Each value tells where it comes from."""
    environ = {"SENDX_RATE": "20", "SENDX_RETRIES": "2"}
    settings = resolve({"rate": "10", "timeout": None}, environ, CONFIG)
    assert [settings.rate, settings.retries, settings.output, settings.timeout_s] == [
        Chosen(10.0, "flag --rate"),
        Chosen(2, "environment SENDX_RETRIES"),
        Chosen("csv", "profile main"),
        Chosen(60.0, "default"),
    ]


def test_flags_may_be_values_already() -> None:
    """The command line may have read a number."""
    assert resolve({"concurrency": 8}, {}, CONFIG).concurrency == Chosen(8, "flag --concurrency")


def test_an_empty_variable_counts_as_none() -> None:
    """Build servers set empty ones for secrets they do not have."""
    environ = dict.fromkeys(("SENDX_RATE", "SENDX_PROFILE", "SENDX_API_KEY"), "")
    settings = resolve({}, environ, CONFIG)
    assert settings.rate == Chosen(50.0, "profile main")
    assert settings.key() == STORED
    missing = resolve({"profile": "bare"}, environ, CONFIG).key_source.error
    assert missing is not None
    assert str(missing.hint).startswith("SENDX_API_KEY is set, but empty; run `sendx login`")


@pytest.mark.parametrize(
    ("flags", "environ", "where"),
    [
        ({"rate": "nan"}, {}, "--rate"),
        ({"base_url": ""}, {}, "--base-url"),
        ({}, {"SENDX_CONCURRENCY": "1e9"}, "SENDX_CONCURRENCY"),
        ({}, {"SENDX_BASE_URL": "http://api.sendx.io"}, "SENDX_BASE_URL"),
        ({}, {"SENDX_OUTPUT": "xml"}, "SENDX_OUTPUT"),
    ],
)
def test_a_bad_value_is_refused_by_its_place(
    flags: dict[str, object], environ: dict[str, str], where: str
) -> None:
    """The flag or the variable is named."""
    with pytest.raises(InvalidValue) as refused:
        resolve(flags, environ, CONFIG)
    assert refused.value.where == where


@pytest.mark.parametrize(
    ("flags", "environ", "default", "chosen"),
    [
        ({"profile": "bare"}, {"SENDX_PROFILE": "staging"}, "main", ("bare", "flag --profile")),
        ({}, {"SENDX_PROFILE": "bare"}, "main", ("bare", "environment SENDX_PROFILE")),
        ({}, {}, "staging", ("staging", "config file")),
        ({}, {}, None, ("main", "default")),
    ],
)
def test_the_profile_is_named_by_flag_environment_or_file(
    flags: dict[str, object],
    environ: dict[str, str],
    default: str | None,
    chosen: tuple[str, str],
) -> None:
    """In that order."""
    config = ConfigFile(CONFIG.path, default, CONFIG.profiles)
    assert choose_profile(flags, environ, config) == Chosen(*chosen)


@pytest.mark.parametrize(
    ("flags", "environ"), [({"profile": "stagign"}, {}), ({}, {"SENDX_PROFILE": "stagign"})]
)
def test_a_profile_that_is_not_there_is_refused(
    flags: dict[str, object], environ: dict[str, str]
) -> None:
    """With the nearest that is."""
    with pytest.raises(InputError) as refused:
        resolve(flags, environ, CONFIG)
    assert (refused.value.where, refused.value.hint) == ("stagign", 'did you mean "staging"?')


def test_a_default_profile_that_is_not_there_is_the_files_fault() -> None:
    """Nothing works until somebody mends the file."""
    with pytest.raises(ConfigUnusable):
        resolve({}, {}, ConfigFile(CONFIG.path, "gone", CONFIG.profiles))


def test_a_profile_may_be_new_where_it_is_made() -> None:
    """Its name is checked."""
    settings = resolve({"profile": "new"}, {}, CONFIG, may_make_profile=True)
    assert settings.profile == Chosen("new", "flag --profile")
    with pytest.raises(InvalidValue):
        resolve({"profile": "a b"}, {}, CONFIG, may_make_profile=True)


@pytest.mark.parametrize(
    "base_url",
    [
        "https://evil.example/api/v1/rest",
        "https://api.sendx.io.evil.example/api/v1/rest",
        "https://api.sendx.io:444/api/v1/rest",
        "http://localhost/api/v1/rest",
        STAGING,
    ],
)
@pytest.mark.parametrize("by", ["flag --base-url", "environment SENDX_BASE_URL"])
@pytest.mark.parametrize("stored", [{"api_key": STORED}, {"api_key_command": "get-key"}])
def test_a_stored_key_goes_nowhere_else(base_url: str, by: str, stored: dict[str, object]) -> None:
    """It belongs to the origin of its profile's own base URL; a command is not even run."""
    config = ConfigFile(CONFIG.path, profiles={"main": stored})
    flags = {"base_url": base_url} if by.startswith("flag") else {}
    environ = {} if flags else {"SENDX_BASE_URL": base_url}
    settings = resolve(flags, environ, config)
    with pytest.raises(KeyUnusable) as refused:
        settings.key()
    assert refused.value.message.startswith("the stored key belongs to https://api.sendx.io:443")
    assert refused.value.message.endswith(f"({by})")


def test_a_stored_key_goes_to_its_own_service_by_another_path() -> None:
    """The path is no matter, nor is the case of the host or the port that goes without saying."""
    settings = resolve({"base_url": "https://API.sendx.io:443/api/v2"}, {}, CONFIG)
    assert settings.key() == STORED
    assert resolve({"profile": "staging", "base_url": STAGING}, {}, CONFIG).key() == STORED


def test_a_key_given_for_this_run_goes_anywhere() -> None:
    """Who gives key and base URL together means them for each other."""
    environ = {"SENDX_API_KEY": "given-key-1\n", "SENDX_BASE_URL": "https://other.example"}
    settings = resolve({}, environ, CONFIG)
    assert settings.key() == parse_key("given-key-1")
    assert settings.key_source.origin == "environment SENDX_API_KEY"


def test_a_key_that_is_none_is_told_of_when_it_is_needed() -> None:
    """The sandbox needs none, and `login` mends it."""
    settings = resolve({}, {"SENDX_API_KEY": "Canary0key1 never2shown3"}, CONFIG)
    with pytest.raises(KeyUnusable) as refused:
        settings.key()
    assert refused.value.where == "SENDX_API_KEY"
    assert "Canary0key1" not in f"{refused.value.message}{refused.value.hint}{settings}"


def test_settings_show_no_secret() -> None:
    """Neither a key, nor a command, nor the environment."""
    config = ConfigFile(CONFIG.path, profiles={"main": {"api_key_command": "echo SECRETKEY"}})
    assert "SECRETKEY" not in repr(resolve({}, {"OTHER": "SECRETKEY"}, config))
    assert "SECRETKEY" not in repr(resolve({}, {"SENDX_API_KEY": "SECRETKEY"}, config))
