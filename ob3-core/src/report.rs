//! The report: the one wire contract of every consumer, native, wasm and worker.

use crate::time::DateTime;
use ob3_rdf::json::Writer;

/// What a verification comes to. There is no fourth answer and no boolean beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Every required check is valid.
    Verified,
    /// At least one check is invalid.
    Rejected,
    /// Nothing is invalid, but a required check could not be decided.
    Indeterminate,
}

impl Outcome {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Rejected => "rejected",
            Self::Indeterminate => "indeterminate",
        }
    }
}

/// What one check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// It holds.
    Valid,
    /// It does not hold.
    Invalid,
    /// It could not be decided: a document is missing, or the check was not reached.
    Unknown,
    /// There is nothing to check, or the caller did not ask.
    NotApplicable,
}

impl CheckResult {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// The ten checks, in the order in which they are made and reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckName {
    /// The input is readable and holds one credential.
    Format,
    /// Pinned contexts only, and no claim that the signature would not cover.
    JsonLd,
    /// The shape that OB 3.0 asks for.
    Schema,
    /// The signature.
    Proof,
    /// The key belongs to the issuer.
    Issuer,
    /// Not before `validFrom`, not after `validUntil`.
    Validity,
    /// Neither revoked nor suspended.
    Status,
    /// Awarded to the person that the caller named.
    Recipient,
    /// Endorsements inside the credential.
    Endorsements,
    /// Registries that the caller trusts.
    Trust,
}

impl CheckName {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::Format,
        Self::JsonLd,
        Self::Schema,
        Self::Proof,
        Self::Issuer,
        Self::Validity,
        Self::Status,
        Self::Recipient,
        Self::Endorsements,
        Self::Trust,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::JsonLd => "json_ld",
            Self::Schema => "schema",
            Self::Proof => "proof",
            Self::Issuer => "issuer",
            Self::Validity => "validity",
            Self::Status => "status",
            Self::Recipient => "recipient",
            Self::Endorsements => "endorsements",
            Self::Trust => "trust",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $wire:literal,)+) => {
        /// Why a check says what it says. Stable: codes are added, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code, for tables of messages that must be total.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)+
                }
            }
        }
    };
}

