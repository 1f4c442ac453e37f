"""Timestamps of checkpoints by authorities that are none of ours (RFC 3161).

What is dated is the text of the checkpoint: origin, size and root, without signatures. So a timestamp outlives every
key of the log: even if all of them leak, nobody can make another tree that existed on that day.
`rfc3161-client` does the cryptography; without it a timestamp can only be read, and nothing is concluded of it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509

from ledger.errors import FormatError, NotCheckable, ProofError
from ledger.hashing import sha256

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

SHA256 = "2.16.840.1.101.3.4.2.1"
GRANTED = 0


class Asked(NamedTuple):
    """A request (DER) and the number that the answer must repeat."""

    request: bytes
    nonce: int | None


def ask(text: bytes) -> Asked:
    """The request to date `text`, the text of a checkpoint."""
    import rfc3161_client as client  # noqa: PLC0415 - so that the rest runs without it

    builder = client.TimestampRequestBuilder().data(text).hash_algorithm(client.HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    return Asked(request.as_bytes(), request.nonce)


def read_time(answer: bytes, text: bytes) -> datetime:
    """When the authority says that it saw `text`. Who it is, and whether it signed, is not looked at.

    Raises FormatError for what is no granted answer, ProofError where it is about something else.
    """
    return _time(_decode(answer), text)


def check_timestamp(
    answer: bytes, text: bytes, roots: Sequence[x509.Certificate], *, nonce: int | None = None
) -> datetime:
    """When an authority below one of `roots` saw `text`; raises FormatError or ProofError."""
    import rfc3161_client as client  # noqa: PLC0415

    decoded = _decode(answer)
    time = _time(decoded, text)
    if not roots:
        raise NotCheckable("No root certificate of a timestamping authority was given.")
    builder = client.VerifierBuilder(roots=list(roots), nonce=nonce)
    try:
        builder.build().verify(decoded, sha256(text))
    except (client.VerificationError, ValueError, x509.ExtensionNotFound) as error:
        raise ProofError(
            f"The timestamp is not one of an authority below the given roots ({error})."
        ) from error
    return time


def parse_roots(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except (ValueError, x509.InvalidVersion) as error:
        raise FormatError("The root certificates of timestamping authorities are PEM.") from error


def _decode(answer: bytes) -> "TimeStampResponse":
    try:
        import rfc3161_client as client  # noqa: PLC0415
    except ImportError:
        raise NotCheckable("Install rfc3161-client to check timestamps.") from None
    try:
        decoded = client.decode_timestamp_response(answer)
        granted = decoded.status == GRANTED
        decoded.tst_info  # noqa: B018 - raises where there is none
    except ValueError as error:
        raise FormatError("The bytes are not the answer of a timestamping authority (RFC 3161).") from error
    if not granted:
        raise FormatError("The timestamping authority refused the request.")
    return decoded


def _time(decoded: "TimeStampResponse", text: bytes) -> datetime:
    said = decoded.tst_info
    imprint = said.message_imprint
    if (imprint.hash_algorithm.dotted_string, imprint.message) != (SHA256, sha256(text)):
        raise ProofError("The timestamp is about something else than this checkpoint.")
    return said.gen_time.astimezone(UTC)
