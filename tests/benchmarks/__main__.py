"""One command for all benchmarks: `python -m tests.benchmarks [TABLE...]`.

Each figure is a ratio of whole processes, ours and what a user would otherwise run, measured in
turn on the same machine in the same minute. Everything runs on loopback and in a folder of its own.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import bulk, changes, growth, pacing, startup
from tests.benchmarks.tables import say

QUICK: dict[str, Callable[[Path], None]] = {
    "startup": startup.show,
    "bulk": bulk.show,
    "pacing": pacing.show,
}
SLOW: dict[str, Callable[[Path], None]] = {
    "growth": growth.show,
    "ten-million": growth.show_ten_million,
    "changes": changes.show,
}


def main() -> None:
    tables = QUICK | SLOW
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(tables)}")
    names = parser.parse_args().tables or list(QUICK)
    if unknown := [name for name in names if name not in tables]:
        parser.error(f"no table {unknown[0]!r}: there are {', '.join(tables)}")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            tables[name](Path(folder))
    if left_out := [name for name in tables if name not in names]:
        say(f"\nleft out, to be named: {', '.join(left_out)}")


if __name__ == "__main__":
    main()
