import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.files.sheets import ods_row, save_ods, save_shared

_WITHOUT = (
    "import sys\nsys.modules['openpyxl'] = None\nfrom sendx_cli.__main__ import main\n"
    "sys.argv[0] = 'sendx'\nmain()"
)
_TEXTS = "".join(f"<x:si><x:t>{text}</x:t></x:si>" for text in ("email", "ann@b.co"))
_ROWS = "".join(f'<x:row><x:c t="s"><x:v>{text}</x:v></x:c></x:row>' for text in (0, 1))


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command where openpyxl cannot be imported."""
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["identify", "lookup"])
def test_an_excel_workbook_is_refused_with_the_command_that_helps(
    folder: Path, command: str
) -> None:
    """By the Python that runs this program, whatever `pip` would be that of."""
    save_shared(folder / "people.xlsx", _TEXTS, _ROWS)
    refused = run(command, "--from", "people.xlsx", "--sandbox")
    pip = f"{shlex.quote(sys.executable)} -m pip install 'sendx-cli[sheets]'"
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        "sendx: people.xlsx: this is an Excel workbook, which requires openpyxl\n"
        f"  hint: run `{pip}`, or save it as CSV or .ods\n"
    )
    assert [path.name for path in folder.iterdir()] == ["people.xlsx"]


def test_other_files_do_not_need_it(folder: Path) -> None:
    """OpenDocument workbooks, and texts."""
    save_ods(folder / "people.ods", ods_row("email") + ods_row("ann@b.co"))
    (folder / "people.csv").write_text("email\nann@b.co\n")
    for name in ("people.ods", "people.csv"):
        sent = run("identify", "--from", name, "--sandbox", "--yes", "-o", "jsonl")
        assert sent.returncode == 0, sent.stderr
        assert '"ann@b.co"' in sent.stdout
