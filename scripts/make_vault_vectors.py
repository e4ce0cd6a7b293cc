"""Make the vectors of sealed documents, by other hands than those that are tested: pyrage seals, Debian's `age` wraps.

python -m scripts.make_vault_vectors          write vectors/vault/*.json anew

The format is written here a second time, in Python, from its description alone. `tests/test_vault_interop.py` reads with
it what the browser's code sealed. Every file is new at each run (age draws fresh keys); what they hold is not.
The identities are published here: they guard nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]  # it ships no types
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "vectors" / "vault"
WORD_LIST = ROOT / "client" / "node_modules" / "@scure" / "bip39" / "wordlists" / "english.js"

IDENTITIES = {
    "alice": "AGE-SECRET-KEY-18USYZ7GS25YU00KPA4NV5MEMCTKRQVDJKSL4M20SD2CCG4R89MES2N8N0C",
    "alice before": "AGE-SECRET-KEY-19T2MWHP4C0RCZA6EMLXYWUK69CM7MYCDYU0S0GYCK56DSVSFXQ5SGKCYGC",
    "bob": "AGE-SECRET-KEY-10S0PAXE2F8X4M3JRRET26SETV3FRM3P2UYUCGFV3URC7TW0D56SQRPRVR0",
    "charlie": "AGE-SECRET-KEY-1PDYTJKESVEVEHRG3LM2S3A93SLKTWUPENVX39VFVUUM2RNPPF4TSFH02UE",
    "group": "AGE-SECRET-KEY-1HTSL92A8EPR457W8NWSMZP4E8596X32H67PHEMSRY4FA6ENMW3MSQ832SZ",
    "server": "AGE-SECRET-KEY-1V6U6EPF83DTDC3FWESFF7XV30SVWGWL7KWP43W3NZVNY00LWU7CQPRGLVN",
}
GROUP = "9b2d1c7e-55aa-4b6f-8f60-0f3f7a1c2d11"
DOCUMENT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
ENVELOPE: dict[str, Any] = {
    "v": 1,
    "id": DOCUMENT,
    "kind": "journal",
    "version": 3,
    "parent": 2,
    "author": "alice",
    "written": "2026-03-01T20:15:00Z",
    "body": {"title": "Sunday", "date": "2026-03-01", "text": "Grateful for the group."},
}
EXPECTED = {"id": DOCUMENT, "kind": "journal"}
AWKWARD: dict[str, Any] = {
    "\U0001f331": "beyond the basic plane",
    "～": "sorts after the one above, by UTF-16",
    "é": ["é", "e\u0301", None, True, False, {}, []],
    "": 'quote " slash / back \\ tab \t null \x00 line \u2028',
    "numbers": [0, -1, 9007199254740991, 0.5, -12.25],
    "nested": {"b": {"z": 1, "a": 2}, "a": 3},
}
CHUNK_BYTES = 64 * 1024 + 16


def canonical(value: object) -> bytes:
    """Return the one way to write `value`: RFC 8785, for the numbers that the vectors hold."""
    return _written(value).encode()


def padded_length(length: int) -> int:
    """Return the Padmé length for `length` bytes, at least 1024. Source: the PURBs paper, 2019, algorithm 1."""
    length = max(length, 1024)
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def pad(content: bytes) -> bytes:
    """Return `content` behind its length, filled with zeros to a Padmé length."""
    framed = len(content).to_bytes(4, "big") + content
    return framed.ljust(padded_length(len(framed)), b"\0")


def read_plaintext(plaintext: bytes) -> dict[str, Any]:
    """Return the envelope with its codes. Raises ValueError where the padding is not exactly ours."""
    length = int.from_bytes(plaintext[:4], "big")
    content = plaintext[4 : 4 + length]
    if pad(content) != plaintext:
        raise ValueError("not padded as it should be")
    envelope: dict[str, Any] = json.loads(content)
    return envelope


def secret_of(identity: str) -> bytes:
    """Return the 32 bytes of an age identity."""
    return _bech32_bytes(identity)


def public_key_of(identity: str) -> str:
    """Return the age recipient of an identity."""
    return str(pyrage.x25519.Identity.from_str(identity).to_public())


def self_code(identity: str, envelope: Mapping[str, Any]) -> str:
    """Return the code that proves a document to its own author."""
    return _code(_derive(secret_of(identity), b"openchair/mac/self/1"), envelope)


def group_code(identity: str, envelope: Mapping[str, Any]) -> str:
    """Return the code that proves a document to the members of a group. `identity` is the group's."""
    return _code(_derive(secret_of(identity), b"openchair/mac/group/1"), envelope)


