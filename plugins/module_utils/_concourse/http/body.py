# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Receives the body of a response to its end, decoded, and no longer than it may be."""

from __future__ import annotations

import typing as t
import zlib
from collections.abc import Iterator

from .errors import ResponseTooLong
from .large_responses import SMALL_BYTES, LargeResponseTurn
from .limits import MOST_BYTES, RequestLimits

if t.TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_PIECE = 64 * 1024
ACCEPTED_ENCODING = "gzip"


def receive_body(raw: BaseHTTPResponse, limits: RequestLimits, turn: LargeResponseTurn | None) -> bytes:
    """Return the body. Without a turn it must be a small one; of an error the first megabyte is enough.

    Raises ResponseTooLong, or requests' ChunkedEncodingError for a body that is cut off or wrongly encoded.
    """
    import requests
    import urllib3

    most = SMALL_BYTES if turn is None else MOST_BYTES
    pieces: list[bytes] = []
    length = 0
    try:
        for piece in _decoded(raw.stream(_PIECE, decode_content=False), raw.headers.get("Content-Encoding")):
            length += len(piece)
            if length > SMALL_BYTES and raw.status != 200:
                break
            if length > SMALL_BYTES and turn is not None:
                limits.extend(turn.take())
            if length > most:
                raise ResponseTooLong(most)
            pieces.append(piece)
    except (urllib3.exceptions.ProtocolError, zlib.error) as error:
        raise requests.exceptions.ChunkedEncodingError(error) from None
    return b"".join(pieces)


def _decoded(pieces: Iterator[bytes], encoding: str | None) -> Iterator[bytes]:
    """Yield a body in pieces of limited size, however well it was compressed. Raises zlib.error."""
    if encoding is None or encoding.strip().lower() in ("", "identity"):
        yield from pieces
        return
    decoder = zlib.decompressobj(zlib.MAX_WBITS + 32)
    is_empty = True
    for piece in pieces:
        is_empty = False
        waiting = piece
        while waiting and not decoder.eof:
            yield decoder.decompress(waiting, _PIECE)
            waiting = decoder.unconsumed_tail
    if not (decoder.eof or is_empty):
        raise zlib.error("the end is missing")
