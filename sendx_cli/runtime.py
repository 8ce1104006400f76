"""What a command needs from the world around it, each costly piece made when first asked for."""

import os
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TextIO

from sendx_cli.clock import Clock, SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from sendx_cli.api.carrier import Carrier
    from sendx_cli.errors import SendxError
    from sendx_cli.output.writer import Output
    from sendx_cli.settings.files import ConfigFile
    from sendx_cli.settings.resolve import Settings

OpenCarrier = Callable[[], "Carrier"]
AtEnd = Callable[[int, "SendxError | None"], None]
"""Called with the exit code, and with the error that ended the command, if one did."""


class Verbosity(NamedTuple):
    """How much to show; these options may be given before or after the command.

    None: not said there.
    """

    quiet: bool | None = None
    verbose: int | None = None
    color: bool | None = None
    no_input: bool | None = None
    debug: bool | None = None
    plain: bool | None = None

    def over(self, earlier: "Verbosity") -> "Verbosity":
        """Return what holds when this was said after `earlier`."""
        return Verbosity(
            quiet=earlier.quiet if self.quiet is None else self.quiet,
            verbose=(self.verbose or 0) + (earlier.verbose or 0),
            color=earlier.color if self.color is None else self.color,
            no_input=earlier.no_input if self.no_input is None else self.no_input,
            debug=earlier.debug if self.debug is None else self.debug,
            plain=earlier.plain if self.plain is None else self.plain,
        )


class Runtime:
    """The streams, the environment and the clock; settings and output made of them.

    Args:
        environ: The environment; None is the process's own.
        stdin: Standard input; None is the process's own.
        clock: What time it is; None is the system's.
        open_carrier: The network's stand-in in tests; None is the real one.

    `at_end` is called when the command has ended, whatever ended it.
    """

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        stdin: TextIO | None = None,
        clock: Clock | None = None,
        open_carrier: OpenCarrier | None = None,
    ) -> None:
        self.environ = os.environ if environ is None else environ
        self.stdin = sys.stdin if stdin is None else stdin
        self.clock = clock or SystemClock()
        self.open_carrier = open_carrier
        self.verbosity = Verbosity()
        self.at_end: list[AtEnd] = []

    def set_verbosity(self, verbosity: Verbosity) -> None:
        """Record options that were given before or after the command's name."""
        self.verbosity = verbosity.over(self.verbosity)
        output = self.output
        output.color = self.verbosity.color
        output.is_quiet = bool(self.verbosity.quiet)
        output.is_plain = bool(self.verbosity.plain)
        output.verbosity = self.verbosity.verbose or 0

    @cached_property
    def output(self) -> "Output":
        """Where everything is written."""
        from sendx_cli.output.writer import Output

        return Output(sys.stdout, sys.stderr, self.environ)

    @property
    def may_ask(self) -> bool:
        """Whether somebody is there to answer a question."""
        return not self.verbosity.no_input and self.stdin.isatty()

    def settings(self, flags: Mapping[str, object]) -> "Settings":
        """Resolve the settings in force: flags, environment, profile, default."""
        from sendx_cli.settings.resolve import resolve

        return resolve(flags, self.environ, self.config)

    @cached_property
    def config(self) -> "ConfigFile":
        """The config file's settings; what is doubtful about it is told once."""
        from sendx_cli.settings.files import read_config

        config = read_config(self.config_path)
        for warning in config.warnings:
            self.output.warn(warning)
        return config

    @cached_property
    def config_path(self) -> "Path":
        """The config file."""
        from sendx_cli.settings.paths import config_path

        return config_path()
