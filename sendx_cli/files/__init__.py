"""From a file to checked rows, and from failed rows back to a file of the same form."""
