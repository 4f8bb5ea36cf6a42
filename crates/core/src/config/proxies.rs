//! Networks of trusted proxies.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// Parses a comma-separated list of addresses and networks (CIDR). IPv4-mapped IPv6 (`::ffff:10.0.0.0/104`) becomes IPv4,
/// because addresses of clients are compared in that form.
///
/// # Errors
/// The first entry that is neither.
pub(super) fn parse(text: &str) -> Result<Vec<IpNet>, &str> {
    let networks = text.split(',').map(str::trim).filter(|network| !network.is_empty());
    networks.map(|network| parse_one(network).ok_or(network)).collect()
}

fn parse_one(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok()?;
    let IpNet::V6(mapped) = network else { return Some(network) };
    let as_v4 = mapped.addr().to_ipv4_mapped().zip(mapped.prefix_len().checked_sub(96));
    let v4 = as_v4.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok());
    Some(v4.map_or(network, IpNet::V4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_parsed_and_mapped_ones_become_ipv4() {
        for (text, parsed) in [
            ("10.0.0.0/8, 192.0.2.7,", "10.0.0.0/8 192.0.2.7/32"),
            ("::ffff:10.0.0.0/104,::ffff:192.0.2.7", "10.0.0.0/8 192.0.2.7/32"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("2001:db8::/32, ::1", "2001:db8::/32 ::1/128"),
            ("::ffff:0:0/90", "::ffff:0.0.0.0/90"),
            (" , ", ""),
        ] {
            let networks = parse(text).unwrap_or_default();
            assert_eq!(networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), parsed, "{text}");
        }
        for (text, wrong) in [("10.0.0.0/8,10.0.0.0/33", "10.0.0.0/33"), ("[::1]", "[::1]"), ("proxy", "proxy")] {
            assert_eq!(parse(text), Err(wrong));
        }
    }
}
