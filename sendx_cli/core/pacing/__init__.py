"""How fast to call, how many calls may be in flight, and how long to go on without success."""
