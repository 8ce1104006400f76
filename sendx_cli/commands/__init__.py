"""One file a command: its options become one value, which makes one call with one result."""
