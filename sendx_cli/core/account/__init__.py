"""What an account holds: its tags, custom fields, lists and contacts, and how they are paged."""
