# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create a virtual environment: ``python -m scripts.environment FOLDER FILE...``; each FILE lists requirements."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def make_environment(folder: Path, *, python: Path, requirements: Sequence[str]) -> Path:
    """Recreate ``folder`` with ``python``, install ``requirements`` (pip arguments) and return its interpreter."""
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    interpreter = folder / "bin" / "python"
    pip = [str(interpreter), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    # uv is several times faster but does not read pip's configuration, so pip is the fallback.
    uv = [str(interpreter), "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(interpreter)]
    if not (_succeeds([*pip, "uv"]) and _succeeds([*uv, *requirements])):
        print("uv could not install the requirements; using pip instead (slower).", file=sys.stderr)
        subprocess.run([*pip, *requirements], check=True)
    return interpreter


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, check=False).returncode == 0


def main(arguments: Sequence[str]) -> int:
    """Create the environment with the running Python and return the exit code."""
    folder, *files = arguments
    try:
        make_environment(
            Path(folder),
            python=Path(sys.executable),
            requirements=[part for file in files for part in ("--requirement", file)],
        )
    except subprocess.CalledProcessError as error:
        print(f"Creating the environment {folder} failed, see above: {error}", file=sys.stderr)
        print("On Debian and Ubuntu, venv needs the package python3-venv.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
