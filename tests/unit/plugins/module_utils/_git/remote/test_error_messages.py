# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""git's own words, and what is made of them. Those of real servers are in tests/functional/git."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._git.process.command import GitFailed, GitTimedOut
from ansible_collections.poolboy.concourse.plugins.module_utils._git.remote.error_messages import (
    explain,
    git_words,
    scrub,
)

WHERE = "https://host/locks.git"


def sentence(stderr: str, *secrets: str) -> str:
    return str(explain(GitFailed("fetch", 128, stderr), where=WHERE, secrets=secrets))


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        ("fatal: unable to access 'x': SSL certificate problem: self-signed certificate", "give its CA in ca_path"),
        ("fatal: unable to access 'x': SSL certificate problem: certificate has expired", "is not trusted"),
        ("fatal: unable to access 'x': SSL: no alternative certificate subject name matches", "is not trusted"),
        (
            "fatal: unable to access 'x': error setting certificate verify locations:  CAfile: y",
            "cannot read certificates",
        ),
        ("fatal: unable to access 'x': OpenSSL SSL_connect: SSL_ERROR_SYSCALL", "was lost"),
        ("fatal: unable to access 'x': gnutls_handshake() failed: Error in the pull function.", "was lost"),
        ("fatal: unable to access 'x': gnutls_handshake() failed: An unexpected TLS packet was received.", "speak TLS"),
        ("fatal: unable to access 'x': error:0A00045C:SSL routines::tlsv13 alert certificate required", "http.sslCert"),
        ("fatal: unable to access 'x': gnutls_handshake() failed: Handshake failed", "the TLS versions"),
        ("fatal: unable to access 'x': CONNECT tunnel failed, response 407", "The proxy before"),
        ("fatal: unable to access 'x': Received HTTP code 403 from proxy after CONNECT", "The proxy before"),
        ("fatal: unable to access 'x': Could not resolve proxy: p", "The proxy before"),
        ("fatal: unable to access 'x': Failed to connect to p port 3128: Connection refused", "or the proxy before it"),
        ("@ WARNING: REVOKED HOST KEY DETECTED! @\nHost key verification failed.", "marked as revoked"),
        ("ERROR: The `acme' organization has enabled or enforced SAML SSO. To access", "single sign-on"),
        ("remote: ERROR: Your SSH key has expired.", "the key, password or token has expired"),
        ("remote: Your password has expired. Log in to Bitbucket to update it.", "has expired: give a new one"),
        ("sh: 1: sshpass: not found", "The program sshpass, which core.sshCommand"),
        ("bash: line 1: sshpass: command not found", "The program sshpass, which core.sshCommand"),
        ("error: index-pack died of signal 9\nfatal: fetch-pack: invalid index-pack output", "memory is exhausted"),
        ("remote: fatal: write error: No space left on device\nfatal: early EOF", "tell its operator"),
        ("fatal: unable to access 'x': error:0A00010B:SSL routines::wrong version number", "does not speak TLS"),
        ("ssh: connect to host h port 22: Connection timed out", "cannot be reached"),
        ("ssh: connect to host h port 22: No route to host", "cannot be reached"),
        ("ssh: Could not resolve hostname h: Temporary failure in name resolution", "cannot be resolved"),
        ("fatal: unable to access 'x': Operation too slow. Less than 1 bytes/sec", "cannot be reached"),
        ("error: RPC failed; curl 56 GnuTLS recv error\nfatal: early EOF", "was lost"),
        ("kex_exchange_identification: Connection closed by remote host", "was lost"),
        ("fatal: the remote end hung up unexpectedly", "was lost"),
        ("error: file write error: No space left on device\nfatal: unpack-objects failed", "no space left"),
        ("fatal: write error: Disk quota exceeded", "no space left"),
        ("fatal: detected dubious ownership in repository at '/srv'", "another user owns it"),
        (
            "error: cannot run ssh: No such file or directory\nfatal: unable to fork",
            "ssh is not installed",
        ),
        ("fatal: protocol error: bad line length character: Welc", "prints other output before"),
        ("git: 'remote-https' is not a git command. See 'git --help'.", "does not support the protocol"),
        ("fatal: unable to find remote helper for 'https'", "does not support the protocol"),
        ("fatal: transport 'ext' not allowed", "protocol that is not supported"),
        ("fatal: unable to access 'x': The requested URL returned error: 429", "too many requests: run less often"),
        (
            "fatal: write error: File too large\nfatal: fetch-pack: invalid index-pack output",
            "limit on the size of a file",
        ),
        (
            "fatal: the receiving end does not support push options\nfatal: the remote end hung up unexpectedly",
            "does not support push options, which the settings of git ask for",
        ),
        (
            "fatal: the receiving end does not support --signed push\nfatal: the remote end hung up unexpectedly",
            "does not support signed, which the settings of git ask for",
        ),
        ("No user exists for uid 54321\nfatal: Could not read from remote repository.", "add one for the user of this"),
        ("fatal: something that nobody has seen yet", f"git fetch failed for {WHERE}: fatal: something that nobody"),
        ("", "git printed no message"),
    ],
)
def test_causes(stderr: str, words: str) -> None:
    with pytest.raises(Exception, match=words):
        raise explain(GitFailed("fetch", 128, stderr), where=WHERE)


