use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

macro_rules! scopes {
    ($($name:ident $text:literal),+ $(,)?) => {
        /// What a caller of the platform door may do. Names are stable for users.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scope { $($name),+ }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name in tokens.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

scopes! {
    EntriesRead "entries:read",
    EntriesWrite "entries:write",
    ScreeningsRead "screenings:read",
    ScreeningsWrite "screenings:write",
    RosterRead "roster:read",
    RosterWrite "roster:write",
    AlertsRead "alerts:read",
    AlertsWrite "alerts:write",
    NoticesRead "notices:read",
    NoticesWrite "notices:write",
    WebhooksRead "webhooks:read",
    WebhooksWrite "webhooks:write",
    ReferralsRead "referrals:read",
    ReferralsWrite "referrals:write",
    ReportsRead "reports:read",
    ReportsWrite "reports:write",
    DisclosuresRead "disclosures:read",
    DisclosuresWrite "disclosures:write",
    PeersRead "peers:read",
    TaxiiRead "taxii:read",
    Admin "admin",
}

/// The word isn't a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` isn't a scope")]
pub struct UnknownScope(String);

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let known = Self::ALL.iter().copied().find(|scope| scope.as_str() == text);
        known.ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// The scopes of one token. No scope implies another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Reads the claim: names separated by blanks. Names that this build doesn't know grant nothing.
    pub fn of_claim(claim: &str) -> Self {
        Self(claim.split(' ').filter_map(|name| name.parse().ok()).collect())
    }

    /// Whether `scope` is among them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(|scope| scope.as_str()).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_grants_what_it_names_and_nothing_else() {
        let scopes = Scopes::of_claim("entries:read everything peers:read");
        assert_eq!(scopes.to_string(), "entries:read peers:read");
        assert!(!scopes.contains(Scope::EntriesWrite));
    }

    #[test]
    fn the_administrator_s_scope_implies_no_other() {
        assert!(!Scopes::of_claim("admin").contains(Scope::EntriesRead));
    }
}
