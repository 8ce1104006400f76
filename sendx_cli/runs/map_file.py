"""Reading and writing map files, which keep a mapping beside the exports it is for."""

from contextlib import closing
from pathlib import Path

from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.map_files import SavedMap, dump_map, load_map
from sendx_cli.errors import FileRefused, InputError, InvalidValue, PassingTrouble, reason_of
from sendx_cli.files.near_names import no_such_file
from sendx_cli.output.writer import Output
from sendx_cli.runs.output_file import SHARED, OutputFile


def read_map(path: Path) -> SavedMap:
    """Read a map file.

    Raises:
        FileRefused: It cannot be read.
        InvalidValue: It says what cannot be.
    """
    try:
        return load_map(path.read_text("utf-8"))
    except FileNotFoundError:
        raise no_such_file(path, str(path)) from None
    except OSError as error:
        reason = reason_of(error)
        raise FileRefused(f"the map file cannot be read: {reason}", where=str(path)) from None
    except UnicodeDecodeError:
        raise FileRefused("the map file is not UTF-8", where=str(path)) from None
    except InvalidValue as error:
        raise error.at(str(path)) from None


def save_map(output: Output, path: Path, mapping: ColumnMapping) -> None:
    """Write a map file and say so; what was there before is replaced, whole.

    Raises:
        InputError: It cannot be written.
    """
    with closing(OutputFile(path, "map file", SHARED)) as file:
        try:
            file.write(dump_map(mapping))
            file.keep()
        except PassingTrouble as error:
            raise InputError(error.message, where=error.where) from None
    output.note(f"mapping saved to {path}")
