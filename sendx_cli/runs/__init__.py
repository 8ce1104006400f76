"""Bulk runs: from a file to its contacts sent, and the account of every row."""
