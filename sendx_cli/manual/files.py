"""The topic `files`."""

from collections.abc import Sequence

from sendx_cli.manual.blocks import Block, Lines, Paragraph, Rows

_READ = (
    (
        "CSV, TSV",
        (
            "A header and a row for each contact. Delimiter, quotation marks, encoding and title "
            "lines are detected; --delimiter, --quote, --encoding and --title-lines override that. "
            "A file without a header needs --columns."
        ),
    ),
    (
        "JSON Lines",
        'An object on each line, such as {"email": "jane@example.com", "tags": ["vip"]}.',
    ),
    (
        "Results of sendx",
        (
            "CSV or JSON Lines with all members of a result, such as a --report: email is used, "
            "the others are skipped. Rows that were not accepted are bad rows; with "
            "--retry-unknown, those whose outcome is unknown are sent."
        ),
    ),
    (
        "Excel, OpenDocument",
        (
            "A sheet of an .xlsx or .ods workbook: the first one that is shown, or that of "
            "--sheet. The header is found below titles; messages have the sheet's row numbers. "
            "Numbers keep the zeros before them (00123), dates are read as YYYY-MM-DD, booleans as "
            "TRUE and FALSE, formulas by their saved values. Hidden rows stop the run until "
            "--hidden-rows include or --hidden-rows skip decides; hidden columns are read. A cell "
            "that holds an error, a formula without a saved value, a number of more than 15 "
            "digits, a date shown without its year or a part of a merged cell makes its row a bad "
            "one, unless its column is ignored. Excel workbooks require openpyxl, which "
            "sendx-cli[sheets] installs; to add it to what pipx has installed, run pipx inject "
            "sendx-cli openpyxl."
        ),
    ),
    ("gzip", "Any of the texts above, packed (.gz)."),
    ("-", "Standard input, in any of these forms; --stream sends its rows as they arrive."),
)
_WRITTEN = (
    (
        "NAME.failed.csv",
        (
            "The rows that failed, next to the file that was sent, with _sendx_line, _sendx_code "
            "and _sendx_error after its own columns. Fix it and send it as it is. Of a workbook "
            "they are a workbook, NAME.failed.xlsx or NAME.failed.ods. Where a file of that name "
            "is there already, it is kept, and the rows go to NAME.failed-2.csv, or the next "
            "number that is free. A shard's is NAME.2-of-8.failed.csv."
        ),
    ),
    (
        "--report FILE",
        (
            "A result for each row: CSV if the name ends in .csv, otherwise JSON Lines. A shard's "
            "is NAME.2-of-8.csv."
        ),
    ),
    ("--code-quality FILE", "Bad and rejected rows, for GitLab; see sendx help ci."),
    ("--save-map FILE", "The column mapping, for use with --map-file."),
    ("--html FILE", "A run as a web page, written by sendx runs show."),
)
_KEPT = (
    (
        "~/.config/sendx/config.toml",
        (
            "Settings and keys, by profile. Only you can read it. sendx config path prints where "
            "it is."
        ),
    ),
    ("~/.local/state/sendx/runs/", "The result of each row of each run; see sendx runs forget."),
    ("~/.local/state/sendx/names/", "Names of your account, for completions."),
    ("~/.local/state/sendx/", "What is known about the service's limit, shared by all processes."),
    ("~/.local/share/sendx/sandbox.sqlite3", "The sandbox's contacts; see sendx sandbox reset."),
)
_CONFIG = (
    'default_profile = "main"',
    "",
    "[profiles.main]",
    'api_key_command = "op read op://Marketing/SendX/key"',
    "rate = 50",
    "",
    "[profiles.staging]",
    'base_url = "https://staging.example.com/api/v1/rest"',
)


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Rows("Files that can be sent (--from FILE)", _READ),
        Lines(
            "Other files are turned into lines by their own tools",
            (
                "zstdcat people.csv.zst | sendx identify --from -",
                "unzip -p people.zip people.csv | sendx identify --from -",
                "libreoffice --headless --convert-to xlsx people.xls",
            ),
        ),
        Rows("Files that are written where you choose, or next to yours", _WRITTEN),
        Rows("Files that are kept", _KEPT),
        Paragraph(
            "XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_DATA_HOME move them; macOS and Windows have "
            "their own locations, which sendx doctor shows. No file of the working directory is "
            "ever "
            "read for settings."
        ),
        Lines("A config file", _CONFIG),
    )
