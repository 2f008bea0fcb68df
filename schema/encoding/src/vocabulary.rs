/// Declares an enum whose members have a frozen number on the wire and in the databases, and a frozen
/// snake_case name in JSON. Numbers are never reassigned (PROTOCOL.md §0).
#[macro_export]
macro_rules! vocabulary {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$mdoc:meta])* $member:ident = $number:literal $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$mdoc])* #[serde(rename = $text)] $member = $number),+
        }

        impl $name {
            /// Every member, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$member),+];

            /// The frozen number.
            pub const fn number(self) -> u8 {
                self as u8
            }

            /// The member with this number.
            pub const fn from_number(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$member),)+
                    _ => None,
                }
            }

            /// The frozen name, as JSON carries it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$member => $text),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(text: &str) -> Result<Self, $crate::UnknownWord> {
                Self::ALL.iter().copied().find(|member| member.as_str() == text)
                    .ok_or($crate::UnknownWord { vocabulary: stringify!($name) })
            }
        }
    };
}

/// A word or number outside a frozen vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a word of the vocabulary {vocabulary}")]
pub struct UnknownWord {
    /// Name of the vocabulary, as the documentation calls it.
    pub vocabulary: &'static str,
}

vocabulary! {
    /// What kind of key a token is made under; each class has its own key and budgets (PROTOCOL.md §2).
    pub enum Class {
        /// Legal entities and what belongs to them.
        Organisation = 1 "organisation",
        /// Natural persons and their contacts.
        Person = 2 "person",
        /// Products, rights and offers.
        Goods = 3 "goods",
    }
}

vocabulary! {
    /// What an entry, a digest list or a screening is about (PROTOCOL.md §3).
    pub enum SubjectType {
        /// A shop or the organisation or person behind it.
        Seller = 1 "seller",
        /// An offered article.
        Product = 2 "product",
        /// A parcel or freight movement.
        Consignment = 3 "consignment",
        /// A picture, text or video of an offer.
        Content = 4 "content",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_again_by_number_and_by_name() {
        for class in Class::ALL {
            assert_eq!(Class::from_number(class.number()), Some(*class));
            assert_eq!(class.as_str().parse(), Ok(*class));
        }
        assert_eq!(Class::from_number(0), None);
        assert!("nobody".parse::<Class>().is_err());
    }
}
