# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web page in one file: its template, and the style sheet and the script in it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

_SHARED = Path(__file__).parent


@dataclass(frozen=True)
class Inline:
    """A style sheet or a script in the page, and the hash with which the content security policy allows it."""

    text: Markup
    source: str


def document(folder: Path, name: str, /, **values: object) -> str:
    """Return the page of a template in a folder, with the style sheet and the script of the same name."""
    style = _inline(_SHARED / "document.css", folder / f"{name}.css")
    script = _inline(_SHARED / "ages.js", folder / f"{name}.js")
    return _template(folder, name).render(style=style, script=script, **values)


@cache
def _template(folder: Path, name: str) -> Template:
    """Return a template. Ansible's templating is not involved, so no text of a lock can become code."""
    environment = Environment(
        loader=FileSystemLoader([folder, _SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"{name}.html.j2")


@cache
def _inline(*files: Path) -> Inline:
    # Not escaped, because these are files of the collection.
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return Inline(Markup(text), f"'sha256-{digest}'")
