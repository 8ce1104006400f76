"""The journal of a run: every row's state, kept so that no end of the process loses it."""
