//! The open connections: how many there may be, of all and of one network, and which one is closed for a new one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ipnet::IpNet;
use latchkey_core::client::Client;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio_util::sync::CancellationToken;

/// Files that are not connections: the database, the connections to it and to the mail server, logs.
const OTHER_FILES: usize = 256;
/// Maximum number of connections, whatever the limit of files. Each takes some 10 KiB of memory.
const CONNECTIONS_MAX: usize = 32_768;
/// Connections for which there is always room.
const CONNECTIONS_MIN: usize = 64;
/// The share of one network: an eighth.
const NETWORKS: usize = 8;

/// The open connections. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    state: Arc<Mutex<State>>,
    max: usize,
    /// Proxies bring the connections of many clients.
    exempt: Arc<[IpNet]>,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    open: HashMap<u64, Open>,
    by_network: HashMap<String, usize>,
}

#[derive(Debug)]
struct Open {
    network: Option<String>,
    /// Since when it waits for a request; `None` while a request is answered.
    idle_since: Option<Instant>,
    close: CancellationToken,
}

/// A connection, counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    connections: Connections,
    id: u64,
    close: CancellationToken,
}

impl Connections {
    /// Raises the limit of open files to what is allowed, and sets the number of connections by it.
    pub(crate) fn within_file_limit(exempt: &[IpNet]) -> Self {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        let files = if raised.is_ok() { maximum } else { current };
        let files = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
        Self::new(files.saturating_sub(OTHER_FILES).clamp(CONNECTIONS_MIN, CONNECTIONS_MAX), exempt)
    }

    fn new(max: usize, exempt: &[IpNet]) -> Self {
        Self { state: Arc::default(), max, exempt: exempt.into() }
    }

    /// Counts a new connection. If its network, or the server, has as many as may be, the one that is idle for longest is
    /// closed for it. `None` if there is none.
    pub(crate) fn admit(&self, ip: IpAddr) -> Option<Place> {
        let ip = ip.to_canonical();
        let is_exempt = self.exempt.iter().any(|network| network.contains(&ip));
        let network = if is_exempt { None } else { Client::new(ip, "", String::new()).subscriber() };
        let mut state = self.lock();
        if let Some(network) = &network
            && state.by_network.get(network).is_some_and(|count| *count >= self.max / NETWORKS)
        {
            state.close_longest_idle(|open| open.network.as_ref() == Some(network))?;
        }
        if state.open.len() >= self.max {
            state.close_longest_idle(|_| true)?;
        }
        state.last_id += 1;
        let (id, close) = (state.last_id, CancellationToken::new());
        if let Some(network) = &network {
            *state.by_network.entry(network.clone()).or_default() += 1;
        }
        state.open.insert(id, Open { network, idle_since: Some(Instant::now()), close: close.clone() });
        drop(state);
        Some(Place { connections: self.clone(), id, close })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn close_longest_idle(&mut self, is_meant: impl Fn(&Open) -> bool) -> Option<()> {
        let idle = self.open.iter().filter(|(_, open)| is_meant(open));
        let idle = idle.filter_map(|(id, open)| Some((open.idle_since?, *id)));
        let (_, id) = idle.min()?;
        self.remove(id);
        Some(())
    }

    /// Does nothing if it is removed already.
    fn remove(&mut self, id: u64) {
        let Some(open) = self.open.remove(&id) else { return };
        open.close.cancel();
        let Some(network) = open.network else { return };
        if let Some(count) = self.by_network.get_mut(&network) {
            *count -= 1;
            // Only networks with a connection are kept, so their number is bounded.
            if *count == 0 {
                self.by_network.remove(&network);
            }
        }
    }
}

impl Place {
    /// Waits until the connection has to make room for another one.
    pub(crate) async fn closed(&self) {
        self.close.cancelled().await;
    }

    /// Whether the connection waits for a request, or answers one.
    pub(crate) fn set_idle(&self, is_idle: bool) {
        if let Some(open) = self.connections.lock().open.get_mut(&self.id) {
            open.idle_since = is_idle.then(Instant::now);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().remove(self.id);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    fn admit(connections: &Connections, ip: &str) -> Option<Place> {
        connections.admit(ip.parse().unwrap())
    }

    fn is_closed(place: &Place) -> bool {
        place.close.is_cancelled()
    }

    #[test]
    fn one_network_has_an_eighth_and_loses_the_longest_idle() {
        let connections = Connections::new(32, &[]);
        let mut places = (0..4).map(|_| admit(&connections, "192.0.2.1").unwrap()).collect::<Vec<_>>();
        places[0].set_idle(false);
        let fifth = admit(&connections, "::ffff:192.0.2.1").unwrap();
        assert_eq!(places.iter().map(is_closed).collect::<Vec<_>>(), [false, true, false, false]);
        assert!(admit(&connections, "192.0.2.2").is_some());
        for place in places.iter().chain([&fifth]) {
            place.set_idle(false);
        }
        assert!(admit(&connections, "192.0.2.1").is_none(), "all of them answer");
        places.truncate(3);
        assert!(admit(&connections, "192.0.2.1").is_some());
        drop((places, fifth));
        let state = connections.lock();
        assert_eq!((state.open.len(), state.by_network.len()), (0, 0));
    }

    #[test]
    fn addresses_of_one_ipv6_customer_count_together() {
        let connections = Connections::new(16, &[]);
        let places = ["2001:db8::1", "2001:db8::2"].map(|ip| admit(&connections, ip).unwrap());
        let _other = admit(&connections, "2001:db8:0:1::1").unwrap();
        assert!(!is_closed(&places[0]));
        let _third = admit(&connections, "2001:db8::3").unwrap();
        assert!(is_closed(&places[0]) && !is_closed(&places[1]));
    }

    #[test]
    fn a_full_server_closes_the_longest_idle_of_all() {
        let connections = Connections::new(8, &["10.0.0.0/8".parse().unwrap()]);
        let places = (0..8).map(|_| admit(&connections, "10.0.0.1").unwrap()).collect::<Vec<_>>();
        assert!(places.iter().all(|place| !is_closed(place)), "proxies have no share");
        places[0].set_idle(false);
        places[0].set_idle(true);
        let _ninth = admit(&connections, "192.0.2.1").unwrap();
        assert!(is_closed(&places[1]) && !is_closed(&places[0]));
        assert_eq!(connections.lock().open.len(), 8);
    }
}
