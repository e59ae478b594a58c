"""The page of clips: piano roll, transport, tracks, and what all media share."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from PySide6.QtGui import QAction, QShowEvent

from studio.core.errors import StudioError
from studio.core.history import History
from studio.core.kind import MediumKind
from studio.core.latent import COMPOSITE
from studio.media.music.document import Clip, Note
from studio.media.music.locks import Lock
from studio.media.music.menus_view import RollActions
from studio.media.music.player import Player
from studio.media.music.region_view import RegionView
from studio.media.music.tools_view import RollWithTools
from studio.media.music.tracks_view import TracksView
from studio.media.music.transport_view import TransportView
from studio.ui.context import StudioContext
from studio.ui.latent_panel import LatentPanel
from studio.ui.widgets import GESTURE_PAUSE_S


class Panel(LatentPanel):
    """Adds the transport to the bar and the section Tracks; edits of notes go into the history."""

    view: RollWithTools

    def __init__(
        self,
        kind: MediumKind,
        context: StudioContext,
        history: History[Clip],
        player: Player | None = None,
    ) -> None:
        super().__init__(kind, context, history, RollWithTools())
        self.roll = self.view.roll
        self.transport = TransportView(context, player)
        self.leaving.connect(self.transport.close_device)
        self.add_bar_widget(self.transport)
        self.tracks = TracksView()
        self._region = RegionView()
        self.region.add_controls(self._region)
        self._region.changed.connect(self._say_kept)
        self.add_section(self.tr("Tracks"), self.tracks, self.tr("click to edit"), name="tracks")
        self.actions_of_roll = RollActions(self, self.view, self.transport)
        self._tempo_gesture: object = None
        self._tempo_at_s = 0.0
        self._connect_roll()
        history.on_change.append(self._show_controls)
        self._show_controls(history.value)

    def merge(self, new_document: Any, old_document: Any) -> Any:
        """Tempo, instruments, mutes and solos are the person's, not the network's."""
        return replace(
            new_document,
            tempo_bpm=old_document.tempo_bpm,
            programs=old_document.programs,
            muted=old_document.muted,
            soloed=old_document.soloed,
        )

    def locked_region(self) -> Any:
        """A Lock that holds something and not everything, or None."""
        try:
            return self._region.lock.checked(self.history.value)
        except StudioError:
            return None

    def clear_region(self) -> None:
        self._region.clear()

    def keep(self, new_document: Any, old_document: Any) -> Any:
        """The new notes around the kept ones."""
        locked = self.locked_region()
        if locked is None:
            return new_document
        recipe = new_document.recipe.with_option(COMPOSITE, True)
        joined = locked.joined(old_document, new_document.notes)
        return replace(new_document, notes=joined.notes, recipe=recipe, edited=old_document.edited)

    def menu_actions(self) -> dict[str, list[QAction]]:
        return self.actions_of_roll.menus

    @staticmethod
    def file_stem(document: Any, model: str) -> str:
        return f"{LatentPanel.file_stem(document, model)}_{document.tempo_bpm:.0f}bpm"

    def _connect_roll(self) -> None:
        roll, transport, tracks = self.roll, self.transport, self.tracks
        roll.edited.connect(self.history.apply)
        roll.note_sounded.connect(transport.preview)
        roll.key_pressed.connect(self._hear)
        roll.cursor_moved.connect(transport.set_cursor)
        roll.changed.connect(self._show_tracks)
        roll.track_asked.connect(self.actions_of_roll.activate)
        transport.moved.connect(roll.set_playhead)
        transport.said.connect(self.view.tools.say_sound)
        transport.tempo_changed.connect(self._set_tempo)
        transport.offered.connect(tracks.offer)
        self.view.tools.quantise_asked.connect(self.actions_of_roll.quantise)
        tracks.track_chosen.connect(self.actions_of_roll.activate)
        tracks.program_chosen.connect(self._set_program)
        tracks.muted.connect(self._mute)
        tracks.soloed.connect(self._solo)

    def _show_controls(self, clip: Clip) -> None:
        self.transport.show_clip(clip)
        self._show_tracks()

    def _show_tracks(self) -> None:
        self._region.follow(self.roll.editor.selection)
        self._say_kept()
        self.tracks.show_clip(self.history.value, self.roll.editor.track)

    def _say_kept(self) -> None:
        locked = self.locked_region()
        stays = () if locked is None else locked.kept(self.history.value)
        self.roll.show_locked(frozenset(stays), frozenset() if locked is None else locked.bars)
        if locked is not None:
            words = self.tr("{} notes stay exactly").format(len(stays))
        elif self._region.lock == Lock():
            words = self.tr("Choose what to keep")
        else:
            words = self.tr("Leave a bar, a track or a note free")
        self.region.show_kept(words, locked is not None)

    def _hear(self, pitch: int) -> None:
        self.transport.preview(Note(self.roll.editor.track, pitch, 0, 480))

    def _set_tempo(self, tempo_bpm: int) -> None:
        """Steps of the field in quick succession are one gesture."""
        now_s = time.monotonic()
        if now_s - self._tempo_at_s > GESTURE_PAUSE_S:
            self._tempo_gesture = object()
        self._tempo_at_s = now_s
        clip = replace(self.history.value, tempo_bpm=float(tempo_bpm))
        self.history.apply(clip, self.tr("Tempo"), self._tempo_gesture)

    def _set_program(self, track: str, program: int) -> None:
        clip: Clip = self.history.value
        self.history.apply(clip.with_program(track, program), self.tr("Instrument"))

    def _mute(self, track: str, on: bool) -> None:
        clip: Clip = self.history.value
        muted = tuple(one for one in clip.muted if one != track) + ((track,) if on else ())
        self.history.apply(replace(clip, muted=muted), self.tr("Mute"))

    def _solo(self, track: str, on: bool) -> None:
        clip: Clip = self.history.value
        soloed = tuple(one for one in clip.soloed if one != track) + ((track,) if on else ())
        self.history.apply(replace(clip, soloed=soloed), self.tr("Solo"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.transport.ask_instruments()
