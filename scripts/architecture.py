# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder graph of the plugins, read from their imports: ``python -m scripts.architecture [--check | --figures]``.

Without an option it writes the graph into docs/docsite/rst/architecture.rst. ``--check`` changes nothing and fails if
the page is out of date or an import breaks a rule: no folder imports from one above it in FLOORS, the core imports from
no adapter, and the two adapters do not import from each other. ``--figures [PLUGINS]`` prints counts.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
PAGE = CHECKOUT / "docs" / "docsite" / "rst" / "architecture.rst"
PACKAGE = "ansible_collections.poolboy.concourse.plugins."
BEGIN, END = ".. begin: folder graph", ".. end: folder graph"
LONG_FUNCTION = 25  # lines
FULL_FOLDER = 14  # Python files
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}  # the documentation that Ansible reads from a plugin

# The folders of each group, lowest first: a folder imports only from the folders before it.
FLOORS = {
    "_core": (
        "shared",
        "concourse",
        "claim",
        "pool",
        "push",
        "resource",
        "handoff/versions",
        "handoff",
        "verdict",
        "report",
        "options",
        "clean",
        "trigger/job",
        "trigger",
        "tally",
        "lock/options",
        "lock",
    ),
    "_concourse": ("config", "http", "login", "decode", "api", ""),
    "_git": ("process", "access", "remote", "objects", "cache", "history", "write", "tally", "refresh", "", "push"),
    "plugin_utils": (
        "_round",
        "_variables",
        "_schedule",
        "_history",
        "_metrics",
        "_notify",
        "_html",
        "_page",
        "_index",
        "_resource",
    ),
}
# A group imports from the groups listed here and from itself.
GROUPS = {
    "_core": (),
    "_concourse": ("_core",),
    "_git": ("_core",),
    "_run": ("_core", "_concourse", "_git"),
    "_ansible": ("_core", "_concourse", "_git", "_run"),
    "_resource": ("_core", "_concourse", "_git", "_run"),
    "modules": ("_core", "_ansible", "_git", "_run"),
    "plugin_utils": ("_core", "_resource"),
    "filter": ("_core", "plugin_utils"),
    "lookup": ("_ansible", "plugin_utils"),
    "doc_fragments": (),
}


@dataclass(frozen=True)
class Folder:
    """A folder of the plugins: its group, such as `_core`, and its name in it, empty for the group itself."""

    group: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.group}/{self.name}" if self.name else self.group


@dataclass
class Figures:
    """Counts over all Python files of the plugins."""

    code_lines: int = 0
    import_lines: int = 0
    functions: int = 0
    long_functions: list[str] = field(default_factory=list)
    files_by_folder: Counter[str] = field(default_factory=Counter)


