"""The contact API as SendX documents it, on this machine."""
