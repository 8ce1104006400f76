"""Reads what nobody wrote, for an hour: `python -m tests.torture [SECONDS]`.

It runs the property tests of `test_fuzz` (source, config and map files, answers, journals) again
and again with examples that nobody has seen, a thousand each, until the time is over or one of
them ends as a bug. Hypothesis then shows the smallest example, and how to repeat it.
"""

import subprocess
import sys
import time

SECONDS = 3600.0


def main(seconds: float) -> int:
    ends_at = time.monotonic() + seconds
    profile = "fresh" if seconds < SECONDS else "fuzz"
    options = ("-q", "--timeout=0", f"--hypothesis-profile={profile}")
    words = ("-m", "pytest", *options, "tests/torture/test_fuzz.py")
    rounds = 0
    while time.monotonic() < ends_at:
        code = subprocess.run((sys.executable, *words), check=False).returncode
        if code:
            return code
        rounds += 1
    sys.stdout.write(f"{rounds} rounds, no bug\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
