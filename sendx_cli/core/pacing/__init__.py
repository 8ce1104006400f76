"""How fast to call, how many calls at once, and how long to go on without success."""
