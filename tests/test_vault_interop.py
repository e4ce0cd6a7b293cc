"""What the browser seals, other programs open, and the other way round: pyrage, Debian's `age`, and a second reader.

The second reader is here and in `scripts/make_vault_vectors.py`: Python, from the description of the format alone.
"""

from __future__ import annotations

import base64
import functools
import json
import shlex
import shutil
import subprocess
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyrage
import pytest

from scripts import make_vault_vectors as vectors

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "client"
VECTORS = ROOT / "vectors" / "vault"
AGE = shutil.which("age")
needs_age = pytest.mark.skipif(AGE is None, reason="Debian's age is not installed")

SEALED = json.loads((VECTORS / "sealed.json").read_text(encoding="utf-8"))
KEYS = json.loads((VECTORS / "keys.json").read_text(encoding="utf-8"))
CASES = pytest.mark.parametrize(
    "case", SEALED["cases"], ids=[case["name"] for case in SEALED["cases"]]
)

# The browser's code, asked by lines of JSON on standard input. Built as it is served: without what is left out.
BRIDGE = """
import * as vault from "./vault/vault.ts"
import { readFileSync } from "node:fs"
const text = (bytes) => Buffer.from(bytes).toString("base64")
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"))
const deeds = {
  seal: async (asked) => text(await vault.sealDocument(asked)),
  open: async ({ sealed, ...asked }) => {
    try { return { opens: await vault.openDocument({ ...asked, bytes: bytes(sealed) }) } }
    catch (error) { return { fails: error.constructor.name } }
  },
  held: async ({ keyring, ...asked }) =>
    text(await vault.sealDocument({ ...asked, keyring: await vault.holdKeyring(keyring) })),
  wrap: async ({ keyring, wrap }) => text(await vault.wrapKeyring(keyring, bytes(wrap))),
  export: async ({ keyring, passphrase }) => text(await vault.exportKeyring(keyring, passphrase)),
  identity: async () => {
    const identity = await vault.makeIdentity()
    return { identity, publicKey: await vault.publicKeyOf(identity) }
  },
}
const answers = []
for (const { deed, ...asked } of JSON.parse(readFileSync(0, "utf8"))) answers.push(await deeds[deed](asked))
process.stdout.write(JSON.stringify(answers))
"""


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The browser's code as one file for Node."""
    out = tmp_path_factory.mktemp("bridge") / "bridge.mjs"
    left_out = CLIENT / "vault" / "left-out.ts"
    subprocess.run(
        [
            str(CLIENT / "node_modules" / ".bin" / "esbuild"),
            *("--bundle", "--platform=node", "--format=esm", "--log-level=warning"),
            *(f"--alias:@noble/post-quantum/hybrid.js={left_out}",),
            *(f"--alias:@noble/curves/nist.js={left_out}",),
            f"--outfile={out}",
        ],
        input=BRIDGE.encode(),
        cwd=CLIENT,
        check=True,
        timeout=60,
    )
    return out


@CASES
def test_pyrage_opens_exactly_what_it_should(case: dict[str, Any]):
    assert (opened_by_pyrage(case) is not None) == case["age"]


@needs_age
@CASES
def test_age_opens_exactly_what_it_should(case: dict[str, Any], tmp_path: Path):
    opened = opened_by_age(case, tmp_path)

    assert opened == opened_by_pyrage(case)
    assert (opened is not None) == case["age"]


@CASES
def test_second_reader_judges_each_document_as_the_browser_does(case: dict[str, Any]):
    judged = judge(case)

    assert judged == ({"opens": case["opens"]} if "opens" in case else {"fails": case["fails"]})


def test_what_python_seals_the_browser_opens(bridge: Path):
    fresh = [*vectors._opening_cases(), *vectors._failing_cases(), *vectors._damaged_cases()]

    answers = ask(bridge, [question(case) for case in fresh])

    for case, answer in zip(fresh, answers, strict=True):
        wanted = {"opens": case["opens"]} if "opens" in case else {"fails": case["fails"]}
        assert answer == wanted, case["name"]


