"""The command's way in: `sendx`, `sendx-cli` and `python -m sendx_cli`."""

import gc


def main() -> None:
    """Run the command line as a process."""
    # A call lives for a moment: collecting garbage while modules load costs it a tenth.
    gc.disable()
    from sendx_cli.cli import run

    run()


if __name__ == "__main__":
    main()