codes! {
    // format
    /// The input was read, and holds one credential.
    CredentialRead = "credential_read",
    /// There is no input.
    InputEmpty = "input_empty",
    /// The input is larger than the policy allows.
    InputTooLarge = "input_too_large",
    /// Neither JSON nor a JWS nor a PNG nor an SVG.
    FormatUnknown = "format_unknown",
    /// A form of credential that this build of the verifier does not read, such as `accolade-verifier/slim` of a JWS.
    FormatUnsupported = "format_unsupported",
    /// A JWS whose parts can not be decoded.
    JwtMalformed = "jwt_malformed",
    /// The text is not UTF-8.
    TextNotUtf8 = "text_not_utf8",
    /// The text is not JSON.
    JsonSyntax = "json_syntax",
    /// An object names a member twice.
    JsonDuplicateKey = "json_duplicate_key",
    /// JSON nested deeper than the limit.
    JsonTooDeep = "json_too_deep",
    /// Half of a surrogate pair, which no Unicode text can hold.
    JsonLoneSurrogate = "json_lone_surrogate",
    /// A number that a double can not hold.
    JsonNumberRange = "json_number_range",
    /// JSON with more values than the limit.
    JsonTooManyValues = "json_too_many_values",
    /// The JSON is not a credential.
    NotACredential = "not_a_credential",
    /// The PNG's chunks can not be read.
    PngMalformed = "png_malformed",
    /// The SVG's markup can not be scanned, or declares entities.
    SvgMalformed = "svg_malformed",
    /// The image carries no credential.
    ImageNoCredential = "image_no_credential",
    /// The image carries more than one credential, which OB 3.0 forbids.
    ImageSeveralCredentials = "image_several_credentials",
    /// The PNG's credential stands in compressed Latin-1 text, which OB 3.0 forbids.
    PngCompressedCredential = "png_compressed_credential",
    /// An Open Badges 2 assertion, not a 3.0 credential.
    OpenBadges2 = "open_badges_2",

    // json_ld
    /// Every member is defined by a pinned context, and is covered by the signature.
    ClaimsCovered = "claims_covered",
    /// There is no `@context` list.
    ContextMissing = "context_missing",
    /// A context that is not pinned.
    ContextUnknown = "context_unknown",
    /// A context written into the credential, or standing where none may.
    ContextInline = "context_inline",
    /// The first context is not that of the VC data model.
    ContextOrder = "context_order",
    /// A member that no context defines: the signature would not cover it.
    TermUndefined = "term_undefined",
    /// A JSON-LD keyword in a credential.
    KeywordNotAllowed = "keyword_not_allowed",
    /// A value that JSON-LD drops: the signature would not cover it.
    ValueDropped = "value_dropped",
    /// An identifier or type that is not an absolute IRI.
    IriNotAbsolute = "iri_not_absolute",
    /// JSON-LD that breaks a rule of its Recommendation.
    JsonLdSyntax = "json_ld_syntax",
    /// More work than the JSON-LD limits allow.
    JsonLdLimit = "json_ld_limit",
    /// More work than the canonicalisation limits allow: a poison graph.
    CanonicalizationLimit = "canonicalization_limit",

    // schema
    /// The credential has the shape that OB 3.0 asks for.
    SchemaConforms = "schema_conforms",
    /// A required member is missing.
    SchemaMissingMember = "schema_missing_member",
    /// A member has the wrong type of value.
    SchemaWrongType = "schema_wrong_type",
    /// A member has a value that it may not have.
    SchemaWrongValue = "schema_wrong_value",
    /// The credential conforms to a schema that it names.
    JsonSchemaConforms = "json_schema_conforms",
    /// The credential breaks a schema that it names.
    JsonSchemaViolated = "json_schema_violated",
    /// A schema that the credential names could not be had.
    JsonSchemaUnavailable = "json_schema_unavailable",
    /// What a schema's address gives is no JSON Schema.
    JsonSchemaMalformed = "json_schema_malformed",
    /// A schema that the credential names asks for something that is not checked here, or for too much work.
    JsonSchemaUnsupported = "json_schema_unsupported",
    /// It is a credential, but not a badge.
    NotABadge = "not_a_badge",
    /// More credentials inside than the limit: this one is not looked at.
    TooManyCredentials = "too_many_credentials",

    // proof
    /// The signature is intact.
    SignatureValid = "signature_valid",
    /// The signature does not match: something was altered.
    SignatureInvalid = "signature_invalid",
    /// There is no proof.
    ProofMissing = "proof_missing",
    /// A proof that breaks a rule of Data Integrity.
    ProofMalformed = "proof_malformed",
    /// The issuer's own proof for selective disclosure, from which the holder has yet to derive one.
    ProofNotDerived = "proof_not_derived",
    /// A proof of a kind that this verifier does not check.
    ProofUnsupported = "proof_unsupported",
    /// A proof of a cryptosuite that the policy does not accept.
    CryptosuiteNotAccepted = "cryptosuite_not_accepted",
    /// A proof made for another purpose than asserting claims.
    ProofPurpose = "proof_purpose",
    /// The proof's own time of expiry has passed.
    ProofExpired = "proof_expired",
    /// More proofs than the limit.
    TooManyProofs = "too_many_proofs",
    /// A JWS header with a member that is missing, wrong or not allowed.
    JwtHeader = "jwt_header",
    /// A JWS algorithm that is not checked, or that proves nothing.
    JwtAlgorithm = "jwt_algorithm",
    /// A claim of the JWT says something else than the credential in it.
    JwtClaimMismatch = "jwt_claim_mismatch",
    /// The host has no way to check a signature of this kind.
    SignatureNotChecked = "signature_not_checked",
    /// The key that made the signature could not be had.
    KeyUnavailable = "key_unavailable",
    /// The key named by the proof is not in its document, or is of another kind.
    KeyNotFound = "key_not_found",
    /// A presentation that nobody signed: an envelope, which neither adds to what it holds nor takes from it.
    PresentationUnsigned = "presentation_unsigned",
    /// The presentation does not answer the challenge of the caller, or is made for another domain.
    ChallengeMismatch = "challenge_mismatch",

    // issuer
    /// The key is the issuer's, and is listed for asserting claims.
    IssuerAuthenticated = "issuer_authenticated",
    /// The signature is intact, but nothing ties its key to the issuer.
    IssuerNotAuthenticated = "issuer_not_authenticated",
    /// The issuer's document says that the key may not assert claims, or no longer.
    IssuerKeyNotAuthorized = "issuer_key_not_authorized",
    /// The issuer's document could not be had.
    IssuerUnavailable = "issuer_unavailable",
    /// The issuer's document can not be read, or is about somebody else.
    IssuerDocumentInvalid = "issuer_document_invalid",
    /// The issuer's identifier is of a kind that is not resolved, or names a place that may not be asked.
    IssuerUnsupported = "issuer_unsupported",
    /// The key of the presentation is its holder's, and is listed for authentication.
    HolderAuthenticated = "holder_authenticated",
    /// The presentation is signed, but nothing ties its key to the holder.
    HolderNotAuthenticated = "holder_not_authenticated",

    // validity
    /// The time lies within the credential's validity.
    WithinValidity = "within_validity",
    /// The credential is not valid yet.
    NotYetValid = "not_yet_valid",
    /// The credential has expired.
    Expired = "expired",
    /// A date that can not be read.
    DateMalformed = "date_malformed",
    /// The issuer's refreshed form of the credential was had, and takes the place of what was handed in.
    Refreshed = "refreshed",
    /// The credential names a refreshed form, which was not to be had or is not authentic: what was handed in stands.
    RefreshFailed = "refresh_failed",

    // status
    /// The credential has no status entry.
    NoStatus = "no_status",
    /// The caller did not ask for the status.
    StatusNotAsked = "status_not_asked",
    /// A status entry of a kind that this verifier does not check.
    StatusUnsupported = "status_unsupported",
    /// A status entry that can not be read.
    StatusEntryMalformed = "status_entry_malformed",
    /// More status entries than the limit.
    TooManyStatusEntries = "too_many_status_entries",
    /// The status list says that the credential is not revoked.
    NotRevoked = "not_revoked",
    /// The status list says that the credential is not suspended.
    NotSuspended = "not_suspended",
    /// The issuer has revoked the credential.
    Revoked = "revoked",
    /// The issuer has suspended the credential.
    Suspended = "suspended",
    /// The status list could not be had.
    StatusListUnavailable = "status_list_unavailable",
    /// The status list can not be read.
    StatusListMalformed = "status_list_malformed",
    /// The status list's own signature could not be confirmed, or is not its issuer's.
    StatusListNotAuthentic = "status_list_not_authentic",
    /// The status list is not valid yet, or no longer.
    StatusListOutdated = "status_list_outdated",
    /// The status list is for another purpose than the entry.
    StatusPurposeMismatch = "status_purpose_mismatch",
    /// The status list is shorter than the standard's minimum.
    StatusListTooShort = "status_list_too_short",
    /// The status list ends before the entry.
    StatusIndexOutOfRange = "status_index_out_of_range",

    // recipient, endorsements, trust
    /// The caller named no recipient.
    RecipientNotAsked = "recipient_not_asked",
    /// The credential was awarded to the identifier that the caller gave.
    RecipientMatches = "recipient_matches",
    /// The credential was awarded to somebody else.
    RecipientDiffers = "recipient_differs",
    /// The credential does not say to whom it was awarded.
    RecipientNotStated = "recipient_not_stated",
    /// The credential has no endorsements.
    NoEndorsements = "no_endorsements",
    /// The credential has endorsements, which were not checked.
    EndorsementsNotChecked = "endorsements_not_checked",
    /// Every endorsement is genuine, in force, and about what bears it.
    EndorsementsVerified = "endorsements_verified",
    /// At least one endorsement does not hold, or could not be decided. The badge itself is none the worse for it.
    EndorsementsNotVerified = "endorsements_not_verified",
    /// A genuine endorsement, but of something else than what bears it.
    EndorsesSomethingElse = "endorses_something_else",
    /// An endorsement deeper inside of endorsements than they are followed.
    NestedTooDeep = "nested_too_deep",
    /// The caller supplied no registries.
    NoTrustRegistries = "no_trust_registries",
    /// The issuer is in a registry that the caller supplied.
    IssuerListed = "issuer_listed",
    /// The issuer is in none of the registries that the caller supplied.
    IssuerNotListed = "issuer_not_listed",

    // any check
    /// An earlier check failed, so this one was not made.
    NotReached = "not_reached",
    /// Every required check is valid (only as the code of a whole report).
    Verified = "verified",
}

