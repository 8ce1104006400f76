"""The contact API on this machine, written apart from the client so that each checks the other."""
