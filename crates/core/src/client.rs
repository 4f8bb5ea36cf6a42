//! The client of a request: IP address, user agent and request id.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use latchkey_types::is_invisible;
use woothee::parser::Parser;

/// Maximum length of a stored user agent, in characters.
const USER_AGENT_MAX: usize = 256;

/// The client of a request. Use cases store it in audit events and sessions.
#[derive(Clone, Debug)]
pub struct Client {
    ip: Option<IpAddr>,
    user_agent: String,
    request_id: String,
}

impl Client {
    /// The client of an HTTP request. Control and invisible characters are removed from the user agent, and it is cut at 256
    /// characters.
    #[must_use]
    pub fn new(ip: IpAddr, user_agent: &str, request_id: String) -> Self {
        let is_shown = |char: &char| !char.is_control() && !is_invisible(*char);
        let user_agent = user_agent.chars().filter(is_shown).take(USER_AGENT_MAX).collect();
        Self { ip: Some(ip.to_canonical()), user_agent, request_id }
    }

    /// The operator at the command line of the server; has no IP address.
    #[must_use]
    pub fn command_line() -> Self {
        Self { ip: None, user_agent: "latchkey command".to_owned(), request_id: String::new() }
    }

    /// The mail worker, for the events that it records; has no IP address.
    #[must_use]
    pub fn mail_worker() -> Self {
        Self { ip: None, user_agent: "latchkey mail worker".to_owned(), request_id: String::new() }
    }

    /// The IP address; empty for the command line and the mail worker.
    #[must_use]
    pub fn ip(&self) -> String {
        self.ip.map(|ip| ip.to_string()).unwrap_or_default()
    }

    /// The `User-Agent` header, without control and invisible characters, cut at 256 characters.
    #[must_use]
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// The request id, which log lines and audit events share; empty outside of HTTP requests.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Browser and operating system, without versions: an update must not look like a new device. For comparisons only; it
    /// can contain a word of the client.
    #[must_use]
    pub fn device(&self) -> String {
        device(&self.user_agent)
    }

    /// The addresses of one customer of an internet provider, for rate limits: the IPv4 address or the IPv6 /64. `None`
    /// without an IP address.
    #[must_use]
    pub fn subscriber(&self) -> Option<String> {
        match self.ip? {
            IpAddr::V4(ip) => Some(ip.to_string()),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                Some(format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
            }
        }
    }

    /// The network (IPv4 /24, IPv6 /48) that is stored with a session; empty without an IP address.
    #[must_use]
    pub fn network(&self) -> String {
        match self.ip {
            Some(IpAddr::V4(ip)) => {
                let [a, b, c, _] = ip.octets();
                format!("{}/24", Ipv4Addr::new(a, b, c, 0))
            }
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, ..] = ip.segments();
                format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
            }
            None => String::new(),
        }
    }
}

/// Browser and operating system of a user agent, such as `Firefox on Linux`, to be shown. Only names that the library knows:
/// pages and emails show them to others than who has sent the header.
#[must_use]
pub fn device_name(user_agent: &str) -> String {
    known_device(user_agent).unwrap_or_else(|| "Unknown device".to_owned())
}

/// The device of a recorded event. Without an IP address the user agent is one of this server, such as the command line.
#[must_use]
pub fn recorded_device(ip: &str, user_agent: &str) -> String {
    if ip.is_empty() { user_agent.to_owned() } else { device_name(user_agent) }
}

/// Like [`device_name`], to compare devices: falls back to the first word of the user agent.
fn device(user_agent: &str) -> String {
    let first_word = || user_agent.split(['/', ' ']).next().unwrap_or_default().to_owned();
    known_device(user_agent).unwrap_or_else(first_word)
}

fn known_device(user_agent: &str) -> Option<String> {
    const UNKNOWN: &str = "UNKNOWN";
    let parsed = Parser::new().parse(user_agent).filter(|parsed| parsed.name != UNKNOWN)?;
    let has_system = parsed.os != UNKNOWN;
    Some(if has_system { format!("{} on {}", parsed.name, parsed.os) } else { parsed.name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_limit_counts_an_ipv4_address_or_an_ipv6_network() {
        let subscriber = |ip: &str| ip.parse().map(|ip| Client::new(ip, "", String::new()).subscriber()).ok().flatten();
        assert_eq!(subscriber("192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(subscriber("::ffff:192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(subscriber("2001:db8:1:2:3::4").as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(Client::command_line().subscriber(), None);
    }

    #[test]
    fn an_update_is_no_other_device_and_another_browser_is() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let newer = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(device(firefox), "Firefox on Linux");
        assert_eq!(device(firefox), device(newer));
        assert_ne!(device(firefox), device(chrome));
        assert_eq!(device_name(firefox), "Firefox on Linux");
        assert_ne!(device("my-app/2.1"), device("other/1"));
        for unknown in ["my-app/2.1", "Your account was hacked, call 555-1234", "", "\u{202e}kcatta"] {
            assert_eq!(device_name(unknown), "Unknown device", "{unknown}");
        }
    }

    #[test]
    fn a_stored_user_agent_has_no_invisible_characters() {
        let client =
            Client::new([192, 0, 2, 1].into(), "a\u{7}b\u{202e}c\u{2028}d\u{feff}e\u{e0041}\u{fff9}", String::new());
        assert_eq!(client.user_agent(), "abcde");
    }
}
