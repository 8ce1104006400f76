"""The sections of options on a help page, in their order.

A command's own options, which name none, stand before them.
"""

CONTACT, FILE, COLUMNS = "Contact", "File", "Columns"
SENDING, SERVICE, OUTPUT = "Sending", "Service", "Output"
