"""`sendx config set` and `unset` as changes of the config file's value."""

from sendx_cli.errors import InputError
from sendx_cli.settings.base_url import DEFAULT_BASE_URL, origin_of
from sendx_cli.settings.config_text import DEFAULT_PROFILE
from sendx_cli.settings.declared import API_KEY, BASE_URL, setting_named
from sendx_cli.settings.files import ConfigFile


def assigned(config: ConfigFile, profile: str, name: str, text: str) -> ConfigFile:
    """Return the config file with a setting of the profile, or the default profile, set.

    Raises:
        InputError: There is no such setting, or it is the key, which is no argument.
        InvalidValue: The setting cannot be that.
    """
    if name == DEFAULT_PROFILE:
        return config.with_default_profile(text)
    setting = setting_named(name)
    if setting is API_KEY:
        raise InputError(
            "the API key is never accepted as an argument, which others on this machine can see",
            hint="run `sendx login`, which asks for it or reads it from standard input",
        )
    changed = config.with_value(profile, name, setting.parse_given(text, name))
    _refuse_to_move_key(config, changed, profile)
    return changed


def unassigned(config: ConfigFile, profile: str, name: str) -> ConfigFile:
    """Return the config file with a setting taken out, if it is there.

    Raises:
        InputError: There is no such setting.
    """
    if name == DEFAULT_PROFILE:
        return config.with_default_profile(None)
    changed = config.without(profile, setting_named(name).name)
    _refuse_to_move_key(config, changed, profile)
    return changed


def _refuse_to_move_key(before: ConfigFile, after: ConfigFile, profile: str) -> None:
    """A stored key was given for one service; another base URL would hand it to a stranger."""
    if API_KEY.name not in after.profiles.get(profile, {}):
        return
    if _own_origin(before, profile) != _own_origin(after, profile):
        raise InputError(
            f"the key of profile {profile} belongs to the base URL it was stored for",
            hint="run `sendx logout` first, or `sendx login --base-url URL` with the new key",
        )


def _own_origin(config: ConfigFile, profile: str) -> tuple[str, str, int]:
    return origin_of(str(config.profiles.get(profile, {}).get(BASE_URL.name, DEFAULT_BASE_URL)))