/// One named piece of data beside a code: which member, which date, which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datum {
    /// The name, in camel case as in the standards.
    pub name: &'static str,
    /// The value, always as text: input is quoted here and nowhere else.
    pub value: String,
}

/// What was found about one thing: a check, or one item of it (a proof, a status entry).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it says.
    pub result: CheckResult,
    /// Why.
    pub code: Code,
    /// About what.
    pub data: Vec<Datum>,
}

impl Finding {
    /// A finding without data.
    #[must_use]
    pub const fn new(result: CheckResult, code: Code) -> Self {
        Self { result, code, data: Vec::new() }
    }

    /// The check holds.
    #[must_use]
    pub const fn valid(code: Code) -> Self {
        Self::new(CheckResult::Valid, code)
    }

    /// The check does not hold.
    #[must_use]
    pub const fn invalid(code: Code) -> Self {
        Self::new(CheckResult::Invalid, code)
    }

    /// The check could not be decided.
    #[must_use]
    pub const fn unknown(code: Code) -> Self {
        Self::new(CheckResult::Unknown, code)
    }

    /// There is nothing to check.
    #[must_use]
    pub const fn not_applicable(code: Code) -> Self {
        Self::new(CheckResult::NotApplicable, code)
    }

    /// The same finding with one more piece of data. What is named already stays as it is: on the wire a name stands once.
    #[must_use]
    #[inline(never)]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if self.data.iter().all(|datum| datum.name != name) {
            self.data.push(Datum { name, value: value.to_owned() });
        }
        self
    }

    fn write(&self, out: &mut Writer) {
        out.member("result").string(self.result.as_str());
        out.member("code").string(self.code.as_str());
        out.member("data").object(|out| {
            for datum in &self.data {
                out.member(datum.name).string(&datum.value);
            }
        });
    }
}

