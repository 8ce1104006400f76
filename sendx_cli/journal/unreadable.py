"""What can still be found out about a run whose journal cannot be read."""

from contextlib import suppress
from pathlib import Path

from sendx_cli.errors import InputError
from sendx_cli.journal.check_file import read_check_file
from sendx_cli.journal.database import peek_at_header
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.wal import HEADER_BYTES, PAGE_BYTES, wal_path


def known_headers(path: Path) -> list[RunHeader]:
    """Return the headers of the run at `path`, from its check file or else its database.

    A run has more than one header if it was resumed with an edited file, and none if neither file
    can be read.
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
    """Whether the unreadable run at `path` may have sent rows of the file of `header`.

    It may if it has the same command and service, a shard that any contact can have in common, and
    the same content or path; or if it has no readable header.
    """
    known = known_headers(path)
    return not known or any(
        (one.action, one.origin) == (header.action, header.origin)
        and one.shard.overlaps(header.shard)
        and (
            one.source_sha256 == header.source_sha256
            or (one.source_path is not None and one.source_path == header.source_path)
        )
        for one in known
    )


def was_cut_off_while_created(path: Path) -> bool:
    """Whether the process or the machine ended before SQLite had set up the run's journal.

    There is no table yet: the main file has one page at most, the write-ahead file no frame.
    SQLite's rollback journal may be there, which a reader cannot roll back.

    Raises:
        OSError: A file cannot be read.
    """
    log = wal_path(path)
    if path.stat().st_size > PAGE_BYTES or (log.exists() and log.stat().st_size > HEADER_BYTES):
        return False
    recorded = read_check_file(path)
    return recorded is not None and recorded.position is None and bool(recorded.headers)


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
