"""Where sendx keeps its files: the platform's directories, `XDG_*` included.

platformdirs is loaded when a path is asked for: `--help` and `--version` need none.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sendx_cli.errors import ConfigUnusable

if TYPE_CHECKING:
    from collections.abc import Callable

_APPLICATION = "sendx"


def config_path() -> Path:
    """Return where the config file is, or would be.

    Raises:
        ConfigUnusable: This user has no home directory.
    """
    from platformdirs import user_config_path

    return _found(user_config_path, "XDG_CONFIG_HOME") / "config.toml"


def state_directory() -> Path:
    """Return the directory of what must outlive a run, such as journals.

    Raises:
        ConfigUnusable: This user has no home directory.
    """
    from platformdirs import user_state_path

    return _found(user_state_path, "XDG_STATE_HOME")


def runs_directory() -> Path:
    """Return the directory of the runs' journals.

    Raises:
        ConfigUnusable: This user has no home directory.
    """
    return state_directory() / "runs"


def sandbox_path() -> Path:
    """Return the file of the sandbox's contacts.

    Raises:
        ConfigUnusable: This user has no home directory.
    """
    from platformdirs import user_data_path

    return _found(user_data_path, "XDG_DATA_HOME") / "sandbox.sqlite3"


def _found(directory: "Callable[..., Path]", variable: str) -> Path:
    try:
        path = directory(_APPLICATION, appauthor=False)
    except RuntimeError:
        path = Path()
    # Some versions of platformdirs leave a "~" they cannot resolve: a path below the working
    # directory, which must never be read for settings.
    if not path.is_absolute():
        raise ConfigUnusable(
            "this user has no home directory to keep settings in",
            hint=f"set HOME, or {variable} to an absolute path",
        )
    return path
