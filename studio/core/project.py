"""The project file: a zip with a manifest and one folder per medium; autosave and recovery."""

from __future__ import annotations

import io
import json
import os
import re
import uuid
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio import __version__
from studio.core.errors import StudioError
from studio.core.files import FileLock, is_locked, open_regular, write_bytes
from studio.core.kind import MediumKind
from studio.core.library import Places
from studio.core.lineage import Lineage
from studio.core.lineage_file import FILES as LINEAGE_FILES
from studio.core.lineage_file import lineage_from_files, lineage_to_files

FORMAT = 1
SUFFIX = ".atelier"
MANIFEST = "manifest.json"
MAX_MEMBERS = 1000
MAX_BYTES = 512 * 2**20  # of the file, and of all its members together
MAX_DIRECTORY_BYTES = 2**20
MAX_RATIO = 200
MEMBER_NAME = re.compile(r"[a-z0-9_]{1,64}/[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Project:
    """One document per medium, and where everything made with it came from.

    kept holds the files of media that this Atelier does not have, so that saving loses nothing;
    source is the project file that an autosave belongs to ("" for a project never saved); problems
    are sentences about what could not be read although the documents could.
    """

    documents: dict[str, Any]
    kept: dict[str, bytes] = field(default_factory=dict)
    source: str = ""
    lineages: dict[str, Lineage] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def save_project(path: Path, project: Project, kinds: Sequence[MediumKind]) -> None:
    """Write a project atomically; StudioError if it cannot be done, the old file is whole."""
    members = dict(project.kept)
    for kind in kinds:
        if kind.name in project.documents:
            for name, content in kind.encode(project.documents[kind.name]).items():
                members[f"{kind.name}/{name}"] = content
        lineage = project.lineages.get(kind.name, Lineage())
        if lineage.nodes:
            for name, content in lineage_to_files(lineage, kind.encode).items():
                members[f"{kind.name}/{name}"] = content
    manifest = {
        "format": FORMAT,
        "app": __version__,
        "media": sorted({name.split("/")[0] for name in members}),
        "source": project.source,
    }
    buffer = io.BytesIO()
    # Stored, not deflated: pictures are compressed already, and nothing of ours looks like a bomb.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(MANIFEST), json.dumps(manifest, indent=2))
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name), content)
    write_bytes(path, buffer.getvalue())


def open_project(path: Path, kinds: Sequence[MediumKind]) -> Project:
    """Read a project that may come from a stranger; StudioError if it is missing, damaged or newer.

    The file is never changed.
    """
    members = _read_members(path)
    manifest = _manifest(members.pop(MANIFEST, b""), path.name)
    documents: dict[str, Any] = {}
    lineages: dict[str, Lineage] = {}
    problems: list[str] = []
    for kind in kinds:
        prefix = f"{kind.name}/"
        mine = [name for name in members if name.startswith(prefix)]
        files = {name.removeprefix(prefix): members.pop(name) for name in mine}
        history = {name: files.pop(name) for name in LINEAGE_FILES if name in files}
        if files:
            documents[kind.name] = kind.decode(files)
        if history:
            try:
                lineages[kind.name] = lineage_from_files(history)
            except StudioError as error:  # the work itself is there
                problems.append(str(error))
    source = str(manifest.get("source", ""))[:4096]
    return Project(documents, members, source, lineages, tuple(problems))


def _manifest(content: bytes, name: str) -> dict[str, Any]:
    try:
        manifest = dict(json.loads(content))
        newer = int(manifest["format"]) > FORMAT
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise StudioError(f"{name} is not an Atelier project, or it is damaged.") from error
    if newer:
        raise StudioError(f"{name} was made by a newer Atelier; update to open it.")
    return manifest


def _read_members(path: Path) -> dict[str, bytes]:
    """Every file in the zip by name, within the bounds above."""
    damaged = f"{path.name} is not an Atelier project, or it is damaged."
    try:
        with open_regular(path) as file:
            if not _looks_sane(file):
                raise StudioError(damaged)
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
                if not _is_within_bounds(members):
                    raise StudioError(damaged)
                return {member.filename: archive.read(member) for member in members}
    except FileNotFoundError as error:
        raise StudioError(f"There is no file {path}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise StudioError(damaged) from error
    except OSError as error:
        raise StudioError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def _looks_sane(file: io.BufferedReader) -> bool:
    """Look at the zip's end record before zipfile builds a list of what may be millions."""
    size = os.fstat(file.fileno()).st_size
    if size > MAX_BYTES:
        return False
    file.seek(max(0, size - 22 - 65_535))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return False
    zip64 = tail[max(0, end - 20) : end].startswith(b"PK\x06\x07")
    directory_bytes = int.from_bytes(tail[end + 12 : end + 16], "little")
    return not zip64 and directory_bytes <= MAX_DIRECTORY_BYTES


def _is_within_bounds(members: list[zipfile.ZipInfo]) -> bool:
    names = {member.filename for member in members}
    plain = all(
        member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        and not member.flag_bits & 0x1  # encrypted
        and member.file_size <= max(2**20, MAX_RATIO * member.compress_size)
        and (member.filename == MANIFEST or MEMBER_NAME.fullmatch(member.filename))
        for member in members
    )
    total = sum(member.file_size for member in members)
    return plain and len(names) == len(members) <= MAX_MEMBERS and total <= MAX_BYTES


class Recovery:
    """The autosave of one running studio; one without a living owner was left by a crash."""

    def __init__(self, places: Places) -> None:
        places.recovery_path.mkdir(parents=True, exist_ok=True)
        self.path = places.recovery_path / f"{uuid.uuid4().hex[:12]}{SUFFIX}"
        self._lock_path = self.path.with_suffix(".lock")
        self._lock = FileLock(self._lock_path)
        self._lock.acquire()

    def save(self, project: Project, kinds: Sequence[MediumKind]) -> None:
        """Autosave; StudioError when it cannot be done."""
        save_project(self.path, project, kinds)

    def clear(self) -> None:
        """Forget the autosave: the work is saved, or not wanted."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """A proper end: nothing is left to recover."""
        self.clear()
        self._lock.release()
        self._lock_path.unlink(missing_ok=True)


def lost_projects(places: Places) -> list[Path]:
    """Autosaves whose studio is gone, the newest first."""
    if not places.recovery_path.is_dir():
        return []
    found = [
        path
        for path in places.recovery_path.glob(f"*{SUFFIX}")
        if not is_locked(path.with_suffix(".lock"))
    ]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def discard_lost(path: Path) -> None:
    """Remove an autosave that was recovered or is not wanted."""
    path.unlink(missing_ok=True)
    path.with_suffix(".lock").unlink(missing_ok=True)
