"""Images a second of the trainer, by networks and threads, on this machine.

    python tests/benchmarks/speed.py FOLDER [--threads 1 2] [--sizes 64] [--widths nano]
    python tests/benchmarks/speed.py FOLDER --against CHECKOUT    # the same beside an older version

Each line is a fresh process, so that thread settings hold and one does not warm up another.
--against runs the other version's command `train` and this one's in turn, on the same files.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
WIDTHS = {"nano": (2048, 128), "fast": (8192, 256)}


def trained(checkout: Path, folder: Path, seconds: float, *options: str) -> float:
    """Images a second that a run of this version reports at its end."""
    with tempfile.TemporaryDirectory() as place:
        run = Path(place) / "run"
        command = [
            sys.executable, "-m", "studio", "train", str(folder), "--medium", "artwork",
            "--out", str(run), "--seconds", str(seconds), *options,
        ]  # fmt: skip
        subprocess.run(command, cwd=checkout, check=True, stdout=subprocess.DEVNULL, env=_plain())
        lines = (run / "events.jsonl").read_text().splitlines()
    progress = [one for line in lines if (one := json.loads(line))["event"] == "progress"]
    return float(progress[-1]["images_per_s"])


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, nargs="+", default=[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[64])
    parser.add_argument("--widths", nargs="+", choices=list(WIDTHS), default=["nano"])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", type=Path)
    asked = parser.parse_args()
    print("| size | widths | threads | images/s | before | ratio |\n|---|---|---|---|---|---|")
    for size in asked.sizes:
        for name in asked.widths:
            for threads in asked.threads:
                _line(asked, size, name, threads)


def _line(asked: argparse.Namespace, size: int, name: str, threads: int) -> None:
    """In turn, now and before, so that a machine that slows down does so for both."""
    base, most = WIDTHS[name]
    options = ["--size", str(size), "--device", asked.device]
    options += ["--threads", str(threads)] if threads else []
    wide = ["--channels", f"{base}/{most}"]
    now, before = [], []
    for _ in range(asked.rounds):
        now.append(trained(HERE, asked.folder, asked.seconds, *options, *wide))
        if asked.against:
            before.append(trained(asked.against, asked.folder, asked.seconds, *options))
    speed = statistics.median(now)
    old = statistics.median(before) if before else float("nan")
    ratio = speed / old if before else float("nan")
    print(
        f"| {size} | {name} | {threads or 'default'} | {speed:.1f} | {old:.1f} | {ratio:.2f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
