from pathlib import Path

import pytest

from sendx_cli.completion.answer import answer
from sendx_cli.completion.candidates import Kind
from sendx_cli.completion.reply import reply
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.journal.rows import LeftOutKind, State
from sendx_cli.settings.declared import SETTINGS
from sendx_cli.settings.files import update_config


def offered(*words: str) -> list[str]:
    return [candidate.text for candidate in answer(words).candidates]


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (["iden"], ["identify"]),
        (["run"], ["runs"]),
        (["runs", "f"], ["forget"]),
        (["--quiet", "runs", "f"], ["forget"]),
        (["--verb"], ["--verbose"]),
        (["identify", "--sk"], ["--skip-invalid"]),
        (["identify", "--first-name", "--sk"], []),
        (["identify", "--first-name=x", "--sk"], ["--skip-invalid"]),
        (["identify", "-o", "js"], ["json", "jsonl"]),
        (["identify", "--output=c"], ["--output=csv"]),
        (["identify", "--date-order", ""], ["dmy", "mdy", "ymd"]),
        (["identify", "--", "--sk"], []),
        (["identify", "--yes=", ""], []),
        (["identify", "--yes="], []),
        (["identify", "--no-such="], []),
        (["identify", "--no-such", "--sk"], ["--skip-invalid"]),
        (["identify", ""], []),
        (["identify", "runs", ""], []),
        (["runs", "show", "a", ""], []),
        (["nothing", ""], []),
        (["completion", "p"], ["powershell"]),
        (["config", "get", "tim"], ["timeout"]),
        (["config", "set", "output", "t"], ["table"]),
        (["config", "set", "rate", ""], []),
        (["config", "set", "rate", "5", ""], []),
    ],
)
def test_what_can_stand_there_is_offered(words: list[str], texts: list[str]) -> None:
    """And nothing else: an option's value is no command."""
    assert answer(words).kind is Kind.WORDS
    assert offered(*words) == texts


@pytest.mark.parametrize(
    "words",
    [
        ["identify", "--from", ""],
        ["identify", "--report="],
        ["identify", "--save-map", "x"],
        ["track", "--map-file", ""],
        ["runs", "resume", "--from", ""],
        ["sandbox", "serve", "--log", ""],
    ],
)
def test_files_are_offered_where_files_are_meant(words: list[str]) -> None:
    """The shell itself knows them best."""
    assert answer(words) == (Kind.FILES, [])


def test_states_settings_and_targets_are_those_of_today() -> None:
    """They are read where they are declared."""
    assert offered("runs", "show", "--state", "") == [*State, *LeftOutKind]
    names = [setting.name for setting in SETTINGS]
    assert offered("config", "unset", "") == [*names, "default_profile"]
    assert offered("config", "set", "") == [*names[1:], "default_profile"]
    assert {text.partition("=")[2] for text in offered("identify", "--map", "A=")} == {
        "field:A",
        *(set(Target) - {Target.FIELD, Target.FIELDS, Target.NAMELESS}),
    }
    assert offered("track", "--map", "A=f") == []


def test_profiles_are_offered_with_their_service(home: Path) -> None:
    """And as values of default_profile; a file that cannot be read offers none."""
    path = home / "config" / "sendx" / "config.toml"
    assert offered("identify", "--profile", "") == []
    url = "https://a.example"
    update_config(path, lambda config: config.with_value("staging", "base_url", url))
    assert answer(["identify", "--profile", "st"]).candidates == [("staging", url)]
    assert offered("config", "set", "default_profile", "") == ["staging"]
    path.write_text("no [toml")
    assert offered("identify", "--profile", "") == []