def pair_code(identity: str, other: str, envelope: Mapping[str, Any]) -> str:
    """Return the code that two people share. `other` is a public key."""
    own = X25519PrivateKey.from_private_bytes(secret_of(identity))
    secret = own.exchange(X25519PublicKey.from_public_bytes(_bech32_bytes(other)))
    both = "".join(sorted([public_key_of(identity), other]))
    return _code(_derive(secret, b"openchair/mac/pair/1" + both.encode()), envelope)


def words_of(public_key: str) -> list[str]:
    """Return the six words of a public key."""
    digest = hashlib.sha256(b"openchair/words/1" + _bech32_bytes(public_key)).digest()
    number = int.from_bytes(digest, "big")
    words = _word_list()
    return [words[(number >> (256 - 11 * (i + 1))) & 2047] for i in range(6)]


def derive(secret: bytes, salt: bytes, log_n: int) -> dict[str, str]:
    """Return what is sent at sign-in and what opens the keyring, as base64url."""
    master = hashlib.scrypt(
        secret, salt=salt, n=2**log_n, r=8, p=1, dklen=32, maxmem=2 ** (log_n + 11)
    )
    return {
        "auth": base64url(_derive(master, b"openchair/auth/1")),
        "wrap": base64url(_derive(master, b"openchair/wrap/1")),
    }


