"""Storing a profile's key, and removing it."""

from pathlib import Path

from sendx_cli.errors import InputError
from sendx_cli.settings.declared import API_KEY, API_KEY_COMMAND, BASE_URL, FIRST_PROFILE
from sendx_cli.settings.files import ConfigFile, update_config
from sendx_cli.settings.key import ApiKey
from sendx_cli.settings.resolve import Settings


def refuse_second_source(config: ConfigFile, profile: str) -> None:
    """Refuse to store or take out a key where a key command gives it.

    Raises:
        InputError: The profile has a key command.
    """
    if API_KEY_COMMAND.name in config.profiles.get(profile, {}):
        raise InputError(
            f"profile {profile} gets its key from its api_key_command",
            hint="to remove it: sendx config unset api_key_command",
        )


def store_key(path: Path, settings: Settings, key: ApiKey) -> ConfigFile:
    """Store a key in the profile in force, with the base URL it was given for.

    The first profile ever made becomes the default one.

    Raises:
        ConfigUnusable: The config file cannot be changed.
        InputError: The profile has a key command by now.
    """
    profile = settings.profile.value
    base_url = settings.base_url

    def change(config: ConfigFile) -> ConfigFile:
        is_first = not config.profiles and config.default_profile is None
        if base_url.origin.startswith(("flag", "environment")):
            config = config.with_value(profile, BASE_URL.name, base_url.value)
        config = config.with_value(profile, API_KEY.name, key)
        if is_first and profile != FIRST_PROFILE:
            config = config.with_default_profile(profile)
        return config

    return update_config(path, change)


def remove_key(path: Path, profile: str) -> ConfigFile:
    """Remove a profile's stored key from the config file.

    Raises:
        ConfigUnusable: The config file cannot be changed.
    """
    return update_config(path, lambda config: config.without(profile, API_KEY.name))
