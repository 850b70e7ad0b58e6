# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible import python_version

OLD = (3, 8)  # the oldest Python that Ansible runs modules with
PLUGINS = Path(python_version.__file__).parents[2]


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 13)])
def test_an_old_python(version: tuple[int, ...]) -> None:
    with pytest.raises(ImportError, match=r"needs Python 3\.11 or newer where this runs: install it there") as caught:
        python_version.check_python(version)
    assert str(caught.value).startswith(f"{sys.executable} is Python {'.'.join(map(str, version))}, ")


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_newer_python(version: tuple[int, ...]) -> None:
    python_version.check_python(version)


@pytest.mark.parametrize("name", ["clean", "lock", "status", "trigger"])
def test_each_module_checks_before_it_imports_the_rest(name: str) -> None:
    file = PLUGINS / "modules" / f"concourse_pool_{name}.py"
    statements = ast.parse(file.read_text(encoding="utf-8"), feature_version=OLD).body
    first = next(place for place, one in enumerate(statements) if isinstance(one, ast.ImportFrom) and one.level)
    found = [ast.unparse(one) for one in statements[first : first + 2]]
    assert found == ["from ..module_utils._ansible.python_version import check_python", "check_python()"]


def test_an_old_python_can_import_the_check() -> None:
    tree = ast.parse(Path(python_version.__file__).read_text(encoding="utf-8"), feature_version=OLD)
    imports = [ast.unparse(one) for one in ast.walk(tree) if isinstance(one, (ast.Import, ast.ImportFrom))]
    assert imports == ["from __future__ import annotations", "import sys"]
