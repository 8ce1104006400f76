"""Where the API key comes from: known at once, fetched when it is needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sendx_cli.errors import SetupError
from sendx_cli.settings.key import ApiKey


@dataclass(frozen=True, slots=True)
class KeySource:
    """The key itself, or a command that prints it, or why there is none to be had: one of them.

    Args:
        origin: Where it comes from, as for any setting.
        api_key: The key, if it is known already.
        command: The key command, from the user's own config file only.
        trouble: Why there is no key to be had.
        environ: The environment the key command starts from.
        directory: The key command's working directory.
    """

    origin: str
    api_key: ApiKey | None = None
    command: str | None = field(default=None, repr=False)
    trouble: SetupError | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    directory: Path | None = None
    _printed: list[ApiKey] = field(default_factory=list, init=False, repr=False, compare=False)

    def key(self) -> ApiKey:
        """Return the key; the first time the key command is run, if there is one.

        Raises:
            KeyMissing: There is no key.
            KeyUnusable: The key cannot or must not be used, or the key command failed.
        """
        if self.trouble is not None:
            raise self.trouble
        if self.api_key is not None:
            return self.api_key
        # A command is run only when a key is needed: it may ask its user to unlock something.
        from sendx_cli.settings.key_command import run_key_command

        assert self.command is not None
        if not self._printed:
            self._printed.append(run_key_command(self.command, self.environ, self.directory))
        return self._printed[0]
