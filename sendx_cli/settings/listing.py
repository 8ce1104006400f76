"""The settings in force as rows for people and programs: redacted, each with its origin."""

from dataclasses import dataclass

from sendx_cli.settings import declared
from sendx_cli.settings.declared import Setting, shown
from sendx_cli.settings.key import MASK
from sendx_cli.settings.key_source import KeySource
from sendx_cli.settings.kinds import tidy
from sendx_cli.settings.resolve import DEFAULT_ORIGIN, Chosen, Settings


@dataclass(frozen=True, slots=True)
class Listed:
    """A setting in force.

    Args:
        setting: Its name.
        value: Its value as it may be shown; None where it has none.
        origin: Where the value comes from.
    """

    setting: str
    value: object
    origin: str

    def record(self) -> dict[str, object]:
        """Return the documented members, in their documented order."""
        return {"setting": self.setting, "value": self.value, "origin": self.origin}


def listed(settings: Settings) -> list[Listed]:
    """Return every setting in force, the profile first."""
    rest: tuple[tuple[Setting[object], Chosen[object]], ...] = (
        (declared.API_KEY_PREFIX, settings.api_key_prefix),
        (declared.BASE_URL, settings.base_url),
        (declared.TIMEOUT, settings.timeout_s),
        (declared.RATE, settings.rate),
        (declared.CONCURRENCY, settings.concurrency),
        (declared.RETRIES, settings.retries),
        (declared.OUTPUT, settings.output),
        (declared.CA_BUNDLE, settings.ca_bundle),
        (declared.PRODUCTION, settings.production),
        (declared.ACCOUNT, settings.account),
        (declared.EXISTING_ONLY, settings.existing_only),
        (declared.SNAPSHOT, settings.snapshot),
    )
    return [
        Listed("profile", settings.profile.value, settings.profile.origin),
        *_key_rows(settings.key_source),
        *(Listed(setting.name, tidy(chosen.value), chosen.origin) for setting, chosen in rest),
    ]


def _key_rows(source: KeySource) -> list[Listed]:
    is_known = source.command is None and source.origin != DEFAULT_ORIGIN
    command = source.command and shown(declared.API_KEY_COMMAND, source.command)
    return [
        Listed(
            declared.API_KEY.name,
            MASK if is_known else None,
            source.origin if is_known else DEFAULT_ORIGIN,
        ),
        Listed(
            declared.API_KEY_COMMAND.name,
            command,
            source.origin if command else DEFAULT_ORIGIN,
        ),
    ]
