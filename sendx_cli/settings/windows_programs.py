"""Which program a command line names on Windows, looked up where PATH says and nowhere else."""

from collections.abc import Mapping
from pathlib import Path

_ENDINGS = ".COM;.EXE;.BAT;.CMD"


def windows_program(line: str, environ: Mapping[str, str], directory: Path | None) -> Path | None:
    """Return the program's path, or None where there is none.

    Windows itself would look beside the calling program and in the working directory first, where
    anybody may have put a program of the name
    (https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-createprocessw).

    Args:
        line: The command line; its first word, maybe in quotation marks, names the program.
        environ: PATH, and PATHEXT: the endings that a name may go without.
        directory: What a path that is not absolute starts from.
    """
    rest = line.lstrip()
    name = rest[1:].partition('"')[0] if rest.startswith('"') else rest.split(maxsplit=1)[0]
    if any(mark in name for mark in "/\\:"):
        places = [Path(directory or "", name).parent]
        name = Path(name).name
    else:
        named = (Path(place.strip('"')) for place in environ.get("PATH", "").split(";"))
        places = [place for place in named if place.is_absolute()]
    endings = (environ.get("PATHEXT") or _ENDINGS).split(";")
    if Path(name).suffix.upper() in map(str.upper, endings):
        endings = [""]
    found = (place / f"{name}{ending}" for place in places for ending in endings)
    return next((path for path in found if path.is_file()), None)
