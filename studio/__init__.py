"""Atelier: make pictures, music and patterns with GANs trained on your own folders."""

__version__ = "0.1.0"
