//! A queue for costly work on passwords: a few at a time, a bounded number of waiting ones, and a share for each network.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Semaphore;

use crate::client::Client;
use crate::telemetry;

/// Maximum number of requests that hash or wait. At about 20 ms per hash, the last one waits less than a second on two
/// CPUs.
const PLACES: usize = 64;
/// Maximum number of places of one network: an eighth, so that no client delays the others for long.
const PLACES_PER_NETWORK: usize = PLACES / 8;

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The queue is full, or the client has its share of it.
    #[error("the queue for password hashing is full")]
    Busy,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// The queue. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct HashQueue {
    permits: Arc<Semaphore>,
    taken: Arc<Mutex<Taken>>,
}

/// Places that are taken.
#[derive(Debug, Default)]
struct Taken {
    total: usize,
    by_network: HashMap<String, usize>,
}

impl HashQueue {
    /// A queue for as many at a time as there are CPUs.
    pub(super) fn for_all_processors() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }

    /// A queue for `permits` at a time.
    pub(super) fn new(permits: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(permits)), taken: Arc::default() }
    }

    /// Runs `work` on a blocking thread when it is its turn. Fails if there is no place for the client.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        client: &Client,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let place = Place::take(&self.taken, client.subscriber()).ok_or_else(|| {
            telemetry::hash_refused();
            HashError::Busy
        })?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(anyhow::Error::from)?;
        // Permit and place move into the task. Otherwise a cancelled request would release them while its hash still
        // runs, and a flood of cancelled requests would run without bound.
        let done = tokio::task::spawn_blocking(move || {
            let _held = (place, permit);
            let began = Instant::now();
            let done = work();
            telemetry::hashed(began.elapsed());
            done
        });
        Ok(done.await.map_err(anyhow::Error::from)?)
    }
}

/// A place in the queue, released on drop.
struct Place {
    taken: Arc<Mutex<Taken>>,
    network: Option<String>,
}

impl Place {
    fn take(taken: &Arc<Mutex<Taken>>, network: Option<String>) -> Option<Self> {
        let mut counts = lock(taken);
        if counts.total >= PLACES {
            return None;
        }
        if let Some(network) = &network {
            let count = counts.by_network.entry(network.clone()).or_default();
            if *count >= PLACES_PER_NETWORK {
                return None;
            }
            *count += 1;
        }
        counts.total += 1;
        drop(counts);
        telemetry::hashes_in_progress(1.0);
        Some(Self { taken: Arc::clone(taken), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        telemetry::hashes_in_progress(-1.0);
        let mut counts = lock(&self.taken);
        counts.total -= 1;
        let Some(network) = &self.network else { return };
        if let Some(count) = counts.by_network.get_mut(network) {
            *count -= 1;
            // Only networks with a place are kept, so their number is bounded.
            if *count == 0 {
                counts.by_network.remove(network);
            }
        }
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    fn client(ip: [u8; 4]) -> Client {
        Client::new(ip.into(), "", String::new())
    }

    /// Fills places while no hash can run, then tries once more from two addresses. All that got a place succeed later.
    async fn fill(clients: Vec<Client>, then: [Client; 2]) -> [bool; 2] {
        let queue = HashQueue::new(2);
        let held = queue.permits.clone().acquire_many_owned(u32::try_from(queue.permits.available_permits()).unwrap());
        let held = held.await.unwrap();
        let waiting = clients.into_iter().map(|client| {
            let queue = queue.clone();
            tokio::spawn(async move { queue.run(&client, || ()).await })
        });
        let waiting = waiting.collect::<Vec<_>>();
        while lock(&queue.taken).total < waiting.len() {
            tokio::task::yield_now().await;
        }
        let last = then.map(|client| Place::take(&queue.taken, client.subscriber()));
        let is_admitted = [last[0].is_some(), last[1].is_some()];
        drop((held, last));
        for task in waiting {
            task.await.unwrap().unwrap();
        }
        let taken = lock(&queue.taken);
        assert_eq!((taken.total, taken.by_network.len()), (0, 0));
        is_admitted
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_queue_is_busy_for_everyone() {
        let clients = (0..PLACES).map(|number| client([192, 0, 2, u8::try_from(number).unwrap()])).collect();
        assert_eq!(fill(clients, [client([198, 51, 100, 7]), Client::command_line()]).await, [false, false]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_address_holds_at_most_an_eighth() {
        let clients = vec![client([192, 0, 2, 7]); PLACES_PER_NETWORK];
        assert_eq!(fill(clients, [client([192, 0, 2, 7]), client([192, 0, 2, 8])]).await, [false, true]);
    }
}
