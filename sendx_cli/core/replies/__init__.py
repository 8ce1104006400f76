"""What a reply means for the rows of its call, and whether a request is sent again."""
