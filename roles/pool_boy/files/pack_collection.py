# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pack what a collection needs at run time into a tar file: ``pack_collection.py FOLDER TARGET`` prints its SHA-256.

The same collection gives the same bytes wherever and whenever it is packed: by them a host knows that it has it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import tarfile
from pathlib import Path

PARTS = ("plugins", "roles", "playbooks", "meta", "galaxy.yml", "MANIFEST.json", "LICENSE", "README.md")


def files_of(folder: Path) -> list[Path]:
    """Return the files that belong to the parts of a collection, in one order on every machine."""
    parts = [folder / part for part in PARTS]
    found = [path for part in parts for path in ([part] if part.is_file() else part.rglob("*"))]
    return sorted(path for path in found if path.is_file() and path.suffix != ".pyc")


def pack(folder: Path) -> bytes:
    """Return the tar file of a collection: owned by root, without times."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in files_of(folder):
            content = path.read_bytes()
            entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def main(folder: str, target: str) -> str | None:
    """Pack a folder; return what is wrong with it, if anything is."""
    root = Path(folder)
    if not any(root.joinpath(name).is_file() for name in ("galaxy.yml", "MANIFEST.json")):
        return f"{folder} is no collection: it has neither galaxy.yml nor MANIFEST.json."
    packed = pack(root)
    Path(target).write_bytes(packed)
    sys.stdout.write(hashlib.sha256(packed).hexdigest())
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
