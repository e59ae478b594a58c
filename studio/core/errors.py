"""Errors whose message is fit to show to the person at the desk."""


class StudioError(Exception):
    """Something the person can understand and act on; the message is one plain sentence."""
