"""Errors whose message is fit to show to the person at the desk."""

import math


class StudioError(Exception):
    """Something the person can understand and act on; the message is one plain sentence."""


class DiskFull(StudioError):
    """No room left, or no quota, for a file; the work can go on once there is room again.

    needed_mb is what the file takes, in millions of bytes; 0 where nobody knows.
    """

    def __init__(self, name: str, folder: str, needed_bytes: int = 0) -> None:
        self.needed_mb = math.ceil(needed_bytes / 1e6)
        room = f"{self.needed_mb:,} MB" if self.needed_mb else "more room"
        super().__init__(f"The disk is full: {name} needs {room} in {folder}.")
