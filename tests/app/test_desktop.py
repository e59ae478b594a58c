"""What the window lacks on this machine, said in a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from studio.app import cli, desktop
from studio.app.desktop import PACKAGES, desktop_problem, display_problem, library_problem

PLUGINS = desktop.load_qt()
needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


@pytest.mark.parametrize(("library", "package"), PACKAGES.items())
def test_a_missing_library_is_named_with_its_package(library, package):
    problem = library_problem(f"{library}: cannot open shared object file: No such file")
    assert library in problem and f"apt-get install {package}`" in problem
    assert problem.count(". ") == 0 and "atelier demo" in problem


def test_an_unknown_library_and_other_trouble_are_sentences_too():
    assert "libodd.so.7" in library_problem("libodd.so.7: cannot open shared object file")
    assert "install Atelier again" in library_problem("No module named 'PySide6'")


def test_the_loaders_complaint_reaches_the_person(monkeypatch, capsys):
    def missing():
        raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(desktop, "load_qt", missing)
    assert cli.main([]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "libegl1" in err


@needs_linux
def test_no_display(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main([]) == 2
    _, err = capsys.readouterr()
    assert err.count("\n") == 1 and "no display" in err and "atelier demo" in err


@needs_linux
def test_a_dead_display_does_not_abort(monkeypatch):
    environment = {"DISPLAY": ":4242", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "studio"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    # without xcb's own libraries the first of them is named instead
    assert "does not answer" in done.stderr or "apt-get install" in done.stderr


@needs_linux
def test_offscreen_and_foreign_plugins_are_left_to_qt():
    for name in ("offscreen", "minimal", "vnc:size=800x600", "offscreen;xcb"):
        assert display_problem({"QT_QPA_PLATFORM": name}, PLUGINS) == ""
    assert display_problem({"DISPLAY": ":0"}, Path("/nowhere")) == ""


@needs_linux
def test_forcing_x_without_a_display_is_seen():
    assert "no display" in display_problem({"QT_QPA_PLATFORM": "xcb"}, PLUGINS)


def test_this_machine_can_open_the_window_under_test():
    assert desktop_problem() == ""
