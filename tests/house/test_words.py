"""One word for one thing, in plain English, in everything that users read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendx_cli.manual.topics import TOPICS
from tests.conftest import Command
from tests.house.test_help import every_command

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sendx_cli"
USE = {
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\bdeparted\b": "opted out",
    r"\b(person|people|persons|who|since|because they|nobody) left\b": "opted out",
    r"\bleft since\b": "opted out since",
    r"\bsay(ing)? [`'\"{]?--": "use --",
    r"\bgive [`'\"{]?--": "use --",
    r"\b(take|takes|taken|taking|took) (it |them |that |the rows |the key )?out\b": "remove",
    r"\b(take|takes|taken|taking|took) \S+( \S+)? out again\b": "remove",
    r"\b(take|takes|taken|taking|took) (it |them |that |tags )?back\b": "undo",
    r"\btake away\b": "remove",
    r"\bleave out --": "remove --",
    r"\bgoes? on\b|\bgone on\b|\bgoing on\b": "continue, or resume for a run",
    r"\bgoes? with\b": "requires, or cannot be used with",
    r"\bgoes before\b": "takes precedence over",
    r"\b(so|that) stands?\b|\bstands? (so|there|before|beside|between)\b": "is, appears",
    r"\bin force\b": "current",
    r"\bis no (URL|text|number|option|list|directory|terminal)\b": "is not a",
    r"\bwants a login\b": "requires authentication",
    r"\bthere is no such\b": "no such",
    r"\bnothing explains\b": "unknown",
    r"\bnear to\b": "near",
    r"^look: |\n *look: ": "note:",
    r"\b(look|needs a look)\)": "check",
    r"\banew\b": "again, or start over",
    r"\bmakes? way\b": "lets you start over",
    r"\bset(s)? off\b": "trigger",
    r"\bnot come to\b": "not reached",
    r"\bheeded\b": "used",
    r"\bnot there any more\b": "no longer there",
    r"\ball the same\b": "anyway",
    r"\bcolou?red\b|\bcolour\b": "color",
    r"\bmails? (that went out|nobody)\b": "emails that were sent",
    r"\b0 minutes\b": "the seconds",
}
"""What is not written, as a pattern, and what is written instead."""


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the literals of a module, docstrings aside, with their lines; {} for a value in one."""
    tree = ast.parse(path.read_text("utf-8"))
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(node.value)
        if isinstance(node, ast.JoinedStr):
            silent.update(node.values)
            texts = (getattr(part, "value", "") for part in node.values)
            yield node.lineno, "".join(t if isinstance(t, str) else "{}" for t in texts)
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and node not in silent:
            yield node.lineno, str(node.value)  # type: ignore[attr-defined]


def odd_words(text: str) -> Iterator[str]:
    """Yield what is to be written otherwise."""
    for pattern, word in USE.items():
        for match in re.finditer(pattern, text, re.IGNORECASE):
            around = text[max(match.start() - 30, 0) : match.end() + 20]
            yield f"{around!r}: for {match[0]!r} write {word!r}"


@pytest.mark.parametrize(
    "path",
    sorted(PACKAGE.rglob("*.py")),
    ids=lambda path: path.relative_to(PACKAGE).as_posix(),
)
def test_messages_are_written_in_the_words_agreed(path: Path) -> None:
    """Every literal of the code, which is where messages, hints and option helps are."""
    found = [f"line {line}: {odd}" for line, text in strings(path) for odd in odd_words(text)]
    assert found == []


@pytest.mark.parametrize("words", list(every_command()), ids="-".join)
def test_helps_are_written_in_the_words_agreed(sendx: Command, words: tuple[str, ...]) -> None:
    """With what a command says of itself, which its docstring holds."""
    text = " ".join(sendx(*words, "--help").out.split())
    assert list(odd_words(text)) == []


@pytest.mark.parametrize("topic", TOPICS)
def test_topics_are_written_in_the_words_agreed(sendx: Command, topic: str) -> None:
    """As they are read, with the lines broken."""
    assert list(odd_words(" ".join(sendx("help", topic).out.split()))) == []


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_documents_are_written_in_the_words_agreed(name: str) -> None:
    """Across the ends of lines, too."""
    text = " ".join((ROOT / name).read_text("utf-8").split())
    assert list(odd_words(text)) == []


@pytest.mark.parametrize(
    "text",
    ["mend the file", "or say --ignore 'x'", "the key is taken out of profile x", "it goes on"],
)
def test_an_odd_word_is_found(text: str) -> None:
    """So that the tests above can fail."""
    assert len(list(odd_words(text))) == 1
