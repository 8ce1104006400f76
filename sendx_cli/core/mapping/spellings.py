"""The names of columns: the targets of known spellings, and the nearest to an unknown one."""

import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum
from functools import lru_cache

EDGES = " \t\r\n\u00a0\u200b\u2060\ufeff"
"""White space and invisible marks that exports leave at a cell's ends."""


class Target(StrEnum):
    """What a column is mapped to. The values are the words of `--map` and of map files."""

    EMAIL = "email"
    NEW_EMAIL = "new_email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    FULL_NAME = "full_name"
    """First and last name in one cell: split at its last space. Only by `--map`."""
    COMPANY = "company"
    BIRTHDAY = "birthday"
    TAGS = "tags"
    LISTS = "lists"
    ADD_TAGS = "add_tags"
    REMOVE_TAGS = "remove_tags"
    FIELD = "field"
    """A custom field; written `field:NAME`."""
    FIELDS = "fields"
    """An object of custom fields, in JSON Lines."""
    OPT_OUT = "subscription"
    """Marks opt-outs or consent; it is not sent."""
    NAMELESS = "nameless"
    """Has no name in the header: ignored as long as its cells are empty."""
    IGNORED = "ignore"


SPELLINGS = {
    Target.EMAIL: (
        "email, email address, email addresses, mail, mail address, email 1 value, primary email, "
        "primary email address, user email, contact email, e mail adresse, adresse e mail, "
        "courriel, correo electrónico, correo electronico"
    ),
    Target.NEW_EMAIL: "new email, new email address",
    Target.FIRST_NAME: "first name, fname, given name, vorname, prénom, prenom, nombre",
    Target.LAST_NAME: "last name, lname, surname, family name, nachname, nom, apellido, apellidos",
    Target.COMPANY: (
        "company, company name, organization, organization name, organisation, organisation name, "
        "account name, associated company, default address company, firma, unternehmen, société, "
        "societe, entreprise, empresa"
    ),
    Target.BIRTHDAY: (
        "birthday, birthdate, birth date, date of birth, dob, geburtstag, geburtsdatum, "
        "date de naissance, fecha de nacimiento"
    ),
    Target.TAGS: (
        "tags, tag, labels, schlagwörter, schlagwoerter, schlagworte, schlagwort, étiquettes, "
        "etiquettes, étiquette, etiquetas, etiqueta, etichette, etichetta, etiketten, tagi, "
        "etykiety, taggar, etiketter"
    ),
    Target.LISTS: "lists",
    Target.ADD_TAGS: "add tags, add tag",
    Target.REMOVE_TAGS: "remove tags, remove tag",
    Target.FIELDS: "custom fields",
}
"""The usual spellings of each target, parted by commas."""


@lru_cache(maxsize=4096)
def column_key(name: str) -> str:
    """Return the normalised form of a name: its letters and digits, in lower case.

    `E-mail Address`, `email_address` and `emailAddress` have the same key.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in text if character.isalnum())


@lru_cache(maxsize=4096)
def bare_key(text: str) -> str:
    """Return `column_key` without accents: `Désabonné(e)` is `desabonnee`."""
    bare = unicodedata.normalize("NFKD", text).casefold().translate(_WITHOUT_STROKE)
    return "".join(character for character in bare if character.isalnum())


KNOWN = {
    column_key(spelling): target
    for target, spellings in SPELLINGS.items()
    for spelling in spellings.split(", ")
}
"""The usual spellings, by key."""

RESULT_COLUMNS = frozenset(map(column_key, ("_sendx_line", "_sendx_code", "_sendx_error")))
"""The columns that a file of failed rows has after those of its source."""
_WITHOUT_STROKE = str.maketrans("łøđ", "lod")
"""Letters that do not decompose into a letter and an accent."""
_WHOLE_NAMES = frozenset({"name", "fullname", "contactname", "customername"})
"""Only mapped by `--map`, because where a name is to be split cannot be known."""
_NEAR = 0.72
"""As alike are a name and one that it is most likely a slip of."""


def is_email_name(name: str) -> bool:
    """Return whether a column of this name holds addresses."""
    return KNOWN.get(column_key(name)) is Target.EMAIL


def nearest_target(name: str, taken: Collection[str] = ()) -> Target | None:
    """Return the target that a mistyped name most likely means and that is not `taken`; or None."""
    return next(iter(nearest_targets(name, taken, most=1)), None)


def nearest_targets(
    name: str, taken: Collection[str] = (), *, most: int, cutoff: float = _NEAR
) -> list[Target]:
    """Return the targets that a mistyped name may mean, the likeliest first.

    Args:
        name: The name.
        taken: Targets that it cannot mean.
        most: How many to return at most.
        cutoff: How alike a name and a spelling must be at least, from 0 to 1.
    """
    from difflib import get_close_matches

    key = column_key(name)
    whole = [Target.FULL_NAME] if key in _WHOLE_NAMES else []
    spelled = [known for known, target in KNOWN.items() if target is not Target.FIELDS]
    # Several spellings may be of one target.
    near = get_close_matches(key, spelled, n=len(spelled), cutoff=cutoff)
    found = dict.fromkeys([*whole, *(KNOWN[known] for known in near)])
    return [target for target in found if target not in taken][:most]


def nearest(text: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that is nearest to `text`, or None if none is near."""
    from difflib import get_close_matches

    matches = get_close_matches(text, list(known), n=1, cutoff=_NEAR)
    return matches[0] if matches else None
