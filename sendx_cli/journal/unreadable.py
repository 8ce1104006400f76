"""What can still be known of a run whose journal cannot be read."""

from contextlib import suppress
from pathlib import Path

from sendx_cli.errors import InputError
from sendx_cli.journal.check_file import read_check_file
from sendx_cli.journal.database import peek_at_header
from sendx_cli.journal.run_header import RunHeader


def known_headers(path: Path) -> list[RunHeader]:
    """Return what the run at `path` is and was: by its check file, else by its database.

    A run has more than one header once it went on with a mended file. Nothing is known where
    neither can be read.
    """
    texts: list[str] = []
    with suppress(OSError):
        recorded = read_check_file(path)
        texts = recorded.headers if recorded is not None else []
    found: list[RunHeader] = []
    for text in texts or peek_at_header(path):
        with suppress(InputError):
            found.append(RunHeader.from_text(text))
    return found


def could_be_of_same_file(path: Path, header: RunHeader) -> bool:
    """Whether the unreadable run at `path` may have sent rows of the file that `header` is of.

    It may if it had the same command and service, and the same content or the same place; and if
    nothing is known of it.
    """
    known = known_headers(path)
    return not known or any(
        (one.action, one.origin) == (header.action, header.origin)
        and (
            one.source_sha256 == header.source_sha256
            or (one.source_path is not None and one.source_path == header.source_path)
        )
        for one in known
    )


def was_started(path: Path) -> bool:
    """Whether rows of the run at `path` may have been sent, as far as its check file says.

    The first commit that is synced is the one that seals it. A check file that cannot be read
    says nothing, and so it may.
    """
    try:
        recorded = read_check_file(path)
    except OSError:
        return True
    return recorded is not None and (recorded.position is not None or not recorded.headers)
