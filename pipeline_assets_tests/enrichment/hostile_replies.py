"""Replies by chance, from almost right to nonsense: status, headers, framing, packing, pages."""

import gzip
import json
import zlib
from random import Random
from typing import Any

from pipeline_assets_tests.enrichment.raw_server import Play

GOOD = "9310645111766"
_STATUSES = [200] * 40 + [301, 302, 303, 307, 308] * 3 + [429, 503] * 6
_STATUSES += [201, 204, 206, 304, 400, 403, 404, 410, 500, 599, 100, 101, 103, 199, 0, 99, 600, 999]
_STATUSES += [1000, -1]
_LOCATIONS = [
    *("http://xn--/", "http://xn--a/", "http://[::1/", "http://[v1.x]/", "http://x:99999/", "//"),
    *("http://", "https://%00/", "http://a..b/", "http://\u0130.x/", "\\\\x\\y", "?", "#", "/x y"),
    *("javascript:1", "file:///etc/passwd", "http://u:p@x/", "http://" + "a" * 70 + "/", "http:x"),
    *("/\x01\x02", "http://x:-1/", "http://x:1e5/", "http://0x7f.1/", "/" + "a/" * 30_000, ""),
    *("http://\xad/", "http://xn--zckzah.\u3002/", "http://127.0.0.1:1/", "/self", "http://a@b@c/"),
]
_HEADERS = {
    "Retry-After": [
        *("9" * 20, "9" * 5_000, "-1", "0", "1", "120", "1e99", "nan", "\u0663", "", "soon", " "),
        *("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"),
        *("Mon, 99 Foo 2025 25:61:61 +9999", "Mon, 01 Jan 0001 00:00:00 +2359", ",,,", "1 Jan"),
    ],
    "Location": _LOCATIONS,
    "Set-Cookie": [
        *(
            "a=b",
            "=",
            ";;;",
            "a=\x01",
            "a=" + "b" * 9_000,
            "a=b; Max-Age=" + "9" * 400,
            "\xff=\xfe",
        ),
        *(
            "a=b; Expires=Fri, 31 Dec 99999 23:59:59 GMT",
            'a="b; Path=/; Domain=..',
            "a=b; Version=x",
        ),
        *("a=b; Domain=[::1]", "a=b; Path=\x02", "session=; Max-Age=0", "a b=c d", "a=b; Port=0"),
    ],
    "Content-Type": [
        *("text/html; charset=zlib", "text/html; charset=idna", "text/html; charset=utf-7", ""),
        *(
            "text/html; charset=\xff",
            ";;",
            "multipart/x; boundary=",
            "text/html; charset=" + "x" * 999,
        ),
    ],
    "Content-Length": ["0", "-1", "1", "9" * 30, "1,1", "1, 2", "x", "", "+5", "0x10", "5 5"],
    "Content-Encoding": [
        *("gzip", "gzip, gzip", "gzip,gzip,gzip", "deflate", "br", "zstd", "identity", "x-gzip"),
        *("GZIP", ", gzip", "\xff", "a" * 500, "gzip;q=1", "none", "utf-8"),
    ],
    "Transfer-Encoding": ["chunked", "gzip, chunked", "identity", "chunked, chunked", "x", ""],
    "Connection": ["close", "keep-alive", "upgrade", "\xff"],
    "Upgrade": ["h2c", "websocket"],
    "X-\xe9": ["\xe9"],
    "X-Long": ["x" * 90_000, "x" * 200_000],
    "Link": ["<http://xn--/>; rel=next"],
    "Refresh": ["0; url=http://xn--/"],
    "": ["no name"],
    "a b": ["c"],
}
_NUMBERS: list[Any] = [
    *(GOOD, int(GOOD), float(GOOD), 1e400, -1, 0, None, True, "", [], {}, [GOOD], [[GOOD]]),
    *("9" * 6_000, 10**400, 9.5e12, f"{GOOD},x", "\u0663" * 13, {"value": GOOD}, "x" * 5_000),
]
_PIECES = [
    *("<div>" * 50, "</div>", "<!--", "-->", "<script>", "</script>", "<![CDATA[", "<svg>", "\x00"),
    *("<title>", "</title>", "<template>", "<plaintext>", "&lt;", "<p>x</p>", "<a b='>", "\ufeff"),
]


def play_of(chance: Random, max_bytes: int, stranger: str) -> Play:
    """One reply. Most come at once; a few are slow, or do not end.

    `max_bytes` is the largest page allowed, `stranger` the origin of a server that is not to be
    asked.
    """
    if chance.random() < 0.02:
        return [f"HTTP/1.1 302 Found\r\nLocation: {stranger}/\r\n\r\n".encode()]
    head, body = _reply(chance, max_bytes)
    reply = head + body
    if chance.random() < 0.1:
        reply = _mutated(chance, reply)
    way = chance.random()
    if way < 0.97:
        return [reply]
    if way < 0.98:
        cut = chance.randrange(len(reply) + 1)
        return [reply[:cut], chance.choice([0.01, 0.05, 60.0]), reply[cut:]]
    if way < 0.99:
        return [part for byte in reply[:100] for part in (bytes([byte]), 0.02)]
    return [_endless(chance)] * 2_000


