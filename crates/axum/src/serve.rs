//! The HTTP listener: connection limits, timeouts and graceful shutdown.
//!
//! Not `axum::serve`, which has no timeout for request heads: a few hundred clients that send one byte per second would
//! occupy every connection (slowloris).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::timed::{Progress, Timed};

/// Timeout of idle connections. hyper counts the idle time as part of the next request head; [`Timed`] limits the head
/// itself.
const IDLE_DEADLINE: Duration = Duration::from_secs(60);
/// Maximum number of connections; more wait to be accepted.
const CONNECTIONS_MAX: usize = 4096;
/// How long open requests may take when the server stops. The whole stop takes less than 10 s.
const DRAIN_DEADLINE: Duration = Duration::from_secs(8);

/// Serves until `stopping` is cancelled, then finishes open requests.
pub async fn serve(listener: TcpListener, router: Router, stopping: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let router = router.clone();
        let progress = Progress::default();
        let stream = Timed::new(stream, progress.clone());
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            progress.head_arrived();
            request.extensions_mut().insert(ConnectInfo(peer));
            let (progress, answer) = (progress.clone(), router.clone().oneshot(request));
            async move {
                let answer = answer.await;
                progress.answered();
                answer
            }
        });
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(IDLE_DEADLINE).max_headers(64);
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection closed with an error");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_DEADLINE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and were aborted");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Responses are small and written at once.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            // Most likely out of file descriptors: without a pause this loop would spin.
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}
