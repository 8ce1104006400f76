"""What a run is about to do, folded into numbers before the first request."""