def _reply(chance: Random, max_bytes: int) -> tuple[bytes, bytes]:
    body = _page(chance, max_bytes)
    status = chance.choice(_STATUSES)
    version = chance.choice(["HTTP/1.1"] * 60 + ["HTTP/1.0", "HTTP/0.9", "HTTP/2", "ICY"])
    lines = [f"{version} {status} {chance.choice(['OK', '', chr(0xFF) * 9, 'x' * 999])}"]
    lines += ["Content-Type: text/html"] * chance.randint(0, 1)
    for _ in range(chance.choice([0] * 9 + [1, 1, 2, 5])):
        name = chance.choice(list(_HEADERS))
        lines.append(f"{name}: {chance.choice(_HEADERS[name])}")
    if 300 <= status < 400:
        lines.append(f"Location: {chance.choice(_LOCATIONS)}")
    if status in (429, 503):
        lines.append(f"Retry-After: {chance.choice(_HEADERS['Retry-After'])}")
    packing, body = _packed(chance, body, max_bytes)
    framing, body = _framed(chance, body)
    interim = b"HTTP/1.1 100 Continue\r\n\r\n" * chance.choice([0] * 20 + [1, 3, 500])
    head = "\r\n".join([*lines, *packing, *framing]) + "\r\n\r\n"
    return interim + head.encode("utf-8" if chance.random() < 0.5 else "latin-1", "replace"), body


def _packed(chance: Random, body: bytes, max_bytes: int) -> tuple[list[str], bytes]:
    way = chance.randrange(18)
    if way < 12:
        return [], body
    packed = gzip.compress(body, 1)
    match way:
        case 12:
            return ["Content-Encoding: gzip"], packed
        case 13:
            return ["Content-Encoding: gzip"], packed[: chance.randrange(len(packed) + 1)]
        case 14:
            return ["Content-Encoding: gzip, gzip"], gzip.compress(packed, 1)
        case 15:
            return ["Content-Encoding: gzip"], gzip.compress(bytes(max_bytes * 9), 9)
        case 16:
            return ["Content-Encoding: gzip"], _empty_blocks(chance.choice([1, 1_000, 50_000]))
    return ["Content-Encoding: deflate"], zlib.compress(body)


def _empty_blocks(number: int) -> bytes:
    """Packed data without contents."""
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\x00\x00\x00\xff\xff" * number


def _framed(chance: Random, body: bytes) -> tuple[list[str], bytes]:
    way = chance.randrange(20)
    if way < 15:
        return [f"Content-Length: {len(body)}"], body
    if way < 16:
        return [f"Content-Length: {len(body) + chance.choice([-9, -1, 1, 10**12])}"], body
    if way < 17:
        return ["Connection: close"], body
    size = chance.choice([1, 7, 1_000, 100_000])
    parts = [body[at : at + size] for at in range(0, min(len(body), size * 3_000), size)]
    extension = chance.choice(["", "", ";a=b", ";" + "x" * 5_000, "\xff", " "]).encode("latin-1")
    chunks = b"".join(b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in parts)
    end = chance.choice([b"0\r\n\r\n"] * 4 + [b"", b"0\r\n", b"-1\r\n\r\n", b"0\r\nX: y\r\n" * 9])
    return ["Transfer-Encoding: chunked"], chunks + end


def _endless(chance: Random) -> bytes:
    """A piece that is sent again and again: a reply that never comes to its end."""
    return chance.choice(
        [
            b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500,
            b"x" * 8_000,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1;x\r\nx\r\n" * 900,
        ]
    )


def _page(chance: Random, max_bytes: int) -> bytes:
    """A shop's page, its data odd in one way or other."""
    number = chance.choice(_NUMBERS) if chance.random() < 0.7 else GOOD
    product = {"@type": chance.choice(["Product", ["Product"], 7]), "gtin13": number, "sku": number}
    linked = chance.choice([product, [product], {"@graph": [product]}, number, {"@graph": number}])
    own = {"props": {"pageProps": chance.choice([{"product": {"gtin": number}}, {}, number])}}
    parts = [
        f'<script type="application/ld+json">{_json(chance, linked)}</script>',
        f'<script id="__NEXT_DATA__" type="application/json">{_json(chance, own)}</script>',
        *chance.choices(_PIECES, k=chance.choice([0, 2, 9])),
    ]
    chance.shuffle(parts)
    page = "<html>" + "".join(parts[: chance.randint(1, len(parts) + 4)])
    if chance.random() < 0.05:
        page += chance.choice(["<div>", "<b>", "<!--", "[", "<a b='"]) * (max_bytes // 7)
    encoded = page.encode("utf-8", "surrogatepass")
    return _mutated(chance, encoded) if chance.random() < 0.2 else encoded


def _json(chance: Random, value: Any) -> str:
    if chance.random() < 0.05:
        return chance.choice(["[", '{"a":']) * 30_000
    return json.dumps(value)


def _mutated(chance: Random, data: bytes) -> bytes:
    """With a few bytes changed, removed, repeated or moved."""
    mutated = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8, 40])):
        at = chance.randrange(len(mutated) + 1)
        length = chance.choice([0, 1, 1, 2, 4, 30])
        piece = chance.choice([b"", chance.randbytes(length), bytes(mutated[at : at + length]) * 3])
        mutated[at : at + length] = piece
    return bytes(mutated)
