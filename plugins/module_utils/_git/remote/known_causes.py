# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of git about known causes, and the message for each: what happened, and what to do."""

from __future__ import annotations

PROXY = (
    "The proxy before {where} cannot be used: check https_proxy, http_proxy and no_proxy where this runs, and"
    " http.proxy in the settings of git, and the user name and password in them; write their special characters as %XX."
)

# The output of git 2.39, OpenSSH 9.2 and curl (GnuTLS and OpenSSL), and the message for it; the first match counts.
CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"REMOTE HOST IDENTIFICATION HAS CHANGED",
        "The host key of {where} has changed: the server was replaced, or somebody intercepts the connection."
        " Ask its operator; if it was replaced, update its lines in known_hosts_file.",
    ),
    (
        r"REVOKED HOST KEY",
        "The host key of {where} is marked as revoked in the known hosts: ask the operator of the server for its new"
        " key.",
    ),
    (
        r"Host key verification failed",
        "The host key of {where} is not known:"
        " add it to known_hosts_file, or set accept_newhostkey to accept it on the first connection.",
    ),
    (r"UNPROTECTED PRIVATE KEY FILE", "ssh refuses key_file because others can read it: run chmod 600 on it."),
    (
        r"Load key .*(?:invalid format|libcrypto|unknown or unsupported|not a .*key)",
        "ssh cannot read the private key for {where}: it is incomplete, or not a private key."
        " Give the complete key in key_file or ssh_private_key.",
    ),
    (
        r"SAML SSO",
        "{where} requires single sign-on (SAML): authorize the key or the token for it on the web page of the server.",
    ),
    (
        r"(?:SSH key|[Pp]assword|[Tt]oken) has expired",
        "The server of {where} says that the key, password or token has expired: give a new one.",
    ),
    (
        r"Permission denied \([a-z,-]*\)|Too many authentication failures",
        "The server of {where} refuses the key: check key_file or ssh_private_key, that the key has no passphrase,"
        " and that it gives read access to the repository.",
    ),
    (
        r"[Cc]ould not resolve proxy|from proxy after CONNECT|CONNECT tunnel failed|[Uu]nsupported proxy|error: 407",
        PROXY,
    ),
    (
        r"Could not resolve host|unable to look up|Name or service not known|name resolution|nodename nor servname",
        "The host of {where} cannot be resolved: check its name in repo, and DNS on this machine.",
    ),
    (
        r"Connection refused|Failed to connect to|[Cc]ould ?n[o']t connect to server",
        "The server of {where}, or the proxy before it, refuses the connection: check host and port in repo,"
        " https_proxy and http_proxy, and that the server runs.",
    ),
    (
        r"timed out|Operation too slow|No route to host|[Nn]etwork is unreachable",
        "The server of {where} cannot be reached: check the network, proxies and firewalls.",
    ),
    (
        r"error setting certificate|error reading ca cert|problem with the SSL CA cert",
        "git cannot read certificates from ca_path: give a file or a folder with CA certificates in PEM format.",
    ),
    (
        r"certificate verification failed|SSL certificate|local issuer|self[- ]signed certificate"
        r"|certificate (?:has|is) expired"
        r"|no alternative certificate|does not match target host|server verification failed|CAfile",
        "The TLS certificate of {where} is not trusted: give its CA in ca_path, and check that it is for this host and"
        " has not expired.",
    ),
    (
        r"non-properly terminated|SSL_ERROR_SYSCALL|unexpected eof|pull function|SSL connection timeout"
        r"|not closed cleanly",
        "The TLS connection to {where} was lost: try again. If it fails again, check that the server speaks TLS at this"
        " address (scheme and port in repo), and see its log.",
    ),
    (
        r"wrong version number|unexpected TLS packet|packet length too long|:http request",
        "The server of {where} does not speak TLS: check scheme and port in repo.",
    ),
    (
        r"certificate required",
        "The server of {where} requires a client certificate: set http.sslCert and http.sslKey in the settings of git.",
    ),
    (
        r"gnutls_handshake|TLS connect|SSL routines|SSL_ERROR",
        "The server of {where} does not accept the TLS connection: check the TLS versions that it supports, and scheme"
        " and port in repo.",
    ),
    (
        r"unable to update url base from redirection|^\s*redirect: ",
        "{where} leads to another address, such as the login page of a single sign-on, instead of a repository: give"
        " the address at which the server serves git, and a password or token that is enough there.",
    ),
    (
        r"could not read (?:Username|Password)|terminal prompts disabled",
        "The server of {where} requires a user name and a password: give them in repo_username and repo_password.",
    ),
    (
        r"Authentication failed|HTTP Basic: Access denied|returned error: 401",
        "The server of {where} refuses the user name or the password: check repo_username and repo_password.",
    ),
    (
        r"returned error: 403",
        "The server of {where} responds with 403: this user has no read access.",
    ),
    (
        r"returned error: 404|[Rr]epository '?.*'? ?not found",
        "There is no repository at {where}, or this user has no access to it: check repo and the credentials.",
    ),
    (
        r"returned error: 429",
        "The server of {where} responds with 429, as there were too many requests: run less often, or ask its operator"
        " for a higher limit.",
    ),
    (r"returned error: (5\d\d)", "The server of {where} responds with {found}: try again later."),
    (r"returned error: (\d+)", "The server of {where} responds with {found} instead of a repository: check repo."),
    (
        r"not valid: is this a git repository|invalid server response|invalid content-type",
        "{where} is not a git repository, it may be a web page: check repo.",
    ),
    (
        r"dubious ownership",
        "git does not read {where}, because another user owns it: run as that user, or add the folder to"
        " safe.directory in the settings of git.",
    ),
    (
        r"does not appear to be a git repository|repository not exported|[Nn]ot a git repository|no such repository"
        r"|invalid gitfile format",
        "There is no git repository at {where} that this user can read: check repo, and who may read its files.",
    ),
    (
        r"^remote: .*(?:No space left|[Qq]uota exceeded)",
        "The server of {where} has no space left on its disk: tell its operator.",
    ),
    (
        r"No space left|[Qq]uota exceeded",
        "There is no space left on the disk to read {where}: free some, or set another cache_dir.",
    ),
    (
        r"File too large|[Ff]ile size limit",
        "The limit on the size of a file (ulimit -f, or LimitFSIZE of systemd) is too small to read {where}: raise it.",
    ),
    (
        r"died of signal 9",
        "git was killed while it read {where}, as the system does if the memory is exhausted: give it more.",
    ),
    (r"cannot run ssh|\bssh: not found", "The program ssh is not installed on this host: install it to read {where}."),
    (
        r"([\w.-]+): (?:command )?not found$",
        "The program {found}, which core.sshCommand or GIT_SSH_COMMAND names to reach {where}, is not installed on this"
        " host: install it, or remove the setting.",
    ),
    (
        r"remote helper for|remote-https?' is not a git",
        "git on this host does not support the protocol of {where}: install git completely.",
    ),
    (
        r"bad line length character",
        "The server of {where} prints other output before that of git:"
        " remove it from the shell profile of the account there.",
    ),
    (
        r"transport '.*' not allowed|disabled in libcurl",
        "{where} leads to a protocol that is not supported:"
        " check the redirects of the server, and insteadOf in the settings of git.",
    ),
    (
        r"receiving end does not support (?:--)?([a-z ]+?)(?: push)?\s*$",
        "The server of {where} does not support {found}, which the settings of git ask for where this runs: remove"
        " push.pushOption and push.gpgSign from them.",
    ),
    (
        r"No user exists for uid",
        "ssh does not run for a user without an entry in the password database (/etc/passwd): add one for the user of"
        " this run, or read {where} over https.",
    ),
    (
        r"hung up|early EOF|[Cc]onnection (?:was )?reset|[Cc]onnection closed|unexpected disconnect|RPC failed"
        r"|Empty reply|transfer closed",
        "The connection to {where} was lost: try again. If it fails again, see the log of the server.",
    ),
)
