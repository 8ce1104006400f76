"""The command's way in: `sendx`, `sendx-cli` and `python -m sendx_cli`."""

import gc
import os
import sys

if __name__ == "__main__" and __package__ and not sys.flags.safe_path:
    # `python -m` looks for modules in the working directory first: a signal.py there would run.
    del sys.path[0]

import signal


def main() -> None:
    """Run the command line as a process."""
    # A call lives for a moment: collecting garbage while modules load costs it a tenth.
    gc.disable()
    # While modules load, Ctrl-C just ends the process: there is nothing to tell yet.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sendx_cli.ending import leave_no_memory_behind

    leave_no_memory_behind()
    if "_SENDX_COMPLETE" in os.environ:
        from sendx_cli.completion.reply import tell_shell

        tell_shell()
        return
    from sendx_cli.cli import run

    run()


if __name__ == "__main__":
    main()
