import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.output.annotations import Annotations, error_command
from sendx_cli.output.job_files import append_step_summary
from sendx_cli.output.writer import Output


def output_in(environ: Mapping[str, str], *, is_quiet: bool = False) -> tuple[Output, io.StringIO]:
    stderr = io.StringIO()
    return Output(io.StringIO(), stderr, environ, is_quiet=is_quiet), stderr


def read_command(line: str) -> tuple[dict[str, str], str]:
    """Read an error as GitHub's runner does: up to the second `::`, then at `,` and `=`."""
    assert line.startswith("::error ")
    properties, _, message = line.removeprefix("::error ").partition("::")
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    return {name: unescaped(value) for name, value in pairs.items()}, unescaped(message)


def unescaped(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(code, character)
    return text.replace("%25", "%")


def test_an_error_names_file_line_and_column() -> None:
    """The form is the documented one."""
    command = error_command("data/people.csv", line=12, column=3, message="not an address")
    assert command == "::error file=data/people.csv,line=12,col=3::not an address"


def test_what_separates_is_escaped() -> None:
    """In the file's name `:` and `,` as well, in the message only `%` and line ends."""
    command = error_command("C:\\a,b%.csv", line=1, message="50% off: a, b\r\nnext")
    assert command == "::error file=C%3A\\a%2Cb%25.csv,line=1::50%25 off: a, b%0D%0Anext"


@given(st.text(), st.text())
def test_text_from_elsewhere_begins_no_other_command(file: str, message: str) -> None:
    """Whatever a name or a message holds: one line, one error, and its own file and line."""
    command = error_command(file, line=7, message=message)
    properties, _ = read_command(command)
    assert command.splitlines() == [command]
    assert (list(properties), properties["line"], "##[" in command) == (
        ["file", "line"],
        "7",
        False,
    )


@given(st.text(st.sampled_from("a:,%\r\n0ADé= ")), st.text(st.sampled_from("a:,%\r\n25é ")))
def test_the_runner_reads_back_what_was_written(file: str, message: str) -> None:
    """Escaping loses nothing of what can be shown."""
    assert read_command(error_command(file, line=1, message=message)) == (
        {"file": file, "line": "1"},
        message,
    )


def test_inside_github_actions_errors_go_to_standard_error() -> None:
    """Results stay clean: the runner reads standard error as well. A hint is a line of its own."""
    output, stderr = output_in({"GITHUB_ACTIONS": "true"})
    annotations = Annotations(output)
    annotations.error("people.csv", line=2, message="not an address", hint="did you mean x@y.z?")
    assert stderr.getvalue() == (
        "::error file=people.csv,line=2::not an address%0Adid you mean x@y.z?\n"
    )


@pytest.mark.parametrize(
    ("environ", "is_quiet"),
    [
        ({}, False),
        ({}, True),
        ({"GITHUB_ACTIONS": "false"}, False),
        ({"GITHUB_ACTIONS": "true"}, True),
    ],
)
def test_nobody_else_sees_them(environ: dict[str, str], is_quiet: bool) -> None:
    """Outside GitHub Actions, and where quiet was asked for, there are none."""
    output, stderr = output_in(environ, is_quiet=is_quiet)
    Annotations(output).error("people.csv", line=2, message="not an address")
    assert stderr.getvalue() == ""


def test_only_so_many_as_are_shown() -> None:
    """GitHub shows ten errors of a step: the eleventh would only fill the log."""
    output, stderr = output_in({"GITHUB_ACTIONS": "true"})
    annotations = Annotations(output)
    for line in range(1, 100):
        annotations.error("people.csv", line=line, message="bad")
    assert stderr.getvalue().splitlines()[9:] == ["::error file=people.csv,line=10::bad"]


@pytest.mark.parametrize("given_as", ["{top}/data/people.csv", "data/people.csv"])
def test_a_file_is_named_from_the_top_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given_as: str
) -> None:
    """However it was named, and whatever the working directory, GitHub finds the file."""
    (tmp_path / "jobs").mkdir()
    monkeypatch.chdir(tmp_path / "jobs")
    output, stderr = output_in({"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path)})
    Annotations(output).error(given_as.format(top=tmp_path / "jobs"), line=1, message="bad")
    assert stderr.getvalue() == "::error file=jobs/data/people.csv,line=1::bad\n"


def test_a_file_outside_the_checkout_keeps_its_name(tmp_path: Path) -> None:
    """There is no page of its lines; the log still says which it is."""
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path)}
    output, stderr = output_in(environ)
    Annotations(output).error("/elsewhere/people.csv", line=1, message="bad")
    assert stderr.getvalue() == "::error file=/elsewhere/people.csv,line=1::bad\n"


def test_a_closed_standard_error_ends_nothing() -> None:
    """Contacts are sent, whether or not anybody looks at the log."""

    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    output = Output(io.StringIO(), Closed(), {"GITHUB_ACTIONS": "true"})
    Annotations(output).error("people.csv", line=1, message="bad")


def test_the_summary_is_put_behind_what_stands_there(tmp_path: Path) -> None:
    """Two commands of a step share a page."""
    page = tmp_path / "summary"
    page.write_text("# before", "utf-8")
    output, stderr = output_in({"GITHUB_STEP_SUMMARY": str(page)})
    append_step_summary(output, "### sendx: ▂█\n")
    assert (page.read_text("utf-8"), stderr.getvalue()) == ("# before\n### sendx: ▂█\n", "")


def test_without_a_page_there_is_no_summary() -> None:
    """Outside GitHub Actions nothing is written and nothing said."""
    output, stderr = output_in({"GITHUB_STEP_SUMMARY": ""})
    append_step_summary(output, "### sendx\n")
    assert stderr.getvalue() == ""


def test_a_page_that_cannot_be_written_is_warned_of(tmp_path: Path) -> None:
    """The run went well without it, so the run does not fail."""
    output, stderr = output_in({"GITHUB_STEP_SUMMARY": str(tmp_path)})
    append_step_summary(output, "### sendx\n")
    assert stderr.getvalue() == (
        "sendx: warning: the job's summary could not be written: is a directory\n"
    )


def test_a_page_whose_name_cannot_be_is_warned_of() -> None:
    """No name of a file holds a NUL."""
    output, stderr = output_in({"GITHUB_STEP_SUMMARY": "page\0.md"})
    append_step_summary(output, "### sendx\n")
    assert stderr.getvalue() == (
        "sendx: warning: the job's summary could not be written: embedded null byte\n"
    )


def test_a_line_gets_one() -> None:
    """However often something is wrong with it; who asks learns whether it is shown there."""
    output, stderr = output_in({"GITHUB_ACTIONS": "true"})
    annotations = Annotations(output)
    shown = [annotations.error("p.csv", line=line, message="bad") for line in (2, 2, 3)]
    assert (shown, stderr.getvalue().count("::error ")) == ([True, True, True], 2)
    full = [annotations.error("p.csv", line=line, message="bad") for line in (*range(4, 14), 2)]
    assert full == [True] * 8 + [False, False, True]
    assert not Annotations(output_in({})[0]).error("p.csv", line=2, message="bad")
