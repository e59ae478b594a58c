"""A small room around dry samples.

Parallel combs and allpasses after Schroeder (Natural sounding artificial reverberation, 1962) with
the delays of Freeverb; the wet sound is dull anyway, so it is made at half the rate.
"""

from __future__ import annotations

import numpy as np

COMB_S = (0.02531, 0.02694, 0.03071, 0.03381, 0.03531, 0.03667)
ALLPASS_S = ((0.01261, 0.00773), (0.01313, 0.00825))
ALLPASS_GAIN = 0.5


def room(dry: np.ndarray, rate_hz: int, decay_s: float = 0.9) -> np.ndarray:
    """The room's answer float32 [2, N] to mono samples float32 [N]; falls 60 dB in decay_s."""
    length = len(dry)
    if not dry.any():
        return np.zeros((2, length), np.float32)
    half_hz = rate_hz / 2
    source = np.concatenate([dry, np.zeros(length % 2, np.float32)]).reshape(-1, 2).mean(axis=1)
    wet = np.zeros(len(source), np.float32)
    for delay_s in COMB_S:
        gain = 10 ** (-3 * delay_s / decay_s)
        wet += _comb(source, round(delay_s * half_hz), np.float32(gain))
    answer = np.empty((2, length), np.float32)
    for side, delays_s in enumerate(ALLPASS_S):
        out = wet
        for delay_s in delays_s:
            out = _allpass(out, round(delay_s * half_hz), np.float32(ALLPASS_GAIN))
        answer[side] = _doubled(out)[:length]
    return answer / len(COMB_S)


def _comb(source: np.ndarray, delay: int, gain: np.float32) -> np.ndarray:
    """y[n] = x[n - d] + gain * (y[n - d] + y[n - d - 1]) / 2, block by block."""
    out = np.zeros(delay + 1 + len(source), np.float32)
    fed = np.zeros_like(out)
    fed[delay + 1 :] = source
    half = gain / 2
    for begin in range(delay + 1, len(out), delay):
        end = min(begin + delay, len(out))
        late = out[begin - delay : end - delay]
        later = out[begin - delay - 1 : end - delay - 1]
        out[begin:end] = fed[begin - delay : end - delay] + half * (late + later)
    return out[delay + 1 :]


def _allpass(source: np.ndarray, delay: int, gain: np.float32) -> np.ndarray:
    """y[n] = -gain * x[n] + x[n - d] + gain * y[n - d], block by block."""
    fed = np.concatenate([np.zeros(delay, np.float32), source])
    direct = fed[:-delay] - gain * source if delay else source
    out = np.zeros(delay + len(source), np.float32)
    for begin in range(delay, len(out), delay):
        end = min(begin + delay, len(out))
        out[begin:end] = (
            direct[begin - delay : end - delay] + gain * out[begin - delay : end - delay]
        )
    return out[delay:]


def _doubled(half: np.ndarray) -> np.ndarray:
    """Twice the rate, new frames halfway between the old ones."""
    out = np.empty(2 * len(half), np.float32)
    out[::2] = half
    out[1:-1:2] = (half[:-1] + half[1:]) / 2
    out[-1:] = half[-1:]
    return out