@pytest.mark.parametrize(
    ("asked_for", "words"),
    [
        ("https://other:8443", "leads to https://other:8443, which requires a user name and a password"),
        ("https://me@other", "leads to https://other, which requires"),
        ("http://host", "leads to http://host, which requires"),
        ("https://host:8443", "leads to https://host:8443, which requires"),
        ("https://pro", "leads to https://pro, which requires"),
        ("http://proxy:3128", "The proxy before https://host/locks.git cannot be used"),
        ("https://host", "give them in repo_username and repo_password"),
        ("https://me@host", "give them in repo_username and repo_password"),
    ],
)
def test_a_login_that_another_host_requires(monkeypatch: pytest.MonkeyPatch, asked_for: str, words: str) -> None:
    monkeypatch.setenv("https_proxy", "http://me@proxy:3128")
    stderr = f"fatal: could not read Username for '{asked_for}': terminal prompts disabled"
    text = str(explain(GitFailed("ls-remote", 128, stderr), where=WHERE, origin="https://host"))
    assert words in text
    assert ("set repo to the address there" in text) is ("leads to" in text)


def test_every_sentence_names_the_repository_or_the_option_to_change() -> None:
    text = sentence("fatal: unable to access 'x': The requested URL returned error: 503")
    assert text.startswith(f"The server of {WHERE} responds with 503: try again later. (fatal: ")


def test_a_time_out_says_how_long() -> None:
    text = str(explain(GitTimedOut("ls-remote", 7, "fatal: killed"), where=WHERE))
    assert "did not complete git ls-remote within git_timeout, 7 seconds" in text


def test_secrets_and_user_information_are_hidden() -> None:
    stderr = "fatal: unable to access 'https://me:hunter2@proxy:3128/': s3cret and s3cret2\nremote: bWU6cw=="
    text = sentence(stderr, "s3cret", "s3cret2", "bWU6cw==", "")
    assert "https://***@proxy:3128/" in text
    assert not [secret for secret in ("hunter2", "s3cret", "bWU6cw") if secret in text]


@pytest.mark.parametrize(
    "stderr",
    [
        "fatal: unable to access 'https://example.org/': Unsupported proxy syntax in 'me:hunter2'",
        "fatal: unable to access 'https://example.org/': Unsupported proxy syntax in 'me:o'hunter2'",
        "fatal: unable to access 'http://oauth2:a/hunter2@host/locks.git/': URL using bad/illegal format",
        "fatal: unable to access 'http://oauth2:a@b/hunter2@host/locks.git/': URL using bad/illegal format",
        "fatal: unable to update url base from redirection:\n  asked for: https://host/a\n"
        "   redirect: https://login.example.com/authorize?state=hunter2&reply_to=x",
    ],
)
def test_a_password_with_unescaped_characters_and_a_query_are_hidden(stderr: str) -> None:
    text = sentence(stderr)
    assert "hunter2" not in text
    assert "***" in text


def test_a_redirect_to_a_login_page_shows_where_it_leads() -> None:
    stderr = "fatal: unable to update url base from redirection:\n  asked for: https://host/a\n"
    text = sentence(f"{stderr}   redirect: https://login.example.com/authorize?state=x")
    assert text.startswith(f"{WHERE} leads to another address, such as the login page")
    assert "redirect: https://login.example.com/authorize?***)" in text


@pytest.mark.parametrize("text", ["git@host:a.git", "see https://host/a and me@example.com", "a@b://c"])
def test_what_is_no_user_information_stays(text: str) -> None:
    assert scrub(text) == text


def test_a_server_s_control_characters_do_not_reach_the_terminal() -> None:
    words = git_words("remote: \x1b[31mred\x07\u202e\r\nfatal: no")
    assert words == "remote: \\x1b[31mred\\x07\\u202e; fatal: no"


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        (
            "ERROR: The `acme' organization requires it. To access\nthis repository, authorize the key.\n"
            "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\n"
            "and the repository exists.\n",
            "ERROR: The `acme' organization requires it. To access; this repository, authorize the key.",
        ),
        (
            "FATAL: R any locks u DENIED by fallthru\n(or you mis-spelled the reponame)\nfatal: no\nhint: a",
            "FATAL: R any locks u DENIED by fallthru; (or you mis-spelled the reponame); fatal: no",
        ),
        (
            "config: line 3: Bad configuration option: usekeychain\nconfig: terminating, 1 bad configuration options\n"
            "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\n"
            "and the repository exists.\n",
            "config: line 3: Bad configuration option: usekeychain; config: terminating, 1 bad configuration options",
        ),
        ("remote: \nremote: =====\nremote: ERROR: no\nremote: =====\nremote: ", "remote: ERROR: no"),
    ],
)
def test_the_words_of_a_server_over_ssh_are_complete(stderr: str, words: str) -> None:
    assert git_words(stderr) == words


def test_only_the_lines_that_tell_something() -> None:
    stderr = "hint: try\nremote: Who are you?\nremote: Who are you?\nfatal: no\n"
    stderr += "fatal: Could not read from remote repository."
    assert git_words(stderr) == "remote: Who are you?; fatal: no"
    assert git_words("one\ntwo\n\nthree\nfour\n") == "two; three; four"
    assert len(git_words("fatal: " + "x" * 5000)) == 400
