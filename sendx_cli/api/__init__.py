"""The network: one request in, one answer out."""
