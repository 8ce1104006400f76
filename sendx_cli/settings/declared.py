"""Every setting, declared once: its name, what it may be, where it may come from."""

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from sendx_cli.errors import InputError, InvalidValue, KeyUnusable
from sendx_cli.settings.base_url import DEFAULT_BASE_URL, check_base_url
from sendx_cli.settings.key import MASK, ApiKey, parse_key
from sendx_cli.settings.kinds import (
    absolute_path,
    command_line,
    key_prefix,
    number,
    output_format,
    truth,
    whole,
)

T_co = TypeVar("T_co", covariant=True)

PROFILE_VARIABLE = "SENDX_PROFILE"
PROFILE_FLAG = "--profile"
_LONGEST_SHOWN = 60
FIRST_PROFILE = "main"
"""The profile of those who never name one."""


class Setting(NamedTuple, Generic[T_co]):
    """One setting.

    Args:
        name: Its name in the config file and for `sendx config`.
        meaning: One line for people, with the unit.
        parse: Text to value; raises `InvalidValue` (the key: `KeyUnusable`).
        default: Its value where nothing gives one.
        toml: The types the config file may hold it in.
        variable: The environment variable that gives it, if any does.
        flag: The option that gives it, if any does.
        is_private: Its value can hold a secret: never shown as it is.
    """

    name: str
    meaning: str
    parse: Callable[[str], T_co]
    default: T_co
    toml: tuple[type, ...] = (str,)
    variable: str | None = None
    flag: str | None = None
    is_private: bool = False

    def parse_toml(self, value: object) -> T_co:
        """Return the value the config file holds.

        Raises:
            InvalidValue: It is of another type, or out of range.
        """
        # A TOML boolean is an int in Python, so the exact type is asked for.
        if type(value) not in self.toml:
            raise InvalidValue(f"must be {_TOML_WORDS[self.toml[0]]}")
        return self.parse(str(value).lower() if isinstance(value, bool) else str(value))

    def parse_given(self, text: str, where: str) -> T_co:
        """Return the value of a flag, a variable or an argument.

        Raises:
            InvalidValue: It is not what the setting must be; shown, unless it may be a secret.
            KeyUnusable: It is no key.
        """
        try:
            return self.parse(text)
        except InvalidValue as error:
            given = "" if self.is_private else f", not {_cut(text)!r}"
            raise InvalidValue(error.message + given, where=where) from None
        except KeyUnusable as error:
            raise KeyUnusable(error.message, where=where, hint=error.hint) from None


_TOML_WORDS = {str: "text in quotation marks", int: "a number", bool: "true or false"}


API_KEY: Setting[ApiKey | None] = Setting(
    "api_key",
    "the team's API key; `sendx login` stores it",
    parse_key,
    None,
    variable="SENDX_API_KEY",
    is_private=True,
)
API_KEY_COMMAND: Setting[str | None] = Setting(
    "api_key_command",
    "a program that prints the API key, run without a shell",
    command_line,
    None,
    is_private=True,
)
API_KEY_PREFIX: Setting[str | None] = Setting(
    "api_key_prefix",
    "a word before the key in the header, such as Token",
    key_prefix,
    None,
    variable="SENDX_API_KEY_PREFIX",
    is_private=True,
)
BASE_URL: Setting[str] = Setting(
    "base_url",
    "URL of the API",
    check_base_url,
    DEFAULT_BASE_URL,
    variable="SENDX_BASE_URL",
    flag="--base-url",
    is_private=True,
)
TIMEOUT: Setting[float] = Setting(
    "timeout",
    "seconds after which a request times out",
    number(0.1, 86_400),
    60.0,
    toml=(int, float),
    variable="SENDX_TIMEOUT",
    flag="--timeout",
)
RATE: Setting[float | None] = Setting(
    "rate",
    "calls per second, at most",
    number(0.001, 100_000),
    None,
    toml=(int, float),
    variable="SENDX_RATE",
    flag="--rate",
)
CONCURRENCY: Setting[int | None] = Setting(
    "concurrency",
    "requests at once, at most",
    whole(1, 200),
    None,
    toml=(int,),
    variable="SENDX_CONCURRENCY",
    flag="--concurrency",
)
RETRIES: Setting[int] = Setting(
    "retries",
    "retries of a call after temporary failures, at most",
    whole(0, 100),
    4,
    toml=(int,),
    variable="SENDX_RETRIES",
    flag="--retries",
)
OUTPUT: Setting[str | None] = Setting(
    "output",
    "format of results: table, json, jsonl or csv; table on a terminal, else jsonl",
    output_format,
    None,
    variable="SENDX_OUTPUT",
    flag="--output",
)
CA_BUNDLE: Setting[str | None] = Setting(
    "ca_bundle",
    "file of the certificate authorities to trust, in PEM",
    absolute_path,
    None,
    variable="SENDX_CA_BUNDLE",
)
PRODUCTION: Setting[bool] = Setting(
    "production",
    "true: bulk runs need --yes where nobody can confirm",
    truth,
    default=False,
    toml=(bool,),
)
ACCOUNT: Setting[bool] = Setting(
    "account",
    "false: bulk runs are not compared with the account",
    truth,
    default=True,
    toml=(bool,),
    flag="--no-account",
)
EXISTING_ONLY: Setting[bool] = Setting(
    "existing_only",
    "true: rows that would create a tag or a custom field are bad rows",
    truth,
    default=False,
    toml=(bool,),
    flag="--existing-only",
)
SNAPSHOT: Setting[bool] = Setting(
    "snapshot",
    "true: bulk runs record their contacts before the run, for `sendx runs undo`",
    truth,
    default=False,
    toml=(bool,),
    flag="--snapshot",
)

SETTINGS: tuple[Setting[object], ...] = (
    API_KEY,
    API_KEY_COMMAND,
    API_KEY_PREFIX,
    BASE_URL,
    TIMEOUT,
    RATE,
    CONCURRENCY,
    RETRIES,
    OUTPUT,
    CA_BUNDLE,
    PRODUCTION,
    ACCOUNT,
    EXISTING_ONLY,
    SNAPSHOT,
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


def setting_named(name: str) -> Setting[object]:
    """Return the setting of this name.

    Raises:
        InputError: There is none; the hint names the nearest.
    """
    if name not in BY_NAME:
        near = nearest(name, BY_NAME)
        hint = f'did you mean "{near}"?' if near else f"settings are {', '.join(BY_NAME)}"
        raise InputError(f"no such setting: {name}", hint=hint)
    return BY_NAME[name]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` may be a slip of, if one is near enough."""
    from difflib import get_close_matches

    near = get_close_matches(word.lower().replace("-", "_")[:64], list(known), n=1, cutoff=0.7)
    return near[0] if near else None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def shown(setting: Setting[object], value: object) -> object:
    """Return a setting's value as people may see it: no key, no arguments of a key command."""
    if isinstance(value, str) and setting.name == API_KEY_COMMAND.name:
        program, *arguments = value.split(maxsplit=1)
        # What stands in front of a program by mistake (`KEY=... program`) can be a secret, too.
        return MASK if "=" in program else f"{program} {MASK}" if arguments else program
    return MASK if isinstance(value, ApiKey) else value
