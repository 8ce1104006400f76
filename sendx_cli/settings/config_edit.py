"""Changing single lines of the config file's text, so that comments and order stay.

tomlkit keeps comments, too, but puts a setting that is new to a table below the comment that
introduces the next one, breaks a file of dotted keys, and loads in 17 ms (tomli-w: 3).
"""

import re
import tomllib
from collections.abc import Callable, Mapping

import tomli_w

from sendx_cli.settings.config_text import DEFAULT_PROFILE, PROFILES, Profile

Plain = Callable[[object], object]
"""From a setting's checked value to what TOML holds."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class ConfigText:
    """The text of a config file, a line at a time.

    It knows the usual notation: a table `[profiles.NAME]` for each profile, a line for each
    setting. In any other the result may say something else, so it must be parsed before it is
    used.

    Args:
        text: The file's text, without a byte order mark.
    """

    def __init__(self, text: str) -> None:
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._lines = _LINE.findall(text)
        if text and not text.endswith("\n"):
            self._lines[-1] += self._end

    def __str__(self) -> str:
        """Return the whole text."""
        return "".join(self._lines)

    def set_default(self, profile: str | None) -> None:
        """Change the default profile; None takes it out."""
        top = range(self._next_table(0))
        if (line := self._line_of(DEFAULT_PROFILE, top)) is not None:
            self._change(line, DEFAULT_PROFILE, profile)
        elif profile is not None:
            at = self._first_line_about_table(top.stop)
            gap = [self._end] if at < len(self._lines) else []
            self._lines[at:at] = [self._written(DEFAULT_PROFILE, profile), *gap]

    def set_value(self, profile: str, name: str, value: object | None) -> None:
        """Change a setting of a profile, which is made if need be; None takes the setting out."""
        header = self._header_of(profile)
        if header is None:
            gap = [self._end] if self._lines and self._lines[-1].strip() else []
            table = tomli_w.dumps({PROFILES: {profile: {}}}).strip() + self._end
            self._lines += [*gap, table]
            header = len(self._lines) - 1
        body = range(header + 1, self._next_table(header + 1))
        if (line := self._line_of(name, body)) is not None:
            self._change(line, name, value)
        elif value is not None:
            last = next((n for n in reversed(body) if _says_something(self._lines[n])), header)
            indent = re.match(r"\s*", self._lines[last])
            assert indent is not None
            self._lines.insert(last + 1, indent[0] + self._written(name, value))

    def _change(self, number: int, name: str, value: object | None) -> None:
        if value is None:
            del self._lines[number]
            return
        before, _, rest = self._lines[number].partition("=")
        written = self._written(name, value).partition("= ")[2].strip()
        self._lines[number] = f"{before}= {written}{_tail_of(rest)}"

    def _written(self, name: str, value: object) -> str:
        return tomli_w.dumps({name: value}).strip() + self._end

    def _header_of(self, profile: str) -> int | None:
        wanted: dict[str, object] = {PROFILES: {profile: {}}}
        found = (n for n, line in enumerate(self._lines) if _table_in(line) == wanted)
        return next(found, None)

    def _next_table(self, start: int) -> int:
        numbers = range(start, len(self._lines))
        found = (n for n in numbers if self._lines[n].lstrip().startswith("["))
        return next(found, len(self._lines))

    def _first_line_about_table(self, header: int) -> int:
        """Return the first of the comment lines right above a table, which belong to it."""
        while header > 0 and self._lines[header - 1].lstrip().startswith("#"):
            header -= 1
        return header

    def _line_of(self, name: str, lines: range) -> int | None:
        wanted = re.compile(rf"""\s*(["']?){name}\1\s*=""")
        return next((n for n in lines if wanted.match(self._lines[n])), None)


def change_text(
    text: str,
    before: tuple[str | None, Mapping[str, Profile]],
    after: tuple[str | None, Mapping[str, Profile]],
    plain: Plain,
) -> str:
    """Return the config file's text with what differs changed, and every other line as it was.

    Args:
        text: The text that says `before`, without a byte order mark.
        before: The default profile and the profiles.
        after: What they are to be; no profile is gone.
        plain: From a checked value to what TOML holds.
    """
    changed = ConfigText(text)
    for name, profile in after[1].items():
        old = before[1].get(name, {})
        for setting in (*old, *profile):
            if old.get(setting) != profile.get(setting):
                value = profile.get(setting)
                changed.set_value(name, setting, None if value is None else plain(value))
    if before[0] != after[0]:
        changed.set_default(after[0])
    return str(changed)


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _table_in(line: str) -> object:
    if not line.lstrip().startswith("["):
        return None
    try:
        return tomllib.loads(line)
    except ValueError:
        return None


def _tail_of(rest: str) -> str:
    """Return what stands behind a value: the space, the comment and the line's end."""
    for found in re.finditer("#", rest):
        value = rest[: found.start()]
        try:
            tomllib.loads(f"x ={value}")
        except ValueError:
            continue
        return value[len(value.rstrip()) :] + rest[found.start() :]
    return rest[len(rest.rstrip()) :]
