//! `X-Forwarded-For` and `TRUSTED_PROXIES`: an untrusted peer is the client, whatever it sends.

#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: ([u8; 4], &[u8])| {
    let (peer, lines) = input;
    let client = latchkey_axum::fuzzing::client_ip(peer, lines);
    assert!(peer[0] == 10 || client == IpAddr::from(peer));
    if let Ok(text) = std::str::from_utf8(lines) {
        latchkey_core::config::fuzzing::read_trusted_proxies(text);
    }
});
