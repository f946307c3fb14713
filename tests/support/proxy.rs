use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The pause between two checks for connections and for a new mode.
const PAUSE: Duration = Duration::from_millis(5);

/// A TCP proxy in front of a server that breaks connections on demand. It runs until the process ends.
#[derive(Clone, Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    upstream: SocketAddr,
    mode: Mutex<Mode>,
    open: Mutex<Vec<TcpStream>>,
    /// The number of times that the open connections went silent.
    silences: AtomicUsize,
    changes: AtomicUsize,
    applied: AtomicUsize,
    cuts: AtomicUsize,
}

/// The behaviour of the proxy.
#[derive(Clone, Debug)]
enum Mode {
    Pass,
    Refuse,
    Delay(Duration),
    Cut(Arc<[u8]>),
    CutWithin(Arc<[u8]>),
}

impl Proxy {
    /// Starts a proxy that forwards everything to `upstream`.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    #[must_use]
    pub fn start(upstream: SocketAddr) -> Self {
        let listener = listen();
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            upstream,
            mode: Mutex::new(Mode::Pass),
            open: Mutex::default(),
            silences: AtomicUsize::new(0),
            changes: AtomicUsize::new(0),
            applied: AtomicUsize::new(0),
            cuts: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || serving.serve(listener, address));
        Self { address, shared }
    }

    /// Returns the address to connect to instead of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forwards everything.
    pub fn pass(&self) {
        self.shared.set(Mode::Pass);
    }

    /// Closes the open connections and the port, so that new connections are refused.
    ///
    /// # Panics
    ///
    /// Panics if the port is still open after a minute.
    pub fn refuse(&self) {
        let change = self.shared.set(Mode::Refuse);
        let started_at = Instant::now();
        while self.shared.applied.load(Ordering::SeqCst) < change {
            assert!(
                started_at.elapsed() < Duration::from_secs(60),
                "the proxy is still listening"
            );
            thread::sleep(PAUSE);
        }
    }

    /// Delays every part of the server's answers by this much.
    pub fn delay(&self, answers: Duration) {
        self.shared.set(Mode::Delay(answers));
    }

    /// Closes a connection after these bytes were sent to the server and before its answer is forwarded.
    pub fn cut_after(&self, bytes: &str) {
        self.shared.set(Mode::Cut(bytes.as_bytes().into()));
    }

    /// Closes the next connection over which the server sends `answer`, in the middle of it, and then
    /// forwards everything again.
    pub fn cut_once_within(&self, answer: &str) {
        self.shared.set(Mode::CutWithin(answer.as_bytes().into()));
    }

    /// Closes every open connection.
    pub fn cut(&self) {
        self.shared.close_all();
    }

    /// Forwards nothing more over the open connections and leaves them open, like a network that drops
    /// every packet. New connections are forwarded.
    pub fn silence(&self) {
        self.shared.silences.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the number of connections that were cut so far.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Shared {
    /// Sets the mode and returns the number of this change.
    fn set(&self, mode: Mode) -> usize {
        *lock(&self.mode) = mode;
        self.changes.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn close_all(&self) {
        for stream in lock(&self.open).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn mode(&self) -> Mode {
        lock(&self.mode).clone()
    }

    fn serve(self: Arc<Self>, listener: TcpListener, address: SocketAddr) {
        let mut listener = Some(listener);
        loop {
            let change = self.changes.load(Ordering::SeqCst);
            let is_refusing = matches!(self.mode(), Mode::Refuse);
            if is_refusing {
                listener = None;
                self.close_all();
            } else if listener.is_none() {
                listener = bind(address);
            }
            self.applied.store(change, Ordering::SeqCst);
            match listener.as_ref().map(TcpListener::accept) {
                Some(Ok((client, _))) => self.connect(client),
                _ => thread::sleep(PAUSE),
            }
        }
    }

    fn connect(self: &Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(self.upstream) else {
            return;
        };
        let duplicate = |stream: &TcpStream| stream.try_clone().expect("a second handle");
        client.set_nonblocking(false).expect("a blocking stream");
        for stream in [&client, &server] {
            stream.set_nodelay(true).expect("`TCP_NODELAY` is set");
        }
        lock(&self.open).extend([duplicate(&client), duplicate(&server)]);
        let is_cut = Arc::new(Mutex::new(false));
        let silences = self.silences.load(Ordering::SeqCst);
        let (forward, backward) = (Arc::clone(self), Arc::clone(self));
        let (from_client, to_server) = (duplicate(&client), duplicate(&server));
        let cut = Arc::clone(&is_cut);
        thread::spawn(move || forward.forward_requests(from_client, to_server, &cut, silences));
        thread::spawn(move || backward.forward_answers(server, client, &is_cut, silences));
    }

    /// `silences` is the number of silences before the connection.
    fn forward_requests(
        &self,
        mut client: TcpStream,
        mut server: TcpStream,
        is_cut: &Mutex<bool>,
        silences: usize,
    ) {
        let mut buffer = vec![0; 65_536];
        // The last bytes that were read, which may be the beginning of the wanted bytes.
        let mut seen = Vec::new();
        while let Some(bytes) = read(&mut client, &mut buffer) {
            if let Mode::Cut(wanted) = self.mode() {
                seen.extend_from_slice(bytes);
                if seen.windows(wanted.len()).any(|window| *window == *wanted) {
                    *lock(is_cut) = true;
                }
                let kept = seen.len().min(wanted.len());
                seen.drain(..seen.len() - kept);
            }
            if self.is_silent(silences) {
                continue;
            }
            if server.write_all(bytes).is_err() {
                break;
            }
        }
        close(&client, &server);
    }

    fn forward_answers(
        &self,
        mut server: TcpStream,
        mut client: TcpStream,
        is_cut: &Mutex<bool>,
        silences: usize,
    ) {
        let mut buffer = vec![0; 65_536];
        while let Some(bytes) = read(&mut server, &mut buffer) {
            if let Mode::Delay(pause) = self.mode() {
                thread::sleep(pause);
            }
            if *lock(is_cut) {
                self.cuts.fetch_add(1, Ordering::SeqCst);
                break;
            }
            if let Some(length) = self.cut_length(bytes) {
                self.cuts.fetch_add(1, Ordering::SeqCst);
                let _ = client.write_all(&bytes[..length]);
                break;
            }
            if self.is_silent(silences) {
                continue;
            }
            if client.write_all(bytes).is_err() {
                break;
            }
        }
        close(&client, &server);
    }

    fn is_silent(&self, silences: usize) -> bool {
        self.silences.load(Ordering::SeqCst) > silences
    }

    /// Returns the number of bytes of `answer` that are forwarded before the connection closes, or
    /// `None` if it stays open. Resets the mode, so that only one connection is closed.
    fn cut_length(&self, answer: &[u8]) -> Option<usize> {
        let mut mode = lock(&self.mode);
        let Mode::CutWithin(text) = &*mode else {
            return None;
        };
        let start = answer
            .windows(text.len())
            .position(|part| part == &text[..])?;
        let length = start + text.len() / 2;
        *mode = Mode::Pass;
        Some(length)
    }
}

/// Binds a port below the range that systems assign to outgoing connections, so that no other process
/// takes it while it is closed.
fn listen() -> TcpListener {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut ports = (0..10_000).map(|_| {
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        20_000 + (std::process::id().wrapping_mul(97).wrapping_add(number)) % 10_000
    });
    ports
        .find_map(|port| {
            bind(SocketAddr::from((
                [127, 0, 0, 1],
                u16::try_from(port).ok()?,
            )))
        })
        .expect("a free port")
}

fn bind(address: SocketAddr) -> Option<TcpListener> {
    let listener = TcpListener::bind(address).ok()?;
    listener.set_nonblocking(true).ok()?;
    Some(listener)
}

/// Returns `None` at the end of the stream and after an error.
fn read<'b>(stream: &mut TcpStream, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) | Ok(0) => return None,
            Ok(length) => return buffer.get(..length),
        }
    }
}

fn close(client: &TcpStream, server: &TcpStream) {
    // Either of them may already be closed.
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
