//! A mail server that answers as a test says, without encryption.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Barrier, Notify};

/// What the server does about a command.
#[derive(Clone)]
pub enum Act {
    /// Answers with these bytes and a line break.
    Say(&'static [u8]),
    /// Closes the connection.
    Close,
    /// Accepts when as many connections have come to such a command.
    Meet(Arc<Barrier>),
    /// Accepts after a signal.
    Wait(Arc<Notify>),
}

/// Decides about a command; `None` for the usual answer. The end of the content is the command `.`.
type Script = dyn Fn(&str) -> Option<Act> + Send + Sync;

/// A running server. It ends with its test.
pub struct Scripted {
    /// Its port on the loopback interface.
    pub port: u16,
    commands: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Scripted {
    /// Starts a server.
    pub async fn start(script: impl Fn(&str) -> Option<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, commands: Arc::default(), connections: Arc::default() };
        let (commands, connections, script) = (server.commands.clone(), server.connections.clone(), Arc::new(script));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, script.clone(), commands.clone()));
            }
        });
        server
    }

    /// The setting `MAIL_URL` as a flag. `who` is user, password and `@`.
    pub fn flag(&self, who: &str) -> String {
        format!("--mail-url=smtp://{who}127.0.0.1:{}", self.port)
    }

    /// The commands that begin so, in their order.
    pub fn commands(&self, start: &str) -> Vec<String> {
        self.commands.lock().unwrap().iter().filter(|command| command.starts_with(start)).cloned().collect()
    }

    /// The number of connections until now.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(stream: TcpStream, script: Arc<Script>, commands: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut is_content = false;
    answer(&mut stream, script("connect").unwrap_or(Act::Say(b"220 ready"))).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if is_content && line != "." {
            continue;
        }
        is_content = line == "DATA";
        commands.lock().unwrap().push(line.clone());
        let usual = if is_content { Act::Say(b"354 go on") } else { Act::Say(b"250 ok") };
        answer(&mut stream, script(&line).unwrap_or(usual)).await?;
    }
}

async fn answer(stream: &mut BufReader<TcpStream>, act: Act) -> Option<()> {
    let said: &[u8] = match act {
        Act::Say(said) => said,
        Act::Close => return None,
        Act::Meet(barrier) => {
            barrier.wait().await;
            b"250 ok"
        }
        Act::Wait(signal) => {
            signal.notified().await;
            b"250 ok"
        }
    };
    stream.get_mut().write_all(&[said, b"\r\n"].concat()).await.ok()
}
