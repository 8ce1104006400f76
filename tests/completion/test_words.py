import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.completion.words import split_line


@pytest.mark.parametrize(
    ("line", "words", "quote"),
    [
        ("", [""], ""),
        ("sendx", ["sendx"], ""),
        ("sendx ", ["sendx", ""], ""),
        ("sendx  a\t", ["sendx", "a", ""], ""),
        ("sendx 'a b", ["sendx", "a b"], "'"),
        ('sendx "a b', ["sendx", "a b"], '"'),
        ("sendx 'a b'", ["sendx", "a b"], ""),
        ("sendx ''", ["sendx", ""], ""),
        ("sendx '' ", ["sendx", "", ""], ""),
        (r"sendx a\ b", ["sendx", "a b"], ""),
        (r'sendx "a\"b\c"', ["sendx", r"a\c".replace("\\c", '"b\\c')], ""),
        (r"sendx 'a\'", ["sendx", "a\\"], ""),
        ("sendx a\\", ["sendx", "a"], ""),
    ],
)
def test_a_line_is_split_as_a_shell_does(line: str, words: list[str], quote: str) -> None:
    """The last word is the one being typed, and can be empty; its open quote is told."""
    found = split_line(line)
    assert (found.words, found.quote) == (words, quote)


@pytest.mark.parametrize(
    ("line", "breaks"),
    [
        ("x --map=a=b", (6, 8)),
        ("x --map a:b=", (2, 4)),
        ("x 'a=b'=", (4,)),
        (r"x a\=b=", (4,)),
        ('x "a=b', ()),
        ("x=y z", ()),
    ],
)
def test_unquoted_breaks_of_the_last_word_are_told(line: str, breaks: tuple[int, ...]) -> None:
    """There bash begins a word of its own."""
    assert split_line(line, "=:").breaks == breaks


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)))
def test_what_a_shell_quotes_is_read_back(words: list[str]) -> None:
    """Whatever stands in a word."""
    assert split_line(shlex.join(words) + " ").words == [*words, ""]
