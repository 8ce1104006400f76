"""Parsing the config file's text; errors name the line."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sendx_cli.errors import ConfigUnusable, InvalidValue, KeyUnusable
from sendx_cli.settings.declared import BY_NAME, nearest
from sendx_cli.settings.kinds import profile_name

Profile = Mapping[str, object]
"""A profile's settings: name to checked value."""

DEFAULT_PROFILE = "default_profile"
PROFILES = "profiles"
_TOP_LEVEL = (DEFAULT_PROFILE, PROFILES)
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)\Z")
_MEND = "fix the line, or remove the file and run `sendx login`"


def parse_config(content: bytes, path: Path) -> tuple[str | None, dict[str, Profile]]:
    """Return the default profile and the profiles; a byte order mark before the text is no matter.

    Raises:
        ConfigUnusable: It is no TOML, or holds what is no setting. With the line, as far as it
            can be found, and never with what stands there: it may be the key.
    """
    text = _decode(content, path)
    document = _load(text, path)
    reader = _Reader(text, path)
    reader.check_names(document, _TOP_LEVEL)
    tables = document.get(PROFILES, {})
    if not isinstance(tables, dict):
        raise reader.error("profiles must be tables, such as [profiles.main]", PROFILES)
    profiles = {name: reader.profile(name, table) for name, table in tables.items()}
    default = document.get(DEFAULT_PROFILE)
    if not (default is None or isinstance(default, str)):
        raise reader.error("default_profile must be text in quotation marks", DEFAULT_PROFILE)
    return default, profiles


class _Reader:
    def __init__(self, text: str, path: Path) -> None:
        self.text = text
        self.path = path

    def profile(self, name: str, table: object) -> Profile:
        """Return a profile's checked settings."""
        try:
            profile_name(name)
        except InvalidValue as error:
            raise self.error(error.message) from None
        if not isinstance(table, dict):
            raise self.error("a profile must be a table, such as [profiles.main]", name)
        self.check_names(table, BY_NAME, profile=name)
        if "api_key" in table and "api_key_command" in table:
            raise self.error(
                "the profile has both api_key and api_key_command: keep one",
                "api_key_command",
                profile=name,
            )
        return {setting: self._value(name, setting, value) for setting, value in table.items()}

    def check_names(
        self, table: Mapping[str, Any], known: Mapping[str, object] | tuple[str, ...], **at: str
    ) -> None:
        """Refuse an unknown name. One that resembles no known name is not shown."""
        for name in table:
            if name in known:
                continue
            near = nearest(name, known)
            shown = f' "{name}": did you mean "{near}"?' if near else ""
            raise self.error(f"unknown setting{shown}", name, **at, hint=_hint(name, known))

    def _value(self, profile: str, name: str, value: object) -> object:
        try:
            return BY_NAME[name].parse_toml(value)
        except (InvalidValue, KeyUnusable) as error:
            raise self.error(f"{name}: {error.message}", name, profile=profile) from None

    def error(
        self, message: str, name: str = "", *, profile: str | None = None, hint: str = _MEND
    ) -> ConfigUnusable:
        """Return the error, with the line of `name` where it can be found."""
        line = _line_of(self.text, name, profile) if name else None
        where = f"{self.path}:{line}" if line else str(self.path)
        return ConfigUnusable(message, where=where, hint=hint)


def _hint(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    if known is _TOP_LEVEL and name in BY_NAME:
        return "settings belong to a profile: put it under [profiles.main]"
    return f"known here: {', '.join(known)}"


def _decode(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigUnusable(
            "not UTF-8 text", where=f"{path}:{line}", hint="save the file as UTF-8"
        ) from None


def _load(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    # Beside its own error, numbers and dates out of range and deep nesting come up as these.
    except (ValueError, RecursionError) as error:
        # Only the place is taken from its message, which can quote the file, and so the key.
        place = _PLACE.search(str(error))
        where = f"{path}:{place[1]}:{place[2]}" if place else f"{path}:{text.count(chr(10)) + 1}"
        raise ConfigUnusable("not valid TOML", where=where, hint=_MEND) from None


def _line_of(text: str, name: str, profile: str | None) -> int | None:
    """Return the line where a name stands, in a profile's own table if one is given."""
    word = rf"[\"']?{re.escape(name)}[\"']?"
    lines = text.split("\n")
    start = 0
    if profile is not None:
        table = re.compile(rf"\s*\[\s*profiles\s*\.\s*[\"']?{re.escape(profile)}[\"']?\s*\]")
        start = next((i for i, line in enumerate(lines) if table.match(line)), len(lines))
    wanted = re.compile(rf"\s*(?:{word}\s*[=.]|\[+\s*(?:profiles\s*\.\s*)?{word}\s*[\].])")
    found = (i + 1 for i in range(start, len(lines)) if wanted.match(lines[i]))
    return next(found, None)
