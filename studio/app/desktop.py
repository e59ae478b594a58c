"""What the window needs from the system: its shared libraries and a display."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

PACKAGES = {
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
MISSING = re.compile(r"(lib[\w.+-]+?\.so[.\d]*): cannot open shared object file")


def desktop_problem() -> str:
    """One sentence on why no window can open here, or "" when one can."""
    try:
        qt = load_qt()
    except ImportError as error:
        return library_problem(str(error))
    if sys.platform.startswith("linux"):
        return display_problem(os.environ, qt)
    return ""


def load_qt() -> Path:
    """Import Qt's widgets; returns the folder of Qt's platform plugins."""
    importlib.import_module("PySide6.QtWidgets")
    package = importlib.import_module("PySide6")
    return Path(package.__path__[0]) / "Qt" / "plugins" / "platforms"


def library_problem(message: str) -> str:
    """Turn the loader's complaint into a sentence that names what to install."""
    missing = MISSING.search(message)
    if missing is None:
        return (
            f"PySide6, which draws the window, cannot be loaded ({message}); "
            "install Atelier again with pip."
        )
    library = missing.group(1)
    if library in PACKAGES:
        return (
            f"The window needs {library}, which this system lacks: "
            f"run `apt-get install {PACKAGES[library]}` (the README lists all of them); "
            "`atelier demo --out tour` works without a window."
        )
    return (
        f"The window needs {library}, which this system lacks: install the package that has it; "
        "`atelier demo --out tour` works without a window."
    )


def display_problem(environment: Mapping[str, str], plugins: Path) -> str:
    """Why Qt, which aborts without a word on Python's side, would find no display on Linux."""
    chosen = environment.get("QT_QPA_PLATFORM", "")
    names = [name.partition(":")[0] for name in chosen.split(";")]
    if chosen and not all(name.startswith(("xcb", "wayland")) for name in names):
        return ""
    if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        return (
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set); "
            "`atelier demo --out tour` shows everything without a window."
        )
    problems: list[str] = []
    for plugin in _plugins(environment, chosen):
        problem = _plugin_problem(plugins / plugin, environment)
        if not problem:
            return ""
        problems.append(problem)
    return problems[0] if problems else ""


def _plugins(environment: Mapping[str, str], chosen: str) -> list[str]:
    found: list[str] = []
    if environment.get("WAYLAND_DISPLAY") and (not chosen or "wayland" in chosen):
        found.append("libqwayland.so")
    if environment.get("DISPLAY") and (not chosen or "xcb" in chosen):
        found.append("libqxcb.so")
    return found


def _plugin_problem(path: Path, environment: Mapping[str, str]) -> str:
    if not path.exists():
        return ""  # another build of Qt names its plugins otherwise; let Qt speak for itself
    try:
        ctypes.CDLL(str(path))
    except OSError as error:
        return library_problem(str(error))
    if path.name == "libqxcb.so" and not _x_server_answers():
        return (
            f"The display {environment['DISPLAY']!r} does not answer; "
            "`atelier demo --out tour` shows everything without a window."
        )
    return ""


def _x_server_answers() -> bool:
    with contextlib.suppress(OSError, AttributeError):
        xcb = ctypes.CDLL("libxcb.so.1")
        xcb.xcb_connect.restype = ctypes.c_void_p
        xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
        xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
        connection = xcb.xcb_connect(None, None)
        broken = xcb.xcb_connection_has_error(connection)
        xcb.xcb_disconnect(connection)
        return not broken
    return True
