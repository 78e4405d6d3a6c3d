//! Ranges of versions and of addresses, for the operator `within`.

use std::net::IpAddr;

use crate::syntax::gotemplate::allows;

/// A range that a value can lie in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Range {
    /// Constraints on a semantic version, such as `>=1.2, <2`; written as charts write them (github.com/Masterminds/semver).
    Versions(String),
    /// Addresses in CIDR notation (RFC 4632, RFC 4291).
    Addresses(Block, String),
}

/// A block of addresses of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The lowest address.
    first: u128,
    /// The highest address.
    last: u128,
    is_v6: bool,
}

impl Range {
    /// Reads a range of versions; `None` for anything else.
    #[must_use]
    pub fn versions(text: &str) -> Option<Self> {
        let says_something = text.contains(|c: char| c.is_ascii_digit());
        (says_something && allows(text, "0.0.0").is_some()).then(|| Self::Versions(text.to_owned()))
    }

    /// Reads a block of addresses; `None` for anything else.
    #[must_use]
    pub fn addresses(text: &str) -> Option<Self> {
        text.contains('/').then(|| Block::parse(text))?.map(|block| Self::Addresses(block, text.to_owned()))
    }

    /// As written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Versions(text) | Self::Addresses(_, text) => text,
        }
    }

    /// Whether a version, an address or a whole block of addresses lies in it. Text that is none of them does not.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        match self {
            Self::Versions(constraint) => allows(constraint, text) == Some(true),
            Self::Addresses(block, _) => Block::parse(text).is_some_and(|inner| {
                inner.is_v6 == block.is_v6 && block.first <= inner.first && inner.last <= block.last
            }),
        }
    }
}

impl Block {
    /// An address, or a block of them.
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let (value, width, is_v6) = match address.parse().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32, false),
            IpAddr::V6(address) => (u128::from(address), 128, true),
        };
        let prefix: u32 = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|prefix| *prefix <= width)?,
            None => width,
        };
        let hosts = match width - prefix {
            128 => u128::MAX,
            bits => (1 << bits) - 1,
        };
        Some(Self { first: value & !hosts, last: value | hosts, is_v6 })
    }
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn an_address_or_a_block_lies_in_a_block() {
        let private = Range::addresses("10.0.0.0/8").unwrap();
        assert!(private.has("10.1.2.3"));
        assert!(private.has("10.4.0.0/16"));
        assert!(!private.has("11.0.0.1"));
        assert!(!private.has("8.0.0.0/6"), "a larger block does not");
        assert!(!private.has("::a00:1"), "families do not mix");
        assert!(!private.has("backend"));
        assert!(private.has("10.4.5.6/16"), "the bits of hosts say nothing");
        let from_host = Range::addresses("10.1.2.3/8").unwrap();
        assert!(from_host.has("10.0.0.1") && from_host.has("10.255.255.255"));
        assert!(!from_host.has("9.255.255.255"));
        assert!(Range::addresses("fd00::/8").unwrap().has("fd12:3456::/32"));
        assert!(Range::addresses("::/0").unwrap().has("::1"));
        assert!(Range::addresses("0.0.0.0/0").unwrap().has("255.255.255.255"));
    }

    #[test]
    fn a_version_lies_in_a_range() {
        let range = Range::versions(">=1.2, <2").unwrap();
        assert!(range.has("1.10.0"));
        assert!(!range.has("2.0.0"));
        assert!(!range.has("latest"));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        assert_eq!(Range::addresses("10.0.0.0"), None);
        assert_eq!(Range::addresses("10.0.0.0/33"), None);
        assert_eq!(Range::addresses("ten/8"), None);
        assert_eq!(Range::versions("about 1"), None);
        assert_eq!(Range::versions(""), None);
        assert_eq!(Range::versions("*"), None);
    }
}
