//! The program under test, and others beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a process printed, and how it ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Exit code; `None`: ended by a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Outcome {
    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        let done = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: done.status.code(), out: text(&done.stdout), err: text(&done.stderr) }
    }

    /// The last line of standard output as JSON; `Null` where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        self.out.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default()
    }
}

/// Runs a command that must succeed; its last line on standard output is JSON.
///
/// # Panics
/// When it fails or its last line is no JSON.
pub fn last_line(command: &mut Command) -> Value {
    let outcome = Outcome::of(command);
    assert_eq!(outcome.code, Some(0), "{command:?}\n{}\n{}", outcome.out, outcome.err);
    let value = outcome.json();
    assert!(!value.is_null(), "{command:?} ends without JSON: {}", outcome.out);
    value
}

/// The workspace's folder.
#[must_use]
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Cargo's target folder, in which this test was built.
#[must_use]
pub fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    test.ancestors().nth(3).expect("target/PROFILE/deps/TEST").to_owned()
}

/// A call of `gewu`: the file that `CARGO_BIN` names, else the one beside this test (`cargo build --release -p gewu`).
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn gewu() -> Command {
    let beside = || std::env::current_exe().ok().and_then(|test| Some(test.ancestors().nth(2)?.join("gewu")));
    let program = std::env::var_os("CARGO_BIN").map(PathBuf::from).or_else(beside).expect("a path");
    assert!(program.exists(), "{} is not built", program.display());
    let mut command = Command::new(program);
    command.args(["--json", "--lang", "en"]);
    command
}

/// A call of a script of `tests/end_to_end`.
#[must_use]
pub fn python(script: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(workspace().join("tests/end_to_end").join(script));
    command
}