def test_what_the_browser_seals_python_opens(bridge: Path, tmp_path: Path):
    [alice, bob] = ask(bridge, [{"deed": "identity"}] * 2)
    reader = {"id": "bob", "publicKey": bob["publicKey"]}
    author = {"id": "alice", "publicKey": alice["publicKey"]}
    bodies = [vectors.AWKWARD, "x" * 200_000, None, {"title": "Für dich 🌱"}]
    asked = [
        sealing(body, alice["identity"], [reader], deed)
        for body in bodies
        for deed in ("seal", "held")
    ]

    for sealed, question in zip(ask(bridge, asked), asked, strict=True):
        for name, how in {
            alice["identity"]: {},
            bob["identity"]: {"author": author},
        }.items():
            case = {
                "sealed": sealed,
                "keyring": [name],
                "expected": vectors.EXPECTED,
                "age": True,
                **how,
            }
            opened = judge(case, {name: name})["opens"]
            assert opened == {**vectors.ENVELOPE, "body": question["body"]}
            if AGE is not None:
                assert opened_by_age(case, tmp_path, {name: name}) is not None


def test_wrapped_keyring_is_an_age_file_under_the_wrap_value(bridge: Path):
    keyring = [vectors.IDENTITIES["alice"], vectors.IDENTITIES["alice before"]]
    wrap = bytes(range(32))

    [wrapped] = ask(bridge, [{"deed": "wrap", "keyring": keyring, "wrap": _base64(wrap)}])

    opened = pyrage.passphrase.decrypt(base64.b64decode(wrapped), vectors.base64url(wrap))
    assert opened.decode().split() == keyring


@needs_age
def test_plain_age_opens_an_exported_keyring_and_with_it_the_documents(
    bridge: Path, tmp_path: Path
):
    keyring = [vectors.IDENTITIES["alice"], vectors.IDENTITIES["alice before"]]
    [exported] = ask(bridge, [{"deed": "export", "keyring": keyring, "passphrase": "three words"}])
    sealed, plain, document = (
        tmp_path / "keyring.age",
        tmp_path / "keyring",
        tmp_path / "document.age",
    )
    sealed.write_bytes(base64.b64decode(exported))
    document.write_bytes(base64.b64decode(case_named("sealed before a rotation")["sealed"]))

    command = ["age", "--decrypt", "--output", str(plain), str(sealed)]
    vectors.run_age(shlex.join(command), passphrase="three words")

    assert plain.read_text().split() == keyring
    opened = subprocess.run([AGE, "-d", "-i", plain, document], capture_output=True, check=True)
    assert vectors.read_plaintext(opened.stdout)["id"] == vectors.DOCUMENT


def test_derivations_are_those_of_the_vectors():
    recovery = KEYS["recovery"]
    typed = [(as_derived(one["passphrase"]), one) for one in KEYS["passphrases"]]
    asked = [(_from_base64url(recovery["entropy"]), recovery), *typed]

    for secret, one in asked:
        derived = vectors.derive(secret, _from_base64url(one["salt"]), one["log_n"])
        assert derived == {"auth": one["auth"], "wrap": one["wrap"]}


def test_vectors_are_what_the_script_makes():
    fresh = [*vectors._opening_cases(), *vectors._failing_cases(), *vectors._damaged_cases()]

    assert [_told(case) for case in fresh] == [_told(case) for case in SEALED["cases"]]
    written = json.loads((VECTORS / "canonical.json").read_text(encoding="utf-8"))
    assert vectors.canonical_vectors() == written


def opened_by_pyrage(case: Mapping[str, Any], names: Mapping[str, str] | None = None):
    identities = [pyrage.x25519.Identity.from_str(one) for one in keyring_of(case, names)]
    try:
        return pyrage.decrypt(base64.b64decode(case["sealed"]), identities)
    except pyrage.DecryptError:
        return None


