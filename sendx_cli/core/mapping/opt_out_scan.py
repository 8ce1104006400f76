"""Scanning values for opt-outs in columns whose header does not announce any.

`Kundenart` is a custom field like any other until one of its cells is `abgemeldet`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.opt_out_words import TELLING, TELLING_WORDS
from sendx_cli.core.mapping.spellings import EDGES, Target, bare_key

_NOT_SCANNED = frozenset(
    {
        Target.EMAIL,
        Target.NEW_EMAIL,
        Target.BIRTHDAY,
        Target.REMOVE_TAGS,
    }
)
"""A tag to remove does not mean an opt-out."""
_NAMES = frozenset({Target.FIRST_NAME, Target.LAST_NAME, Target.FULL_NAME, Target.COMPANY})
"""People and companies may be called anything: no name must stop a run."""
_TAG_TARGETS = frozenset({Target.TAGS, Target.ADD_TAGS})
_OUR_OWN = frozenset({"addtags", "addtag"})
"""Headers that no other tool writes: their tags were chosen for SendX."""
_OTHER_CHANNEL = re.compile(r"sms|whatsapp|push|phone|telefon|telefoon|mobil")
_LOW_OR_PLACE = re.compile(
    r"priori|nivel|gravedad|severidad|intensidad|calidad|temporada|tension|frecuencia"
    r"|city|town|ciudad|localidad|municipio|poblacion|region"
    r"|\A(?:ort|wohnort|stadt|ville|place|citta|stad|cidade|plaats|miasto)\Z"
)
_LOW = "baja"
"""Spanish for an opt-out, but also for *low*; and a town in Hungary."""
_START = 5
_MAX_LENGTH = 40


def _starts(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        decomposed = unicodedata.normalize("NFD", word.lower())
        bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
        for spelled in (word.lower(), decomposed, bare):
            for blank in (" ", "-", "_", "", "\u00a0"):
                yield spelled.replace(" ", blank)[:_START]


_STARTS = frozenset(_starts(TELLING_WORDS))
"""The beginnings of cells that need a closer look: to rule one out takes 0.1 µs a cell."""


class OptOutScan:
    """Scans the cells of columns whose header does not announce opt-outs.

    Args:
        mapping: What each column is for.
    """

    def __init__(self, mapping: ColumnMapping) -> None:
        columns = [] if mapping.includes_opted_out else list(filter(_is_scanned, mapping.columns))
        # Undecided columns come first: one of them stops the run, whatever a named one holds.
        columns.sort(key=is_decided)
        self._columns = [column for column in columns if column.target not in _TAG_TARGETS]
        self._scanned = frozenset(columns)
        self._positions = frozenset(column.position for column in self._columns)
        places = [column.position - 1 for column in self._columns]
        # `itemgetter` of a single index returns no tuple, so the first index is given twice.
        self._cells = itemgetter(*places, places[0]) if places else None

    def find(self, texts: Sequence[str]) -> tuple[Column, str] | None:
        """Return the column that marks a row as an opt-out, and its word; or None."""
        if self._cells is None or not _may_tell(self._cells(texts)):
            return None
        return _first_telling(self._columns, texts)

    def find_in(self, columns: Iterable[Column], texts: Sequence[str]) -> tuple[Column, str] | None:
        """Return the same as `find` for a row that has only these of very many columns."""
        own = [column for column in columns if column.position in self._positions]
        own.sort(key=is_decided)
        return _first_telling(own, texts)

    def find_among(self, column: Column, texts: Sequence[str]) -> str | None:
        """Return the tag or custom field value of a column that means an opt-out; or None."""
        if column not in self._scanned or not _may_tell(texts):
            return None
        return next((text for text in texts if tells_opt_out(column, text)), None)


def _first_telling(columns: Iterable[Column], texts: Sequence[str]) -> tuple[Column, str] | None:
    for column in columns:
        text = texts[column.position - 1]
        if tells_opt_out(column, text):
            return column, text.strip(EDGES)
    return None


def is_decided(column: Column) -> bool:
    """Return whether the user decided about the column's opt-outs, by naming it."""
    return column.is_named or bare_key(column.name) in _OUR_OWN


def decision_hint(column: Column) -> str:
    """Return the hint for a column with opt-outs that the user has not decided about."""
    name = column.name
    send = f"to send them, use --map or --ignore for the column, or use {_INCLUDE}"
    if column.target in _TAG_TARGETS:
        return f"to hold them back, remove the rows; {send}"
    if column.target is Target.FIELDS:
        return f"to hold them back, remove the rows; to send them, use {_INCLUDE}"
    other = send.replace("--map or", "another --map or")
    hold = f"--map '{name}=subscription' (and --opt-out-values if it contains other words, too)"
    return f"to hold them back, use {hold}; {other}"


_INCLUDE = "--include-unsubscribed"


def _is_scanned(column: Column) -> bool:
    if column.opt_out or column.target in _NOT_SCANNED:
        return False
    if column.target in _NAMES and not column.is_named:
        return False
    return not _OTHER_CHANNEL.search(bare_key(column.name))


def _may_tell(texts: Sequence[str]) -> bool:
    return not _STARTS.isdisjoint([text.strip(EDGES)[:_START].lower() for text in texts])


def tells_opt_out(column: Column, text: str) -> bool:
    """Return whether a cell of a column means an opt-out, whatever its header says."""
    if len(text) > _MAX_LENGTH:
        return False
    key = bare_key(text)
    if key == _LOW and _LOW_OR_PLACE.search(bare_key(column.name)):
        return False
    return key in TELLING
