"""What can be said of a contact: its members, their validation, and the payload made of them."""
