"""Which value of each setting is in force, and where it comes from. Pure.

Flags go before the environment, that before the profile, that before the default. An empty
environment variable counts as none: build servers set those for secrets they do not have.
"""

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar, cast

from sendx_cli.errors import ConfigUnusable, KeyMissing, KeyUnusable, SetupError
from sendx_cli.settings import declared
from sendx_cli.settings.base_url import origin_of
from sendx_cli.settings.config_text import Profile
from sendx_cli.settings.declared import (
    FIRST_PROFILE,
    PROFILE_FLAG,
    PROFILE_VARIABLE,
    Setting,
)
from sendx_cli.settings.files import ConfigFile, no_such_profile
from sendx_cli.settings.key import ApiKey
from sendx_cli.settings.key_source import KeySource
from sendx_cli.settings.kinds import profile_name

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

DEFAULT_ORIGIN = "default"


class Chosen(NamedTuple, Generic[T_co]):
    """A setting's value in force, and where it comes from.

    Args:
        value: The value; None where nothing gives one and there is no default.
        origin: `flag --rate`, `environment SENDX_RATE`, `profile main`, `config file` or
            `default`.
    """

    value: T_co
    origin: str


class Settings(NamedTuple):
    """Every setting in force; see `declared` for what each means."""

    profile: Chosen[str]
    base_url: Chosen[str]
    timeout_s: Chosen[float]
    rate: Chosen[float | None]
    concurrency: Chosen[int | None]
    retries: Chosen[int]
    output: Chosen[str | None]
    ca_bundle: Chosen[str | None]
    api_key_prefix: Chosen[str | None]
    production: Chosen[bool]
    account: Chosen[bool]
    existing_only: Chosen[bool]
    snapshot: Chosen[bool]
    key_source: KeySource

    def key(self) -> ApiKey:
        """Return the API key; the first time the key command is run, if there is one.

        Raises:
            KeyMissing: There is none for this profile.
            KeyUnusable: It may not be sent to this base URL, or the key command failed.
        """
        return self.key_source.key()


def resolve(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    config: ConfigFile,
    *,
    may_make_profile: bool = False,
) -> Settings:
    """Return the settings in force.

    Args:
        flags: Settings given as options, by name (`profile`, `base_url`, ...); None is not given.
        environ: The environment.
        config: The config file.
        may_make_profile: Whether a profile may be named that does not exist yet.

    Raises:
        InvalidValue: A flag or variable holds what the setting cannot be.
        InputError: There is no such profile.
        ConfigUnusable: The file's default profile is not there.
    """
    profile = choose_profile(flags, environ, config, may_make=may_make_profile)
    stored = config.profiles.get(profile.value, {})
    sources = _Sources(flags, environ, stored, f"profile {profile.value}")
    base_url = sources.choose(declared.BASE_URL)
    return Settings(
        profile=profile,
        base_url=base_url,
        timeout_s=sources.choose(declared.TIMEOUT),
        rate=sources.choose(declared.RATE),
        concurrency=sources.choose(declared.CONCURRENCY),
        retries=sources.choose(declared.RETRIES),
        output=sources.choose(declared.OUTPUT),
        ca_bundle=sources.choose(declared.CA_BUNDLE),
        api_key_prefix=sources.choose(declared.API_KEY_PREFIX),
        production=sources.choose(declared.PRODUCTION),
        account=sources.choose(declared.ACCOUNT),
        existing_only=sources.choose(declared.EXISTING_ONLY),
        snapshot=sources.choose(declared.SNAPSHOT),
        key_source=sources.choose_key(base_url, config),
    )


