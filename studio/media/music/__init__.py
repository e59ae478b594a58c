"""Four-bar clips on the piano roll."""
