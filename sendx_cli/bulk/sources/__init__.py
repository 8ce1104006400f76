"""Files of contacts, read a row at a time."""
