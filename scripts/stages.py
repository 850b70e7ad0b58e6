# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of ``make test``, in the groups that make runs one by one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from scripts.ansible_test import collection_copy, workplace
from scripts.checkout import CHECKOUT
from scripts.pytest_stages import COLLECTIONS, PACKAGE, functional_stage, processes, pytest_stage
from scripts.pythons import find_pythons
from scripts.stage import Stage

# All documents but those that a program writes, or that were recorded.
MARKDOWN = ("--recurse", "--respect-gitignore", "--exclude", "CHANGELOG.md", "--exclude", "tests/contract", ".")

# Without them zizmor skips files that it cannot read, and findings that need no action at once.
ALL_FINDINGS = ("--strict-collection", "--pedantic")

# The oldest and the newest supported ansible-core with their Python versions; the first installed Python is used. The
# workflow on the forge runs each ansible-core with each of its Python versions.
CORES = {"2.19": ("3.11", "3.12", "3.13"), "2.21": ("3.13", "3.12", "3.14")}

# Tests of ansible-test sanity that find the same with each ansible-core; here they run on the newest one only.
SAME_WITH_EACH_CORE = ("changelog", "pep8", "pylint", "yamllint")

# The rules import nothing of Ansible: pytest runs their tests here, and the workflow runs them by ansible-test, too.
RULES = "tests/unit/plugins/module_utils/_core/"


def lint() -> list[Stage]:
    """Return the static checks."""
    python = sys.executable
    modules = ("scripts", f"{PACKAGE}.plugins", f"{PACKAGE}.tests")
    mypy = [python, "-m", "mypy", "--config-file", str(CHECKOUT / "pyproject.toml")]
    mypy += ["--cache-dir", str(CHECKOUT / ".cache" / "mypy"), *(word for name in modules for word in ("-p", name))]
    return [
        Stage(name="ruff check", command=["ruff", "check", "."]),
        Stage(name="ruff format", command=["ruff", "format", "--check", "."]),
        Stage(name="mypy", command=mypy, folder=COLLECTIONS, variables={"MYPYPATH": str(CHECKOUT)}),
        Stage(name="architecture", command=[python, "-m", "scripts.architecture", "--check"]),
        Stage(name="yamllint", command=["yamllint", "."]),
        Stage(name="codespell", command=["codespell"]),
        Stage(name="pymarkdown", command=["pymarkdown", "scan", *MARKDOWN]),
        Stage(name="reuse", command=["reuse", "lint", "--lines"]),
        _installed("shellcheck", ".ci/run", "concourse/pool_boy.sh"),
        _installed("actionlint"),
        Stage(name="zizmor", command=["zizmor", "--offline", "--quiet", *ALL_FINDINGS, ".github"]),
        Stage(name="ansible-lint", command=["ansible-lint", "--nocolor"]),
        Stage(name="antsibull-docs", command=["antsibull-docs", "lint-collection-docs", "--plugin-docs", "."]),
        Stage(
            name="documentation", command=[python, "-m", "scripts.docsite", str(CHECKOUT / ".cache" / "lint" / "docs")]
        ),
        Stage(name="antsibull-changelog", command=["antsibull-changelog", "lint"]),
        Stage(name="galaxy-importer", command=[python, "-m", "scripts.galaxy_import"]),
    ]


def unit() -> list[Stage]:
    """Return the fast tests, run by pytest."""
    stage = pytest_stage("unit", "unit")
    return [replace(stage, when_alone=processes(os.cpu_count() or 1))]


def functional() -> list[Stage]:
    """Return the tests with real servers and real Ansible, run by pytest."""
    return [functional_stage("functional", "functional")]


