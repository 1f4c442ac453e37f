"""An answer of a timestamping authority (RFC 3161) in DER, written by hand as a second opinion beside openssl's."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.hashing import sha256

SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
SHA_256, ECDSA_SHA_256 = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"
SEQUENCE, SET = 0x30, 0x31


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    content = bytes([40 * first + second])
    for arc in rest:
        septets = [arc & 127]
        while arc := arc >> 7:
            septets.append(arc & 127 | 128)
        content += bytes(septets[::-1])
    return der(0x06, content)


def integer(number: int) -> bytes:
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def read(content: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and rest of the first value."""
    size, start = content[1], 2
    if size & 128:
        start = 2 + (size & 127)
        size = int.from_bytes(content[2:start], "big")
    return content[0], content[start : start + size], content[start + size :]


def answerer(certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    def answer(request: bytes) -> bytes:
        _, inside, _ = read(request)
        _, _, rest = read(inside)  # version
        _, imprint, rest = read(rest)
        nonce = next((part for tag, part in _values(rest) if tag == 0x02), None)
        info = _info(imprint, nonce)
        token = der(SEQUENCE, oid(SIGNED_DATA), der(0xA0, _signed(info, certificate, key)))
        return der(SEQUENCE, der(SEQUENCE, integer(0)), token)

    return answer


def _values(content: bytes) -> list[tuple[int, bytes]]:
    found = []
    while content:
        tag, part, content = read(content)
        found.append((tag, part))
    return found


def _info(imprint: bytes, nonce: bytes | None) -> bytes:
    moment = datetime.now(UTC).strftime("%Y%m%d%H%M%SZ").encode()
    parts = [
        integer(1),
        oid("1.2.3.4"),
        der(SEQUENCE, imprint),
        integer(int.from_bytes(os.urandom(8), "big")),
    ]
    parts += [der(0x18, moment), *([der(0x02, nonce)] if nonce else [])]
    return der(SEQUENCE, *parts)


def _signed(info: bytes, certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> bytes:
    algorithm, encoded = der(SEQUENCE, oid(SHA_256)), certificate.public_bytes(Encoding.DER)
    named = der(SEQUENCE, der(SEQUENCE, der(SEQUENCE, der(0x04, sha256(encoded)))))
    attributes = b"".join(
        sorted(
            [
                der(SEQUENCE, oid(CONTENT_TYPE), der(SET, oid(TST_INFO))),
                der(SEQUENCE, oid(MESSAGE_DIGEST), der(SET, der(0x04, sha256(info)))),
                der(SEQUENCE, oid(SIGNING_CERTIFICATE_V2), der(SET, named)),
            ]
        )
    )
    signature = key.sign(der(SET, attributes), ECDSA(SHA256()))
    issuer = der(SEQUENCE, certificate.issuer.public_bytes(), integer(certificate.serial_number))
    signer = der(
        SEQUENCE, integer(1), issuer, algorithm, der(0xA0, attributes),
        der(SEQUENCE, oid(ECDSA_SHA_256)), der(0x04, signature),
    )  # fmt: skip
    inner = der(SEQUENCE, oid(TST_INFO), der(0xA0, der(0x04, info)))
    return der(SEQUENCE, integer(3), der(SET, algorithm), inner, der(0xA0, encoded), der(SET, signer))
