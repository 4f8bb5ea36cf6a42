//! The command `health`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use latchkey_axum::core::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long the server may take to answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Asks the server with these settings, on this machine, whether it is ready.
///
/// # Errors
/// If it is not, or does not answer.
pub(super) async fn check(config: &Config) -> anyhow::Result<String> {
    let address = reachable(config.address);
    let status = timeout(LIMIT, status(address)).await;
    let status = status.with_context(|| format!("{address} did not answer in {} s", LIMIT.as_secs()))?;
    match status.with_context(|| format!("no server answers at {address}"))? {
        200 => Ok(format!("{address} is ready")),
        status => bail!("{address} is not ready: /readyz answered {status}"),
    }
}

/// A server that listens on all addresses is asked on the loopback interface.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn status(address: SocketAddr) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await?;
    let code = head.strip_prefix(b"HTTP/1.1 ").and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
    code.context("the answer is not one of HTTP")
}
