use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs, iter, thread};

use super::{errors, normalize};

/// The version of the recorded outputs. Some messages are from rustc, and change with it.
const RECORDED_WITH: &str = "rustc 1.95.";

/// Programs in a folder that fail to compile, each with the output of rustc beside it.
///
/// The test calls rustc with the dependencies that Cargo compiled for the test itself. `trybuild`
/// would compile all of them again.
pub(crate) struct Cases<'a> {
    /// The command that compiled the test.
    pub(crate) rustc: &'static [&'static str],
    /// The folder of the test's package. The attributes read the name of the runtime crate from its
    /// manifest, and the scope catalogue beside it.
    pub(crate) package: &'a str,
    /// The folder in which rustc runs.
    pub(crate) directory: &'static str,
    /// The folder of the programs in `directory`. Its path starts with `tests/ui`.
    pub(crate) folder: &'a str,
    /// The folder for the files that rustc writes.
    pub(crate) output: &'static str,
    /// A program that compiles.
    pub(crate) valid: &'a str,
}

impl Cases<'_> {
    /// Compiles each case and compares the output. With the environment variable
    /// `UPDATE_SNAPSHOTS`, it records the outputs instead.
    pub(crate) fn check(&self) {
        // Without the right dependencies, every case would fail to compile.
        if let Some(output) = self.compile_errors(self.valid) {
            let rustc = self.rustc;
            panic!("a program without a mistake does not compile with {rustc:?}:\n{output}");
        }
        let is_recorded_version = self.rustc_version().starts_with(RECORDED_WITH);
        let cases = self.paths();
        assert!(!cases.is_empty());
        let queue = Mutex::new(cases.into_iter());
        let next = || queue.lock().unwrap().next();
        let run = || -> Vec<_> {
            let cases = iter::from_fn(next);
            cases
                .filter_map(|case| self.failure(&case, is_recorded_version))
                .collect()
        };
        let failures: Vec<_> = thread::scope(|scope| {
            let count = thread::available_parallelism().map_or(1, NonZero::get);
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(run)).collect();
            let failures = threads.into_iter().map(|thread| thread.join().unwrap());
            failures.flatten().collect()
        });
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    fn rustc_version(&self) -> String {
        let version = Command::new(self.rustc[0]).arg("--version").output();
        let version = version.expect("rustc runs").stdout;
        String::from_utf8(version).expect("rustc prints UTF-8")
    }

    /// Returns the paths of the cases, relative to the directory.
    fn paths(&self) -> Vec<String> {
        let folder = self.folder;
        let files = fs::read_dir(Path::new(self.directory).join(folder)).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let cases = names.filter(|name| name.ends_with(".rs"));
        cases.map(|name| format!("{folder}/{name}")).collect()
    }

    /// Compiles a case. Returns a description of the difference from the recorded output, if any.
    fn failure(&self, case: &str, is_recorded_version: bool) -> Option<String> {
        let Some(output) = self.compile_errors(case) else {
            return Some(format!("{case} compiles"));
        };
        let output = normalize(&output);
        let recorded_in = Path::new(self.directory)
            .join(case)
            .with_extension("stderr");
        if env::var_os("UPDATE_SNAPSHOTS").is_some() {
            assert!(is_recorded_version, "update with {RECORDED_WITH}x");
            fs::write(&recorded_in, &output).unwrap();
        }
        let recorded = fs::read_to_string(&recorded_in).unwrap_or_default();
        let is_expected = if is_recorded_version {
            output == recorded
        } else {
            // Other versions may word and place rustc's errors, which have codes, in another way.
            recorded.contains("error[E") || errors(&output) == errors(&recorded)
        };
        (!is_expected).then(|| format!("{case}: expected\n\n{recorded}\nfound\n\n{output}"))
    }

    /// Returns the output of rustc, or `None` if the case compiles.
    fn compile_errors(&self, case: &str) -> Option<String> {
        let compiled = Command::new(self.rustc[0])
            .current_dir(self.directory)
            .env("CARGO_MANIFEST_DIR", self.package)
            .env("CARGO_CRATE_NAME", "ui")
            .args(["--edition=2024", "--crate-type=bin", "--emit=metadata"])
            .args(["--out-dir", self.output])
            .args(["--diagnostic-width=140", "--allow=dead_code"])
            .args(self.dependencies())
            .arg(case)
            .output()
            .expect("rustc runs");
        let output = String::from_utf8(compiled.stderr).expect("rustc prints UTF-8");
        (!compiled.status.success()).then_some(output)
    }

    /// Returns the arguments that set the dependencies and the target of the test.
    fn dependencies(&self) -> impl Iterator<Item = &'static str> {
        let options = ["--extern", "-L", "--target", "--sysroot"];
        let pairs = self.rustc.windows(2);
        let dependencies = pairs.filter(move |pair| options.contains(&pair[0]));
        dependencies.flatten().copied()
    }
}
