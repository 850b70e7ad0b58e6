# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation as web pages: ``python -m scripts.docsite [FOLDER]``, by default in .cache/docs.

The pages are those of docs/docsite/rst, and one for each module, filter and role. The build asks no server, and each
warning, such as a reference to a label that does not exist, is an error. So is a link of a document or an alert rule to
a page that the site lacks.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from scripts.artifact import run_tool
from scripts.checkout import CHECKOUT

NAME = "poolboy.concourse"
# Wide tables need a wide page.
THEME = {
    "page_width": "78rem",
    "body_max_width": "none",
    "sidebar_width": "18rem",
    "font_family": "system-ui, sans-serif",
}
# Labels of Ansible's own documentation that antsibull-docs or a guide refers to, and their pages.
ANSIBLE = "https://docs.ansible.com/projects/ansible/devel/"
LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_collections.ansible.builtin.debug_module": "collections/ansible/builtin/debug_module.html",
    "ansible_collections.ansible.builtin.slurp_module": "collections/ansible/builtin/slurp_module.html",
    "ansible_collections.ansible.posix.json_callback": "collections/ansible/posix/json_callback.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
CONFIGURATION = f"""
# The labels are in a file beside this one: Sphinx would otherwise ask docs.ansible.com for them.
intersphinx_mapping = {{"ansible": ({ANSIBLE!r}, "../ansible.inv")}}
"""


def build_site(target: Path) -> Path:
    """Build the pages in the folder `target`, which is emptied first, and return the folder of the HTML files."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    options = ("--use-current", "--squash-hierarchy", "--fail-on-error")
    site = ["--project", NAME, "--title", NAME, "--sphinx-theme", "alabaster"]
    site += [word for item in THEME.items() for word in ("--extra-html-theme-options", "=".join(item))]
    run_tool("antsibull-docs", "sphinx-init", *options, *site, "--dest-dir", str(target), NAME, folder=CHECKOUT)
    with (target / "conf.py").open("a", encoding="utf-8") as configuration:
        configuration.write(CONFIGURATION)
    (target / "ansible.inv").write_bytes(inventory(LABELS))
    pages = target / "rst"
    # antsibull-docs refuses a folder that others can write to.
    pages.chmod(0o755)
    run_tool("antsibull-docs", "collection", *options, "--dest-dir", str(pages), NAME, folder=CHECKOUT)
    # It puts the guides into rst/docsite, so `../../images` leads here; it copies no pictures itself.
    shutil.copytree(CHECKOUT / "docs" / "images", target / "images")
    strict = ("--fail-on-warning", "--keep-going", "--quiet")
    run_tool("sphinx-build", "-M", "html", str(pages), str(target / "build"), "-c", str(target), *strict, folder=target)
    return target / "build" / "html"


def broken_links(site: Path, checkout: Path = CHECKOUT) -> Iterator[str]:
    """Yield the links of documents and alert rules to pages or headings that the built site lacks."""
    address = yaml.safe_load((checkout / "galaxy.yml").read_text(encoding="utf-8"))["documentation"]
    link = re.compile(re.escape(address) + r"([\w./-]*)(?:#([\w-]+))?")
    documents = [*checkout.glob("*.md"), *checkout.glob("roles/*/*.md"), *checkout.glob("roles/*/files/**/*.yml")]
    for document in documents:
        for page, heading in link.findall(document.read_text(encoding="utf-8")):
            file = site / (page or "index.html")
            if not file.is_file() or (heading and f'id="{heading}"' not in file.read_text(encoding="utf-8")):
                yield f"{document.relative_to(checkout)}: {address}{page}{f'#{heading}' if heading else ''}"


def inventory(labels: dict[str, str]) -> bytes:
    """Return a file in the format of Sphinx that says on which page each label is."""
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: devel\n# Compressed using zlib\n"
    lines = [f"{label} std:label -1 {page} {label}\n" for label, page in labels.items()]
    return head.encode() + zlib.compress("".join(lines).encode())


def main(arguments: Sequence[str]) -> int:
    """Build the site, print where it is and return the exit code."""
    target = Path(arguments[0]) if arguments else CHECKOUT / ".cache" / "docs"
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(CHECKOUT / ".collections")
    # antsibull-docs calls ansible-doc.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    try:
        site = build_site(target.absolute())
    except subprocess.CalledProcessError as error:
        print(f"The documentation has errors, see above: {error}", file=sys.stderr)
        return 1
    broken = [*broken_links(site)]
    print("\n".join(f"The site has no such page: {one}" for one in broken) or site / "index.html")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
