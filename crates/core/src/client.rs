//! Who asks, as far as the connection and the headers tell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use woothee::parser::Parser;

/// Longest user agent that is kept, in characters.
const USER_AGENT_MAX: usize = 256;

/// The address, the program and the request; every use case takes one beside its own arguments.
#[derive(Clone, Debug)]
pub struct Client {
    ip: Option<IpAddr>,
    user_agent: String,
    request_id: String,
}

impl Client {
    /// A client on the network. Control characters are dropped from the user agent, and what is over 256 characters.
    #[must_use]
    pub fn new(ip: IpAddr, user_agent: &str, request_id: String) -> Self {
        let user_agent = user_agent.chars().filter(|char| !char.is_control()).take(USER_AGENT_MAX).collect();
        Self { ip: Some(ip.to_canonical()), user_agent, request_id }
    }

    /// Somebody at the command line of the server.
    #[must_use]
    pub fn command_line() -> Self {
        Self { ip: None, user_agent: "latchkey command".to_owned(), request_id: String::new() }
    }

    /// The worker that delivers mail.
    #[must_use]
    pub fn mail_worker() -> Self {
        Self { ip: None, user_agent: "latchkey mail worker".to_owned(), request_id: String::new() }
    }

    /// The address, or nothing for the command line.
    #[must_use]
    pub fn ip(&self) -> String {
        self.ip.map(|ip| ip.to_string()).unwrap_or_default()
    }

    /// What the program calls itself.
    #[must_use]
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// The id that the log and the audit share.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Browser and system, without versions: an update must not look like another device.
    #[must_use]
    pub fn device(&self) -> String {
        device(&self.user_agent)
    }

    /// The network (IPv4 /24, IPv6 /48), for the row of a session; empty for the command line.
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

/// Browser and system of a user agent, such as `Firefox on Linux`; what no parser knows is taken by its first word.
#[must_use]
pub fn device(user_agent: &str) -> String {
    match Parser::new().parse(user_agent) {
        Some(parsed) if parsed.name != "UNKNOWN" => format!("{} on {}", parsed.name, parsed.os),
        _ => user_agent.split(['/', ' ']).next().filter(|word| !word.is_empty()).unwrap_or("Unknown").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_no_other_device_and_another_browser_is() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let newer = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(device(firefox), "Firefox on Linux");
        assert_eq!(device(firefox), device(newer));
        assert_ne!(device(firefox), device(chrome));
        assert_eq!(device("my-app/2.1"), "my-app");
        assert_eq!(device(""), "Unknown");
    }
}