def python_files(plugins: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(plugins.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def folder_of(parts: Sequence[str]) -> Folder:
    """Return the folder of a module, given the parts of its name below `plugins`."""
    names = parts[1:] if parts[0] == "module_utils" else parts
    return Folder(names[0], "/".join(names[1:-1]))


def imported(parts: Sequence[str], node: ast.ImportFrom) -> tuple[str, ...] | None:
    """Return the parts of the imported module's name below `plugins`, or None for a module outside the collection."""
    module = node.module or ""
    if node.level:
        return (*parts[: len(parts) - node.level], *module.split("."))
    return tuple(module.removeprefix(PACKAGE).split(".")) if module.startswith(PACKAGE) else None


def read_arrows(plugins: Path) -> dict[tuple[Folder, Folder], list[str]]:
    """Return the imports between folders, each with the importing modules."""
    arrows: dict[tuple[Folder, Folder], list[str]] = {}
    for path, tree in python_files(plugins):
        parts = path.relative_to(plugins).with_suffix("").parts
        for node in ast.walk(tree):
            target = imported(parts, node) if isinstance(node, ast.ImportFrom) else None
            if target is not None and folder_of(target) != folder_of(parts):
                arrows.setdefault((folder_of(parts), folder_of(target)), []).append("/".join(parts))
    return arrows


def broken_rules(arrows: dict[tuple[Folder, Folder], list[str]]) -> Iterator[str]:
    """Yield a message for each import that breaks a rule."""
    for (source, target), modules in arrows.items():
        where = f"{', '.join(sorted(set(modules)))} imports from {target}"
        if source.group != target.group:
            if target.group not in GROUPS.get(source.group, ()):
                yield f"{where}: {source.group} may not import from {target.group}."
        elif source.group in FLOORS:
            floors = FLOORS[source.group]
            if source.name not in floors or target.name not in floors:
                yield f"{where}: add the folder to FLOORS in scripts/architecture.py."
            elif floors.index(target.name) > floors.index(source.name):
                yield f"{where}: {target} is above {source}."


def tables(arrows: dict[tuple[Folder, Folder], list[str]]) -> str:
    """Return the graph as two tables: which groups a group imports from, and which folders of its group a folder does.

    Of the folders, those are left out that a folder in the table imports from in turn.
    """
    folders = {folder for pair in arrows for folder in pair}
    groups = [group for group in GROUPS if any(folder.group == group for folder in folders)]
    between = {(a.group, b.group) for a, b in arrows if a.group != b.group}
    inner = _without_shortcuts({(a, b) for a, b in arrows if a.group == b.group})
    of_groups = [(group, [b for a, b in sorted(between) if a == group]) for group in groups]
    floors = {Folder(group, name): at for group, names in FLOORS.items() for at, name in enumerate(names)}
    ordered = sorted(folders, key=lambda one: (groups.index(one.group), floors.get(one, 0), one.name))
    direct = {one: [str(b) for a, b in sorted(inner, key=str) if a == one] for one in ordered}
    of_folders = [(str(one), targets) for one, targets in direct.items() if one.name or targets]
    return f"{_table('group', of_groups)}\n\n{_table('folder', of_folders)}"


def _table(head: str, lines: Sequence[tuple[str, Sequence[str]]]) -> str:
    text = [".. list-table::", "   :header-rows: 1", "", f"   * - {head}", "     - imports from"]
    for name, targets in lines:
        text += [f"   * - ``{name}``", f"     - {', '.join(f'``{target}``' for target in targets)}".rstrip()]
    return "\n".join(text)


def _without_shortcuts(arrows: set[tuple[Folder, Folder]]) -> set[tuple[Folder, Folder]]:
    """Drop an arrow if a longer path leads to the same folder."""

    def reached(start: Folder, left_out: tuple[Folder, Folder]) -> set[Folder]:
        found: set[Folder] = set()
        waiting = [start]
        while waiting:
            here = waiting.pop()
            after = {b for a, b in arrows if a == here and (a, b) != left_out} - found
            found |= after
            waiting.extend(after)
        return found

    return {(a, b) for a, b in arrows if b not in reached(a, (a, b))}


def page_with(graph: str, page: str) -> str:
    """Return the page with the graph between its markers."""
    before, _begin, rest = page.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{graph}\n\n{END}{after}"


def read_figures(plugins: Path) -> Figures:
    """Count code and import lines without comments, docstrings and blanks, functions, and files by folder."""
    figures = Figures()
    for path, tree in python_files(plugins):
        lines = _code_lines(path.read_text(encoding="utf-8"), tree)
        figures.code_lines += len(lines)
        figures.files_by_folder[str(path.parent.relative_to(plugins))] += 1
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                figures.import_lines += (node.end_lineno or node.lineno) - node.lineno + 1
            if isinstance(node, ast.FunctionDef):
                figures.functions += 1
                length = len([line for line in lines if node.lineno <= line <= (node.end_lineno or 0)])
                if length > LONG_FUNCTION:
                    figures.long_functions.append(f"{path.relative_to(plugins)}:{node.name} {length}")
    return figures


def _code_lines(text: str, tree: ast.Module) -> set[int]:
    docstrings: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            docstrings.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        if isinstance(node, ast.Assign) and _names(node) <= DOCUMENTATION:
            docstrings.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    kinds = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in kinds:
            found.update(range(token.start[0], token.end[0] + 1))
    return found - docstrings


def _names(node: ast.Assign) -> set[str]:
    return {target.id if isinstance(target, ast.Name) else "" for target in node.targets}


def main(arguments: Sequence[str]) -> int:
    """Write the page, check it, or print the figures; return the exit code."""
    plugins = CHECKOUT / "plugins"
    if "--figures" in arguments:
        figures = read_figures(Path(arguments[1]) if len(arguments) > 1 else plugins)
        full = {name: count for name, count in figures.files_by_folder.items() if count > FULL_FOLDER}
        print(f"code lines {figures.code_lines}, import lines {figures.import_lines}, functions {figures.functions}")
        print(
            f"functions over {LONG_FUNCTION} lines: {len(figures.long_functions)}", *figures.long_functions, sep="\n  "
        )
        print(f"folders {len(figures.files_by_folder)}, fullest {figures.files_by_folder.most_common(3)}, full {full}")
        return 0
    arrows = read_arrows(plugins)
    problems = list(broken_rules(arrows))
    page = PAGE.read_text(encoding="utf-8")
    wanted = page_with(tables(arrows), page)
    if "--check" not in arguments:
        PAGE.write_text(wanted, encoding="utf-8")
    elif wanted != page:
        problems.append(f"{PAGE.relative_to(CHECKOUT)} is out of date: run python -m scripts.architecture.")
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
