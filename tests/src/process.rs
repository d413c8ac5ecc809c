use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// The binary under test: `TURKISTAN_BIN`, or the one beside the test's own build.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("TURKISTAN_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a test knows where it is");
    let built = test.ancestors().nth(2).map(|folder| folder.join("turkistan")).filter(|path| path.exists());
    built.expect("build the binary first: cargo build")
}

/// A serving process that ends with the test.
pub struct Process {
    /// Where it answers.
    pub url: String,
    child: Child,
}

impl Process {
    /// Starts a command that serves, with its log in a file, and reads from its first line where it listens.
    ///
    /// # Panics
    /// When it does not say so.
    pub fn start(command: &mut Command, log: &Path) -> Process {
        let stderr = std::fs::OpenOptions::new().create(true).append(true).open(log).expect("a log file");
        // Whoever waits for its spans does not wait long.
        command.env("OTEL_BSP_SCHEDULE_DELAY", "50");
        let spawned = command.stdout(Stdio::piped()).stderr(stderr).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{} cannot be started: {error}", command.get_program().display()));
        let stdout = child.stdout.take().expect("piped");
        let (lines, first) = mpsc::channel();
        // The rest of what it prints is read too, so that it never waits for a full pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                drop(lines.send(line));
            }
        });
        let line = first.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| {
            let said = std::fs::read_to_string(log).unwrap_or_default();
            panic!("{} does not print where it listens: {said}", command.get_program().display())
        });
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("the first line was {line:?}")).trim().to_owned();
        Process { url, child }
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The process, for measuring.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What a command prints.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().expect("turkistan");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text").trim().to_owned()
}
