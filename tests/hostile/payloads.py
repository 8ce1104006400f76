"""Text that does something where it is shown as it is."""

import re

import pytest

TEXTS = {
    "colour and cursor": "\x1b[2J\x1b[1;1H\x1b[31mred\x1b[8mhidden",
    "window title": "\x1b]0;gotcha\x07\x1b]2;gotcha\x1b\\",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;Z290Y2hh\x07",
    "device control": '\x1bP$q"p\x1b\\\x1b_Gi=1;\x1b\\\x1bc\x1b#8',
    "one-byte controls": "\x9b31m\x9d0;gotcha\x9c\x90q\x9c\x85\x84",
    "direction": "\u202egnp.exe\u202c \u2066a\u2067b\u2069 \u200e\u200f\u061c",
    "zero width": "vi\u200bp\u200d\u2060\ufeff\u00ad",
    "line ends": "one\ntwo\r\nthree\u2028four\u2029five\x0bsix\x0cseven\x85eight",
    "return": "harmless\rgotcha",
    "backspace, tab, zero": "a\tb\x08\x08c\x00d\x7fe\x07",
    "markup": "[red]x[/red] [link=https://evil.example]y[/] [/] :boom: [bold",
    "command": "::set-output name=x::gotcha",
    "command in a later line": "x\n  ::stop-commands::gotcha\r::error file=a.py,line=1::gotcha",
    "command behind blanks": "x" * 70 + " ::error ::gotcha " + "y" * 70 + " ::add-mask::e",
    "command anywhere": "##[error]gotcha ##[group]x ##vso[task.setvariable variable=x]gotcha",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "formula by plus": "+cmd|' /C calc'!A0",
    "formula by minus": "-2+3+cmd|' /C calc'!A0",
    "formula by at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula by tab": "\t=1+1",
    "formula by return": "\r=1+1",
    "formula, wide": "\uff1d1+1",
    "script": "</title></style></pre><script>document.title='gotcha'</script>",
    "event": "<img src=x onerror=\"document.title='gotcha'\"><svg onload=document.title='gotcha'>",
    "attribute": "\" onmouseover=\"document.title='gotcha'\" autofocus onfocus='alert(1)' x=\"",
    "reference": "&lt;script&gt; &#x1b; &amp;",
    "link of a page": "javascript:document.title='gotcha' <a href=javascript:alert(1)>x</a>",
    "Markdown": "[x](https://evil.example) ![i](https://evil.example/i.png) <https://evil.example>",
    "Markdown's table": "a | b |\n| --- |\n# title\n```\n~~~\n<details>",
    "bare link": "https://evil.example www.evil.example jane@evil.example @everyone",
    "shell": "$(touch gotcha) `touch gotcha`; touch gotcha | touch gotcha & '\"\\ !touch ~ *",
    "format": "%s %n {0} {x!r} %25 %0A",
    "unpaired": "half \ud800 and \udfff of a pair \udc80",
    "no characters": "\ufffe\uffff\ue000\U000e0041\U000f0000",
    "long": "long" * 2_000,
    "wide": "漢字" * 300 + "e\u0301" * 100,
}  # fmt: skip

PAYLOADS = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)

_MARKED_COMMAND = re.compile(r"##\w*\[")
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def harm_in(shown: str, *, commands: int = 0) -> list[str]:
    """Return what of a text shown to people could do something, line by line.

    Args:
        shown: The text, whose lines end with a newline.
        commands: How many commands of ours for a build server are expected to be in it.
    """
    found = [f"control: {line!r}" for line in shown.split("\n") if _is_harmful(line)]
    told = [line for line in shown.split("\n") if line.lstrip().startswith("::")]
    found += [f"command: {line!r}" for line in told[commands:]]
    return found + [f"command: {match.group()}" for match in _MARKED_COMMAND.finditer(shown)]


def _is_harmful(line: str) -> bool:
    # Blanks that are not ASCII do nothing, though Python counts them as not printable.
    return not "".join(line.split()).isprintable() or "\t" in line or len(line.splitlines()) > 1


def formulas_in(rows: list[list[str]]) -> list[str]:
    """Return the cells that a spreadsheet would evaluate."""
    return [cell for row in rows for cell in row if cell.startswith(_FORMULA)]
