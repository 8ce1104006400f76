"""Sheets of Excel and OpenDocument workbooks: rows from them, and failed rows as one of them."""
