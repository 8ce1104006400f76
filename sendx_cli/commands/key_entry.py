"""How a key is typed, or comes by standard input."""

from sendx_cli.errors import InputError, KeyUnusable
from sendx_cli.runtime import Runtime
from sendx_cli.settings.key import LONGEST_KEY, ApiKey, parse_key


def read_key(runtime: Runtime, profile: str) -> ApiKey:
    """Return the key typed without echo, or read from standard input that is no terminal.

    Raises:
        KeyUnusable: It cannot be a key.
        InputError: Nobody can be asked, or nothing was typed.
    """
    if runtime.may_ask:
        return parse_key(_ask(profile))
    if runtime.stdin.isatty():
        raise InputError(
            "cannot ask for the key (--no-input)",
            hint="pass it on standard input: op read op://Marketing/SendX/key | sendx login",
        )
    try:
        # Enough to see that it is too long, however much there is.
        return parse_key(runtime.stdin.read(LONGEST_KEY + len("\r\n") + 1))
    except UnicodeDecodeError:
        raise KeyUnusable("standard input is not text, so it is not a key") from None


def _ask(profile: str) -> str:
    import warnings
    from getpass import GetPassWarning, getpass

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            return getpass(f"API key for profile {profile} (input is hidden): ")
    except GetPassWarning:
        raise InputError(
            "this terminal cannot hide what is typed",
            hint="pass the key on standard input: op read op://Marketing/SendX/key | sendx login",
        ) from None
    except EOFError:
        raise InputError("no key was entered") from None
