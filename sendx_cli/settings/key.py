"""The API key as a value that cannot be shown by accident, and what a key may look like."""

from sendx_cli.errors import KeyUnusable

MASK = "********"
"""What stands wherever a secret would be shown. Of one length, so that it tells nothing."""

SHORTEST_KEY = 8
LONGEST_KEY = 512

_BYTE_ORDER_MARKS = ("\ufeff", "\u00ef\u00bb\u00bf", "\udcef\udcbb\udcbf")
"""The mark that Windows' editors write, as UTF-8, Latin-1 and ASCII read it."""

_WHERE_KEYS_ARE = "copy the key again from the SendX app: Settings, Team API Key"


class ApiKey:
    """A team's API key. Every way to print it gives the mask; only `reveal` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the key itself: for the request's header and the config file, nothing else."""
        return self._text

    def __eq__(self, other: object) -> bool:
        """Return whether it is the same key."""
        return isinstance(other, ApiKey) and self._text == other._text

    def __hash__(self) -> int:
        """Return a number that tells nothing of the key outside this process."""
        return hash(self._text)

    def __repr__(self) -> str:
        """Return the mask, also for `str` and in tracebacks that show values."""
        return MASK

    def __format__(self, spec: str) -> str:
        """Return the mask, padded or cut as `spec` says."""
        return format(MASK, spec)


def keys_in_use() -> set[str]:
    """Return every key that this process holds, wherever it came from, to mask them all."""
    import gc

    gc.unfreeze()  # what was there before a bulk run is not listed otherwise
    return {each.reveal() for each in gc.get_objects() if type(each) is ApiKey}


def parse_key(text: str) -> ApiKey:
    r"""Return the key in `text`, less one line break at its end (`\n` or `\r\n`).

    A key travels as the header `X-Team-ApiKey`, so it may hold visible ASCII only (RFC 9110,
    5.5): a line break inside it would begin a header of its own.

    Raises:
        KeyUnusable: No header can carry it, or it cannot be a key. The message never shows it.
    """
    bare = text.removesuffix("\n").removesuffix("\r")
    if reason := _reason_against(bare):
        raise KeyUnusable(reason, hint=_WHERE_KEYS_ARE)
    return ApiKey(bare)


def _reason_against(text: str) -> str | None:
    if not text:
        return "the API key is empty"
    if text.startswith(_BYTE_ORDER_MARKS):
        return "a byte order mark comes before the API key: save it as UTF-8 without one"
    if " " in text:
        return (
            'the API key contains a space (a prefix such as "Token" is the setting api_key_prefix)'
        )
    if any(not "!" <= character <= "~" for character in text):
        return "the API key contains a character that a header cannot"
    if text[0] in "\"'" or text[-1] in "\"'":
        return "the API key is in quotation marks"
    if not SHORTEST_KEY <= len(text) <= LONGEST_KEY:
        return f"an API key has {SHORTEST_KEY} to {LONGEST_KEY} characters, this has {len(text)}"
    return None
