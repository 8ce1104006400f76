"""What programs read: each member of results, plans and runs, its type, and its meaning."""
