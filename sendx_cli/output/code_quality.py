"""A file's rows that need a look as GitLab's code-quality report.

The form: GitLab's documentation, "Code Quality", "Code Quality report format".
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sendx_cli.output.safe import safe

_SEVERITY = "major"


class Finding(NamedTuple):
    """What is wrong with a line of a file.

    Args:
        line: From 1.
        code: A stable word, such as `bad_row`.
        message: What is wrong.
        email: The address, if it could be read.
    """

    line: int
    code: str
    message: str
    email: str | None = None


def code_quality(findings: Iterable[Finding], path: str) -> Iterator[dict[str, object]]:
    """Yield the report's items.

    A fingerprint says which row it is and what is wrong with it, not where the row is: GitLab
    takes a finding for the same one after lines were put before it. Rows that are the same are
    told apart by their order.

    Args:
        findings: In the file's order.
        path: The file, as the repository knows it.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        same = "\0".join((path, finding.code, finding.email or "", finding.message))
        seen[same] += 1
        content = f"{same}\0{seen[same]}".encode("utf-8", "backslashreplace")
        yield {
            "description": safe(finding.message),
            "check_name": finding.code,
            "fingerprint": hashlib.sha256(content).hexdigest(),
            "severity": _SEVERITY,
            "location": {"path": path, "lines": {"begin": finding.line}},
        }