/// One of the ten checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which one.
    pub name: CheckName,
    /// What it says as a whole.
    pub finding: Finding,
    /// Whether an undecided answer keeps the credential from being verified.
    pub required: bool,
    /// Its parts: each proof, each status entry.
    pub items: Vec<Finding>,
}

impl Check {
    /// How much it weighs against others of its name.
    const fn severity(&self) -> u8 {
        match (self.finding.result, self.required) {
            (CheckResult::NotApplicable, _) => 0,
            (CheckResult::Valid, _) => 1,
            (CheckResult::Unknown, false) => 2,
            (CheckResult::Unknown, true) => 3,
            (CheckResult::Invalid, _) => 4,
        }
    }
}

/// What a verification says, check by check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Report {
    checks: Vec<Check>,
    checked_at: DateTime,
    claims: Option<String>,
    credentials: Vec<Report>,
}

impl Report {
    pub(crate) const fn new(checked_at: DateTime) -> Self {
        Self { checks: Vec::new(), checked_at, claims: None, credentials: Vec::new() }
    }

    #[inline(never)]
    pub(crate) fn push(&mut self, name: CheckName, required: bool, finding: Finding, items: Vec<Finding>) {
        self.checks.push(Check { name, finding, required, items });
    }

    /// Adds parts to a check that was made. Where it holds but a part does not, the part decides.
    pub(crate) fn add_to(&mut self, name: CheckName, items: Vec<Finding>) {
        let Some(check) = self.checks.iter_mut().find(|check| check.name == name) else { return };
        let first = |result| items.iter().find(|item| item.result == result);
        let worst = first(CheckResult::Invalid).or_else(|| first(CheckResult::Unknown));
        if let (Some(worst), CheckResult::Valid) = (worst, check.finding.result) {
            check.finding = worst.clone();
        }
        check.items.extend(items);
    }

    /// JSON text of what the credential claims, for display.
    pub(crate) fn set_claims(&mut self, claims: String) {
        self.claims = Some(claims);
    }

    /// Adds an item to a check.
    pub(crate) fn push_item(&mut self, name: CheckName, item: Finding) {
        if let Some(check) = self.checks.iter_mut().find(|check| check.name == name) {
            check.items.push(item);
        }
    }

