"""Answers openbadgeslib.test.mjs with openbadgeslib: one JSON request a line on standard input, one answer a line.

- {"op": "issue", "form": "ldp" | "jwt" | "png" | "svg", "image": BASE64?}: a badge of a new key, in base64
- {"op": "verify", "form": "ldp" | "jwt", "text": TEXT}: whether the badge is verified
- {"op": "extract", "form": "png" | "svg", "image": BASE64}: the credential's text in an image, in base64

An answer is {"ok": ANSWER} or {"error": TEXT}. Nothing is fetched.
"""

import base64
import json
import sys
from datetime import datetime, timezone

from openbadgeslib import baking
from openbadgeslib.keys import KeyFactory, KeyType
from openbadgeslib.ob3.credential import Achievement, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.did import did_key_from_pem
from openbadgeslib.ob3.ldp import OB3LdpSigner, OB3LdpVerifier
from openbadgeslib.ob3.signer import OB3Signer
from openbadgeslib.ob3.verifier import OB3Verifier
from openbadgeslib.verify import issuer_did_from_token


def badge(did):
    achievement = Achievement(
        id="https://badges.example/achievements/bicycle-repair",
        name="Bicycle repair",
        description="Keeps a bicycle running: Räder, Ketten, 🚲.",
        criteria_narrative="Repaired three bicycles.",
        tags=["bicycle", "repair"],
        achievement_type="Certificate",
    )
    return OpenBadgeCredential(
        issuer=Issuer(id=did, name="Velowerkstatt", url="https://werkstatt.example"),
        recipient_id="did:example:somebody",
        achievement=achievement,
        issuance_date=datetime(2026, 1, 15, 9, tzinfo=timezone.utc),
        expiration_date=datetime(2046, 1, 15, 9, tzinfo=timezone.utc),
        credits_earned=2.5,
    )


def issue(form, image):
    private, public = KeyFactory(KeyType.ED25519).generate_keypair()
    credential = badge(did_key_from_pem(public))
    signer = OB3LdpSigner(private)
    if form == "jwt":
        return OB3Signer(private, algorithm="EdDSA").sign(credential).encode()
    if form == "png":
        return signer.sign_into_png(credential, image)
    if form == "svg":
        return signer.sign_into_svg(credential, image)
    return signer.sign_to_json(credential).encode()


def verify(form, text):
    if form == "jwt":
        OB3Verifier.for_issuer_did(issuer_did_from_token(text)).verify(text)
    else:
        OB3LdpVerifier().verify(text)
    return True


def extract(form, image):
    if form == "png":
        text = baking.extract_png(image, keyword=baking.ITXT_KEYWORD_OB3)
    else:
        text = baking.extract_svg(image, element=baking.SVG_ELEMENT_OB3, text_fallback=True)
    return text if isinstance(text, bytes) else text.encode()


def answer(request):
    image = base64.b64decode(request.get("image") or "")
    if request["op"] == "issue":
        return base64.b64encode(issue(request["form"], image)).decode()
    if request["op"] == "extract":
        return base64.b64encode(extract(request["form"], image)).decode()
    return verify(request["form"], request["text"])


for line in sys.stdin:
    try:
        reply = {"ok": answer(json.loads(line))}
    except Exception as fault:
        reply = {"error": f"{type(fault).__name__}: {fault}"}
    print(json.dumps(reply), flush=True)
