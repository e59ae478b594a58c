"""Seamless tiles for textile, surface and games."""
