"""Holds what commands write as JSON to the schemas that `sendx schema` prints.

`check` is called wherever tests run a command; a test need not ask for it.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from sendx_cli.schemas.documents import schema_of

_SENDING = frozenset({"identify", "track", "runs resume", "runs undo"})
_OTHERS = {"lookup": "lookup", "runs list": "run", "runs show": "run", "runs verify": "verify"}
_FORMATS = ("table", "json", "jsonl", "csv")


class WrongOutput(AssertionError):
    """A command wrote what its schema does not describe."""


def check(words: Sequence[str], out: str, folder: Path | None = None) -> None:
    """Check what a command wrote to standard output and to its report.

    Args:
        words: The command as it was typed, without `sendx`.
        out: Its standard output.
        folder: The directory that it was run in; None: this one.

    Raises:
        WrongOutput: It is JSON and has not the members that are documented, or was to be JSON.
    """
    name = schema_name(words)
    if name is None:
        return
    if _is_json(words, out):
        for document in documents(words, out):
            refuse_wrong(name, document, words)
    if name == "result" and (report := _value_of(words, "--report")):
        path = (folder or Path()) / report
        text = path.read_text("utf-8") if path.is_file() else ""
        # Where the command was refused, something else may be there still.
        for document in documents(words, text) if text.startswith("{") else ():
            refuse_wrong(name, document, words)


def schema_name(words: Sequence[str]) -> str | None:
    """Return which schema a command's output has; None: none."""
    named = [word for word in words if not word.startswith("-")]
    command = " ".join(named[: 2 if named[:1] == ["runs"] else 1])
    if not set(words).isdisjoint({"--help", "-h", "--version", "--html"}):
        return None
    if command in _SENDING:
        return "plan" if "--dry-run" in words else "result"
    if command == "runs show" and any(word.startswith(("--rows", "--state")) for word in words):
        return "result"
    return _OTHERS.get(command)


def documents(words: Sequence[str], text: str) -> Iterator[object]:
    """Yield the one JSON document of a text, or that of each of its lines."""
    try:
        yield json.loads(text)
    except ValueError:
        pass
    else:
        return
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            raise WrongOutput(f"{_shown(words)}: not JSON: {line}") from None


def refuse_wrong(name: str, document: object, words: Sequence[str]) -> None:
    """Refuse a document that its schema does not describe.

    Raises:
        WrongOutput: It is one.
    """
    if _validator(name).is_valid(document):
        return
    for one in document if isinstance(document, list) else [document]:
        for error in _errors(name, one):
            where = f"{name} {error.json_path}"
            raise WrongOutput(f"{_shown(words)}: {where}: {error.message}: {json.dumps(one)}")
    raise WrongOutput(f"{_shown(words)}: not {name}: {json.dumps(document)}")


@lru_cache
def _validator(name: str) -> Draft202012Validator:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _errors(name: str, document: object) -> Iterator[ValidationError]:
    """Yield what is wrong by the part of the schema that a document is most like."""
    parts = schema_of(name)["$defs"].values()
    members = set(document) if isinstance(document, dict) else set()
    nearest = max(parts, key=lambda part: len(members.intersection(part["properties"])))
    yield from Draft202012Validator(nearest).iter_errors(document)


def _is_json(words: Sequence[str], out: str) -> bool:
    """Whether the output is JSON: as it was asked for, or else as it looks."""
    said = _value_of(words, "--output") or _value_of(words, "-o")
    if said is None and "--json" in words:
        said = "json"
    looks = out.startswith(("{", "["))
    if said in {"json", "jsonl"} and out and not looks:
        raise WrongOutput(f"{_shown(words)}: not JSON: {out}")
    return looks and said not in {"table", "csv"}


def _value_of(words: Sequence[str], option: str) -> str | None:
    """Return the last value of an option."""
    found = None
    for word, following in zip(words, [*words[1:], None], strict=True):
        if word == option:
            found = following
        elif word.startswith(f"{option}="):
            found = word.partition("=")[2]
        elif option == "-o" and word.startswith("-o") and word[2:] in _FORMATS:
            found = word[2:]
    return found


def _shown(words: Sequence[str]) -> str:
    return f"sendx {' '.join(words)}"
