"""What was most likely meant otherwise: a file's name as an address, two tags in one word."""

from pathlib import Path
from typing import TYPE_CHECKING

from sendx_cli.core.contact.members import ContactValues
from sendx_cli.errors import NotConfirmed, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sendx_cli.runtime import Runtime

_FILE_ENDINGS = frozenset(
    {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".ods", ".xlsx", ".xls"}
)
_YES, _NO = frozenset({"y", "yes"}), frozenset({"n", "no"})


def refuse_file_names(action: str, emails: "Sequence[str]") -> None:
    """Refuse a file's name where an address is meant.

    Raises:
        InputError: One is no address, and has a file's ending or is a file's name.
    """
    for text in emails:
        if "@" not in text and (Path(text).suffix.lower() in _FILE_ENDINGS or _is_file(text)):
            raise UsageError(
                "this is a file name, not an address",
                where=text,
                hint=f"to send a file's rows: sendx {action} --from {_quoted(text)}",
            )


def settle_commas(runtime: "Runtime", values: ContactValues, *, may_ask: bool) -> ContactValues:
    """Return the values with each tag that holds a comma settled: one tag, or several.

    On a terminal it is asked. Elsewhere the tag is sent as it was typed, with a warning: a tag
    may hold a comma, and a wrong one sets off nothing, as no automation waits for it.

    Args:
        runtime: Where it is asked.
        values: What the options say.
        may_ask: Whether it makes sense to ask.

    Raises:
        InputError: The answer was neither yes nor no.
    """
    asks = may_ask and runtime.may_ask and runtime.output.stderr.isatty()

    def settled(tags: tuple[str, ...], option: str) -> tuple[str, ...]:
        return tuple(one for tag in tags for one in _settled(runtime, tag, option, asks=asks))

    return values._replace(
        tags=settled(values.tags, "--tag"),
        add_tags=settled(values.add_tags, "--add-tag"),
        remove_tags=settled(values.remove_tags, "--remove-tag"),
    )


def _settled(runtime: "Runtime", tag: str, option: str, *, asks: bool) -> list[str]:
    parts = [part.strip() for part in tag.split(",") if part.strip()]
    if len(parts) < 2:  # noqa: PLR2004 - several
        return [tag]
    if asks:
        return parts if _are_several(runtime, tag, parts) else [tag]
    several = " ".join(f"{option} {_quoted(part)}" for part in parts)
    runtime.output.warn(f'"{tag}" is one tag, with a comma', f"for several: {several}")
    return [tag]


def _are_several(runtime: "Runtime", tag: str, parts: list[str]) -> bool:
    output = runtime.output
    names = ", ".join(f'"{part}"' for part in parts)
    output.ask(f'"{tag}" is one tag, with a comma; send {len(parts)} tags, {names}? [y/n] ')
    answer = runtime.stdin.readline()
    if not answer.endswith("\n"):
        output.end_question()
    word = answer.strip().lower()
    if word not in _YES | _NO:
        raise NotConfirmed("nothing was sent: the answer was neither yes nor no")
    return word in _YES


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


def _quoted(text: str) -> str:
    from sendx_cli.output.quoting import quoted

    return quoted(text)
