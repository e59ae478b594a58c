"""Pictures on the canvas."""
