# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the page and take screenshots of it.

With the collection on PYTHONPATH:
``python -m ansible_collections.poolboy.concourse.tests.page --page .demo/page.html --images docs/images``
writes the page of the demo's pools; ``--round FILE`` reads a round from a JSON file instead.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.plugins.filter.pool_page import pool_page

from .browser import chromium
from .demo_round import demo_round
from .past_rounds import past_rounds
from .pictures import INDEX_PICTURES, PICTURES, take
from .repositories import an_index


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        page = (options.page or Path(folder) / "page.html").absolute()
        page.parent.mkdir(parents=True, exist_ok=True)
        told = _round(options.round, Path(folder))
        page.write_text(pool_page(told, history=past_rounds(told)), encoding="utf-8")
        if options.page:
            print(f"{page}: {page.stat().st_size} bytes")
        if options.images:
            options.images.mkdir(parents=True, exist_ok=True)
            index = Path(folder) / "index.html"
            index.write_text(an_index(), encoding="utf-8")
            with chromium() as browser:
                for source, picture in [(page, one) for one in PICTURES] + [(index, one) for one in INDEX_PICTURES]:
                    file = take(browser, source, picture, options.images)
                    print(f"{file}: {file.stat().st_size} bytes")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write the page of a round and take screenshots of it.")
    parser.add_argument("--round", type=Path, help="a JSON file with the fact pool_boy_round; else the demo's pools")
    parser.add_argument("--page", type=Path, help="where to write the page")
    parser.add_argument("--images", type=Path, help="folder for the screenshots of page and index")
    return parser.parse_args()


def _round(file: Path | None, folder: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file else demo_round(folder / "scene")


if __name__ == "__main__":
    sys.exit(main())
