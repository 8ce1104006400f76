"""From the columns and cells of a file to what they say of a contact."""
