//! Metrics in the text format of Prometheus, on an address of their own.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use latchkey_core::store::outbox;
use latchkey_core::telemetry;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use crate::serve::listen;
use crate::{AppState, serve};

const REQUESTS: &str = "http_requests_total";
const REQUEST_SECONDS: &str = "http_request_duration_seconds";
const OUTBOX: &str = "latchkey_outbox_emails";
const OUTBOX_AGE: &str = "latchkey_outbox_oldest_seconds";
const CONNECTIONS: &str = "latchkey_database_connections";
const DATABASE_UP: &str = "latchkey_database_up";
const BUILD: &str = "latchkey_build_info";
/// Upper bounds of the histograms, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// How often recorded times are added to the histograms; they would pile up if nobody collected the metrics.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Metrics whose address is bound, and that are not served yet.
pub(crate) struct Metrics {
    listener: TcpListener,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Starts to record metrics, to be served at `address`.
    ///
    /// # Errors
    /// If the address can't be listened on, or metrics are recorded already.
    pub(crate) fn record(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = listen(address).with_context(|| format!("cannot listen on {address} (METRICS_ADDR)"))?;
        let handle = PrometheusBuilder::new().set_buckets(&BUCKETS)?.install_recorder()?;
        telemetry::describe();
        describe_counter!(REQUESTS, "Requests by method, pattern of the path, and status");
        describe_histogram!(REQUEST_SECONDS, Unit::Seconds, "Time until the response was ready, by method and pattern");
        describe_gauge!(OUTBOX, "Emails that wait to be sent");
        describe_gauge!(OUTBOX_AGE, Unit::Seconds, "Age of the oldest email that waits to be sent");
        describe_gauge!(CONNECTIONS, "Connections to the database by state");
        describe_gauge!(DATABASE_UP, "1 if the database answered when the metrics were collected");
        describe_gauge!(BUILD, "1, with the version as label");
        Ok(Self { listener, handle })
    }

    /// Serves `/metrics` until the server stops.
    pub(crate) async fn serve(self, state: AppState) {
        gauge!(BUILD, "version" => state.config.product.version).set(1);
        if let Ok(address) = self.listener.local_addr() {
            tracing::info!(%address, "metrics");
        }
        let (handle, stopping) = (self.handle.clone(), state.stopping.clone());
        let router = Router::new().route("/metrics", get(render)).with_state((state, self.handle));
        let upkeep = async {
            loop {
                tokio::time::sleep(UPKEEP_INTERVAL).await;
                handle.run_upkeep();
            }
        };
        tokio::select! {
            () = serve(self.listener, router, &[], stopping) => {}
            () = upkeep => {}
        }
    }
}

async fn render(State((state, handle)): State<(AppState, PrometheusHandle)>) -> impl IntoResponse {
    let waiting = outbox::waiting(state.store.reader(), state.clock.now()).await;
    gauge!(DATABASE_UP).set(u8::from(waiting.is_ok()));
    if let Ok(waiting) = waiting {
        gauge!(OUTBOX).set(approximate(waiting.emails));
        gauge!(OUTBOX_AGE).set(approximate(waiting.oldest_seconds));
    }
    let (idle, used) = state.store.connections();
    gauge!(CONNECTIONS, "state" => "idle").set(approximate(idle));
    gauge!(CONNECTIONS, "state" => "used").set(approximate(used));
    (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render())
}

#[expect(clippy::cast_precision_loss, reason = "metrics are floating-point numbers")]
fn approximate(number: u64) -> f64 {
    number as f64
}

/// Records a response. `route` is the pattern of the path: the number of series must not depend on what clients send.
pub(crate) fn record_response(method: &Method, route: &str, status: StatusCode, duration: Duration) {
    const KNOWN: [Method; 7] =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    let method = KNOWN.iter().find(|known| *known == method).map_or("other", Method::as_str).to_owned();
    let status = status.as_str().to_owned();
    counter!(REQUESTS, "method" => method.clone(), "route" => route.to_owned(), "status" => status).increment(1);
    histogram!(REQUEST_SECONDS, "method" => method, "route" => route.to_owned()).record(duration);
}
