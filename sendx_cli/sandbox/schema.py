"""The sandbox's tables."""

VERSION = 2
"""Of the file; one of another version is not read: the sandbox is for trying out."""

NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"

SCHEMA = f"""
CREATE TABLE contacts (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
                       contact_key TEXT NOT NULL UNIQUE, record TEXT NOT NULL,
                       searched TEXT NOT NULL, place INTEGER NOT NULL,
                       created TEXT NOT NULL DEFAULT ({NOW}),
                       updated TEXT NOT NULL DEFAULT ({NOW}));
CREATE INDEX contacts_in_pages ON contacts (place DESC, searched);
CREATE TABLE tags (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                   created TEXT NOT NULL DEFAULT ({NOW}));
CREATE TABLE fields (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                     type INTEGER NOT NULL, description TEXT NOT NULL DEFAULT '');
CREATE TABLE lists (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
                    name TEXT NOT NULL UNIQUE, is_double_opt_in INTEGER NOT NULL,
                    created TEXT NOT NULL DEFAULT ({NOW}));
CREATE TABLE members (number INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE,
                      full_name TEXT NOT NULL,
                      created TEXT NOT NULL DEFAULT ({NOW}));
PRAGMA user_version = {VERSION};
"""
"""`place` grows with each change of a contact: pages give the highest first. `searched` holds
what a search looks through, in lower case; it stands in the index so that neither a search nor a
page far back reads the contacts that it passes over."""

TABLES = ("contacts", "tags", "fields", "lists", "members")
