//! How plain values sit in columns that both databases have: times as microseconds, ids and hashes as bytes,
//! unsigned numbers in the next wider signed type. Rows name these in `serialize_as` and `deserialize_as`.
#![expect(
    unreachable_pub,
    reason = "derived trait impls of public rows name these types"
)]

use diesel::backend::Backend;
use diesel::deserialize::{self, FromStaticSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, SmallInt, Text};
use lianfang_encoding::{Audience, NodeId, Timestamp};
use uuid::Uuid;

macro_rules! column {
    ($name:ident, $value:ty, $sql:ty, $raw:ty, $write:expr, $read:expr) => {
        #[derive(Debug, Clone)]
        pub struct $name($value);

        impl From<$value> for $name {
            fn from(value: $value) -> Self {
                Self(value)
            }
        }

        impl From<$name> for $value {
            fn from(column: $name) -> Self {
                column.0
            }
        }

        impl AsExpression<$sql> for $name {
            type Expression = <$raw as AsExpression<$sql>>::Expression;
            fn as_expression(self) -> Self::Expression {
                let write: fn($value) -> $raw = $write;
                AsExpression::<$sql>::as_expression(write(self.0))
            }
        }

        impl<DB: Backend> Queryable<$sql, DB> for $name
        where
            $raw: FromStaticSqlRow<$sql, DB>,
        {
            type Row = $raw;
            fn build(raw: $raw) -> deserialize::Result<Self> {
                let read: fn($raw) -> deserialize::Result<$value> = $read;
                read(raw).map(Self)
            }
        }
    };
}

macro_rules! column_and_nullable {
    ($name:ident, $nullable:ident, $value:ty, $sql:ty, $raw:ty, $write:expr, $read:expr) => {
        column!($name, $value, $sql, $raw, $write, $read);
        column!(
            $nullable,
            Option<$value>,
            Nullable<$sql>,
            Option<$raw>,
            |value| value.map($write),
            |raw| raw.map($read).transpose()
        );
    };
}

column_and_nullable!(At, MaybeAt, Timestamp, BigInt, i64, micros, |raw| {
    Ok(Timestamp::from_micros(u64::try_from(raw)?))
});
column_and_nullable!(Count, MaybeCount, u64, BigInt, i64, count, |raw| Ok(
    u64::try_from(raw)?
));
column!(Word, u32, BigInt, i64, i64::from, |raw| Ok(u32::try_from(raw)?));
column_and_nullable!(Half, MaybeHalf, u16, Integer, i32, i32::from, |raw| Ok(
    u16::try_from(raw)?
));
column!(Byte, u8, SmallInt, i16, i16::from, |raw| Ok(u8::try_from(raw)?));
column!(
    Id,
    Uuid,
    Binary,
    Vec<u8>,
    |id| id.into_bytes().to_vec(),
    |raw| Ok(Uuid::from_slice(&raw)?)
);
column!(Bytes16, [u8; 16], Binary, Vec<u8>, |bytes| bytes.to_vec(), fixed);
column!(Bytes32, [u8; 32], Binary, Vec<u8>, |bytes| bytes.to_vec(), fixed);
column!(Bytes64, [u8; 64], Binary, Vec<u8>, |bytes| bytes.to_vec(), fixed);
column!(AudienceName, Audience, Text, String, String::from, |raw| Ok(
    Audience::try_from(raw)?
));
column!(NodeName, NodeId, Text, String, String::from, |raw| Ok(
    NodeId::try_from(raw)?
));

/// A time as its column holds it. [`Timestamp::MAX`] fits.
pub fn micros(time: Timestamp) -> i64 {
    count(time.as_micros())
}

/// A number as its column holds it. No counter here ever comes near the bound.
pub fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A page size as SQL takes it.
pub fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

fn fixed<const N: usize>(raw: Vec<u8>) -> deserialize::Result<[u8; N]> {
    <[u8; N]>::try_from(raw).map_err(|raw| format!("{} bytes where {N} belong", raw.len()).into())
}
