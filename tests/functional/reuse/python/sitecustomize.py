# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes modules quicker; Python imports this file when it starts. Only tests use it; POOLBOY_REUSE names the folder.

Ansible sends each module with the files that it imports as an archive, and Python compiles them in each run anew:
a third of the time of a task. What was compiled is kept for the next process. Importing them is another half, which
module_server.py has done before. A process that imports them itself skips the search for garbage at its end.
"""

from __future__ import annotations

import _imp
import atexit
import gc
import marshal
import os
import sys
import zipimport
from types import CodeType


def _compile(path: str, source: bytes) -> CodeType:
    """Return the code of a file in an archive."""
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
    kept = os.path.join(FOLDER, f"{sys.hexversion:x}-{len(source)}-{_imp.source_hash(0, source).hex()}")
    try:
        with open(kept, "rb") as file:
            code: CodeType = marshal.load(file)
    except OSError:
        code = _compile_source(path, source)
        _keep(kept, code)
    else:
        vars(_imp)["_fix_co_filename"](code, path)  # tracebacks name the archive of this run
    return code


def _keep(path: str, code: CodeType) -> None:
    """Write the code in one step, as other processes read it; a process of another user may not be able to."""
    unfinished = f"{path}.{os.getpid()}"
    try:
        with open(unfinished, "wb") as file:
            marshal.dump(code, file)
        os.replace(unfinished, path)
    except OSError:
        pass


FOLDER = os.environ.get("POOLBOY_REUSE", "")
if FOLDER:
    _compile_source = vars(zipimport)["_compile_source"]
    vars(zipimport)["_compile_source"] = _compile
    gc.set_threshold(50_000)
    program = os.path.basename(sys.orig_argv[1]) if len(sys.orig_argv) > 1 else ""
    if program.startswith("ansible"):
        # The modules of this run may use what a Python of the same environment has imported: it has the same release.
        os.environ["POOLBOY_REUSE_PREFIX"] = sys.prefix
    elif program.startswith("AnsiballZ_") and os.environ.get("POOLBOY_REUSE_PREFIX") == sys.prefix:
        from module_client import hand_over  # type: ignore[import-not-found]  # it is beside this file

        hand_over(FOLDER)
