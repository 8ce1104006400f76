"""Where each setting comes from, and where settings and state are kept."""
