"""Where the API key comes from: known at once, fetched when it is needed."""

from collections.abc import Mapping
from pathlib import Path

from sendx_cli.errors import SetupError
from sendx_cli.settings.key import ApiKey


class KeySource:
    """One of: the key itself, a command that prints it, or the error why there is none.

    Args:
        origin: Where it comes from, as for any setting.
        api_key: The key, if it is known already.
        command: The key command, from the user's own config file only.
        error: Why there is no key.
        environ: The environment the key command starts from.
        directory: The key command's working directory.
    """

    def __init__(
        self,
        origin: str,
        *,
        api_key: ApiKey | None = None,
        command: str | None = None,
        error: SetupError | None = None,
        environ: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        self.origin = origin
        self.api_key = api_key
        self.command = command
        self.error = error
        self._environ = environ or {}
        self._directory = directory

    def key(self) -> ApiKey:
        """Return the key; the first time the key command is run, if there is one.

        Raises:
            KeyMissing: There is no key.
            KeyUnusable: The key cannot or must not be used, or the key command failed.
        """
        if self.error is not None:
            raise self.error
        if self.api_key is not None:
            return self.api_key
        # A command is run only when a key is needed: it may ask its user to unlock something.
        from sendx_cli.settings.key_command import run_key_command

        assert self.command is not None
        self.api_key = run_key_command(self.command, self._environ, self._directory)
        return self.api_key
