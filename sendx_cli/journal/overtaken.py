"""Pending rows of whose contact a later row was sent already: sent now, they would undo it."""

OVERTAKEN = "overtaken"
"""The code of such a row."""

# Python counts the rows of a statement only where its first word is INSERT.
MARK_OVERTAKEN = """
INSERT INTO fates (number, state, code, message, settled_at)
WITH keyed AS (
    SELECT number, contact_key(json_extract(payload, '$.email')) AS key
    FROM rows WHERE number >= 0
    UNION ALL
    SELECT number, contact_key(json_extract(payload, '$.newEmail'))
    FROM rows WHERE number >= 0 AND json_extract(payload, '$.newEmail') IS NOT NULL),
sent AS (
    SELECT key, max(number) AS latest FROM keyed JOIN fates USING (number)
    WHERE state IN ('accepted', 'unknown') GROUP BY key),
overtaken AS (
    SELECT keyed.number AS number, max(latest) AS latest FROM keyed JOIN sent USING (key)
    WHERE keyed.number < latest AND keyed.number NOT IN (SELECT number FROM fates)
    GROUP BY keyed.number)
SELECT overtaken.number, 'rejected', ?,
       'not sent: a later row of this contact was already sent'
       || coalesce(', line ' || rows.line, ''), ?
FROM overtaken JOIN rows ON rows.number = overtaken.latest
"""
