"""The only writer: results to standard output, everything else to standard error."""
