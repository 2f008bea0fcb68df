use crate::{Kind, Level};

/// One canonical form of a raw value, ready to enter a token (PROTOCOL.md §1, §2).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Canonical {
    /// Token kind; may differ from the kind that was asked (an ISBN is a GTIN too).
    pub kind: Kind,
    pub level: Level,
    /// Canonical text; its UTF-8 bytes enter the token.
    pub value: String,
    pub check: Check,
    /// A safe repair was needed to read the value.
    pub repaired: bool,
    /// Why the form is only a candidate although its kind could be more.
    pub caution: Option<Caution>,
    /// Version of the rules that made the form.
    pub norm_version: u8,
}

/// What the value's own check digit said. A failed one is a [`crate::Reject`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Check {
    /// The check digit or checksum holds.
    Valid,
    /// The value carries none.
    NotApplicable,
}

/// Why a form is only a candidate: shared or re-used in practice, but not worthless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Caution {
    /// `info@`, `sales@`: an organisation's mailbox, often its agent's.
    RoleMailbox,
    /// A number that shops give out for themselves (GS1 restricted circulation).
    RestrictedCirculation,
    /// Derived from a longer identifier that says more.
    Derived,
}

impl Canonical {
    pub(crate) fn strict(kind: Kind, value: impl Into<String>, check: Check) -> Self {
        Self {
            kind,
            level: Level::Strict,
            value: value.into(),
            check,
            repaired: false,
            caution: None,
            norm_version: crate::table::info(kind).norm_version,
        }
    }

    pub(crate) fn folded(kind: Kind, value: impl Into<String>) -> Self {
        Self {
            level: Level::Folded,
            ..Self::strict(kind, value, Check::NotApplicable)
        }
    }

    pub(crate) fn repaired(self, repaired: bool) -> Self {
        Self {
            repaired: self.repaired | repaired,
            ..self
        }
    }

    /// Only a candidate from now on.
    pub(crate) fn cautioned(self, caution: Caution) -> Self {
        Self {
            level: Level::Folded,
            caution: Some(caution),
            ..self
        }
    }
}

/// Shows what the form is, never the identifier itself.
impl std::fmt::Debug for Canonical {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canonical")
            .field("kind", &self.kind)
            .field("level", &self.level)
            .field("check", &self.check)
            .field("repaired", &self.repaired)
            .field("caution", &self.caution)
            .finish_non_exhaustive()
    }
}

impl Check {
    /// Name in the JSON contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::NotApplicable => "na",
        }
    }
}

impl Caution {
    /// Stable reason code.
    pub fn code(self) -> &'static str {
        match self {
            Self::RoleMailbox => "role_mailbox",
            Self::RestrictedCirculation => "restricted_circulation",
            Self::Derived => "derived",
        }
    }

    /// A sentence for people, in English.
    pub fn english(self) -> &'static str {
        match self {
            Self::RoleMailbox => "a role mailbox is shared by its nature: only a candidate",
            Self::RestrictedCirculation => "a number every shop may give out for itself: only a candidate",
            Self::Derived => "derived from a longer identifier: only a candidate",
        }
    }

    /// A sentence for people, in Chinese.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::RoleMailbox => "岗位邮箱通常多人共用，仅作候选",
            Self::RestrictedCirculation => "店内自编号码可被任何商店使用，仅作候选",
            Self::Derived => "由更长的标识推导而来，仅作候选",
        }
    }
}