def opened_by_age(
    case: Mapping[str, Any], folder: Path, names: Mapping[str, str] | None = None
) -> bytes | None:
    identities, sealed = folder / "identities", folder / "sealed.age"
    identities.write_text("\n".join(keyring_of(case, names)) + "\n")
    sealed.write_bytes(base64.b64decode(case["sealed"]))
    command = [str(AGE), "-d", "-i", identities, sealed]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def judge(case: Mapping[str, Any], names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Open a document as the description says: age, padding, form, codes, then what was expected."""
    plaintext = opened_by_pyrage(case, names)
    if plaintext is None:
        return {"fails": why_age_refuses(case)}
    try:
        envelope = vectors.read_plaintext(plaintext)
    except ValueError:
        return {"fails": "NotWhatWasAsked"}
    if envelope["v"] > 1:
        return {"fails": "TooNew"}
    if not is_well_formed(envelope):
        return {"fails": "NotWhatWasAsked"}
    mac = envelope.pop("mac")
    if not is_proven(case, envelope, mac, keyring_of({"keyring": case["keyring"]}, names)):
        return {"fails": "NotFromAuthor"}
    return compared(envelope, case["expected"])


def compared(envelope: dict[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    if (envelope["id"], envelope["kind"]) != (expected["id"], expected["kind"]):
        return {"fails": "NotWhatWasAsked"}
    if envelope["version"] < expected.get("atLeast", 0):
        return {"fails": "RolledBack"}
    if envelope["version"] != expected.get("version", envelope["version"]):
        return {"fails": "NotWhatWasAsked"}
    return {"opens": envelope}


def is_proven(
    case: Mapping[str, Any],
    envelope: dict[str, Any],
    mac: Mapping[str, str],
    keyring: Sequence[str],
) -> bool:
    if "group" in case:
        group = keyring_of(case["group"])
        return mac.get(case["group"]["id"]) in [vectors.group_code(one, envelope) for one in group]
    if "author" not in case:
        return mac.get("self") in [vectors.self_code(one, envelope) for one in keyring]
    author = case["author"]
    keys = [author["publicKey"], *author.get("pastKeys", [])]
    codes = {vectors.pair_code(one, key, envelope) for one in keyring for key in keys}
    return envelope["author"] == author["id"] and not codes.isdisjoint(mac.values())


def is_well_formed(envelope: Mapping[str, Any]) -> bool:
    version, parent = envelope["version"], envelope["parent"]
    return (
        set(envelope) == {*vectors.ENVELOPE, "mac"}
        and isinstance(version, int)
        and isinstance(parent, int)
        and 0 <= parent < version
    )


def why_age_refuses(case: Mapping[str, Any]) -> str:
    """Say whether the head is sound, in which case it is another's."""
    sealed = base64.b64decode(case["sealed"])
    everyone = [pyrage.x25519.Identity.from_str(one) for one in vectors.IDENTITIES.values()]
    try:
        pyrage.decrypt(sealed, everyone)
    except pyrage.DecryptError:
        return "Truncated"
    return "CannotOpen"


def keyring_of(case: Mapping[str, Any], names: Mapping[str, str] | None = None) -> list[str]:
    group = case.get("group", {}).get("keyring", [])
    return [(names or vectors.IDENTITIES)[name] for name in [*group, *case["keyring"]]]


def sealing(
    body: object, identity: str, readers: list[dict[str, str]], deed: str
) -> dict[str, Any]:
    envelope = {name: value for name, value in vectors.ENVELOPE.items() if name != "v"}
    return {**envelope, "deed": deed, "body": body, "keyring": [identity], "readers": readers}


def question(case: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: case[name] for name in ("sealed", "expected", "author") if name in case}
    if "group" in case:
        group = case["group"]
        asked["group"] = {"id": group["id"], "keyring": keyring_of(group)}
    return {"deed": "open", **asked, "keyring": keyring_of({"keyring": case["keyring"]})}


def ask(bridge: Path, questions: list[dict[str, Any]]) -> list[Any]:
    done = subprocess.run(
        ["node", "--no-warnings", bridge],
        input=json.dumps(questions).encode(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    answers: list[Any] = json.loads(done.stdout)
    return answers


def as_derived(passphrase: str) -> bytes:
    return unicodedata.normalize("NFKC", passphrase).strip().encode()


@functools.cache
def case_named(name: str) -> dict[str, Any]:
    return next(case for case in SEALED["cases"] if case["name"] == name)


def _told(case: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in case.items() if name != "sealed"}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
