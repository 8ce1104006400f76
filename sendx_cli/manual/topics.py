"""The topics of `sendx help`, each of which is a module of this folder, loaded when it is shown."""

from collections.abc import Mapping, Sequence
from importlib import import_module

from sendx_cli.errors import UsageError
from sendx_cli.manual.blocks import Block

TOPICS: Mapping[str, str] = {
    "exit-codes": "What each exit code means, and what to do.",
    "environment": "Every environment variable that sendx reads.",
    "files": "Files that can be sent, and files that sendx keeps and writes.",
    "columns": "What a file's columns can be used for, and which names are known.",
    "opt-outs": "Which people are held back, and how to change that.",
    "sending": "Checks, order, limits, and what is sent again.",
    "runs": "What became of each row: resuming, verifying and undoing.",
    "account": "Comparing files with what the account already has.",
    "output": "Formats of results, and their members.",
    "shards": "Send a file in parts, by several processes or machines.",
    "sandbox": "The contact API on this machine, for tries and tests.",
    "recipes": "Complete commands for everyday work.",
    "ci": "GitHub Actions, GitLab, cron and systemd.",
}
"""Each topic with what it is about."""


def blocks_of(topic: str) -> Sequence[Block]:
    """Return the contents of a topic.

    Raises:
        UsageError: There is no such topic; the hint names the nearest.
    """
    if topic not in TOPICS:
        raise UsageError(f"no such topic: {topic}", hint=_hint(topic))
    module = import_module(f"sendx_cli.manual.{topic.replace('-', '_')}")
    found: Sequence[Block] = module.blocks()
    return found


def _hint(topic: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(topic.lower().replace("_", "-"), TOPICS, n=1)
    return f"did you mean {near[0]}?" if near else f"one of {', '.join(TOPICS)}"
