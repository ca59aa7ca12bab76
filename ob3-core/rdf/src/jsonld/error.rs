//! What can be wrong with a JSON-LD document.

use std::fmt;

/// A JSON-LD error: a code, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonLdError {
    /// What is wrong.
    pub code: ErrorCode,
    /// The member, term or value at fault.
    pub subject: String,
}

impl JsonLdError {
    /// An error about a member, term or value, of which at most 200 bytes are kept.
    #[cold]
    #[inline(never)]
    pub fn new(code: ErrorCode, subject: &str) -> Self {
        let mut subject = subject.to_owned();
        // Errors travel into reports: a hostile value is not repeated at full length.
        if subject.len() > 200 {
            let end = (0..=200).rev().find(|at| subject.is_char_boundary(*at)).unwrap_or(0);
            subject.truncate(end);
        }
        Self { code, subject }
    }
}

impl fmt::Display for JsonLdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`", self.code.as_str(), self.subject)
    }
}

macro_rules! error_codes {
    ($($name:ident = $text:literal,)+) => {
        /// The error codes of JSON-LD 1.1 API §10.4, then our own: limits, and the places where safe mode refuses what
        /// plain processing would drop.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorCode {
            $(#[doc = $text] $name,)+
        }

        impl ErrorCode {
            /// The code as the standard spells it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

error_codes! {
    CollidingKeywords = "colliding keywords",
    ContextOverflow = "context overflow",
    CyclicIriMapping = "cyclic IRI mapping",
    InvalidIdValue = "invalid @id value",
    InvalidImportValue = "invalid @import value",
    InvalidIncludedValue = "invalid @included value",
    InvalidIndexValue = "invalid @index value",
    InvalidNestValue = "invalid @nest value",
    InvalidPrefixValue = "invalid @prefix value",
    InvalidPropagateValue = "invalid @propagate value",
    InvalidProtectedValue = "invalid @protected value",
    InvalidReverseValue = "invalid @reverse value",
    InvalidVersionValue = "invalid @version value",
    InvalidBaseDirection = "invalid base direction",
    InvalidBaseIri = "invalid base IRI",
    InvalidContainerMapping = "invalid container mapping",
    InvalidContextEntry = "invalid context entry",
    InvalidContextNullification = "invalid context nullification",
    InvalidDefaultLanguage = "invalid default language",
    InvalidIriMapping = "invalid IRI mapping",
    InvalidKeywordAlias = "invalid keyword alias",
    InvalidLanguageMapValue = "invalid language map value",
    InvalidLanguageMapping = "invalid language mapping",
    InvalidLanguageTaggedString = "invalid language-tagged string",
    InvalidLanguageTaggedValue = "invalid language-tagged value",
    InvalidLocalContext = "invalid local context",
    InvalidRemoteContext = "invalid remote context",
    InvalidReverseProperty = "invalid reverse property",
    InvalidReversePropertyMap = "invalid reverse property map",
    InvalidReversePropertyValue = "invalid reverse property value",
    InvalidScopedContext = "invalid scoped context",
    InvalidSetOrListObject = "invalid set or list object",
    InvalidTermDefinition = "invalid term definition",
    InvalidTypeMapping = "invalid type mapping",
    InvalidTypeValue = "invalid type value",
    InvalidTypedValue = "invalid typed value",
    InvalidValueObject = "invalid value object",
    InvalidValueObjectValue = "invalid value object value",
    InvalidVocabMapping = "invalid vocab mapping",
    KeywordRedefinition = "keyword redefinition",
    LoadingDocumentFailed = "loading document failed",
    LoadingRemoteContextFailed = "loading remote context failed",
    ProcessingModeConflict = "processing mode conflict",
    ProtectedTermRedefinition = "protected term redefinition",
    // limits
    TooMuchWork = "too much work",
    // safe mode and pinned contexts
    UndefinedTerm = "undefined term",
    KeywordNotAllowed = "keyword not allowed",
    DroppedValue = "dropped value",
    RelativeIri = "relative IRI",
    InlineContext = "inline context",
}
