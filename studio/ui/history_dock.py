"""The history of a panel's results: opens in the place of the strip, takes results back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject

from studio.core.errors import StudioError
from studio.core.lineage import opened
from studio.ui.lineage_page import LineagePage
from studio.ui.making import Wish

if TYPE_CHECKING:
    from studio.ui.latent_panel import LatentPanel

STRETCH = 2  # as much as the view, which shows what is pointed at


def tr(text: str) -> str:
    return QCoreApplication.translate("HistoryDock", text)


class HistoryDock(QObject):
    """Shows the tree of one panel; the page is built when it is first asked for."""

    def __init__(self, panel: LatentPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self.page: LineagePage | None = None

    @property
    def is_open(self) -> bool:
        return self.page is not None and not self.page.isHidden()

    def toggle(self) -> None:
        """Show the tree instead of the strip, or the strip again."""
        if self.is_open:
            self._close()
            return
        panel = self._panel
        if panel.has_result:
            panel.recording.written(panel.history.value)
        page = self._built()
        page.show()
        panel.foot.hide()
        page.mark(self._present())
        page.view.setFocus()

    def star(self) -> None:
        """Give the present result a star, or take it off."""
        panel = self._panel
        if not panel.has_result:
            panel.context.notify(tr("There is nothing to give a star yet. Press Space first."))
            return
        node, lineage = panel.recording.written(panel.history.value), panel.recording.lineage
        try:
            lineage.become(lineage.value.with_star(node.id, not node.starred))
        except StudioError as error:
            panel.context.report(error)
            return
        panel.context.notify(tr("Star taken off.") if node.starred else tr("Given a star."))

    def follow(self) -> None:
        """The present result is another one."""
        if self.page is not None:
            self.page.mark(self._present())

    def _present(self) -> int | None:
        panel = self._panel
        node = panel.recording.node_of(panel.history.value) if panel.has_result else None
        return None if node is None else node.id

    def _built(self) -> LineagePage:
        if self.page is None:
            panel = self._panel
            page = LineagePage(panel.recording.lineage, panel.picture, self._document_of)
            page.hide()
            panel.middle.addWidget(page, STRETCH)
            page.chosen.connect(self._take)
            page.pointed.connect(self._point)
            page.closed.connect(self._close)
            page.comparing.connect(lambda on: panel.view.setVisible(not on))
            panel.recording.lineage.on_change.append(lambda _: self.follow())
            self.page = page
        return self.page

    def _close(self) -> None:
        panel = self._panel
        if self.page is not None:
            self.page.hide()
        panel.foot.show()
        panel.show_document(panel.history.value)
        panel.view.setFocus()

    def _document_of(self, document: Any) -> Any:
        return opened(document, self._panel.kind.decode)

    def _point(self, id: int | None) -> None:
        panel = self._panel
        try:
            node = None if id is None else panel.recording.lineage.value.node(id)
            document = None if node is None else self._document_of(node.document)
        except StudioError:
            document = None  # its thumbnail is all that there is to see
        panel.show_document(panel.history.value if document is None else document)

    def _take(self, id: int) -> None:
        """Bring a result back; one of which only the recipe is left is made again."""
        panel = self._panel
        try:
            node = panel.recording.lineage.value.node(id)
            document = self._document_of(node.document)
        except StudioError as error:
            panel.context.report(error)
            return
        words = tr("Bring back")
        if document is not None:
            panel.history.apply(document, words)
            return
        entry = panel.bar.model.entry_of(node.recipe.model)
        if entry is None:
            panel.context.notify(tr("The model that made this is not on this computer."))
            return
        panel.maker.play(Wish(entry, node.recipe, words))
