"""What a training is held to while it runs: figures on files kept back, and evidence of copying."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from studio.core.examples import Examples
from studio.core.files import write_bytes
from studio.core.kind import Features
from studio.core.run_folder import RunFolder
from studio.gan.guardian import SHOW_COPIES, Finding
from studio.gan.metrics import MOST, Reference, held_out_figures, nearest_files, reference
from studio.gan.picture_file import png
from studio.gan.pictures import contact_sheet
from studio.gan.train import Trainer

RESULTS = 256
JUDGED = 128  # examples of each side whose logits are compared
PAIRS = 8


def _some(places: np.ndarray) -> np.ndarray:
    """So many of the places, rising, as a reference compares with at most."""
    return np.sort(np.random.default_rng(0).permutation(places)[:MOST])


class HeldOut:
    """The files that a run does not learn from; made at the first look, on the leader alone."""

    def __init__(
        self, examples: Examples, learnt: np.ndarray, kept: np.ndarray,
        load_features: Callable[[], Features],
    ) -> None:  # fmt: skip
        """learnt and kept are places in examples; kept may be empty in small folders."""
        self._examples, self._learnt, self._kept = examples, learnt, kept
        self._shown = _some(learnt)  # indexing copies: a large folder must not fill the memory
        self._load_features = load_features
        self._reference: Reference | None = None
        self._features: Features | None = None
        self._made: np.ndarray | None = None

    @property
    def is_known(self) -> bool:
        """Whether files are kept back, so that a best model can be told."""
        return len(self._kept) > 0

    def figures(self, trainer: Trainer) -> dict[str, float]:
        """Figures of the average generator, see metrics.py; overfit is r_v of ADA."""
        if self._reference is None or self._features is None:
            self._features = self._load_features()
            pixels, judged = self._examples.pixels, trainer.training.judged
            learnt, kept = judged(pixels[self._shown]), judged(pixels[_some(self._kept)])
            self._reference = reference(learnt, kept, self._features)
        self._made = made = trainer.sampler.examples(RESULTS)
        found = held_out_figures(made, self._reference, self._features)
        if self.is_known:
            found["overfit"] = self._overfit(trainer, made)
        return {name: round(float(value), 5) for name, value in found.items()}

    def _overfit(self, trainer: Trainer, made: np.ndarray) -> float:
        """(E D(train) - E D(held out)) / (E D(train) - E D(fakes)): 0 general, 1 by heart.

        Karras et al. 2020, section 3; unlike r_t it does not mind the relativistic loss, which
        leaves the zero of the logits open.
        """
        pixels, judged = self._examples.pixels, trainer.training.judged
        learnt, kept, fake = (
            float(trainer.sampler.logits(part).mean())
            for part in (
                judged(pixels[self._learnt[:: max(1, len(self._learnt) // JUDGED)]]),
                judged(pixels[self._kept[:JUDGED]]),
                made[:JUDGED],
            )
        )
        gap = learnt - fake
        return (learnt - kept) / gap if gap > 1e-6 else 0.0

    def evidence(self, finding: Finding, trainer: Trainer, run: RunFolder) -> str:
        """For copying: the nearest results beside the training files they lie nearest to.

        The name of a PNG in the run's evidence folder, "" for other findings.
        """
        if SHOW_COPIES not in finding.actions or self._made is None or self._reference is None:
            return ""
        assert self._features is not None
        index, distance = nearest_files(self._made, self._reference, self._features)
        nearest = np.argsort(distance)[:PAIRS]
        sources = self._shown[index[nearest]]
        pictures = self._pictures(trainer, self._made[nearest], self._examples.pixels[sources])
        name = f"copies-{trainer.kimg:010.3f}.png"
        write_bytes(run.evidence_path / name, png(contact_sheet(pictures, PAIRS)))
        return name

    def _pictures(
        self, trainer: Trainer, made: np.ndarray, files: np.ndarray
    ) -> Sequence[np.ndarray]:
        """First the results, then below each its training file."""
        both = np.concatenate([made, files])
        return trainer.sampler.pictures_of(both)
