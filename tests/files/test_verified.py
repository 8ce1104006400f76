from pathlib import Path

import pytest

from sendx_cli.errors import FileRefused
from sendx_cli.files.verified import digest_of, open_verified

TEXT = "email\nann@b.co\nbob@b.co\n"


def read(path: Path, then: bytes, *, may_have_grown: bool = False) -> str:
    """Read a file that holds something else by the time it is read again."""
    path.write_bytes(TEXT.encode())
    digest = digest_of(path, "p.csv")
    path.write_bytes(then)
    with open_verified(
        path, "p.csv", digest, encoding="utf-8", newline="", may_have_grown=may_have_grown
    ) as text:
        return text.read()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file."""
    return tmp_path / "p.csv"


def test_a_file_that_is_as_it_was_is_read(path: Path) -> None:
    """To its end."""
    assert read(path, TEXT.encode()) == TEXT


@pytest.mark.parametrize(
    "then",
    [
        TEXT.replace("bob", "bab").encode(),
        TEXT[:-3].encode(),
        f"{TEXT}cid@b.co\n".encode(),
        b"",
        TEXT.replace("bob", "b\udcff").encode("utf-8", "surrogateescape"),
    ],
    ids=["another letter", "shorter", "longer", "emptied", "no text any more"],
)
def test_a_file_that_changed_since_is_refused(path: Path, then: bytes) -> None:
    """What was planned is not what would be sent."""
    with pytest.raises(FileRefused) as refused:
        read(path, then)
    assert refused.value.message == "it changed while its rows were read"
    assert refused.value.where == "p.csv"


def test_a_file_may_grow_where_that_is_allowed(path: Path) -> None:
    """What it held must be there still, and what is behind it is not read."""
    longer = f"{TEXT}cid@b.co\n".encode()
    assert read(path, longer, may_have_grown=True) == TEXT
    with pytest.raises(FileRefused, match="it changed"):
        read(path, longer.replace(b"bob", b"bab"), may_have_grown=True)


def test_what_is_no_plain_file_any_more_is_refused(path: Path) -> None:
    """Nor is one that is gone."""
    path.write_text(TEXT)
    digest = digest_of(path, "p.csv")
    path.unlink()
    for message in ("no such file", "this is a directory"):
        with (
            pytest.raises(FileRefused, match=message),
            open_verified(path, "p.csv", digest, encoding="utf-8", newline=""),
        ):
            pytest.fail("it was opened")
        path.mkdir(exist_ok=True)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="/dev/fd is missing")
def test_what_is_refused_is_not_left_open(tmp_path: Path) -> None:
    """A watch over many files must not run out of them."""
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(FileRefused):
            digest_of(tmp_path, "p.csv")
    assert len(list(Path("/dev/fd").iterdir())) <= before
