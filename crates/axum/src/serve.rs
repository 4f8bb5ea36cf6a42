//! The HTTP listener: connection limits, timeouts and graceful shutdown.
//!
//! Not `axum::serve`, which has no timeout for request heads: a few hundred clients that send one byte per second would
//! occupy every connection (slowloris).

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::connections::{Connections, Place};
use super::timed::{Progress, Timed};

/// Timeout of idle connections: longer than the 60 s of load balancers, which would otherwise send a request over a
/// connection that is just being closed. hyper counts the idle time as part of the next request head; [`Timed`] limits the
/// head itself.
const IDLE_DEADLINE: Duration = Duration::from_secs(75);
/// Maximum size of a request head, in bytes; hyper answers 431 to larger ones.
const HEAD_MAX: usize = 16 * 1024;
/// Maximum number of connections that wait to be accepted.
const BACKLOG: u32 = 4_096;
/// How long open requests may take when the server stops. The whole stop takes less than 10 s.
const DRAIN_DEADLINE: Duration = Duration::from_secs(8);

/// Listens on an address. More connections than with `TcpListener::bind`, 128, can wait to be accepted: otherwise those of
/// a burst wait a second, until their clients try again. The operating system may allow fewer.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stopping` is cancelled, then finishes open requests. Connections of `proxies` have no share of their own.
pub async fn serve(listener: TcpListener, router: Router, proxies: &[IpNet], stopping: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let connections = Connections::within_file_limit(proxies);
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => break,
            accepted = accept(&listener) => accepted,
        };
        let Some((stream, peer)) = accepted else { continue };
        // Without a place, the connection is closed at once.
        let Some(place) = connections.admit(peer.ip()).map(Arc::new) else { continue };
        let connection = graceful.watch(connection(stream, peer, router.clone(), Some(place.clone())));
        tokio::spawn(async move {
            tokio::select! {
                served = connection => if let Err(error) = served {
                    tracing::debug!(%error, "connection closed with an error");
                },
                () = place.closed() => {}
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_DEADLINE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and were aborted");
    }
}

/// Serves one connection.
fn connection<S>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    place: Option<Arc<Place>>,
) -> http1::Connection<TokioIo<Timed<S>>, impl HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let progress = Progress::default();
    let stream = Timed::new(stream, progress.clone());
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        progress.head_arrived();
        if let Some(place) = &place {
            place.set_idle(false);
        }
        request.extensions_mut().insert(ConnectInfo(peer));
        let (progress, place, answer) = (progress.clone(), place.clone(), router.clone().oneshot(request));
        async move {
            let answer = answer.await;
            progress.answered();
            if let Some(place) = &place {
                place.set_idle(true);
            }
            answer
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(IDLE_DEADLINE).max_headers(64).max_buf_size(HEAD_MAX);
    builder.serve_connection(TokioIo::new(stream), service)
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Responses are small and written at once.
            let _ = stream.set_nodelay(true);
            Some((stream, peer))
        }
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            // Most likely out of file descriptors: without a pause this loop would spin.
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::sleep;

    use super::*;

    /// A client that is connected to a server with one path, `/`.
    fn client() -> DuplexStream {
        let (client, server) = duplex(1024 * 1024);
        let router = Router::new().route("/", get("hello"));
        tokio::spawn(connection(server, SocketAddr::from(([127, 0, 0, 1], 1)), router, None));
        client
    }

    /// Sends a head and returns the status of the response; `None` if the connection is closed.
    async fn status(client: &mut DuplexStream, head: &str) -> Option<String> {
        let mut response = [0; 1024];
        client.write_all(head.as_bytes()).await.ok()?;
        let length = client.read(&mut response).await.ok().filter(|length| *length > 0)?;
        let response = std::str::from_utf8(&response[..length]).unwrap();
        response.split(' ').nth(1).map(str::to_owned)
    }

    /// Nothing accepts them: with a short queue, one of them would wait until its packet is sent again.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_burst_of_connections_is_queued() {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let limit = Duration::from_millis(500);
        let burst = (0..400).map(|_| std::net::TcpStream::connect_timeout(&address, limit)).collect::<Vec<_>>();
        assert!(burst.iter().all(Result::is_ok));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_lives_75_seconds() {
        let mut client = client();
        let head = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assert_eq!(status(&mut client, head).await.as_deref(), Some("200"));
        sleep(Duration::from_secs(74)).await;
        assert_eq!(status(&mut client, head).await.as_deref(), Some("200"));
        sleep(Duration::from_secs(76)).await;
        assert_eq!(status(&mut client, head).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_over_16_kib_is_refused() {
        let head = |length| format!("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: a={}\r\n\r\n", "x".repeat(length));
        assert_eq!(status(&mut client(), &head(15_000)).await.as_deref(), Some("200"));
        assert_eq!(status(&mut client(), &head(17_000)).await.as_deref(), Some("431"));
        assert_eq!(status(&mut client(), &head(400_000)).await.as_deref(), Some("431"));
    }
}
