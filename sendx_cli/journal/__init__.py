"""The state and outcome of each row of a run, in SQLite, so that a crash loses none of them."""
