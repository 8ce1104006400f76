"""What the parser refuses is told like everything else: one form, and harmless to a terminal."""

import pytest

from tests.conftest import Command, Run


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--verion"],
            ("no such option: --verion\n  hint: did you mean --version? see `sendx --help`"),
        ),
        (
            ["idenfity"],
            "no such command 'idenfity'\n  hint: did you mean 'identify'? see `sendx --help`",
        ),
        (["nope"], "no such command 'nope'\n  hint: see `sendx --help`"),
        (
            ["runs", "shw"],
            "no such command 'shw'\n  hint: did you mean 'show'? see `sendx runs --help`",
        ),
        (["runs"], "missing command\n  hint: see `sendx runs --help`"),
        (
            ["runs", "show", "a", "b"],
            "got unexpected extra argument(s) (b)\n  hint: see `sendx runs show --help`",
        ),
        (
            ["track", "--add-tag"],
            "option '--add-tag' requires an argument\n  hint: see `sendx track --help`",
        ),
        (
            ["identify", "a@b.co", "-o", "xml"],
            (
                "invalid value for '--output' / '-o': 'xml' is not one of 'table', 'json', "
                "'jsonl', 'csv'\n  hint: see `sendx identify --help`"
            ),
        ),
        (
            ["identify", "a@b.co", "-o", "csv", "--frist-name", "x"],
            (
                "no such option: --frist-name\n"
                "  hint: did you mean --first-name? see `sendx identify --help`"
            ),
        ),
        (
            ["identify", "a@b.co", "--firstname", "x"],
            (
                "no such option: --firstname\n"
                "  hint: did you mean --first-name? see `sendx identify --help`"
            ),
        ),
        (
            ["track", "a@b.co", "--tag", "x"],
            "no such option: --tag\n  hint: did you mean --add-tag? see `sendx track --help`",
        ),
    ],
)
def test_the_parsers_errors_have_the_form_of_all_others(
    sendx: Command, words: list[str], told: str
) -> None:
    """`sendx: ...`, a hint that names the command's help, exit 2; in CSV as well."""
    assert sendx(*words) == Run(2, "", f"sendx: {told}\n")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("##[error]x", r"#\x23[error]x"),
        ("\n::error::x", "::error::x"),
        ("\u202ex", r"\u202ex"),
        ("\x1b[31mx", r"x1b[31mx"),
        ("\udce9", r"\udce9"),
    ],
)
@pytest.mark.parametrize(
    "before",
    [[], ["runs"], ["identify", "-o"], ["runs", "show", "a"], ["identify", "--x"]],
    ids=" ".join,
)
def test_nothing_typed_reaches_a_terminal_as_it_came(
    sendx: Command, before: list[str], typed: str, shown: str
) -> None:
    """Words from `xargs` can be anything: none is a build server's command or an escape code."""
    words = [*before[:-1], f"--x{typed}"] if before[-1:] == ["--x"] else [*before, typed]
    run = sendx(*words)
    assert (run.code, run.out) == (2, "")
    if before[-1:] != ["--x"]:  # the parser leaves control characters out of an option's name
        assert shown in run.err
    assert typed not in run.err
    assert all(line.startswith(("sendx: ", "  hint: ")) for line in run.err.splitlines())


def test_help_for_want_of_words_is_help(sendx: Command) -> None:
    """`sendx` alone shows how it is used, as before."""
    run = sendx()
    assert run.code == 2
    assert run.err.startswith("Usage: sendx [OPTIONS] COMMAND [ARGS]...")
