// Every word of the page in English. `{name}` is replaced by the report's datum of that name; a part in square brackets is
// left out where the report has no such datum.

export default {
  language: "en",
  dateLocale: "en-GB",

  // The verdict, by the report's outcome. Where there is no lead, the sentence of the deciding code takes its place.
  outcomes: {
    verified: {
      title: "Verified",
      lead: "Signed by the issuer named here, unaltered since, and in force at the time of this check.",
      advice: "Whether this issuer deserves your trust is yours to judge.",
    },
    rejected: {
      title: "Rejected",
      advice: "Do not rely on what this badge says.",
    },
    indeterminate: {
      title: "Could not be decided",
      advice: "This is not a yes. Nothing was found to be false, but a necessary check is open.",
    },
  },

  // The ten checks, as the questions that they answer.
  checks: {
    format: "Can it be read?",
    json_ld: "Does the signature cover every word?",
    schema: "Is it a proper Open Badge?",
    proof: "Is the signature intact?",
    issuer: "Is the signing key the issuer’s own?",
    validity: "Is it in force?",
    status: "Has it been withdrawn?",
    recipient: "Was it awarded to the person you have in mind?",
    endorsements: "Are its endorsements genuine?",
    trust: "Is the issuer in a register you trust?",
  },

  results: {
    valid: "Passed",
    invalid: "Failed",
    unknown: "Open",
    not_applicable: "Not needed",
  },

  // What was found, by code.
  codes: {
    credential_read: "It holds one credential, and it could be read.",
    input_empty: "There is nothing in it.",
    input_too_large: "It is larger than a badge may be.",
    format_unknown: "It is neither a badge file nor a badge image.",
    format_unsupported: "It is a kind of badge that this page recognises but does not check[: {form}].",
    text_not_utf8: "Its text is damaged: it is not valid UTF-8.",
    json_syntax: "Its text is damaged: it is not valid JSON.",
    json_duplicate_key: "It says one thing twice, so that two readers could read it differently.",
    json_too_deep: "It is nested more deeply than a badge may be.",
    json_lone_surrogate: "It contains half a character, which no text may contain.",
    json_number_range: "It contains a number that is too large to be read exactly.",
    json_too_many_values: "It contains more entries than a badge may contain.",
    not_a_credential: "It is data, but not a credential.",
    png_malformed: "The image is damaged.",
    png_no_credential: "It is an ordinary picture: no badge is stored inside it. A copied or edited picture loses its badge, so try the original file.",
    png_several_credentials: "More than one badge is stored inside the picture, which is not allowed.",
    png_compressed_credential: "The badge inside the picture is stored compressed, which is not allowed.",
    open_badges_2: "It is an Open Badges 2 badge. This page checks version 3.",

    claims_covered: "Every statement in it is covered by the signature.",
    context_missing: "It does not say by which vocabulary it is to be read.",
    context_unknown: "It is written in a vocabulary that is not known here[: {context}].",
    context_inline: "It brings its own definitions of words, which could change what was signed.",
    context_order: "Its vocabularies are not in the order that the standard asks for.",
    term_undefined: "It contains a statement that the signature would not cover[: “{term}”].",
    keyword_not_allowed: "It contains a technical keyword that has no place in a badge[: “{term}”].",
    value_dropped: "It contains a value that the signature would not cover[: “{term}”].",
    iri_not_absolute: "It contains an identifier that is incomplete[: “{term}”].",
    json_ld_syntax: "It breaks a rule of the language in which badges are written.",
    json_ld_limit: "Reading it would take more work than a badge may ask for.",
    canonicalization_limit: "It is built so that checking it would take endless work.",

    schema_conforms: "It has the form that Open Badges 3.0 asks for.",
    schema_missing_member: "A necessary statement is missing[: {member}].",
    schema_wrong_type: "A statement is of the wrong kind[: {member}].",
    schema_wrong_value: "A statement says something that it may not say[: {member}].",
    not_a_badge: "It is a signed document, but not a badge.",

    signature_valid: "The signature is intact: nothing was altered since it was signed.",
    signature_invalid: "The signature does not match: something was altered, or it was signed with another key.",
    proof_missing: "It is not signed.",
    proof_malformed: "Its signature is not in proper form.",
    proof_unsupported: "It is signed by a method that this page does not check[: {cryptosuite}].",
    proof_purpose: "It was signed for another purpose than issuing a badge.",
    proof_expired: "The signature itself has expired.",
    too_many_proofs: "It bears more signatures than a badge may bear.",
    key_unavailable: "The issuer’s key could not be fetched, so the signature could not be checked.",
    key_not_found: "The key that the signature names is not among the issuer’s keys.",

    issuer_authenticated: "The key belongs to the issuer, who uses it to make such statements.",
    issuer_not_authenticated: "The signature is intact, but nothing shows that the key is the issuer’s.",
    issuer_key_not_authorized: "The issuer does not, or no longer, use this key to issue badges.",
    issuer_unavailable: "The issuer’s public record could not be fetched.",
    issuer_document_invalid: "The issuer’s public record is damaged, or belongs to somebody else.",
    issuer_unsupported: "The issuer is named in a way that this page cannot look up.",

    within_validity: "It is in force[ until {validUntil}].",
    not_yet_valid: "It is not in force yet[: it begins on {validFrom}].",
    expired: "It has expired[ on {validUntil}].",
    date_malformed: "One of its dates cannot be read.",

    no_status: "The badge names no register of withdrawals, so there is none to look in.",
    status_not_asked: "This was not looked at.",
    status_unsupported: "The issuer may have withdrawn it, in a way that this page cannot look up.",

    recipient_not_asked: "No name or address was given to compare with. Ask the holder to show that the badge is theirs.",
    no_endorsements: "It has none.",
    endorsements_not_checked: "It has endorsements by others, which were not checked.",
    no_trust_registries: "No register was consulted.",

    not_reached: "This was not looked at, because an earlier check failed.",
    verified: "Every necessary check was passed.",
  },

  // Names for the data beside a code. A name that is missing here is shown as it is.
  data: {
    bytes: "Size in bytes",
    code: "Code",
    context: "Vocabulary",
    created: "Signed on",
    cryptosuite: "Method",
    expected: "Expected",
    expires: "Signature ends on",
    form: "Kind of file",
    issuer: "Issuer",
    limit: "Limit",
    member: "Statement",
    offset: "Place (byte)",
    proofPurpose: "Purpose",
    proofs: "Number of signatures",
    reason: "Reason",
    required: "Necessary",
    term: "Statement",
    type: "Type",
    validFrom: "In force from",
    validUntil: "In force until",
    verificationMethod: "Key",
  },

  yes: "yes",
  no: "no",

  // The sheet that shows what the badge says.
  claims: {
    confirmed: "What the issuer states",
    unconfirmed: "Claims, not confirmed",
    unconfirmedNote: "This is what the badge says of itself. The check does not bear it out.",
    unreadable: "Nothing in it could be read.",
    unnamed: "Without a name",
    issuer: { confirmed: "Issued by", unconfirmed: "Claims to be issued by" },
    recipient: { confirmed: "Awarded to", unconfirmed: "Claims to be awarded to" },
    from: { confirmed: "In force from", unconfirmed: "Claims to be in force from" },
    until: { confirmed: "In force until", unconfirmed: "Claims to be in force until" },
    criteria: { confirmed: "Earned by", unconfirmed: "Claims to be earned by" },
    noEnd: "no end",
    nobody: "nobody in particular",
    fingerprint: "{type}, stored as a fingerprint only",
    identifierTypes: {
      name: "Name",
      emailAddress: "E-mail address",
      systemId: "Number in the issuer’s system",
      sourcedId: "Number in the issuer’s records",
      lisSourcedId: "Number in the issuer’s records",
      studentId: "Student number",
    },
    pictureAlt: "Picture of the badge",
    pictureUnsigned: "The picture itself is not covered by the signature.",
    pictureElsewhere: "Its picture lies at {host} and was not fetched.",
    downloads: "Keep a copy",
    downloadJson: "Credential (JSON)",
    downloadPng: "Image (PNG)",
  },

  ledger: {
    title: "The ten checks",
    hint: "Open a line for its particulars.",
    part: "Part {number}",
  },

  // The page before, between and beside verdicts.
  page: {
    title: "Accolade: is this badge genuine?",
    welcome: { title: "Is this badge genuine?", lead: "Give this page an Open Badge. It is checked here, on your device, and is sent nowhere." },
    busy: { title: "Checking…", lead: "Ten questions are being put to this badge." },
    provenance: "Checked on {date}, on this device.",
    questions: "What is asked of every badge",
  },

  // Nothing could be verified at all: not a verdict.
  faults: {
    not_found: { title: "No such badge", lead: "There is no badge at this address. Perhaps the link was cut short." },
    private: { title: "A private badge", lead: "Its holder has not made it public. Ask the holder for the badge file, and check it below." },
    unreachable: { title: "Not to be had just now", lead: "The badge could not be fetched. Try again in a moment, or check a file below." },
    unreadable_file: { title: "The file could not be opened", lead: "Your browser could not read it. Try to save it again, or paste its text." },
    verifier: { title: "The check could not be made", lead: "This page’s verifier did not start or stopped. Reload the page to try again." },
  },
};
