# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build what a release consists of: ``python -m scripts.artifact REVISION [FOLDER]`` writes to FOLDER, by default dist.

The archive for Galaxy, the release notes and the bill of materials come from what git has at REVISION, never from the
checkout. The same revision gives the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from scripts.bill_of_materials import bill_of_materials
from scripts.checkout import CHECKOUT

MANIFEST, FILES = "MANIFEST.json", "FILES.json"


def build_release(revision: str, target: Path, *, checkout: Path = CHECKOUT) -> list[Path]:
    """Write archive, notes and bill of a revision to the folder `target` and return their paths."""
    time = int(_git("log", "-1", "--format=%ct", revision, folder=checkout))
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "source")
        exported = _git("archive", "--format=tar", revision, folder=checkout)
        with tarfile.open(fileobj=io.BytesIO(exported)) as files:
            files.extractall(source, filter="tar")
        target.mkdir(parents=True, exist_ok=True)
        archive = build_archive(source, target, time=time)
        name = archive.name.removesuffix(".tar.gz")
        notes, bill = target / f"{name}.md", target / f"{name}.cdx.json"
        bill.write_text(bill_of_materials(source, archive, time=time), encoding="utf-8")
        _write_notes(source, notes)
    return [archive, notes, bill]


def build_archive(source: Path, target: Path, *, time: int) -> Path:
    """Build the archive of the collection in `source`; `time` is the time of all its files, in seconds since 1970."""
    with tempfile.TemporaryDirectory() as scratch:
        run_tool("ansible-galaxy", "collection", "build", str(source), "--output-path", scratch, folder=source)
        (built,) = Path(scratch).iterdir()
        archive = target / built.name
        archive.write_bytes(_reproducible(built, time))
    return archive


def _reproducible(built: Path, time: int) -> bytes:
    """Return an archive of ansible-galaxy in sorted order and with a fixed time: it uses the clock and folder order."""
    packed = io.BytesIO()
    with (
        tarfile.open(built) as given,
        gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=time) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        rewritten = _sorted_manifests(_content(given, MANIFEST), _content(given, FILES))
        for member in sorted(given.getmembers(), key=lambda one: (one.name not in rewritten, one.name)):
            content = rewritten.get(member.name) or (_content(given, member.name) if member.isfile() else b"")
            member.size, member.mtime = len(content), time
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.pax_headers = {}
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _sorted_manifests(manifest: bytes, files: bytes) -> dict[str, bytes]:
    """Return both manifests with the files in sorted order; the first contains the checksum of the second."""
    listing = json.loads(files)
    listing["files"].sort(key=lambda entry: entry["name"])
    in_order = json.dumps(listing, indent=True).encode()
    about = json.loads(manifest)
    about["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(in_order).hexdigest()
    return {MANIFEST: json.dumps(about, indent=True).encode(), FILES: in_order}


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise ValueError(f"{name} is not a file of the archive.")
    return file.read()


def _write_notes(source: Path, notes: Path) -> None:
    """Write the section of the changelog for the version of the collection in `source`."""
    version = yaml.safe_load((source / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    changelog = source / "changelogs" / "changelog.yaml"
    released = yaml.safe_load(changelog.read_text(encoding="utf-8"))["releases"] if changelog.exists() else {}
    if version not in released:
        notes.write_text(f"Version {version} is not released.\n", encoding="utf-8")
        return
    options = ("--output", str(notes.absolute()), "--output-format", "md", "--only-latest")
    run_tool("antsibull-changelog", "generate", *options, folder=source)


def _git(*arguments: str, folder: Path) -> bytes:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, stdout=subprocess.PIPE).stdout


def run_tool(*command: str, folder: Path) -> None:
    """Run a program of the environment and show its output only if it fails."""
    program, *arguments = command
    done = subprocess.run(
        [str(Path(sys.executable).parent / program), *arguments],
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        raise subprocess.CalledProcessError(done.returncode, program)


def main(arguments: Sequence[str]) -> int:
    """Build the release of a revision, print the files and return the exit code."""
    if len(arguments) not in (1, 2):
        print("Usage: python -m scripts.artifact REVISION [FOLDER]", file=sys.stderr)
        return 2
    revision, folder = arguments[0], Path(arguments[1] if len(arguments) > 1 else CHECKOUT / "dist")
    try:
        files = build_release(revision, folder)
    except subprocess.CalledProcessError as error:
        print(f"Building {revision} failed, see above: {error}", file=sys.stderr)
        return 1
    print(*files, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
