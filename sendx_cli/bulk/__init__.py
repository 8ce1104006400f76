"""Many contacts: order, pacing, journal."""