def base64url(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def run_age(command: str, *, passphrase: str) -> None:
    """Run `age` where it asks for a passphrase. It reads from a terminal only, so it is given one."""
    answers = f"{passphrase}\n{passphrase}\n".encode()
    script = shutil.which("script")
    if script is None:
        raise FileNotFoundError("script (util-linux) is needed to give age a terminal")
    subprocess.run(
        [script, "--quiet", "--return", "--command", command, "/dev/null"],
        input=answers,
        capture_output=True,
        check=True,
        timeout=60,
    )


def sealed_vectors() -> dict[str, Any]:
    """Return the documents that open, and those that must not."""
    return {
        "about": "Sealed documents. Each is opened with `keyring` (names of identities, newest first), as written by "
        "`author` (absent: by the keyring's own member) or by a member of `group`. It `opens` as this envelope, "
        "or `fails` with this error. `age`: whether age alone opens it. Bytes are base64.",
        "identities": {
            name: {"identity": identity, "public_key": public_key_of(identity)}
            for name, identity in IDENTITIES.items()
        },
        "cases": [*_opening_cases(), *_failing_cases(), *_damaged_cases()],
    }


def _opening_cases() -> list[dict[str, Any]]:
    before = _author("alice", past=["alice before"])
    for_bob = {"keyring": ["bob"], "author": _author("alice")}
    long = {**ENVELOPE, "body": {"title": "Long", "text": "One day at a time. " * 3600}}
    awkward = {**ENVELOPE, "body": AWKWARD}
    first = {**ENVELOPE, "version": 1, "parent": 0, "body": None}
    return [
        _opens("one's own", _own(ENVELOPE), ENVELOPE),
        _opens("a first version with an empty body", _own(first), first),
        _opens("signs and numbers that are easily written otherwise", _own(awkward), awkward),
        _opens("longer than a chunk", _own(long), long),
        _opens(
            "the version that was asked for",
            _own(ENVELOPE),
            ENVELOPE,
            expected={**EXPECTED, "version": 3, "atLeast": 3},
        ),
        _opens(
            "sealed before a rotation",
            _own(ENVELOPE, by="alice before"),
            ENVELOPE,
            keyring=["alice", "alice before"],
        ),
        _opens("shared with Bob", _shared(ENVELOPE), ENVELOPE, **for_bob),
        _opens("shared with Bob, opened by its author", _shared(ENVELOPE), ENVELOPE),
        _opens(
            "shared before the author's rotation",
            _shared(ENVELOPE, by="alice before"),
            ENVELOPE,
            keyring=["bob"],
            author=before,
        ),
        _opens(
            "of a group",
            _to_group(ENVELOPE),
            ENVELOPE,
            keyring=["charlie"],
            group={"id": GROUP, "keyring": ["group"]},
        ),
    ]


def _failing_cases() -> list[dict[str, Any]]:
    another = {**ENVELOPE, "id": "11111111-2222-4333-8444-555555555555"}
    forged = {**ENVELOPE, "body": "Relapsed."}
    as_bob: dict[str, Any] = {"keyring": ["bob"], "author": _author("alice")}
    in_group: dict[str, Any] = {
        "keyring": ["charlie"],
        "group": {"id": GROUP, "keyring": ["group"]},
    }
    return [
        _fails("CannotOpen", "of a stranger", _own(ENVELOPE), keyring=["charlie"], age=False),
        _fails(
            "CannotOpen",
            "after a rotation, with the key before",
            _own(ENVELOPE),
            keyring=["alice before"],
            age=False,
        ),
        _fails("NotWhatWasAsked", "another document in its place", _own(another)),
        _fails("NotWhatWasAsked", "another kind", _own({**ENVELOPE, "kind": "step-4"})),
        _fails(
            "NotWhatWasAsked",
            "another version",
            _own(ENVELOPE),
            expected={**EXPECTED, "version": 2},
        ),
        _fails(
            "RolledBack",
            "older than what was seen",
            _own(ENVELOPE),
            expected={**EXPECTED, "atLeast": 4},
        ),
        _fails(
            "NotFromAuthor",
            "made up by the server",
            _made(forged, {"self": self_code(IDENTITIES["server"], forged)}),
        ),
        _fails(
            "NotFromAuthor",
            "made up by the server for a reader",
            _made(forged, _server_codes(forged), to=["alice", "bob"]),
            **as_bob,
        ),
        _fails("NotFromAuthor", "altered by a reader", _made(forged, _reader_codes(forged))),
        _fails(
            "NotFromAuthor",
            "altered, with the codes of what it was",
            _made(forged, _codes(ENVELOPE, by="alice", readers=["bob"])),
        ),
        _fails(
            "NotFromAuthor",
            "handed back as the reader's own words",
            _shared(ENVELOPE),
            author=_author("bob"),
        ),
        _fails(
            "NotFromAuthor",
            "by another author than the one who is known",
            _shared(ENVELOPE),
            keyring=["bob"],
            author=_author("charlie"),
        ),
        _fails("NotFromAuthor", "without codes", _made(ENVELOPE, {})),
        _fails("NotFromAuthor", "a code that is no base64url", _made(ENVELOPE, {"self": "!"})),
        _fails(
            "NotFromAuthor",
            "a code cut short",
            _made(ENVELOPE, {"self": self_code(IDENTITIES["alice"], ENVELOPE)[:20]}),
        ),
        _fails(
            "NotFromAuthor",
            "sealed to a group by somebody outside",
            _made(ENVELOPE, {GROUP: _pair("server", "group", ENVELOPE)}, to=["group"]),
            **in_group,
        ),
        _fails("TooNew", "a later form", _own({**ENVELOPE, "v": 2})),
        _fails("NotWhatWasAsked", "a member that no code covers", _own({**ENVELOPE, "note": "hi"})),
        _fails(
            "NotWhatWasAsked", "a version that is its own parent", _own({**ENVELOPE, "parent": 3})
        ),
        _fails(
            "NotWhatWasAsked",
            "a version that is no whole number",
            _own({**ENVELOPE, "version": 3.5}),
        ),
        _fails("NotWhatWasAsked", "no JSON", _to(pad(b"{"), ["alice"])),
        _fails("NotWhatWasAsked", "no UTF-8", _to(pad(b"\xff\xfe"), ["alice"])),
        _fails("NotWhatWasAsked", "not padded", _to(canonical(ENVELOPE), ["alice"])),
        _fails(
            "NotWhatWasAsked",
            "something in the padding",
            _to(pad(canonical(ENVELOPE))[:-1] + b"x", ["alice"]),
        ),
        _fails(
            "NotWhatWasAsked", "a length beyond the end", _to(b"\xff" * 4 + bytes(1020), ["alice"])
        ),
        _fails("NotWhatWasAsked", "empty", _to(b"", ["alice"])),
    ]


def _damaged_cases() -> list[dict[str, Any]]:
    small = _own(ENVELOPE)
    large = _own({**ENVELOPE, "body": "x" * 70_000})
    start = large.index(b"\n", large.index(b"\n--- ") + 1) + 1 + 16
    first, rest = large[start : start + CHUNK_BYTES], large[start + CHUNK_BYTES :]
    header_end = small.index(b"\n--- ") + 5
    return [
        _fails("Truncated", name, sealed, age=False)
        for name, sealed in [
            ("nothing", b""),
            ("no age file", b"hello, this is no age file\n"),
            ("cut in the header", small[:100]),
            ("cut in the nonce", small[: small.index(b"\n", header_end) + 9]),
            ("cut in the text", small[:-1]),
            ("cut between chunks", large[: start + CHUNK_BYTES]),
            ("chunks in another order", large[:start] + rest + first),
            ("something behind its end", small + b"x"),
            ("a bit of the text altered", _flipped(small, len(small) - 40)),
            ("a bit of the header's code altered", _flipped(small, header_end + 3)),
            ("the header of another file", _own(ENVELOPE)[:header_end] + small[header_end:]),
        ]
    ]


def key_vectors() -> dict[str, Any]:
    """Return what is derived from a passphrase and from a recovery code, and keyrings wrapped by other programs."""
    salt = bytes(range(16))
    composed = "été à la mer"
    keyring = f"{IDENTITIES['alice']}\n{IDENTITIES['alice before']}\n"
    entropy = bytes([0x7F] * 16)
    return {
        "about": "scrypt with N = 2^log_n, r = 8, p = 1 and 32 bytes, then HKDF-SHA256. Bytes are base64url without padding, "
        "sealed files base64. `exported` is a keyring under a passphrase, by Debian's age.",
        "passphrases": [
            {"passphrase": text, "salt": base64url(salt), "log_n": 17, **values}
            for values in [derive(composed.encode(), salt, 17)]
            for text in (composed, "  e\u0301te\u0301 a\u0300 la mer\n")
        ],
        "recovery": {
            "words": "legal winner thank year wave sausage worth useful legal winner thank yellow",
            "entropy": base64url(entropy),
            "salt": base64url(salt),
            "log_n": 17,
            **derive(entropy, salt, 17),
        },
        "exported": {
            "passphrase": "correct horse battery staple",
            "keyring": keyring.split(),
            "sealed": _base64(_exported(keyring.encode(), "correct horse battery staple")),
        },
        "words": [
            {"public_key": public_key_of(identity), "words": words_of(public_key_of(identity))}
            for identity in IDENTITIES.values()
        ],
    }


def canonical_vectors() -> dict[str, Any]:
    """Return values and the one way to write each."""
    values: list[object] = [AWKWARD, ENVELOPE, [], {}, "", None, [1, [2, [3]]], {"a": {"b": {}}}]
    return {
        "about": "Canonical JSON (RFC 8785): keys by UTF-16 code units, no spaces.",
        "cases": [{"value": value, "written": canonical(value).decode()} for value in values],
    }


def _own(envelope: dict[str, Any], by: str = "alice") -> bytes:
    return _made(envelope, _codes(envelope, by=by), to=[by])


def _shared(envelope: dict[str, Any], by: str = "alice") -> bytes:
    return _made(envelope, _codes(envelope, by=by, readers=["bob"]), to=[by, "bob"])


def _to_group(envelope: dict[str, Any]) -> bytes:
    codes = {**_codes(envelope, by="alice"), GROUP: group_code(IDENTITIES["group"], envelope)}
    return _made(envelope, codes, to=["alice", "group"])


def _made(
    envelope: dict[str, Any], mac: Mapping[str, str], to: Sequence[str] = ("alice",)
) -> bytes:
    return _to(pad(canonical({**envelope, "mac": dict(mac)})), to)


def _to(plaintext: bytes, names: Sequence[str]) -> bytes:
    readers = [pyrage.x25519.Identity.from_str(IDENTITIES[name]).to_public() for name in names]
    sealed: bytes = pyrage.encrypt(plaintext, readers)
    return sealed


def _codes(envelope: dict[str, Any], *, by: str, readers: Sequence[str] = ()) -> dict[str, str]:
    codes = {name: _pair(by, name, envelope) for name in readers}
    return {"self": self_code(IDENTITIES[by], envelope), **codes}


def _pair(one: str, other: str, envelope: dict[str, Any]) -> str:
    return pair_code(IDENTITIES[one], public_key_of(IDENTITIES[other]), envelope)


def _server_codes(envelope: dict[str, Any]) -> dict[str, str]:
    """Return all that a server can make that knows the public keys, and keys of its own."""
    return {
        "bob": _pair("server", "bob", envelope),
        "alice": _pair("server", "alice", envelope),
        "self": self_code(IDENTITIES["server"], envelope),
    }


def _reader_codes(envelope: dict[str, Any]) -> dict[str, str]:
    """Return all that Bob can make, to whom Alice has written."""
    pair = _pair("bob", "alice", envelope)
    return {"self": pair, "alice": pair, "bob": self_code(IDENTITIES["bob"], envelope)}


def _author(name: str, past: Sequence[str] = ()) -> dict[str, Any]:
    keys = [public_key_of(IDENTITIES[one]) for one in past]
    return {"id": name, "publicKey": public_key_of(IDENTITIES[name]), "pastKeys": keys}


def _opens(name: str, sealed: bytes, envelope: dict[str, Any], **how: object) -> dict[str, Any]:
    return _case(name, sealed, how) | {"age": True, "opens": envelope}


def _fails(
    error: str, name: str, sealed: bytes, *, age: bool = True, **how: object
) -> dict[str, Any]:
    return _case(name, sealed, how) | {"age": age, "fails": error}


def _case(name: str, sealed: bytes, how: Mapping[str, object]) -> dict[str, Any]:
    return {
        "name": name,
        "keyring": ["alice"],
        "expected": EXPECTED,
        **how,
        "sealed": _base64(sealed),
    }


def _flipped(sealed: bytes, at: int) -> bytes:
    return sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]


