"""Mapping a file's columns, and reading the values of a contact from its cells."""
