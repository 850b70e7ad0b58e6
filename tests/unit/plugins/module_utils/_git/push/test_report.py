# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What git 2.39 and the servers that people use print about a push, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import RepositoryError
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.text import printable
from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.command import GitFailed, GitTimedOut
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.error_messages import PushMessages
from ansible_collections.poolboy.concourse.plugins.module_utils._git.push.report import (
    PushReport,
    PushStatus,
    read_report,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._git.write.lock_commits import RELEASES

COMMIT = "2478cf251821c8e8b2873ea6ee1cd0e4b9925d14"
MAIN = "refs/heads/main"
FAILED_TO_PUSH = "error: failed to push some refs to 'https://example.com/denied/locks.git'\n"
MESSAGES = PushMessages("https://example.com/locks.git", "main", RELEASES, ("s3cret",))


def printed(flag: str, summary: str) -> bytes:
    return f"To https://example.com/locks.git\n{flag}\t{COMMIT}:{MAIN}\t{summary}\nDone\n".encode()


def rejected(reason: str, remote: str = "", kind: str = "remote rejected") -> PushReport:
    lines = "".join(f"remote: {line}        \n" for line in remote.splitlines())
    failed = GitFailed("push", 1, lines + FAILED_TO_PUSH)
    return read_report(printed("!", f"[{kind}] ({reason})"), MAIN, failed)


def disconnected(stderr: str, status: int = 128) -> PushReport:
    return read_report(b"", MAIN, GitFailed("push", status, stderr))


@pytest.mark.parametrize(("flag", "summary"), [(" ", "1f5c2a9..2478cf2"), ("=", "[up to date]")])
def test_accepted(flag: str, summary: str) -> None:
    assert read_report(printed(flag, summary), MAIN, None) == PushReport(PushStatus.ACCEPTED)


@pytest.mark.parametrize("reason", ["stale info", "fetch first", "non-fast-forward"])
def test_overtaken(reason: str) -> None:
    assert rejected(reason, kind="rejected").status is PushStatus.OVERTAKEN


@pytest.mark.parametrize(
    ("reason", "remote"),
    [
        ("failed to update ref", "error: cannot lock ref 'refs/heads/main': is at 1f5c2a9 but expected 2478cf2"),
        ("cannot lock ref 'refs/heads/main': is at 1f5c2a9 but expected 2478cf2", ""),
        ("incorrect old value provided", ""),
        ("non-fast-forward", "error: it was faster"),
        ("LOCK_FAILURE", ""),
        ("failed to lock", ""),
    ],
)
def test_busy(reason: str, remote: str) -> None:
    assert rejected(reason, remote).status is PushStatus.BUSY


RULES = "GH013: Repository rule violations found for refs/heads/main: "
BY_RULES = "push declined due to repository rule violations"
SIGN = "accepts only commits that are signed with a key that it knows: set commit.gpgSign"
AUTHOR = "name one that it knows in git_author"
REFUSALS = [
    (BY_RULES, f"error: {RULES}Commits must have verified signatures.", SIGN),
    ("pre-receive hook declined", "GitLab: Commit must be signed with a GPG key.", SIGN),
    ("pre-receive hook declined", "GitLab: Commit author's email 'boy@localhost' does not follow the pattern", AUTHOR),
    ("pre-receive hook declined", "GitLab: Committer's email 'boy@localhost' does not follow the pattern", AUTHOR),
    (
        "pre-receive hook declined",
        "GitLab: You cannot push commits for 'boy@localhost'. You can only push commits if the committer email is one"
        " of your own verified emails.",
        AUTHOR,
    ),
    (
        "push declined due to email privacy restrictions",
        "error: GH007: Your push would publish a private",
        AUTHOR,
    ),
    (
        "commit 2478cf2: email address boy@localhost is not registered in your account, and you lack 'forge committer'"
        " permission.",
        "",
        AUTHOR,
    ),
    ("invalid committer", "", AUTHOR),
    (BY_RULES, f"error: {RULES}Commit author email must match a given regex pattern.", AUTHOR),
    (BY_RULES, f"error: {RULES}Commit message must match a given regex pattern.", "messages of the commits: exempt"),
    (BY_RULES, f"error: {RULES}Changes must be made through a pull request.", "is protected"),
    ("pre-receive hook declined", "no, never", "A hook of the server refuses"),
    ("hook declined", "fatal: write error: No space left on device", "out of space"),
    ("unpacker error", "fatal: sha1 file write error. Out of diskspace", "could not store"),
    ("unpacker error", "error: unable to create temporary object directory", "who owns the files of the repository"),
    ("pre-receive hook declined", "GitLab: You are not allowed to push code to protected branches", "is protected"),
    (
        "protected branch hook declined",
        "error: GH006: Protected branch update failed for refs/heads/main.",
        "is protected",
    ),
    ("prohibited by Gerrit: not permitted: update", "", "may read but not push"),
    ("branch is currently checked out", "error: refusing to update checked out branch", "has a work tree"),
    ("failed to update ref", "error: cannot lock ref: Unable to create 'main.lock': Permission denied", "may read but"),
    ("shallow update not allowed", "", "refuses the push"),
]


@pytest.mark.parametrize(("reason", "remote", "hint"), REFUSALS)
def test_refused(reason: str, remote: str, hint: str) -> None:
    report = rejected(reason, remote)
    assert report.status is PushStatus.REFUSED
    message = str(MESSAGES.refused(report))
    assert hint in message
    assert message.endswith(f"It says: {reason}{f'; {remote}' if remote else ''}")


def test_an_unknown_reason() -> None:
    report = rejected("TF402462: The reference is busy elsewhere.")
    assert report.status is PushStatus.REJECTED
    assert "so nothing was released. It says: TF402462" in str(MESSAGES.refused(report))


@pytest.mark.parametrize(
    "stderr",
    [
        "send-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly\n",
        "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\nEverything up-to-date\n",
        "client_loop: send disconnect: Broken pipe\nfatal: the remote end hung up unexpectedly\n",
        "",
    ],
)
def test_no_response(stderr: str) -> None:
    assert disconnected(stderr).status is PushStatus.NO_RESPONSE


def test_a_timeout_or_no_output_is_no_response() -> None:
    timed_out = read_report(b"", MAIN, GitTimedOut("push", 60, "fatal: Could not read from remote repository."))
    assert (timed_out.status, timed_out.timed_out) == (PushStatus.NO_RESPONSE, True)
    assert read_report(b"", MAIN, None).status is PushStatus.NO_RESPONSE
    assert rejected("remote failed to report status", kind="remote failure").status is PushStatus.NO_RESPONSE


NOT_SENT = [
    (
        "fatal: unable to access 'https://example.com/locks.git/': The requested URL returned error: 403",
        "may read but not",
    ),
    (
        "ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote"
        " repository.",
        "may read but not push",
    ),
    (
        "ERROR: This deploy key does not have write access to this project.\n"
        "fatal: Could not read from remote repository.",
        "may read but not push",
    ),
    (
        "FATAL: W any locks bot DENIED by fallthru\nfatal: Could not read from remote repository.",
        "may read but not push",
    ),
    ("fatal: remote error: access denied or repository not exported: /locks.git", "may read but not push"),
    (
        "git@example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.",
        "refuses the key",
    ),
    (
        "ssh: connect to host example.com port 22: Connection refused\nfatal: Could not read from remote repository.",
        "refuses the connection",
    ),
    (
        "fatal: unable to access 'https://example.com/read-only/locks.git/': Could not resolve host: example.com",
        "The host of https://example.com/locks.git cannot be resolved",
    ),
    ("fatal: Authentication failed for 'https://example.com/locks.git/'", "refuses the user name or the password"),
    (
        "error: Cannot access URL https://example.com/locks.git/, return code 22\nfatal: git-http-push failed",
        "dumb HTTP",
    ),
    ("fatal: Could not read from remote repository.", "lets this user or key read but not push"),
]


@pytest.mark.parametrize(("stderr", "words"), NOT_SENT)
def test_not_sent(stderr: str, words: str) -> None:
    report = disconnected(stderr)
    assert report.status is PushStatus.NOT_SENT
    assert report.failed is not None
    error = MESSAGES.not_sent(report, report.failed)
    assert isinstance(error, RepositoryError)
    assert words in str(error)


@pytest.mark.parametrize(
    "stderr",
    [
        f"fatal: bad object {COMMIT}\nfatal: the remote end hung up unexpectedly\n{FAILED_TO_PUSH}",
        f"error: src refspec {COMMIT} does not match any\n{FAILED_TO_PUSH}",
        "fatal: not a git repository: '/cache/mirror.git'\n",
        f"error: object file objects/24/78 is empty\nfatal: loose object {COMMIT} is corrupt\n",
        "fatal: the remote end hung up unexpectedly\nerror: pack-objects died of signal 9\n",
    ],
)
def test_a_broken_mirror(stderr: str) -> None:
    assert disconnected(stderr).status is PushStatus.MIRROR_BROKEN


def test_messages_of_the_server_about_objects_do_not_concern_the_mirror() -> None:
    assert (
        disconnected("remote: fatal: bad object\nfatal: the remote end hung up unexpectedly\n").status
        is PushStatus.NO_RESPONSE
    )


PIECES = (
    b"\t",
    b":",
    MAIN.encode(),
    b":refs/heads/main\t",
    b"!\t",
    b" \t",
    b"=\t",
    b"[remote rejected] (",
    b")",
    b"\n",
)


def test_messages_hold_no_secrets_and_no_control_characters_and_are_short() -> None:
    remote = "\n".join(["\x1b[31mhello s3cret https://bot:t0ken@example.com\x1b[0m", *map(str, range(1000))])
    message = str(MESSAGES.refused(rejected("hook declined", remote)))
    assert "s3cret" not in message
    assert "t0ken" not in message
    assert message.isprintable()
    assert len(message) < 700
    assert r"\x1b[31mhello *** https://***@example.com" in message


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=3))).map(b"".join), st.text())
def test_any_output_can_be_read(output: bytes, stderr: str) -> None:
    report = read_report(output, MAIN, GitFailed("push", 1, stderr))
    if report.status is PushStatus.ACCEPTED:
        assert any(line[:2] in (b" \t", b"=\t") and MAIN.encode() in line for line in output.split(b"\n"))
    for error in (MESSAGES.refused(report), MESSAGES.stuck(report, 3), MESSAGES.unknown(report, ValueError("x"))):
        assert printable(str(error)) == str(error)


def test_a_line_about_another_reference_is_ignored() -> None:
    other = printed(" ", "1..2").replace(b"heads/main", b"heads/main2")
    assert read_report(other, MAIN, None).status is PushStatus.NO_RESPONSE
