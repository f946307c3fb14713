use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often the proxy looks for callers and for a change.
const PAUSE: Duration = Duration::from_millis(5);

/// Stands before a server and breaks what goes through, until the process ends.
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
    orders: AtomicUsize,
    obeyed: AtomicUsize,
    cuts: AtomicUsize,
}

/// What the proxy does.
#[derive(Clone, Debug)]
enum Mode {
    Pass,
    Refuse,
    Delay(Duration),
    Cut(Arc<[u8]>),
    CutWithin(Arc<[u8]>),
}

impl Proxy {
    /// Passes everything on to this server, at first.
    ///
    /// # Panics
    ///
    /// When no port is free.
    #[must_use]
    pub fn start(upstream: SocketAddr) -> Self {
        let listener = listen();
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            upstream,
            mode: Mutex::new(Mode::Pass),
            open: Mutex::default(),
            orders: AtomicUsize::new(0),
            obeyed: AtomicUsize::new(0),
            cuts: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || serving.serve(listener, address));
        Self { address, shared }
    }

    /// Where to connect to instead of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Passes everything on.
    pub fn pass(&self) {
        self.shared.set(Mode::Pass);
    }

    /// Ends what is open and closes the port: further connections are refused.
    ///
    /// # Panics
    ///
    /// When the port is still open after a minute.
    pub fn refuse(&self) {
        let order = self.shared.set(Mode::Refuse);
        let started_at = Instant::now();
        while self.shared.obeyed.load(Ordering::SeqCst) < order {
            assert!(started_at.elapsed() < Duration::from_secs(60), "it listens");
            thread::sleep(PAUSE);
        }
    }

    /// Holds back every part of an answer for this long.
    pub fn delay(&self, answers: Duration) {
        self.shared.set(Mode::Delay(answers));
    }

    /// Ends a connection after these bytes have gone to the server and before its answer comes back.
    pub fn cut_after(&self, bytes: &str) {
        self.shared.set(Mode::Cut(bytes.as_bytes().into()));
    }

    /// Ends the connection over which the server says this next, in the middle of it; then passes
    /// everything on again.
    pub fn cut_once_within(&self, answer: &str) {
        self.shared.set(Mode::CutWithin(answer.as_bytes().into()));
    }

    /// Ends every connection that is open.
    pub fn cut(&self) {
        self.shared.end_all();
    }

    /// How many connections were cut so far.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Shared {
    /// Gives the number of the order.
    fn set(&self, mode: Mode) -> usize {
        *lock(&self.mode) = mode;
        self.orders.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn end_all(&self) {
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
            let order = self.orders.load(Ordering::SeqCst);
            let is_refusing = matches!(self.mode(), Mode::Refuse);
            if is_refusing {
                listener = None;
                self.end_all();
            } else if listener.is_none() {
                listener = bind(address);
            }
            self.obeyed.store(order, Ordering::SeqCst);
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
        let twin = |stream: &TcpStream| stream.try_clone().expect("a second handle");
        client.set_nonblocking(false).expect("a stream that waits");
        for stream in [&client, &server] {
            stream.set_nodelay(true).expect("no delay");
        }
        lock(&self.open).extend([twin(&client), twin(&server)]);
        let is_doomed = Arc::new(Mutex::new(false));
        let (asking, answering) = (Arc::clone(self), Arc::clone(self));
        let (from_client, to_server) = (twin(&client), twin(&server));
        let doom = Arc::clone(&is_doomed);
        thread::spawn(move || asking.pass_questions(from_client, to_server, &doom));
        thread::spawn(move || answering.pass_answers(server, client, &is_doomed));
    }

    fn pass_questions(
        &self,
        mut client: TcpStream,
        mut server: TcpStream,
        is_doomed: &Mutex<bool>,
    ) {
        let mut buffer = vec![0; 65_536];
        // What was read before, as far as it may be the beginning of the bytes that are waited for.
        let mut seen = Vec::new();
        while let Some(bytes) = read(&mut client, &mut buffer) {
            if let Mode::Cut(wanted) = self.mode() {
                seen.extend_from_slice(bytes);
                if seen.windows(wanted.len()).any(|window| *window == *wanted) {
                    *lock(is_doomed) = true;
                }
                let kept = seen.len().min(wanted.len());
                seen.drain(..seen.len() - kept);
            }
            if server.write_all(bytes).is_err() {
                break;
            }
        }
        end(&client, &server);
    }

    fn pass_answers(&self, mut server: TcpStream, mut client: TcpStream, is_doomed: &Mutex<bool>) {
        let mut buffer = vec![0; 65_536];
        while let Some(bytes) = read(&mut server, &mut buffer) {
            if let Mode::Delay(pause) = self.mode() {
                thread::sleep(pause);
            }
            if *lock(is_doomed) {
                self.cuts.fetch_add(1, Ordering::SeqCst);
                break;
            }
            if let Some(length) = self.cut_of(bytes) {
                self.cuts.fetch_add(1, Ordering::SeqCst);
                let _ = client.write_all(&bytes[..length]);
                break;
            }
            if client.write_all(bytes).is_err() {
                break;
            }
        }
        end(&client, &server);
    }

    /// Where an answer ends too early, once.
    fn cut_of(&self, answer: &[u8]) -> Option<usize> {
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

/// Below the ports that systems give to those who connect: nobody takes it while it is closed.
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

/// `None` at the end, however it came.
fn read<'b>(stream: &mut TcpStream, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) | Ok(0) => return None,
            Ok(length) => return buffer.get(..length),
        }
    }
}

fn end(client: &TcpStream, server: &TcpStream) {
    // They may have ended already.
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
