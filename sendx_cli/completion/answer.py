"""From the words typed so far to what could stand at the cursor."""

from collections.abc import Iterable, Mapping, Sequence

from sendx_cli.completion.candidates import Answer, Candidate, Kind, Typed
from sendx_cli.completion.table import Entry, read_table


def answer(words: Sequence[str]) -> Answer:
    """Return what could stand at the cursor.

    Args:
        words: Those behind the program's name; the last one is being typed, and may be empty.
    """
    table = read_table()
    *before, incomplete = words or [""]
    typed = _read(before, table)
    entries = table.get(typed.command, [])
    if typed.pending is not None:
        return _values(typed.pending, typed, incomplete)
    if incomplete.startswith("--") and "=" in incomplete and not typed.is_all_arguments:
        return _attached(entries, typed, incomplete)
    if incomplete.startswith("-") and not typed.is_all_arguments:
        return Answer(Kind.WORDS, _starting(_option_names(entries), incomplete))
    if commands := [entry for entry in entries if not (entry.is_option or entry.is_argument)]:
        if typed.arguments:
            return Answer()
        names = (Candidate(entry.names[0], entry.help) for entry in commands)
        return Answer(Kind.WORDS, _starting(names, incomplete))
    argument = _argument(entries, len(typed.arguments))
    return Answer() if argument is None else _values(argument, typed, incomplete)


def _read(words: Sequence[str], table: Mapping[str, Sequence[Entry]]) -> Typed:
    command, pending, is_all_arguments = "", None, False
    options: dict[str, list[str]] = {}
    arguments: list[str] = []
    for word in words:
        entries = table.get(command, [])
        below = f"{command} {word}".strip()
        if pending is not None:
            options.setdefault(pending.names[0], []).append(word)
            pending = None
        elif is_all_arguments or not word.startswith("-") or word == "-":
            if below in table and not is_all_arguments:
                command = below
            else:
                arguments.append(word)
        elif word == "--":
            is_all_arguments = True
        else:
            name, equals, value = word.partition("=")
            option = _option(entries, name)
            if option is not None and equals:
                options.setdefault(option.names[0], []).append(value)
            elif option is not None and option.metavar:
                pending = option
    return Typed(command, options, arguments, pending, is_all_arguments)


def _option(entries: Iterable[Entry], name: str) -> Entry | None:
    return next((entry for entry in entries if entry.is_option and name in entry.names), None)


def _option_names(entries: Iterable[Entry]) -> Iterable[Candidate]:
    for entry in entries:
        if entry.is_option:
            yield from (Candidate(name, entry.help) for name in entry.names)


def _argument(entries: Iterable[Entry], place: int) -> Entry | None:
    arguments = [entry for entry in entries if entry.is_argument]
    if place < len(arguments):
        return arguments[place]
    return arguments[-1] if arguments and arguments[-1].is_repeatable else None


def _attached(entries: Iterable[Entry], typed: Typed, incomplete: str) -> Answer:
    """Complete the value in `--option=value`."""
    name, _, value = incomplete.partition("=")
    option = _option(entries, name)
    if option is None or not option.metavar:
        return Answer()
    found = _values(option, typed, value)
    whole = [Candidate(f"{name}={text}", help_text) for text, help_text in found.candidates]
    return Answer(found.kind, whole)


def _values(entry: Entry, typed: Typed, incomplete: str) -> Answer:
    from sendx_cli.completion.values import values_of

    found = values_of(entry, typed, incomplete)
    return Answer(found.kind, _starting(found.candidates, incomplete))


def _starting(candidates: Iterable[Candidate], incomplete: str) -> list[Candidate]:
    return [
        candidate
        for candidate in candidates
        if candidate.text.startswith(incomplete) and candidate.text.isprintable()
    ]