def molecule() -> list[Stage]:
    """Return the Molecule scenario of a round; `make molecule` adds those of the schedule, which boot machines."""
    variables = {"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)}
    return [Stage(name="molecule", command=["molecule", "test", "--scenario-name", "default"], variables=variables)]


def sanity() -> list[Stage]:
    """Return Ansible's own checks, on the oldest and the newest ansible-core."""
    return [_ansible_test(core, "sanity") for core in sorted(CORES, reverse=True)]


def integration() -> list[Stage]:
    """Return the modules and the role as Ansible runs them, on the oldest and the newest ansible-core."""
    return [_ansible_test(core, "integration") for core in CORES]


def coverage() -> list[Stage]:
    """Return the measurement of the code that the tests reach, and the limits that it must keep."""
    place = {"COVERAGE_CHECKOUT": str(CHECKOUT)}
    start = {**place, "COVERAGE_PROCESS_START": str(CHECKOUT / "pyproject.toml")}
    core = "*/_core/*"
    return [
        Stage(name="coverage erase", command=["coverage", "erase"], variables=place),
        functional_stage("coverage", *MEASURED, variables=start),
        Stage(name="coverage combine", command=["coverage", "combine", "--quiet"], variables=place),
        _limit("the rules in _core", f"--include={core}", percent=100, variables=place),
        # Ansible reads the doc_fragments without running them.
        _limit("the rest of plugins", f"--omit={core},*/doc_fragments/*", percent=95, variables=place),
    ]


def units() -> list[Stage]:
    """Return the unit tests as Ansible runs them, on the newest ansible-core; pytest runs them on the oldest Python."""
    return [_ansible_test(max(CORES), "units")]


# In the order in which `make test` starts them. Sanity comes after lint: it waits for the workplace of the units.
GROUPS: Mapping[str, Callable[[], list[Stage]]] = {
    "lint": lint,
    "sanity": sanity,
    "unit": unit,
    "units": units,
    "molecule": molecule,
    "functional": functional,
    "integration": integration,
    "coverage": coverage,
}
# What `make coverage` runs: the unit tests, and the functional tests of everything but pictures, hosts and guides.
MEASURED = (
    "unit/plugins",
    *(f"functional/{name}" for name in ("clean", "concourse", "git", "lock", "resource", "role", "status", "trigger")),
)
# Static checks. Beside tests, they run with low priority and use the processor time that the tests leave.
BESIDE = ("sanity", "lint")
# Their stages use about one core each; groups that follow each other run together.
AT_ONCE = ("sanity", "units", "unit", "molecule", "lint", "integration")
# `make test` leaves these out.
ON_REQUEST = ("integration", "coverage")


def _installed(program: str, *arguments: str) -> Stage:
    """Return a stage for a program that pip cannot install everywhere."""
    obstacle = "" if shutil.which(program) else f"{program} is not installed"
    return Stage(name=program, command=[program, *arguments], obstacle=obstacle)


def _limit(part: str, *files: str, percent: int, variables: Mapping[str, str]) -> Stage:
    """Return the report about some files, which fails below a limit of lines and branches in percent."""
    command = ["coverage", "report", *files, f"--fail-under={percent}"]
    return Stage(name=f"coverage of {part}: {percent} %", command=command, variables=variables)


def _ansible_test(core: str, kind: str) -> Stage:
    here = {f"{major}.{minor}" for major, minor in find_pythons()}
    suitable = [version for version in CORES[core] if version in here]
    if not suitable:
        wanted = ", ".join(sorted(CORES[core]))
        return Stage(name=f"ansible-test {kind}, core {core}", obstacle=f"none of Python {wanted} is installed")
    python = suitable[0]
    # The tests are not part of the artifact; ruff and mypy check them.
    once = [] if core == max(CORES) else [word for test in SAME_WITH_EACH_CORE for word in ("--skip-test", test)]
    options = {
        "sanity": ["--local", "--python", python, "--junit", "--exclude", "tests/", *once],
        "integration": ["--local"],
        "units": ["--local", "--python", python, "--exclude", RULES, "tests/unit/plugins/"],
    }[kind]
    return Stage(
        name=f"ansible-test {kind}, core {core}, Python {python}",
        command=[sys.executable, "-m", "scripts.ansible_test", "--core", core, "--python", python, kind, *options],
        reports=collection_copy(workplace(core, python)) / "tests" / "output" / "junit",
        skips_count=kind == "units",
        workplace=workplace(core, python),
    )
