"""The only writer: tables, JSON, messages."""