COLUMNS = {
    "semicolons.csv": b"E-Mail;Vor name\na@b.co;x\n",
    "title.csv": b"Report of May\nemail,name\na@b.co,x\n",
    "mark.csv": b"\xef\xbb\xbfemail,name\n",
    "western.csv": "email,Größe\na@b.co,ü\n".encode("cp1252"),
    "wide.csv": "email,Größe\n".encode("utf-16"),
    "rows.jsonl": b'{"email": "a@b.co", "plan": 1}\n{"vip": true}\n',
    "rows.txt": b'{"email": "a@b.co", "plan": 1}\n',
    "long.csv": b"email,name\n" + b"a@b.co,x\xc3\xa4\n" * 10_000,
    "empty.csv": b"",
    "binary.csv": bytes(range(256)) * 20,
    "no header.csv": b"a@b.co,x\n",
    "odd.csv": b'email,"a\nb",a\x1b[31m\n',
}
FOUND = {
    "semicolons.csv": ["E-Mail", "Vor name"],
    "title.csv": ["email", "name"],
    "mark.csv": ["email", "name"],
    "western.csv": ["email", "Größe"],
    "wide.csv": ["email", "Größe"],
    "rows.jsonl": ["email", "plan", "vip"],
    "rows.txt": ["email", "plan"],
    "long.csv": ["email", "name"],
    "odd.csv": ["email"],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_the_named_file_are_offered(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the run would find them; nothing of a file that cannot be used, or may harm a terminal."""
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(COLUMNS[name])
    names = FOUND.get(name, [])
    assert offered("identify", "--from", name, "--ignore", "") == names
    found = answer(["track", f"--from={name}", "--map", ""])
    assert [text for text, _ in found.candidates] == [f"{column}=" for column in names]
    assert found.kind is Kind.OPEN


@pytest.mark.parametrize("words", [[], ["--from", "-"], ["--from", "."], ["--from", "nothing"]])
def test_without_a_file_there_are_no_columns(words: list[str]) -> None:
    """Nor of standard input, which does not exist yet."""
    assert offered("identify", *words, "--ignore", "") == []


def test_options_about_the_file_are_heeded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as they change where its columns are; `~` is the home directory."""
    monkeypatch.setenv("HOME", str(home))
    (home / "x.csv").write_text("email\nemail|a;b\n")
    words = ["identify", "--from", "~/x.csv", "--title-lines", "1", "--delimiter", "pipe"]
    assert offered(*words, "--ignore", "") == ["email", "a;b"]
    assert offered(*words, "--title-lines", "x", "--ignore", "") == ["email"]
    assert offered(*words, "--encoding", "none", "--ignore", "") == []


@pytest.mark.parametrize(
    ("line", "breaks", "told"),
    [
        ("sendx iden", None, "words\nidentify\n"),
        ("sendx identify --output=c", None, "words\ncsv\n"),
        ("sendx identify --output=c", "\"'><;|&(", "words\n--output=csv\n"),
        ("sendx identify --map 'Full Name=co", None, "words\nFull Name=company\n"),
        (r"sendx identify --map Full\ Name=co", None, "words\ncompany\n"),
        (r"sendx identify --map $\(x\)=field", None, "words\nfield:\\$\\(x\\)\n"),
        ('sendx identify --map "$x\\"=field', None, 'words\n\\$x\\"=field:\\$x\\"\n'),
        ("sendx identify --map 'a=field", None, "words\na=field:a\n"),
    ],
)
def test_bash_is_told_what_it_puts_into_the_line(line: str, breaks: str | None, told: str) -> None:
    """Quoted as the word is, and from the last place on where bash begins a word of its own."""
    environ = {"_SENDX_LINE": line} | ({} if breaks is None else {"_SENDX_BREAKS": breaks})
    assert reply("bash", environ, []) == told


@pytest.mark.parametrize(
    ("line", "word", "told"),
    [
        ("sendx iden", "iden", "words\nidentify\tCreate"),
        ("sendx runs", "", "words\nlist\t"),
        ("sendx identify -o js", "js", "words\njson\t\njsonl\t\n"),
    ],
)
def test_powershell_hands_over_the_line_and_the_word(line: str, word: str, told: str) -> None:
    """The line comes without the blank at its end."""
    assert reply("powershell", {"_SENDX_LINE": line, "_SENDX_WORD": word}, []).startswith(told)
