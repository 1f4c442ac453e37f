"""Policy files as c2sp.org/tlog-policy gives them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cosignature import CosignatureSigner, MlDsaSigner
from ledger.errors import FormatError
from ledger.note import Ed25519Signer
from ledger.policy import parse_policy
from ledger.trust import Group

LOG = Ed25519Signer.generate("example.com/log")
X = [CosignatureSigner.generate(f"x{number}.example") for number in range(3)]
Y = [MlDsaSigner.generate(f"y{number}.example") for number in range(2)]
TEXT = f"""# The example of the specification, with keys.
log {LOG.vkey}

witness X1 {X[0].vkey}
witness X2 {X[1].vkey} https://x2.example/
\twitness  X3\t{X[2].vkey}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y[0].vkey}
witness Y2 {Y[1].vkey}
group Y-witnesses any Y1 Y2

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification_is_read() -> None:
    policy = parse_policy(TEXT.encode())
    x = Group(2, tuple(witness.verifier for witness in X))
    y = Group(1, tuple(witness.verifier for witness in Y))
    assert [key.name for key in policy.logs] == [LOG.name]
    assert isinstance(policy.quorum, Group)
    assert [shape(member) for member in policy.quorum.members] == [shape(x), shape(y)]
    assert policy.quorum.threshold == 2


def shape(member: object) -> object:
    assert isinstance(member, Group)
    return member.threshold, [key.vkey for key in member.members if not isinstance(key, Group)]


def test_a_policy_may_ask_for_no_witness_or_for_one() -> None:
    assert parse_policy(b"quorum none\n").quorum is None
    quorum = parse_policy(f"witness w {X[0].vkey}\nquorum w\n".encode()).quorum
    assert quorum
    assert not isinstance(quorum, Group)
    assert quorum.vkey == X[0].vkey


def test_keys_may_have_any_name_that_a_signed_note_knows() -> None:
    """The bytes of "à" end in what Latin-1 takes for a space."""
    log, witness = Ed25519Signer.generate("løg.example/à"), CosignatureSigner.generate("証人.example")
    policy = parse_policy(f"log {log.vkey}\nwitness Ü {witness.vkey}\nquorum Ü\n".encode())
    assert [key.name for key in policy.logs] == [log.name]
    assert policy.quorum is not None
    assert not isinstance(policy.quorum, Group)
    assert policy.quorum.vkey == witness.vkey


def test_a_key_whose_name_is_not_utf_8_is_refused_by_its_line() -> None:
    with pytest.raises(FormatError, match=r"Line 1 of the policy: the name of its key is not UTF-8\."):
        parse_policy(f"log {LOG.vkey}\nquorum none\n".encode().replace(b"example.com", b"ex\xe0mple"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("quorum X-and-Y\n", ""),
        ("quorum X-and-Y\n", "quorum X-and-Y\nquorum none\n"),
        ("quorum X-and-Y\n", "quorum X-and-Y"),
        ("quorum X-and-Y", "quorum Z"),
        ("quorum X-and-Y", "quorum X-and-Y X1"),
        ("2 X1 X2 X3", "4 X1 X2 X3"),
        ("2 X1 X2 X3", "0 X1 X2 X3"),
        ("2 X1 X2 X3", "02 X1 X2 X3"),
        ("2 X1 X2 X3", "some X1 X2 X3"),
        ("2 X1 X2 X3", "2 X1 X1 X2"),
        ("2 X1 X2 X3", "2"),
        ("any Y1 Y2", "any Y1 X1"),
        ("any Y1 Y2", "any Y1 Y-witnesses"),
        ("witness X1", "witness none"),
        ("witness X1", "witness X2"),
        ("witness X1", "notary X1"),
        (X[0].vkey, X[1].vkey),
        (X[0].vkey, LOG.vkey),
        (X[0].vkey, X[0].vkey[:-1]),
        (f"log {LOG.vkey}\n", f"log {LOG.vkey}\nlog {LOG.vkey}\n"),
        ("# The", "# \x07The"),
        ("\n", "\r\n"),
    ],
)
def test_a_policy_out_of_form_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(FormatError):
        parse_policy(TEXT.replace(old, new, 1).encode())


@given(st.binary(max_size=200), st.integers(0, len(TEXT)))
def test_any_bytes_are_a_policy_or_malformed(content: bytes, at: int) -> None:
    for policy in (content, TEXT[:at].encode() + content + TEXT[at:].encode()):
        try:
            parse_policy(policy)
        except FormatError:
            continue
