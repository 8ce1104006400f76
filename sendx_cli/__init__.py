"""The command line for SendX's contact API."""

# A literal: importlib.metadata costs tens of milliseconds on every call.
__version__ = "0.1.0"
