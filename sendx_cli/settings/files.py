"""The config file: its settings by profile, checked when read, changed under its lock."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sendx_cli.errors import ConfigUnusable, InputError
from sendx_cli.settings.config_text import DEFAULT_PROFILE, PROFILES, Profile, parse_config
from sendx_cli.settings.declared import FIRST_PROFILE, nearest
from sendx_cli.settings.key import ApiKey
from sendx_cli.settings.kinds import tidy
from sendx_cli.settings.storage import (
    Stored,
    locked,
    make_private_directory,
    read_private,
    replace_private,
)

_EXCLUSIVE = {"api_key": "api_key_command", "api_key_command": "api_key"}
_TAKE_OUT = {"api_key": "sendx logout", "api_key_command": "sendx config unset api_key_command"}


class ConfigFile(NamedTuple):
    """The contents of the config file, as a value.

    Args:
        path: Where it is, or would be.
        default_profile: The profile used where none is named.
        profiles: Profiles by name.
        warnings: What is wrong with the file's permissions.
    """

    path: Path
    default_profile: str | None = None
    profiles: Mapping[str, Profile] = MappingProxyType({})
    warnings: tuple[str, ...] = ()

    def has_profile(self, name: str) -> bool:
        """Return whether the profile is there; the first one counts as there from the start."""
        return name in self.profiles or (name == FIRST_PROFILE and not self.profiles)

    def with_value(self, profile: str, name: str, value: object) -> "ConfigFile":
        """Return it with one setting of a profile changed; the profile is made if need be.

        Raises:
            InputError: The profile gets its key another way already.
        """
        other = _EXCLUSIVE.get(name)
        if other in self.profiles.get(profile, {}):
            raise InputError(
                f"profile {profile} has {other} already", hint=f"first: {_TAKE_OUT[str(other)]}"
            )
        changed = {**self.profiles.get(profile, {}), name: value}
        return self._replace(profiles={**self.profiles, profile: changed})

    def without(self, profile: str, name: str) -> "ConfigFile":
        """Return it without one setting of a profile."""
        if name not in self.profiles.get(profile, {}):
            return self
        rest = {key: value for key, value in self.profiles[profile].items() if key != name}
        return self._replace(profiles={**self.profiles, profile: rest})

    def with_default_profile(self, profile: str | None) -> "ConfigFile":
        """Return it with another default profile, or without one.

        Raises:
            InputError: There is no such profile.
        """
        if profile is not None and not self.has_profile(profile):
            raise no_such_profile(profile, self)
        return self._replace(default_profile=profile)


def read_config(path: Path) -> ConfigFile:
    """Return the config file's settings; none where there is no file.

    Raises:
        ConfigUnusable: It cannot be read or trusted, is no TOML, or holds what is no setting;
            with line and column as far as they are known, and never with what stands there.
    """
    return _parsed(read_private(path), path)


def update_config(path: Path, change: Callable[[ConfigFile], ConfigFile]) -> ConfigFile:
    """Change the file as `change_config` does, and return what it says now."""
    return _changed(path, change)[1]


def change_config(path: Path, change: Callable[[ConfigFile], ConfigFile]) -> bool:
    """Change the file under its lock, so that no change of another process is lost.

    Lines that the change is not about stay as they are. A change that comes to nothing writes
    nothing.

    Returns:
        Whether the file says something else now.

    Raises:
        ConfigUnusable: It cannot be read, locked, changed or saved; the old one is unchanged.
    """
    before, after = _changed(path, change)
    return after != before


def _changed(
    path: Path, change: Callable[[ConfigFile], ConfigFile]
) -> tuple[ConfigFile, ConfigFile]:
    make_private_directory(path.parent)
    with locked(path):
        stored = read_private(path)
        before = _parsed(stored, path)
        after = change(before)
        if after != before:
            replace_private(path, _rewritten(stored, before, after))
    return before, after


def no_such_profile(profile: str, config: ConfigFile) -> InputError:
    """Return the error for a profile that was named but is not there."""
    near = nearest(profile, config.profiles)
    names = ", ".join(config.profiles) or "none yet: `sendx login` creates one"
    hint = f'did you mean "{near}"?' if near else f"profiles are: {names}"
    return InputError("no such profile", where=profile, hint=hint)


def _parsed(stored: Stored | None, path: Path) -> ConfigFile:
    if stored is None:
        return ConfigFile(path)
    warnings = () if stored.warning is None else (stored.warning,)
    default_profile, profiles = parse_config(stored.content, path)
    return ConfigFile(path, default_profile, profiles, warnings)


def _rewritten(stored: Stored | None, before: ConfigFile, after: ConfigFile) -> bytes:
    from sendx_cli.settings.config_edit import change_text

    text = "" if stored is None else stored.content.decode("utf-8-sig")
    wanted = after.default_profile, after.profiles
    changed = change_text(text, (before.default_profile, before.profiles), wanted, _plain)
    try:
        is_right = parse_config(changed.encode(), after.path) == wanted
    except ConfigUnusable:
        is_right = False
    if is_right:
        return changed.encode()
    if "#" in text:
        raise ConfigUnusable(
            "the change cannot be made without losing comments",
            where=str(after.path),
            hint="edit the file yourself, or write profiles as [profiles.NAME] with one line "
            "per setting",
        )
    return _toml_of(after)


def _toml_of(config: ConfigFile) -> bytes:
    import tomli_w

    profiles = {
        name: {setting: _plain(value) for setting, value in profile.items()}
        for name, profile in config.profiles.items()
    }
    top = {} if config.default_profile is None else {DEFAULT_PROFILE: config.default_profile}
    return tomli_w.dumps({**top, PROFILES: profiles}).encode()


def _plain(value: object) -> object:
    return value.reveal() if isinstance(value, ApiKey) else tidy(value)
