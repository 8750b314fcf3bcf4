"""Notes, checkpoints and cosignatures, held against those of the ecosystem and against lies."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.fixtures.site import Site
from tutela.ledger import heads, notes
from tutela.ledger.notes import COSIGNATURE, Checkpoint, MalformedNote, Note, Verifier

#: The key and the note by which golang.org/x/mod/sumdb/note explains itself.
KNOWN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
KNOWN_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n"
)
SEED = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
PUBLIC = SEED.public_key().public_bytes_raw()
TEXT = str(Checkpoint("example.org/log", 3, bytes(32)))


def test_a_note_of_the_ecosystem_is_read_written_and_verified() -> None:
    verifier = notes.read_verifier(KNOWN_KEY)
    note = notes.read(KNOWN_NOTE.encode())
    assert notes.signed_by(note, verifiers=[verifier]) == verifier
    assert (str(verifier), str(note)) == (KNOWN_KEY, KNOWN_NOTE)


def test_a_changed_note_is_not_signed() -> None:
    note = notes.read(KNOWN_NOTE.replace("problem,", "problems,").encode())
    with pytest.raises(MalformedNote, match="does not verify"):
        notes.signed_by(note, verifiers=[notes.read_verifier(KNOWN_KEY)])


def test_a_note_that_nobody_known_signed_has_no_signer() -> None:
    stranger = Verifier("PeterNeumann", PUBLIC)
    assert notes.signed_by(notes.read(KNOWN_NOTE.encode()), verifiers=[stranger]) is None


def test_a_cosignature_says_when_and_over_what() -> None:
    witness = Verifier("example.org/witness", PUBLIC, COSIGNATURE)
    line = notes.cosign(TEXT, by=witness, signer=SEED.sign, at_seconds=1_700_000_000)
    (read,) = notes.read_signatures(str(line))
    assert notes.cosigned_at(TEXT, line=read, verifier=witness) == 1_700_000_000
    assert notes.cosigned_at(TEXT + "x\n", line=read, verifier=witness) is None
    later = notes.Signature(read.name, read.key_hash, bytes(7) + b"\1" + read.signature[8:])
    assert notes.cosigned_at(TEXT, line=later, verifier=witness) is None
    short = notes.Signature(read.name, read.key_hash, read.signature[:-1])
    assert notes.cosigned_at(TEXT, line=short, verifier=witness) is None
    other = Verifier("example.org/other", PUBLIC, COSIGNATURE)
    assert notes.cosigned_at(TEXT, line=read, verifier=other) is None


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    assert notes.read_checkpoint(TEXT) == Checkpoint("example.org/log", 3, bytes(32))
    assert notes.read_checkpoint(TEXT + "an extension\n").size == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n3\nAAAA\n",
        "o\n03\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "o\n-3\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "o\n\u0663\n" + base64.b64encode(bytes(32)).decode() + "\n",
        f"o\n{2**63}\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "o\n3\nAAAA\n",
        "o\n3\n" + "A" * 42 + "B=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(MalformedNote):
        notes.read_checkpoint(text)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\n\n",
        b"text\n",
        b"text\n\n",
        b"text\n\n- name AAAAAAA=\n",
        "text\n\n\u2014 name AAAAAAA=".encode(),
        "text\n\n\u2014 na+me AAAAAAA=\n".encode(),
        "text\n\n\u2014 name AAAAAAAB=\n".encode(),
        "text\n\n\u2014 name AAAA\n".encode(),
        "te\0xt\n\n\u2014 name AAAAAAA=\n".encode(),
        ("text\n\n" + "\u2014 name AAAAAAA=\n" * 101).encode(),
        b"x" * 16_385,
    ],
)
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedNote):
        notes.read(raw)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000+AAAA",
        KNOWN_KEY.replace("c74f20a3", "c74f20a4"),
        KNOWN_KEY.replace("PeterNeumann", "Peter Neumann"),
        KNOWN_KEY.replace("+ARpc", "+ERpc"),
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(MalformedNote):
        notes.read_verifier(text)


def test_a_name_that_no_terminal_can_show_is_refused() -> None:
    with pytest.raises(MalformedNote):
        notes.checked_name("name\u202e")


async def test_every_head_is_there_as_a_checkpoint_signed_by_the_log(web: Site) -> None:
    assert (await web.client.get("/v1/ledger/checkpoint")).status_code == 404
    caller = await web.house.caller()
    for _ in range(3):
        await web.house.take(caller)
    await web.house.sequencer.sequence_all()
    answer = await web.client.get("/v1/ledger/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    head = (await web.client.get("/v1/ledger/head")).json()
    note = notes.read(answer.content)
    checkpoint = notes.read_checkpoint(note.text)
    assert checkpoint == Checkpoint(heads.origin(head["log_id"]), 3, bytes.fromhex(head["root"]))
    verifier = Verifier(checkpoint.origin, web.house.keys.public_key)
    assert notes.signed_by(note, verifiers=[verifier]) == verifier
    assert isinstance(note, Note)
