"""What a process asks of the files in a directory, and what it sends, in order, by strace."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.journal.power_cut.disk import Change
from tests.tools import need

_CALLS = (
    "openat,write,pwrite64,writev,pwritev,pwritev2,lseek,ftruncate,truncate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,link,linkat,sendto,sendmsg"
)
_LINE = re.compile(r"^(\d+) +(?:(\w+)\(|<\.\.\. \w+ resumed>)(.*?)$", re.DOTALL)
_UNFINISHED = " <unfinished ...>"
_ENDED = re.compile(r"\) += (-?\d+)(?:<[^>]*>)?(?: E\w+ .*)?$")
_FILE = re.compile(r"(\d+)<([^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_SYNCS = {"fsync", "fdatasync"}
_NAMING = {"openat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "truncate"}
_NOT_MODELLED = {"writev", "pwritev", "pwritev2", "link", "linkat"}


def record(
    words: Sequence[str], directory: Path, trace: Path, env: Mapping[str, str]
) -> list[Change]:
    """Run a program to its end, or until something kills it; return what it did in `directory`.

    It runs beside the trace, where the file `pid` has its process id as soon as it runs.
    """
    names = {path.name for path in directory.glob("*")}
    need("strace")
    pid = trace.with_name("pid")
    pid.unlink(missing_ok=True)
    shell = ("sh", "-c", 'echo $$ >"$0.new" && mv "$0.new" "$0" && exec "$@"', str(pid), *words)
    options = ("-f", "-y", "-xx", "-s", "10000000", "-e", f"trace={_CALLS}", "-e", "signal=none")
    ran = subprocess.run(
        ("strace", "--seccomp-bpf", *options, "-o", str(trace), *shell),
        env=env,
        cwd=trace.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert b"Traceback" not in ran.stderr, ran.stderr
    reader = _Reader(str(directory), names)
    return [change for line in _whole_lines(trace) for change in reader.read(line)]


def _whole_lines(trace: Path) -> Iterator[tuple[str, str, int]]:
    """Yield each call's name, arguments and result, once it has ended (a send: once it began)."""
    begun: dict[str, tuple[str, str]] = {}
    for line in trace.read_text().splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        process, call, rest = found.groups()
        if rest.endswith(_UNFINISHED):
            begun[process] = call, rest.removesuffix(_UNFINISHED)
            if call.startswith("send"):
                yield call, rest, 0
            continue
        if call is None:
            call, start = begun.pop(process)
            if call.startswith("send"):
                continue
            rest = start + rest
        ended = _ENDED.search(rest)
        if ended is not None:
            yield call, rest[: ended.start()], int(ended[1])


@dataclass
class _Reader:
    directory: str
    names: set[str]
    offsets: dict[str, int] = field(default_factory=dict)

    def read(self, line: tuple[str, str, int]) -> Iterator[Change]:
        call, arguments, result = line
        if call.startswith("send"):
            yield Change("sent", content=b"".join(map(_decoded, _TEXT.findall(arguments))))
        elif result >= 0:
            yield from self._of_names(call, arguments, result)
            yield from self._of_file(call, arguments, result)

    def _of_names(self, call: str, arguments: str, result: int) -> Iterator[Change]:
        if call not in _NAMING:
            return
        texts = [self._name(os.fsdecode(_decoded(text))) for text in _TEXT.findall(arguments)]
        if call == "openat" and texts[0]:
            self.offsets[str(result)] = 0
            if "O_CREAT" in arguments and texts[0] not in self.names:
                self.names.add(texts[0])
                yield Change("create", texts[0])
            if "O_TRUNC" in arguments:
                yield Change("truncate", texts[0])
        elif call.startswith("unlink") and texts[0]:
            self.names.discard(texts[0])
            yield Change("unlink", texts[0])
        elif call.startswith("rename") and texts[0]:
            self.names.discard(texts[0])
            self.names.add(texts[1])
            yield Change("rename", texts[0], target=texts[1])
        elif call == "truncate" and texts[0]:
            yield Change("truncate", texts[0], at=int(arguments.rsplit(", ", 1)[1]))

    def _of_file(self, call: str, arguments: str, result: int) -> Iterator[Change]:
        found = _FILE.match(arguments)
        if found is None:
            return
        number, path = found[1], _unescaped(found[2])
        name = self._name(path)
        if call in _SYNCS and path == self.directory:
            yield Change("sync names")
        if not name:
            return
        assert call not in _NOT_MODELLED, call
        if call == "lseek":
            self.offsets[number] = result
        elif call in _SYNCS:
            yield Change("sync", name)
        elif call == "ftruncate":
            yield Change("truncate", name, at=int(arguments.rsplit(", ", 1)[1]))
        elif call in {"write", "pwrite64"}:
            (content,) = map(_decoded, _TEXT.findall(arguments))
            at = int(arguments.rsplit(", ", 1)[1]) if call == "pwrite64" else self.offsets[number]
            self.offsets[number] = at + result if call == "write" else self.offsets[number]
            yield Change("write", name, at, content[:result])

    def _name(self, path: str) -> str:
        """Return the name of a journal's file; the shared memory is made anew after a cut."""
        folder, _, name = path.rpartition("/")
        is_of_journal = ".sqlite3" in name and not name.endswith("-shm")
        return name if folder == self.directory and is_of_journal else ""


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _unescaped(text: str) -> str:
    return re.sub(r"(?:\\x[0-9a-f]{2})+", lambda found: os.fsdecode(_decoded(found[0])), text)
