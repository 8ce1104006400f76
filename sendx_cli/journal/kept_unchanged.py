"""Which rows stay *unchanged* when a run adopts another file: those of contacts with the same rows.

That a contact's rows would change nothing was said of all of them together, in their order. Where
one was added, removed, mended or moved, or is sent as something else now, they are pending again.
"""

_KEYED = """
SELECT contact_key(json_extract(payload, '$.{member}')) AS key, number, digest,
       coalesce(sent, '') AS body
FROM {table} WHERE number >= 0 AND json_extract(payload, '$.{member}') IS NOT NULL
"""
_PLACED = """
SELECT key, row_number() OVER (PARTITION BY key ORDER BY number) AS place, digest, body FROM {}
"""


def _keyed(table: str) -> str:
    return "UNION ALL".join(
        _KEYED.format(table=table, member=name) for name in ("email", "newEmail")
    )


FORGET_UNSOUND = f"""
WITH old_keyed AS ({_keyed("rows")}),
new_keyed AS ({_keyed("arriving")}),
old AS ({_PLACED.format("old_keyed")}),
new AS ({_PLACED.format("new_keyed")}),
differing AS (
    SELECT key FROM (SELECT * FROM old EXCEPT SELECT * FROM new)
    UNION SELECT key FROM (SELECT * FROM new EXCEPT SELECT * FROM old))
DELETE FROM moves
WHERE number IN (SELECT number FROM fates WHERE state = 'unchanged')
    AND number IN (SELECT number FROM old_keyed WHERE key IN (SELECT key FROM differing))
"""  # noqa: S608 - names of our own
HAS_UNCHANGED = "SELECT 1 FROM fates WHERE state = 'unchanged' LIMIT 1"
