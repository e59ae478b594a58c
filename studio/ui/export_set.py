"""A set of results leaves the studio together: one file each, into one folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from studio.core.errors import StudioError
from studio.core.files import said_by
from studio.core.kind import Exporter, MediumKind
from studio.core.lineage import Node, opened
from studio.core.print_size import MOST_PX, largest_scale
from studio.core.provenance import Origin
from studio.core.settings import Settings
from studio.core.work import Finished, Progress, Work, result_of
from studio.ui.export import IsCopy, free_path
from studio.ui.generation import LoadedGenerators

NAMED = 6  # files that a sentence names


@dataclass(frozen=True)
class Piece:
    """One result of a set, what goes into its file, and where its model lies, if it is here."""

    node: Node
    origin: Origin
    model_path: Path | None


@dataclass(frozen=True)
class Order:
    """What is to be written, where, and how; stem_of(document, name of its model) names a file."""

    kind: MediumKind
    pieces: Sequence[Piece]
    folder: Path
    exporter: Exporter
    settings: Settings
    stem_of: Callable[[Any, str], str]


@dataclass
class Tally:
    """What became of a set so far: the worker's while it writes a piece.

    copies are nearly files that the model learnt from, left_out says why of each that could not
    be made, problems why copies could not be told, and trouble why it ended early.
    """

    written: list[Path] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    smaller: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    problems: dict[str, None] = field(default_factory=dict)
    trouble: str = ""


def write_piece(
    order: Order, piece: Piece, generators: LoadedGenerators, is_copy: IsCopy, tally: Tally
) -> Work:
    """Finished(tally), with what became of one more; no error of the disk leaves it."""
    yield Progress(0, 0)
    try:
        document = _document_of(order, piece, generators)
    except StudioError as error:
        tally.left_out.append(str(error))
        yield Finished(tally)
        return
    try:
        path = _write(order, piece, document, tally)
    except (StudioError, OSError) as error:
        tally.trouble = f"{said_by(error)}." if isinstance(error, OSError) else str(error)
    else:
        _compare(document, path, is_copy, tally)
    yield Finished(tally)


def _document_of(order: Order, piece: Piece, generators: LoadedGenerators) -> Any:
    """As the node keeps it, or made again by its recipe; StudioError where neither can be."""
    kind, node = order.kind, piece.node
    document = opened(node.document, kind.decode)
    if document is not None:
        return document
    if piece.model_path is None:
        raise StudioError(tr("The model that made this is not on this computer."))
    work = generators.make(kind, piece.model_path, order.settings.device, node.recipe)
    return result_of(work).document


def _write(order: Order, piece: Piece, document: Any, tally: Tally) -> Path:
    """Write one under a name that nothing has yet; StudioError or OSError when it cannot be."""
    folder, exporter, settings = order.folder, order.exporter, order.settings
    if not folder.is_dir():  # writing would make it anew, on another disk than the one that went
        raise StudioError(tr("The folder {} is gone.").format(folder.name))
    if exporter.size_px is not None:
        scale = largest_scale(*exporter.size_px(document), settings.scale)
        settings = replace(settings, scale=scale)
    stem = order.stem_of(document, piece.origin.model_name or order.kind.noun)
    path = free_path(folder, stem, exporter.suffix)
    exporter.export(document, path, settings, piece.origin)
    tally.written.append(path)
    if settings.scale != order.settings.scale:
        tally.smaller.append(path.name)
    return path


def _compare(document: Any, path: Path, is_copy: IsCopy, tally: Tally) -> None:
    try:
        if is_copy(document):
            tally.copies.append(path.name)
    except StudioError as error:
        tally.problems[str(error)] = None


def in_words(tally: Tally, order: Order, *, is_stopped: bool = False) -> str:
    """All that a person should know of a set that has ended."""
    whole, done = len(order.pieces), len(tally.written)
    if tally.trouble:
        said = tr("{done} of {whole} files were written in {folder}, then this went wrong: {why}")
    elif is_stopped and done < whole:
        said = tr("Stopped: {done} of {whole} files were written, in {folder}.")
    elif done < whole:
        said = tr("{done} of {whole} files were written, in {folder}.")
    elif whole == 1:
        said = tr("Saved 1 file in {folder}.")
    else:
        said = tr("Saved {whole} files in {folder}.")
    first = said.format(done=done, whole=whole, folder=order.folder, why=tally.trouble)
    reasons = dict.fromkeys(tally.left_out)
    left_out = [f"{_left_out(tally.left_out.count(why))} {why}" for why in reasons]
    return " ".join([first, *left_out, *_notes(tally)])


def _left_out(count: int) -> str:
    return tr("1 was left out:") if count == 1 else tr("{} were left out:").format(count)


def _notes(tally: Tally) -> list[str]:
    """What is to be known of the files that are there."""
    notes = list(tally.problems)
    if tally.smaller:
        most = tr("So large, more than {most:,} pixels on a side, these would be; they are smaller")
        notes.append(f"{most.format(most=MOST_PX)}: {_named(tally.smaller)}.")
    if tally.copies:
        told = tr("{n} of {all} are nearly files that the model learnt from: {names}.")
        if len(tally.copies) == 1:
            told = tr("1 of {all} is nearly a file that the model learnt from: {names}.")
        names = _named(tally.copies)
        notes.append(told.format(n=len(tally.copies), all=len(tally.written), names=names))
    return notes


def _named(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    shown = ", ".join(names[:NAMED])
    return tr("{names} and {more} more").format(names=shown, more=more) if more > 0 else shown


def tr(text: str) -> str:
    return QCoreApplication.translate("ExportSet", text)
