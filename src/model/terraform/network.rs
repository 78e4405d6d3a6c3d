//! Address ranges, and which of them overlap.

use std::net::IpAddr;

use crate::model;
use crate::model::value::{Field, List};

use super::variable::Variable;

/// Ranges of one module that are compared with each other.
const MAX_NETWORKS: usize = 256;

model! {
    /// An address range in the default of a list variable.
    pub struct Network as "terraform.network" {
        /// The variable.
        variable: String,
        /// The range.
        cidr: String,
        /// Another range in the default of a list that it overlaps with.
        overlaps: Field<String>,
        /// The variables whose default is a range that holds it.
        within: List<String>,
    }
    label(network) { network.cidr.clone() }
}

/// An address range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cidr {
    first: u128,
    last: u128,
    is_v6: bool,
}

impl Cidr {
    /// Reads `10.0.0.0/16` (RFC 4632) or `fd00::/8` (RFC 4291).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let length: u32 = length.parse().ok()?;
        let (bits, value, is_v6) = match address.parse().ok()? {
            IpAddr::V4(address) => (32, u128::from(u32::from(address)), false),
            IpAddr::V6(address) => (128, u128::from(address), true),
        };
        let host = bits - Some(length).filter(|length| *length <= bits)?;
        let mask = 1_u128.checked_shl(host).map_or(u128::MAX, |size| size - 1);
        Some(Self { first: value & !mask, last: value | mask, is_v6 })
    }

    fn overlaps(self, other: Self) -> bool {
        self.is_v6 == other.is_v6 && self.first <= other.last && other.first <= self.last
    }

    fn holds(self, other: Self) -> bool {
        self.is_v6 == other.is_v6 && self.first <= other.first && other.last <= self.last
    }
}

/// The ranges in the defaults of a module's variables.
pub(super) fn networks(variables: &[Variable]) -> Vec<Network> {
    let items = variables.iter().flat_map(|variable| variable.default_items.iter().map(move |item| (variable, item)));
    let ranges: Vec<(&Variable, &Field<String>, &String, Cidr)> = items
        .filter_map(|(variable, item)| Some((variable, item, item.value()?, Cidr::parse(item.value()?)?)))
        .take(MAX_NETWORKS)
        .collect();
    let outer: Vec<(&str, Cidr)> = variables
        .iter()
        .filter_map(|variable| Some((variable.name.as_str(), Cidr::parse(variable.default.value()?)?)))
        .collect();
    let network = |(index, (variable, item, text, cidr)): (usize, &(&Variable, &Field<String>, &String, Cidr))| {
        let other = ranges.iter().take(index).find(|(_, _, _, other)| other.overlaps(*cidr));
        let at = item.place();
        let within = outer.iter().filter(|(_, outer)| outer.holds(*cidr)).map(|(name, _)| (*name).to_owned());
        Network {
            at,
            variable: variable.name.clone(),
            cidr: (*text).clone(),
            overlaps: other.map_or(Field::Absent(at), |(_, _, text, _)| Field::known((*text).clone(), at)),
            within: List::new(within.collect(), at),
        }
    };
    ranges.iter().enumerate().map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::Cidr;

    #[test]
    fn ranges_overlap_and_hold_one_another() {
        let cidr = |text| Cidr::parse(text).expect("a range");
        assert!(cidr("10.0.0.0/16").holds(cidr("10.0.101.0/24")));
        assert!(!cidr("10.0.0.0/16").overlaps(cidr("10.1.0.0/24")));
        assert!(cidr("0.0.0.0/0").holds(cidr("10.0.0.0/8")));
        assert!(!cidr("::/0").overlaps(cidr("10.0.0.0/8")));
        assert_eq!(Cidr::parse("10.0.0.0/33"), None);
        assert_eq!(Cidr::parse("10.0.0.0"), None);
    }
}
