"""Write a small SoundFont with a few presets of a larger one.

    python make_subset.py FluidR3Mono_GM.sf3 atelier-gm.sf3

The source is the file of that name in Debian's package fluidr3mono-gm-soundfont (MIT licence).
Samples are copied as they are, so nothing is encoded twice. Standard library only.
"""

import argparse
import struct
from pathlib import Path

PRESETS = [(0, p) for p in (0, 4, 11, 24, 32, 33, 48, 52, 56, 65, 73, 80)] + [(128, 0)]
SIZES = {
    b"phdr": 38, b"pbag": 4, b"pmod": 10, b"pgen": 4, b"inst": 22, b"ibag": 4, b"imod": 10,
    b"igen": 4, b"shdr": 46,
}  # fmt: skip
INSTRUMENT, SAMPLE = 41, 53


def chunks(content: bytes) -> dict[bytes, bytes]:
    """Every chunk of the file by its name; odd sizes may come without their padding."""
    found: dict[bytes, bytes] = {}
    waiting = [(12, len(content))]
    while waiting:
        position, end = waiting.pop()
        while position + 8 <= end:
            name = content[position : position + 4]
            size = struct.unpack_from("<I", content, position + 4)[0]
            if name == b"LIST":
                waiting.append((position + 12, position + 8 + size))
            else:
                found[name] = content[position + 8 : position + 8 + size]
            position += 8 + size
            if size % 2 and not content[position : position + 4].isalnum():
                position += 1
    return found


def rows(table: bytes, size: int) -> list[bytes]:
    return [table[place : place + size] for place in range(0, len(table) - size + 1, size)]


class Level:
    """One of the two levels of a SoundFont: presets, or instruments."""

    def __init__(self, tables: dict[bytes, list[bytes]], names: tuple[bytes, ...], bag_at: int):
        self.headers, self.bags, self.mods, self.gens = (tables[name] for name in names)
        self.bag_at = bag_at
        self.new: tuple[list[bytes], ...] = ([], [], [], [])

    def first_bag(self, place: int) -> int:
        return struct.unpack_from("<H", self.headers[place], self.bag_at)[0]

    def copy(self, place: int, last: int, renumber) -> None:
        """Copy one header with its zones; the generator named last gets a new number."""
        headers, bags, mods, gens = self.new
        header = bytearray(self.headers[place])
        struct.pack_into("<H", header, self.bag_at, len(bags))
        headers.append(bytes(header))
        for bag in range(self.first_bag(place), self.first_bag(place + 1)):
            gen, mod = struct.unpack("<HH", self.bags[bag])
            gen_end, mod_end = struct.unpack("<HH", self.bags[bag + 1])
            bags.append(struct.pack("<HH", len(gens), len(mods)))
            mods.extend(self.mods[mod:mod_end])
            for row in self.gens[gen:gen_end]:
                what, amount = struct.unpack("<HH", row)
                number = renumber(amount) if what == last else amount
                gens.append(struct.pack("<HH", what, number))

    def finished(self) -> list[bytes]:
        """The four tables, each with the terminal record that the format asks for."""
        headers, bags, mods, gens = self.new
        header = bytearray(self.headers[-1])
        struct.pack_into("<H", header, self.bag_at, len(bags))
        return [
            b"".join([*headers, bytes(header)]),
            b"".join([*bags, struct.pack("<HH", len(gens), len(mods))]),
            b"".join([*mods, bytes(10)]),
            b"".join([*gens, bytes(4)]),
        ]


def subset(content: bytes) -> bytes:
    """The bytes of the smaller SoundFont."""
    found = chunks(content)
    tables = {name: rows(found[name], size) for name, size in SIZES.items()}
    presets = Level(tables, (b"phdr", b"pbag", b"pmod", b"pgen"), 24)
    instruments = Level(tables, (b"inst", b"ibag", b"imod", b"igen"), 20)
    wanted_instruments: list[int] = []
    wanted_samples: list[int] = []

    def number(order: list[int]):
        def renumber(old: int) -> int:
            if old not in order:
                order.append(old)
            return order.index(old)

        return renumber

    for place, header in enumerate(presets.headers[:-1]):
        program, bank = struct.unpack_from("<HH", header, 20)
        if (bank, program) in PRESETS:
            presets.copy(place, INSTRUMENT, number(wanted_instruments))
    for place in wanted_instruments:
        instruments.copy(place, SAMPLE, number(wanted_samples))
    smpl, shdr = samples(found[b"smpl"], tables[b"shdr"], wanted_samples)
    pdta = b"".join(
        chunk(name, table)
        for name, table in zip(
            SIZES, [*presets.finished(), *instruments.finished(), shdr], strict=True
        )
    )
    body = b"sfbk" + listed(b"INFO", info(found)) + listed(b"sdta", chunk(b"smpl", smpl))
    return chunk(b"RIFF", body + listed(b"pdta", pdta))


def samples(smpl: bytes, headers: list[bytes], wanted: list[int]) -> tuple[bytes, bytes]:
    """Vorbis samples one after the other, and their headers with the new positions."""
    packed, new = bytearray(), []
    for place in wanted:
        start, end = struct.unpack_from("<II", headers[place], 20)
        kind = struct.unpack_from("<H", headers[place], 44)[0]
        if not kind & 0x10:
            raise SystemExit("The source must be an SF3 file with Vorbis samples.")
        header = bytearray(headers[place])
        struct.pack_into("<II", header, 20, len(packed), len(packed) + end - start)
        struct.pack_into("<HH", header, 42, 0, 0x11)  # mono, compressed, linked to nothing
        packed += smpl[start:end]
        new.append(bytes(header))
    return bytes(packed), b"".join([*new, headers[-1]])


def info(found: dict[bytes, bytes]) -> bytes:
    texts = {
        b"INAM": b"Atelier GM (a part of FluidR3Mono GM)",
        b"ICOP": found.get(b"ICOP", b"").rstrip(b"\0"),
        b"ICMT": b"MIT licence, see LICENSE.txt; made by make_subset.py",
    }
    version = chunk(b"ifil", found[b"ifil"]) + chunk(b"isng", b"EMU8000\0")
    return version + b"".join(chunk(name, text + b"\0") for name, text in texts.items() if text)


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def listed(name: bytes, body: bytes) -> bytes:
    return chunk(b"LIST", name + body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    arguments.target.write_bytes(subset(arguments.source.read_bytes()))


if __name__ == "__main__":
    main()
