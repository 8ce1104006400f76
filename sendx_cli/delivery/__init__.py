"""The engine: rows in, each in its contact's order, paced, retried, batched; decided rows out."""