def _exported(keyring: bytes, passphrase: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        plain, sealed = Path(folder, "keyring"), Path(folder, "keyring.age")
        plain.write_bytes(keyring)
        command = shlex.join(["age", "--passphrase", "--output", str(sealed), str(plain)])
        run_age(command, passphrase=passphrase)
        return sealed.read_bytes()


def _code(key: bytes, envelope: Mapping[str, Any]) -> str:
    return base64url(hmac.digest(key, canonical(dict(envelope)), "sha256"))


def _derive(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _written(value: object) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_written(name)}:{_written(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _bech32_bytes(text: str) -> bytes:
    """Return the bytes of a Bech32 text. Its checksum was checked by pyrage, or is not at stake."""
    signs = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    data = text.lower().rpartition("1")[2][:-6]
    number = 0
    for sign in data:
        number = number << 5 | signs.index(sign)
    bits = len(data) * 5
    return (number >> bits % 8).to_bytes(bits // 8, "big")


def _word_list() -> list[str]:
    words = re.findall(r"\b[a-z]{3,8}\b", WORD_LIST.read_text().split("`")[1])
    assert len(words) == 2048
    return words


FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "sealed.json": sealed_vectors,
    "keys.json": key_vectors,
    "canonical.json": canonical_vectors,
}


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name, vectors in FILES.items():
        text = json.dumps(vectors(), indent=1, ensure_ascii=False)
        (OUT / name).write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {len(text)} bytes")


if __name__ == "__main__":
    main()
