"""Public ids in the form of the API's: 22 letters and digits.

They follow from the row's number, so that the same calls to an empty sandbox give the same
answers, as scripts under test and documentation want it.
"""

import string
from hashlib import blake2b

_DIGITS = string.digits + string.ascii_letters
_LENGTH = 22


def public_id(kind: str, number: int) -> str:
    """Return the id of the `number`-th row of a kind, without the kind's prefix."""
    digest = blake2b(f"{kind} {number}".encode(), digest_size=_LENGTH).digest()
    return "".join(_DIGITS[byte % len(_DIGITS)] for byte in digest)


def contact_id(number: int) -> str:
    """Return the id by which a contact is read."""
    return f"contact_{public_id('contact', number)}"


TEAM_ID = public_id("team", 1)
"""The one team that the sandbox knows."""
