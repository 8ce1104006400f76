"""What `sendx help` and the man page say beyond the commands, made from the code's own tables."""
