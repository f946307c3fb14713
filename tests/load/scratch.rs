use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Failure;

/// The maximum time until a server accepts connections.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// A directory that is removed at the end.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Result<Self, Failure> {
        let name = format!("activity-load-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("failed to remove {}: {error}", self.0.display());
        }
    }
}

/// The system user that runs a server. Database servers don't start as root.
#[derive(Clone, Copy)]
pub(crate) struct SystemUser {
    ids: Option<(u32, u32)>,
}

impl SystemUser {
    /// Returns this user if the program runs as root, and otherwise the current one. The directory will
    /// belong to the user.
    pub(crate) fn owning(directory: &Path, name: &str) -> Result<Self, Failure> {
        if fs::metadata(directory)?.uid() != 0 {
            return Ok(Self { ids: None });
        }
        let id = |option| -> Result<u32, Failure> {
            let found = Command::new("id").args([option, name]).output()?;
            Ok(String::from_utf8(found.stdout)?.trim().parse()?)
        };
        let (user, group) = (id("-u")?, id("-g")?);
        chown(directory, Some(user), Some(group))?;
        let ids = Some((user, group));
        Ok(Self { ids })
    }

    pub(crate) fn command(self, program: impl AsRef<Path>, directory: &Path) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(directory).stdin(Stdio::null());
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }
}

/// A server process, which is ended by a signal when this is dropped.
pub(crate) struct ServerProcess {
    child: Child,
    stop: &'static str,
}

impl ServerProcess {
    /// `stop` is the signal that makes the server disconnect its clients and end.
    pub(crate) fn start(
        command: &mut Command,
        log: &Path,
        stop: &'static str,
    ) -> Result<Self, Failure> {
        let log = fs::File::create(log)?;
        let child = command.stdout(log.try_clone()?).stderr(log).spawn()?;
        Ok(Self { child, stop })
    }

    /// Calls `connect` until it succeeds, the server has ended, or the time is over.
    pub(crate) async fn connected<C, E: std::error::Error + 'static>(
        &mut self,
        connect: impl AsyncFn() -> Result<C, E>,
    ) -> Result<C, Failure> {
        let begin = Instant::now();
        loop {
            let error = match connect().await {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            };
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server has ended with {status}").into());
            }
            if begin.elapsed() > START_TIMEOUT {
                return Err(error.into());
            }
            actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        let signalled = Command::new("kill").args([self.stop, &id]).status();
        if signalled.is_err() {
            // Fails if the server has ended.
            let _ = self.child.kill();
        }
        if let Err(error) = self.child.wait() {
            eprintln!("failed to wait for the server: {error}");
        }
    }
}

pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_owned();
    let output = command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("{} is not installed", program.display()),
        _ => format!("{}: {error}", program.display()),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("{} failed: {errors}", program.display()).into())
}

pub(crate) fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
