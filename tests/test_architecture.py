"""The rules of the layout: who may import what, how large things may grow, what lies at the top."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STUDIO = ROOT / "studio"
FILES = sorted(STUDIO.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}

QT = ("PySide6", "shiboken6")
BELOW = {
    "core": (),
    "gan": ("core",),
    "ui": ("core",),
    "media": ("core", "gan", "ui"),
    "app": ("core", "gan", "ui", "media"),
}
BEHIND_GENERATORS = ("augment.py", "generator.py", "network.py", "dataset.py")
CORE_LIBRARIES = {"numpy", "platformdirs"}
TOP = {
    "main.py", "studio", "resources", "tests", "pyproject.toml", "README.md", "LICENSE",
    ".gitignore", ".ci",
}  # fmt: skip

MAX_FILE_LINES = 500
MAX_METHODS = 20
MAX_FUNCTION_LINES = 60
LONG_FUNCTION_LINES = 40
MAX_LONG_SHARE = 0.03

Function = ast.FunctionDef | ast.AsyncFunctionDef


def imported(tree: ast.AST) -> set[str]:
    """Full names of all imported modules; `from a import b` counts as a and as a.b."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines of code without the docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function):
        first = function.body[0]
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def place(path: Path) -> str:
    return path.relative_to(STUDIO).as_posix()


def layer(path: Path) -> str:
    """core, gan, ui, media or app; "" for the package itself."""
    return place(path).rpartition("/")[0].split("/")[0]


def top(name: str) -> str:
    return name.split(".")[0]


def test_a_layer_knows_only_those_below() -> None:
    wrong = [
        (place(path), name)
        for path, tree in TREES.items()
        for name in imported(tree)
        if layer(path) and name.startswith("studio.")
        if name.split(".")[1] in set(BELOW) - {layer(path), *BELOW[layer(path)]}
    ]
    assert not wrong


def test_media_do_not_know_each_other() -> None:
    wrong = [
        (place(path), name)
        for path, tree in TREES.items()
        for name in imported(tree)
        if place(path).startswith("media/") and place(path).count("/") == 2
        if name.startswith("studio.media.") and name.split(".")[2] != place(path).split("/")[1]
    ]
    assert not wrong


def test_qt_stays_in_ui_app_panels_and_views() -> None:
    wrong = [
        (place(path), name)
        for path, tree in TREES.items()
        for name in imported(tree)
        if top(name) in QT and layer(path) not in ("ui", "app")
        if not path.name.endswith(("panel.py", "_view.py"))
    ]
    assert not wrong


def test_torch_stays_in_gan_and_behind_generators() -> None:
    wrong = [
        (place(path), name)
        for path, tree in TREES.items()
        for name in imported(tree)
        if top(name) == "torch" and layer(path) != "gan"
        if not (layer(path) == "media" and path.name in BEHIND_GENERATORS)
    ]
    assert not wrong


def test_core_needs_only_numpy_and_the_standard_library() -> None:
    allowed = set(sys.stdlib_module_names) | CORE_LIBRARIES | {"studio"}
    wrong = [
        (place(path), name)
        for path, tree in TREES.items()
        for name in imported(tree)
        if layer(path) == "core" and top(name) not in allowed
    ]
    assert not wrong


def test_only_load_functions_import() -> None:
    wrong = [
        (place(path), function.name)
        for path, tree in TREES.items()
        for function in functions(tree)
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
        if not function.name.startswith("load_")
    ]
    assert not wrong


def is_safe(call: ast.Call) -> bool:
    """False for calls that can run code hidden in a file."""
    called = ast.unparse(call.func)
    if called in ("np.load", "numpy.load"):
        words = {word.arg: ast.unparse(word.value) for word in call.keywords}
        return words.get("allow_pickle") == "False"
    return called not in ("torch.load", "eval", "exec")


def test_nothing_is_ever_unpickled() -> None:
    unsafe = {"pickle", "marshal", "shelve", "dill", "joblib", "torch.load"}
    assert not [place(path) for path, tree in TREES.items() if imported(tree) & unsafe]
    wrong = [
        (place(path), ast.unparse(node))
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and not is_safe(node)
    ]
    assert not wrong


def test_files_classes_and_functions_stay_small() -> None:
    wrong = [
        place(path)
        for path in FILES
        if len(path.read_text(encoding="utf-8").splitlines()) > MAX_FILE_LINES
    ]
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                methods = sum(isinstance(one, Function) for one in node.body)
                if methods > MAX_METHODS:
                    wrong.append(f"{place(path)} {node.name}: {methods} methods")
            elif isinstance(node, Function) and length(node) > MAX_FUNCTION_LINES:
                wrong.append(f"{place(path)} {node.name}: {length(node)} lines")
    assert not wrong


def test_every_module_says_what_it_is() -> None:
    assert not [
        place(path) for path, tree in TREES.items() if tree.body and not ast.get_docstring(tree)
    ]


def test_functions_are_mostly_short() -> None:
    lengths = [length(function) for tree in TREES.values() for function in functions(tree)]
    long = [n for n in lengths if n > LONG_FUNCTION_LINES]
    assert len(long) <= MAX_LONG_SHARE * len(lengths)


def test_the_two_entry_files_stay_small() -> None:
    assert len((ROOT / "main.py").read_text(encoding="utf-8").splitlines()) <= 20
    window = STUDIO / "app" / "window.py"
    assert len(window.read_text(encoding="utf-8").splitlines()) <= 150


def test_the_top_of_the_project_holds_only_what_the_readme_names() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    assert {line.split("/")[0].strip('"') for line in tracked.stdout.splitlines()} <= TOP


def test_every_package_is_installed() -> None:
    with open(ROOT / "pyproject.toml", "rb") as file:
        listed = set(tomllib.load(file)["tool"]["setuptools"]["packages"])
    there = {".".join(path.parent.relative_to(ROOT).parts) for path in STUDIO.rglob("__init__.py")}
    assert listed == there | {"studio.resources"}


def fresh(code: str) -> int:
    """Exit code of some Python in a process of its own."""
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode


def test_the_media_are_found_without_torch_and_qt() -> None:
    code = (
        "import sys; from studio.media import kinds; kinds();"
        "sys.exit(bool({'torch', 'PySide6'} & set(sys.modules)))"
    )
    assert fresh(code) == 0


def test_the_window_opens_without_torch() -> None:
    """torch takes about two seconds to import; the window must not wait for it."""
    code = (
        "import sys; from studio.app.run import run;"
        "from PySide6.QtWidgets import QApplication;"
        "found = [];"
        "run([], on_ready=lambda: (found.append('torch' in sys.modules),"
        " QApplication.quit()));"
        "sys.exit(found != [False])"
    )
    assert fresh(code) == 0


def test_listing_models_needs_neither_torch_nor_qt() -> None:
    code = (
        "import sys; from studio.app.cli import main; code = main(['models']);"
        "sys.exit(code or bool({'torch', 'PySide6'} & set(sys.modules)))"
    )
    assert fresh(code) == 0