class _Sources:
    def __init__(
        self,
        flags: Mapping[str, object],
        environ: Mapping[str, str],
        stored: Profile,
        stored_origin: str,
    ) -> None:
        self.flags = flags
        self.environ = environ
        self.stored = stored
        self.stored_origin = stored_origin

    def choose(self, setting: Setting[T]) -> Chosen[T]:
        """Return the first value that is given."""
        given = self.flags.get(setting.name)
        if given is not None:
            return Chosen(
                setting.parse_given(str(given), str(setting.flag)), f"flag {setting.flag}"
            )
        if setting.variable and (text := self.environ.get(setting.variable)):
            origin = f"environment {setting.variable}"
            return Chosen(setting.parse_given(text, setting.variable), origin)
        if setting.name in self.stored:
            return Chosen(cast("T", self.stored[setting.name]), self.stored_origin)
        return Chosen(setting.default, DEFAULT_ORIGIN)

    def choose_key(self, base_url: Chosen[str], config: ConfigFile) -> KeySource:
        """Return where the key comes from; what is wrong with it is told when it is needed."""
        try:
            given = self.choose(declared.API_KEY)
        except KeyUnusable as error:
            return KeySource(f"environment {declared.API_KEY.variable}", error=error)
        if given.origin not in {self.stored_origin, DEFAULT_ORIGIN}:
            return KeySource(given.origin, api_key=given.value)
        command = self.choose(declared.API_KEY_COMMAND)
        if given.value is None and command.value is None:
            return KeySource(DEFAULT_ORIGIN, error=self._no_key())
        return KeySource(
            self.stored_origin,
            api_key=given.value,
            command=command.value,
            error=self._stored_key_error(base_url),
            environ=self.environ,
            directory=config.path.parent,
        )

    def _no_key(self) -> KeyMissing:
        variable = declared.API_KEY.variable
        state = f"{variable} is set, but empty; " if variable in self.environ else ""
        return KeyMissing(
            f"{self.stored_origin} has no API key",
            hint=f"{state}run `sendx login`, or set {variable}"
            " (in the SendX app: Settings, Team API Key)",
        )

    def _stored_key_error(self, base_url: Chosen[str]) -> SetupError | None:
        """Refuse to send a stored key where it was not stored for: it would be given away."""
        own = cast("str", self.stored.get(declared.BASE_URL.name, declared.BASE_URL.default))
        if origin_of(base_url.value) == origin_of(own):
            return None
        return KeyUnusable(
            f"the stored key belongs to {_shown_origin(own)}, "
            f"not to {_shown_origin(base_url.value)} ({base_url.origin})",
            hint=f"set {declared.API_KEY.variable} for this run, or create a profile: "
            "sendx login --profile NAME --base-url URL",
        )


def choose_profile(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    config: ConfigFile,
    *,
    may_make: bool = False,
) -> Chosen[str]:
    """Return the profile in force: flag, environment, the file's default, else `main`.

    Raises:
        InputError: There is no profile of the name that was given.
        InvalidValue: It may be made, but is no name for a profile.
        ConfigUnusable: The file's default profile is not there.
    """
    flag = flags.get("profile")
    if flag is not None:
        name = _named_profile(str(flag), config, may_make=may_make)
        return Chosen(name, f"flag {PROFILE_FLAG}")
    if variable := environ.get(PROFILE_VARIABLE):
        name = _named_profile(variable, config, may_make=may_make)
        return Chosen(name, f"environment {PROFILE_VARIABLE}")
    if config.default_profile is None:
        return Chosen(FIRST_PROFILE, DEFAULT_ORIGIN)
    if not config.has_profile(config.default_profile) and not may_make:
        raise ConfigUnusable(
            "the default_profile is not among the profiles",
            where=str(config.path),
            hint=f"profiles are: {', '.join(config.profiles) or 'none'}",
        )
    return Chosen(profile_name(config.default_profile), "config file")


def _named_profile(name: str, config: ConfigFile, *, may_make: bool) -> str:
    if config.has_profile(name):
        return name
    if not may_make:
        raise no_such_profile(name, config)
    return profile_name(name)


def _shown_origin(base_url: str) -> str:
    scheme, host, port = origin_of(base_url)
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{port}"
