//! A connection with timeouts for request heads and for writes.
//!
//! hyper has one timeout for both the head and the idle time between requests, and none for writes: a client with a
//! tiny TCP window could occupy a connection forever.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Timeout of a request head, from its first byte.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// Timeout of a write from which the client reads nothing.
const WRITE_DEADLINE: Duration = Duration::from_secs(30);

/// Progress of the requests, reported by the service to its connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    heads: AtomicU64,
    is_answering: AtomicBool,
}

impl Progress {
    /// A request head has arrived.
    pub(crate) fn head_arrived(&self) {
        self.0.is_answering.store(true, Ordering::SeqCst);
        self.0.heads.fetch_add(1, Ordering::SeqCst);
    }

    /// Its response is ready; the next bytes belong to the next head.
    pub(crate) fn answered(&self) {
        self.0.is_answering.store(false, Ordering::SeqCst);
    }
}

/// A stream with both timeouts.
#[derive(Debug)]
pub(crate) struct Timed<S> {
    stream: S,
    progress: Progress,
    heads: u64,
    head: Deadline,
    write: Deadline,
}

impl<S> Timed<S> {
    /// Wraps a stream. The service reports to `progress`.
    pub(crate) fn new(stream: S, progress: Progress) -> Self {
        Self { stream, progress, heads: 0, head: Deadline::default(), write: Deadline::default() }
    }

    /// Applies the write timeout to the result of a write.
    fn judged<T>(&mut self, cx: &mut Context<'_>, written: Poll<Result<T>>) -> Poll<Result<T>> {
        if written.is_ready() {
            self.write.stop();
            return written;
        }
        self.write.start(WRITE_DEADLINE);
        if self.write.is_over(cx) { too_late() } else { Poll::Pending }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let State { heads, is_answering } = &*self.progress.0;
        let (heads, is_answering) = (heads.load(Ordering::SeqCst), is_answering.load(Ordering::SeqCst));
        if heads != self.heads {
            self.heads = heads;
            self.head.stop();
        }
        if is_answering {
            return read;
        }
        if buffer.filled().len() > before {
            self.head.start(HEAD_DEADLINE);
        }
        if self.head.is_over(cx) { too_late() } else { read }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judged(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.judged(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A deadline that can be started and stopped.
#[derive(Debug, Default)]
struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    fn start(&mut self, within: Duration) {
        self.0.get_or_insert_with(|| Box::pin(tokio::time::sleep(within)));
    }

    fn stop(&mut self) {
        self.0 = None;
    }

    /// Whether it has passed. If not, the task is woken when it does.
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.0.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready())
    }
}

fn too_late<T>() -> Poll<Result<T>> {
    Poll::Ready(Err(Error::from(ErrorKind::TimedOut)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::{Instant, advance};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_head_times_out_and_an_idle_connection_does_not() {
        let (mut client, server) = duplex(1024);
        let progress = Progress::default();
        let mut timed = Timed::new(server, progress.clone());
        let mut byte = [0];
        // Idle for an hour, then a whole head in time.
        advance(Duration::from_secs(3_600)).await;
        client.write_all(b"GET").await.unwrap();
        timed.read_exact(&mut [0; 3]).await.unwrap();
        progress.head_arrived();
        advance(Duration::from_secs(60)).await;
        progress.answered();
        // The next head arrives one byte per second.
        client.write_all(b"G").await.unwrap();
        timed.read_exact(&mut byte).await.unwrap();
        let began = Instant::now();
        let refused = timed.read_exact(&mut byte).await.unwrap_err();
        assert_eq!((refused.kind(), began.elapsed().as_secs()), (ErrorKind::TimedOut, 10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_that_the_client_does_not_read_times_out() {
        let (mut client, server) = duplex(8);
        let mut timed = Timed::new(server, Progress::default());
        timed.write_all(b"12345678").await.unwrap();
        let began = Instant::now();
        let refused = timed.write_all(b"9").await.unwrap_err();
        assert_eq!((refused.kind(), began.elapsed().as_secs()), (ErrorKind::TimedOut, 30));
        client.read_exact(&mut [0; 8]).await.unwrap();
    }
}
