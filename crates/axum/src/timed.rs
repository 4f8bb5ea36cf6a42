//! A connection on which a head must arrive in time and an answer be taken in time.
//!
//! hyper has one limit for both a head and the rest between two requests, and none for writing: one client with a tiny
//! window would hold its connection, and its place among them, for good.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// How long the head of a request may take from its first byte on.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// How long a client may take nothing of an answer.
const WRITE_DEADLINE: Duration = Duration::from_secs(30);

/// What the service tells its connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    heads: AtomicU64,
    is_answering: AtomicBool,
}

impl Progress {
    /// A head arrived whole.
    pub(crate) fn head_arrived(&self) {
        self.0.is_answering.store(true, Ordering::SeqCst);
        self.0.heads.fetch_add(1, Ordering::SeqCst);
    }

    /// Its answer is on the way; what is read from now on is the next head.
    pub(crate) fn answered(&self) {
        self.0.is_answering.store(false, Ordering::SeqCst);
    }
}

/// A stream with both limits.
#[derive(Debug)]
pub(crate) struct Timed<S> {
    stream: S,
    progress: Progress,
    heads: u64,
    head: Deadline,
    write: Deadline,
}

impl<S> Timed<S> {
    /// Over a stream; `progress` is told by the service behind it.
    pub(crate) fn new(stream: S, progress: Progress) -> Self {
        Self { stream, progress, heads: 0, head: Deadline::default(), write: Deadline::default() }
    }

    /// What a write came to, in time or not.
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

/// A time that something must be done by, while there is something to do.
#[derive(Debug, Default)]
struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    fn start(&mut self, within: Duration) {
        self.0.get_or_insert_with(|| Box::pin(tokio::time::sleep(within)));
    }

    fn stop(&mut self) {
        self.0 = None;
    }

    /// Whether it is past; if not, the task is woken when it is.
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
    async fn a_head_that_trickles_is_cut_off_and_rest_is_not() {
        let (mut client, server) = duplex(1024);
        let progress = Progress::default();
        let mut timed = Timed::new(server, progress.clone());
        let mut byte = [0];
        // At rest for an hour, then a whole head in time.
        advance(Duration::from_secs(3_600)).await;
        client.write_all(b"GET").await.unwrap();
        timed.read_exact(&mut [0; 3]).await.unwrap();
        progress.head_arrived();
        advance(Duration::from_secs(60)).await;
        progress.answered();
        // The next head comes a byte a second.
        client.write_all(b"G").await.unwrap();
        timed.read_exact(&mut byte).await.unwrap();
        let began = Instant::now();
        let refused = timed.read_exact(&mut byte).await.unwrap_err();
        assert_eq!((refused.kind(), began.elapsed().as_secs()), (ErrorKind::TimedOut, 10));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_takes_is_cut_off() {
        let (mut client, server) = duplex(8);
        let mut timed = Timed::new(server, Progress::default());
        timed.write_all(b"12345678").await.unwrap();
        let began = Instant::now();
        let refused = timed.write_all(b"9").await.unwrap_err();
        assert_eq!((refused.kind(), began.elapsed().as_secs()), (ErrorKind::TimedOut, 30));
        client.read_exact(&mut [0; 8]).await.unwrap();
    }
}
