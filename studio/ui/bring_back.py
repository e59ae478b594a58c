"""An exported file comes back into its panel, as one step that can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication

from studio.core.library import missing_model
from studio.core.provenance import Provenance
from studio.ui.latent_panel import LatentPanel


def bring_back(panel: LatentPanel, document: Any, provenance: Provenance) -> str:
    """Show the document with its model; returns what to tell, as which model is missing."""
    chooser, recipe = panel.bar.model, provenance.recipe
    panel.maker.stop()  # what is on its way would take its place
    missing = missing_model(provenance, chooser.entries())
    if missing:
        chooser.told[recipe.model] = replace(provenance.origin, verb="", parents=())
    elif recipe.model:
        chooser.choose_id(recipe.model)
    if document not in panel.strip.documents:
        panel.strip.add(document)
    if panel.recording.node_of(document) is None:
        panel.recording.record(document, "bring back", settings=provenance.sentence)
    panel.history.apply(document, QCoreApplication.translate("BringBack", "Bring back"))
    return missing or provenance.sentence
