"""`python -m sendx_cli` is the same command as `sendx`."""

from sendx_cli.cli import main

if __name__ == "__main__":
    main()
