use sha2::{Digest, Sha256};
use sha3::Keccak256;

use crate::canonical::{Canonical, Check};
use crate::text::{field, latin};
use crate::{Kind, Region, Reject, Trace};

/// The address out of URIs, explorer links and labels: the one run of letters and digits `read` accepts.
fn find<T>(raw: &str, trace: &mut Trace<'_>, read: impl Fn(&str) -> Result<T, Reject>) -> Result<T, Reject> {
    let text = field::plain(raw, trace)?;
    let text = latin::ascii_expected(&text);
    let whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut worst = match read(&whole) {
        Ok(value) => return Ok(value),
        Err(reject) => reject,
    };
    for run in text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .chain(whole.split(|c: char| !c.is_ascii_alphanumeric()))
    {
        match read(run) {
            Ok(value) => return Ok(value),
            Err(reject) => worst = field::closer(worst, reject),
        }
    }
    Err(worst)
}

/// Bitcoin address: base58check (case matters) or bech32 in lower case (BIP 173, BIP 350).
pub(super) fn normalise_btc(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let value = find(raw, trace, read_btc)?;
    Ok(vec![Canonical::strict(Kind::WalletBtc, value, Check::Valid)])
}

fn read_btc(text: &str) -> Result<String, Reject> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("bc1") {
        if text != lower && text != text.to_ascii_uppercase() {
            return Err(Reject::CheckDigit);
        }
        return if bech32_holds(&lower) {
            Ok(lower)
        } else {
            Err(Reject::CheckDigit)
        };
    }
    if !(25..=35).contains(&text.len()) || !text.starts_with(['1', '3']) {
        return Err(if text.is_ascii() {
            Reject::Length
        } else {
            Reject::Alphabet
        });
    }
    let payload = base58(text).ok_or(Reject::Alphabet)?;
    // One 1 for each zero byte in front: more or fewer are a second spelling that no wallet takes.
    let ones = text.bytes().take_while(|&byte| byte == b'1').count();
    let zeros = payload.iter().take_while(|&&byte| byte == 0).count();
    if ones != zeros {
        return Err(Reject::CheckDigit);
    }
    let (body, check) = payload.split_at(21);
    let hash = Sha256::digest(Sha256::digest(body));
    if hash.get(..4) != Some(check) || !matches!(body.first(), Some(0 | 5)) {
        return Err(Reject::CheckDigit);
    }
    Ok(text.to_owned())
}

/// 25 bytes of base58, or nothing.
fn base58(text: &str) -> Option<[u8; 25]> {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0u8; 25];
    for byte in text.bytes() {
        let mut carry = u32::try_from(ALPHABET.iter().position(|&c| c == byte)?).ok()?;
        for place in bytes.iter_mut().rev() {
            carry += u32::from(*place) * 58;
            *place = u8::try_from(carry & 0xff).ok()?;
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    Some(bytes)
}

/// Segregated-witness address on the main network: version, program length and checksum.
fn bech32_holds(address: &str) -> bool {
    const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let Some(data) = address.strip_prefix("bc1") else {
        return false;
    };
    let values: Option<Vec<u32>> = data
        .bytes()
        .map(|byte| {
            ALPHABET
                .iter()
                .position(|&c| c == byte)
                .and_then(|at| u32::try_from(at).ok())
        })
        .collect();
    let Some(values) = values.filter(|values| (14..=87).contains(&values.len())) else {
        return false;
    };
    // The expanded human-readable part `bc`.
    let sum = [3, 3, 0, 2, 3]
        .into_iter()
        .chain(values.iter().copied())
        .fold(1, polymod);
    let bits = (values.len() - 7) * 5;
    let program = bits / 8;
    // BIP 173: what fills the last group is zero and shorter than a group.
    let filling = bits % 8;
    let last = values.get(values.len() - 7).copied().unwrap_or_default();
    if filling > 4 || last & ((1 << filling) - 1) != 0 {
        return false;
    }
    match values.first() {
        Some(0) => sum == 1 && matches!(program, 20 | 32),
        Some(1..=16) => sum == 0x2bc8_30a3 && (2..=40).contains(&program),
        _ => false,
    }
}

fn polymod(checksum: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = checksum >> 25;
    let next = (checksum & 0x01ff_ffff) << 5 ^ value;
    GENERATOR.iter().enumerate().fold(
        next,
        |sum, (bit, generator)| if top >> bit & 1 == 1 { sum ^ generator } else { sum },
    )
}

/// Ethereum address: 0x and 40 lower-case hexadecimal digits; mixed case must satisfy EIP-55.
pub(super) fn normalise_eth(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let (value, check) = find(raw, trace, read_eth)?;
    Ok(vec![Canonical::strict(Kind::WalletEth, value, check)])
}

fn read_eth(text: &str) -> Result<(String, Check), Reject> {
    let hex = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    if hex.len() != 40 {
        return Err(Reject::Length);
    }
    if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Reject::Alphabet);
    }
    let lower = hex.to_ascii_lowercase();
    let mixed = hex != lower && hex != hex.to_ascii_uppercase();
    if mixed && !eip55_holds(hex, &lower) {
        return Err(Reject::CheckDigit);
    }
    Ok((
        format!("0x{lower}"),
        if mixed { Check::Valid } else { Check::NotApplicable },
    ))
}

/// A letter is upper case where the hash of the lower-case address has a nibble of 8 or more.
fn eip55_holds(hex: &str, lower: &str) -> bool {
    let hash = Keccak256::digest(lower.as_bytes());
    hex.bytes().enumerate().all(|(place, byte)| {
        let nibble = hash
            .get(place / 2)
            .map_or(0, |pair| if place % 2 == 0 { pair >> 4 } else { pair & 15 });
        !byte.is_ascii_alphabetic() || byte.is_ascii_uppercase() == (nibble >= 8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: &str, raw: &str) -> Result<String, Reject> {
        crate::canonicalise(kind.parse().unwrap(), raw, None).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn published_addresses_hold() {
        // BIP 173 and BIP 350 test vectors, and the genesis coinbase.
        for address in [
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ] {
            assert_eq!(value("wallet_btc", address), Ok(address.to_lowercase()));
        }
        let genesis = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
        assert_eq!(
            value("wallet_btc", &format!("bitcoin:{genesis}?amount=1")).as_deref(),
            Ok(genesis)
        );
        assert_eq!(
            value("wallet_btc", "1a1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
            Err(Reject::CheckDigit)
        );
        assert_eq!(
            value("wallet_btc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"),
            Err(Reject::CheckDigit)
        );
    }

    #[test]
    fn mixed_case_of_an_ethereum_address_is_a_check() {
        let address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        for raw in [
            address.to_owned(),
            address.to_uppercase(),
            format!("ethereum:{address}@1"),
            format!("https://etherscan.io/address/{address}"),
        ] {
            assert_eq!(value("wallet_eth", &raw), Ok(address.to_lowercase()), "{raw}");
        }
        assert_eq!(
            value("wallet_eth", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"),
            Err(Reject::CheckDigit)
        );
    }

    #[test]
    fn a_second_spelling_of_an_address_is_refused() {
        for address in [
            "11A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kqkhhp9x",
            "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3p9waw3r",
        ] {
            assert_eq!(value("wallet_btc", address), Err(Reject::CheckDigit), "{address}");
        }
    }
}
