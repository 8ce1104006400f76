"""Print the oldest version that each dependency's range in pyproject.toml allows, for pip."""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))
for dependency in project["project"]["dependencies"]:
    found = re.match(r"([\w-]+)>=([\d.]+)", dependency)
    assert found, f"{dependency} has no oldest version"
    marker = dependency.partition(";")[2]
    sys.stdout.write(f"{found[1]}=={found[2]}{';' if marker else ''}{marker}\n")
