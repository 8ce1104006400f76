"""The values that an option or argument can have, as far as this machine knows them."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from sendx_cli.completion.account_names import names_of
from sendx_cli.completion.candidates import Answer, Candidate, Kind, Typed
from sendx_cli.completion.table import Entry
from sendx_cli.errors import SendxError

_MAX_RUNS = 50
_HEAD_BYTES = 1 << 16
_FIXED: Mapping[str, Sequence[str]] = {
    "--encoding": ("utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-2"),
    "--delimiter": ("comma", "semicolon", "tab", "pipe"),
    "--quote": ("double", "single", "none"),
}


def values_of(entry: Entry, typed: Typed, incomplete: str) -> Answer:
    """Return what an option or argument can be; nothing where that cannot be known.

    Args:
        entry: The option or argument.
        typed: What was typed before.
        incomplete: Its value as far as it was typed.
    """
    if entry.metavar == "FILE":
        return Answer(Kind.FILES)
    name = entry.names[0]
    if name in _FIXED:
        return _words(map(Candidate, _FIXED[name]))
    if (choices := entry.metavar.split("|"))[1:] and name not in _PROVIDERS:
        return _words(map(Candidate, choices))
    if name == "--map":
        return _mapping(typed, incomplete)
    if name == "--field":
        fields = _words(_fields(typed)).candidates
        return Answer(Kind.OPEN, [Candidate(f"{one.text}=") for one in fields])
    provide = _PROVIDERS.get(name)
    if provide is None and "RUN" in entry.metavar:
        provide = _runs
    return Answer() if provide is None else _words(provide(typed))


def _words(candidates: Iterable[Candidate]) -> Answer:
    found: list[Candidate] = []
    # Whatever is wrong with a file is told when it is used, not between two keys.
    with suppress(SendxError, OSError, ValueError):
        found.extend(candidates)
    return Answer(Kind.WORDS, found)


def _profiles(_typed: Typed) -> Iterator[Candidate]:
    from sendx_cli.settings.files import read_config
    from sendx_cli.settings.paths import config_path

    for name, profile in read_config(config_path()).profiles.items():
        yield Candidate(name, str(profile.get("base_url", "")))


def _runs(_typed: Typed) -> Iterator[Candidate]:
    """Yield the latest runs first, as their ids begin with the time."""
    import json

    from sendx_cli.journal.database import peek_at_header
    from sendx_cli.journal.opening import SUFFIX
    from sendx_cli.settings.paths import runs_directory

    paths = sorted(runs_directory().glob(f"*{SUFFIX}"), reverse=True)
    for path in paths[:_MAX_RUNS]:
        text = ""
        with suppress(ValueError, KeyError):
            facts = json.loads(next(iter(peek_at_header(path)), "{}"))
            text = f"{facts['action']} from {facts['source']}"
        yield Candidate(path.stem, text)


def _states(_typed: Typed) -> Iterator[Candidate]:
    from sendx_cli.journal.rows import LeftOutKind, State

    yield from (Candidate(str(state)) for state in (*State, *LeftOutKind))


def _settings(typed: Typed) -> Iterator[Candidate]:
    from sendx_cli.settings.declared import API_KEY, SETTINGS

    is_key_taken = typed.command.endswith("unset")
    for setting in SETTINGS:
        if setting is not API_KEY or is_key_taken:
            yield Candidate(setting.name, setting.meaning)
    yield Candidate("default_profile", "the profile used by default")


def _setting_values(typed: Typed) -> Iterator[Candidate]:
    from sendx_cli.settings.declared import OUTPUT, PRODUCTION
    from sendx_cli.settings.kinds import OUTPUTS

    name = typed.arguments[0]
    if name == "default_profile":
        yield from _profiles(typed)
    elif name == OUTPUT.name:
        yield from map(Candidate, OUTPUTS)
    elif name == PRODUCTION.name:
        yield from map(Candidate, ("true", "false"))


def _topics(_typed: Typed) -> Iterator[Candidate]:
    from sendx_cli.manual.topics import TOPICS

    yield from (Candidate(name, text) for name, text in TOPICS.items())


def _columns(typed: Typed) -> Iterator[Candidate]:
    return (Candidate(name) for name in _columns_of(typed))


def _mapping(typed: Typed, incomplete: str) -> Answer:
    """Offer the columns, then what each may be mapped to."""
    column, equals, _ = incomplete.partition("=")
    if not equals:
        named = _words(Candidate(f"{name}=") for name in _columns_of(typed) if "=" not in name)
        return Answer(Kind.OPEN, named.candidates)
    from sendx_cli.core.mapping.spellings import Target

    no_words = {Target.FIELDS, Target.NAMELESS}
    if typed.command == "track":
        no_words = set(Target) - {
            Target.EMAIL, Target.TAGS, Target.ADD_TAGS, Target.REMOVE_TAGS, Target.OPT_OUT,
            Target.IGNORED,
        }  # fmt: skip
    targets = [target for target in Target if target not in no_words]
    texts = [f"field:{column}" if target is Target.FIELD else str(target) for target in targets]
    fields = [] if Target.FIELD in no_words else _words(_fields(typed)).candidates
    texts += [f"field:{one.text}" for one in fields if one.text != column]
    return _words(Candidate(f"{column}={text}") for text in texts)


def _tags(typed: Typed) -> Iterator[Candidate]:
    yield from map(Candidate, names_of(typed).tags)


def _lists(typed: Typed) -> Iterator[Candidate]:
    yield from map(Candidate, names_of(typed).lists)


def _fields(typed: Typed) -> Iterator[Candidate]:
    yield from map(Candidate, names_of(typed).fields)


def _columns_of(typed: Typed) -> Iterator[str]:
    """Yield the names of the columns of the file named by `--from`, from its first 64 KiB."""
    path = os.path.expanduser(typed.options.get("--from", [""])[-1])  # noqa: PTH111 - as typed
    if not os.path.isfile(path):  # noqa: PTH113 - nothing waits for a pipe
        return
    with open(path, "rb") as file:  # noqa: PTH123 - as typed
        head = file.read(_HEAD_BYTES)
    if len(head) == _HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1]
    yield from _names_in(head, path, typed)


def _names_in(head: bytes, path: str, typed: Typed) -> Sequence[str]:
    from io import BytesIO, StringIO

    from sendx_cli.files.encoding import find_encoding
    from sendx_cli.files.header import find_header
    from sendx_cli.files.jsonlines import member_names
    from sendx_cli.files.layout import Overrides

    def said(name: str) -> str | None:
        return next(iter(typed.options.get(name, [])[-1:]), None)

    text = head.decode(find_encoding(BytesIO(head), said("--encoding")).codec)
    is_json = said("--format") == "jsonl" or path.endswith((".jsonl", ".ndjson", ".json"))
    if is_json or (text.lstrip().startswith("{") and said("--format") is None):
        return member_names(StringIO(text, newline="\n"))
    titles = said("--title-lines") or "0"
    overrides = Overrides(
        delimiter=said("--delimiter"),
        quote=said("--quote"),
        title_lines=int(titles) if titles.isdecimal() else 0,
    )
    return find_header(StringIO(text, newline=""), overrides).names


_PROVIDERS: Mapping[str, Callable[[Typed], Iterator[Candidate]]] = {
    "--tag": _tags,
    "--add-tag": _tags,
    "--remove-tag": _tags,
    "--list": _lists,
    "--profile": _profiles,
    "--state": _states,
    "--ignore": _columns,
    "<name>": _settings,
    "<value>": _setting_values,
    "<topic>": _topics,
}
