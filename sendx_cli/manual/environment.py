"""The topic `environment`."""

from collections.abc import Iterator, Sequence

from sendx_cli.manual.blocks import Block, Paragraph, Rows
from sendx_cli.settings.declared import PROFILE_FLAG, PROFILE_VARIABLE, SETTINGS, Setting

_NETWORK = (
    (
        "HTTPS_PROXY, ALL_PROXY",
        ("The proxy for HTTPS calls, as http://HOST:PORT; also https_proxy and all_proxy."),
    ),
    ("NO_PROXY", "Hosts to call without the proxy, separated by commas; also no_proxy."),
    ("SSL_CERT_FILE", "File of certificate authorities, if SENDX_CA_BUNDLE is not set."),
    (
        "SSL_CERT_DIR",
        (
            "Directory of certificate authorities, if no file is set. If none of the three is set, "
            "sendx trusts the system's directory or file of them, or else certifi's, and on "
            "Windows and macOS also the system's certificate store."
        ),
    ),
)
_TERMINAL = (
    ("NO_COLOR", "Not empty: no color."),
    ("CLICOLOR_FORCE, FORCE_COLOR", "Color even without a terminal."),
    ("TERM", "dumb: no color and no live updates."),
    ("COLUMNS", "The width of tables, instead of the terminal's."),
    (
        "LC_ALL, LC_CTYPE, LANG",
        "The first one that is set counts. C or POSIX: boxes and bars in ASCII.",
    ),
)
_CI = (
    ("CI", "Not empty: nobody is asked what a column is for."),
    ("GITHUB_ACTIONS", "true: bad rows become annotations on their lines."),
    ("GITHUB_STEP_SUMMARY", "The file that a run's summary is appended to."),
    ("GITHUB_OUTPUT", "The file to which a run's counts are appended; see sendx help ci."),
    ("GITHUB_WORKSPACE", "The checkout, which file names are relative to."),
    ("CI_PROJECT_DIR", "GitLab's checkout, from which --code-quality names files."),
)
_PLACES = (
    ("HOME", "The parent of the directories below, unless they are set."),
    ("XDG_CONFIG_HOME", "Directory of the config file. Default: ~/.config."),
    ("XDG_STATE_HOME", "Directory of runs. Default: ~/.local/state."),
    ("XDG_DATA_HOME", "Directory of the sandbox. Default: ~/.local/share."),
    ("BASH_COMPLETION_USER_DIR", "Where sendx completion bash --install writes."),
    ("TMPDIR", "Directory of temporary files."),
    ("PATH, PATHEXT", "Where the program of api_key_command is searched for."),
)
_COMPLETION = (
    ("_SENDX_COMPLETE", "The shell that asks for completions; set by its script, never by you."),
    ("_SENDX_LINE", "The line that is typed, likewise."),
    ("_SENDX_WORD", "The word that is typed, likewise."),
    ("_SENDX_BREAKS", "The characters at which the shell breaks words, likewise."),
)


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Paragraph(
            "An option takes precedence over the environment, which takes precedence over the "
            "profile. An empty variable counts as not set. sendx config list shows the current "
            "settings and where each comes from."
        ),
        Rows("Settings", [*_settings()]),
        Rows("Network", _NETWORK),
        Rows("Terminal", _TERMINAL),
        Rows("Build servers", _CI),
        Rows("Places", _PLACES),
        Rows("Completion", _COMPLETION),
    )


def _settings() -> Iterator[tuple[str, str]]:
    yield PROFILE_VARIABLE, f"The profile to use, as with {PROFILE_FLAG}."
    for setting in SETTINGS:
        if setting.variable:
            yield setting.variable, _meaning(setting)


def _meaning(setting: Setting[object]) -> str:
    text = setting.meaning.replace("`", "")
    ways = [f"{setting.name} in a profile", *filter(None, [setting.flag])]
    default = "" if setting.default is None else f" Default: {setting.default}."
    return f"{text[0].upper()}{text[1:]} ({', '.join(ways)}).{default}"