    /// Adds the report of a credential that is held: each check then says the worst of what it says of the document itself
    /// and of every credential, and so does the outcome. With `speaks_first`, the first credential's word stands where all
    /// is as good: what is presented matters more than how.
    pub(crate) fn add_credential(&mut self, report: Self, speaks_first: bool) {
        let number = (self.credentials.len() + 1).to_string();
        for held in &report.checks {
            let finding = held.finding.clone().with("credential", &number);
            // What holds, or was not looked at, is told by the credential's own report, and by no line for each of a hundred.
            let is_doubted = matches!(held.finding.result, CheckResult::Invalid | CheckResult::Unknown)
                && held.finding.code != Code::NotReached;
            let items = if is_doubted { vec![finding.clone()] } else { Vec::new() };
            match self.checks.iter_mut().find(|check| check.name == held.name) {
                None => self.push(held.name, held.required, finding, items),
                Some(own) => {
                    let wins = speaks_first && self.credentials.is_empty() && held.severity() == own.severity();
                    if wins || held.severity() > own.severity() {
                        let own_finding = std::mem::replace(&mut own.finding, finding);
                        own.required = held.required;
                        // Where there are items already, they say what this says.
                        let applies = own_finding.result != CheckResult::NotApplicable
                            || own_finding.code == Code::PresentationUnsigned;
                        if own.items.is_empty() && applies {
                            own.items.push(own_finding);
                        }
                    }
                    own.items.extend(items);
                }
            }
        }
        self.credentials.push(report);
    }

    /// Of a presentation that holds one credential: shows its claims as those of the whole.
    pub(crate) fn show_single_claims(&mut self) {
        if let [single] = self.credentials.as_slice() {
            self.claims.clone_from(&single.claims);
        }
    }

    /// The reports of the credentials that a presentation or a learner record holds.
    pub fn credentials(&self) -> &[Self] {
        &self.credentials
    }

    /// The verdict: `rejected` if any check is invalid, `indeterminate` if a required one is unknown or was never made,
    /// `verified` only when all ten are there and nothing is open.
    pub fn outcome(&self) -> Outcome {
        if self.checks.iter().any(|check| check.finding.result == CheckResult::Invalid) {
            return Outcome::Rejected;
        }
        let complete = self.checks.iter().map(|check| check.name).eq(CheckName::ALL);
        let open = self.checks.iter().any(|check| check.required && check.finding.result == CheckResult::Unknown);
        if complete && !open { Outcome::Verified } else { Outcome::Indeterminate }
    }

    /// The code that decided: of the first invalid check, else of the first required unknown one, else `verified`.
    #[must_use]
    pub fn code(&self) -> Code {
        self.decisive().code
    }

    /// The whole as one finding, with the data of the check that decided.
    pub(crate) fn decisive(&self) -> Finding {
        let first = |wanted: CheckResult| self.checks.iter().find(|c| c.required && c.finding.result == wanted);
        let invalid = self.checks.iter().find(|c| c.finding.result == CheckResult::Invalid);
        match invalid.or_else(|| first(CheckResult::Unknown)) {
            Some(check) => check.finding.clone(),
            None if self.outcome() == Outcome::Verified => Finding::valid(Code::Verified),
            None => Finding::unknown(Code::NotReached),
        }
    }

    /// The checks, in order.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// One check.
    #[must_use]
    pub fn check(&self, name: CheckName) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// The report on the wire, the same bytes on every host.
    ///
    /// `{outcome, code, checkedAt, checks: [{name, result, code, data, required, items?}], claims: {…} | null,
    /// credentials?: […]}`; `claims` is what the credential says of itself, to be shown as claimed and never as fact;
    /// `credentials` are the reports of those that a presentation or a learner record holds.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Writer::with_capacity(2048);
        out.object(|out| {
            out.member("outcome").string(self.outcome().as_str());
            out.member("code").string(self.code().as_str());
            out.member("checkedAt").string(&self.checked_at.to_string());
            out.member("checks").array(|out| {
                for check in &self.checks {
                    out.element().object(|out| {
                        out.member("name").string(check.name.as_str());
                        check.finding.write(out);
                        out.member("required").boolean(check.required);
                        if !check.items.is_empty() {
                            out.member("items").array(|out| {
                                for item in &check.items {
                                    out.element().object(|out| item.write(out));
                                }
                            });
                        }
                    });
                }
            });
            out.member("claims").raw(self.claims.as_deref().unwrap_or("null"));
            if !self.credentials.is_empty() {
                out.member("credentials").array(|out| {
                    for report in &self.credentials {
                        out.element().raw(&report.to_json());
                    }
                });
            }
        });
        out.into_string()
    }
}
