import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.output.quoting import joined, quoted


@given(st.lists(st.text()))
def test_a_posix_shell_reads_the_words_again(words: list[str]) -> None:
    """Whatever is in them."""
    assert shlex.split(joined(words, "linux")) == words


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("people.csv", "people.csv"),
        (r"C:\data\people.csv", r"C:\data\people.csv"),
        ("Plan=field:Plan", "Plan=field:Plan"),
        ("my people.csv", '"my people.csv"'),
        ("Jane's", '"Jane\'s"'),
        ('5" x', '"5"" x"'),
        ("a&b", '"a&b"'),
        ("", '""'),
    ],
)
def test_on_windows_words_are_in_double_quotes(word: str, shown: str) -> None:
    """PowerShell and cmd.exe read those alike; single ones only PowerShell knows."""
    assert quoted(word, "win32") == shown
    assert joined(["sendx", word], "win32") == f"sendx {shown}"
