"""What an answer means for its rows, and whether a request is sent again."""
