"""What became of each row of a run, in SQLite, so that no end of the process loses it."""
