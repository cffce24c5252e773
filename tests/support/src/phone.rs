//! A phone: a folder that `gewu phone` is run on.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::program::{Outcome, gewu};

/// A case as its report named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// What people dictate.
    pub code: String,
    /// The record, as hex digits.
    pub record: String,
}

/// A phone's folder.
#[derive(Clone, Debug)]
pub struct Phone {
    dir: PathBuf,
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

impl Phone {
    /// A phone in a folder; made by its first command.
    #[must_use]
    pub fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Its folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs a command, whatever comes of it.
    #[must_use]
    pub fn run(&self, args: &[&str]) -> Outcome {
        Outcome::of(gewu().arg("phone").arg(&self.dir).args(args))
    }

    /// Runs a command that must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub fn ok(&self, args: &[&str]) -> Value {
        let outcome = self.run(args);
        assert_eq!(outcome.code, Some(0), "{} {args:?}: {}{}", self.dir.display(), outcome.out, outcome.err);
        outcome.json()
    }

    /// Starts a command and does not wait for it; its standard output is to be read.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(&self, args: &[&str]) -> Child {
        let mut command = gewu();
        command.arg("phone").arg(&self.dir).args(args).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
    }

    /// Reports a case.
    pub fn report(&self, args: &[&str]) -> Reported {
        let saved = self.ok(&[&["report"], args].concat());
        Reported { code: text(&saved, "code"), record: text(&saved, "record") }
    }

    /// Does something to a case; returns the act's name.
    pub fn act(&self, code: &str, kind: &str, args: &[&str]) -> String {
        text(&self.ok(&[&["act", code, kind], args].concat()), "entry")
    }

    /// Syncs once, up and down.
    pub fn sync(&self) -> Value {
        self.ok(&["sync"])
    }

    /// One case as `show --json` prints it.
    #[must_use]
    pub fn show(&self, code: &str) -> Value {
        self.ok(&["show", code])
    }

    /// The bytes of `.state` as `show --json` prints them.
    #[must_use]
    pub fn state(&self, code: &str) -> String {
        state_of(&self.run(&["show", code]).out)
    }

    /// All cases of a list.
    #[must_use]
    pub fn list(&self, args: &[&str]) -> Vec<Value> {
        let list = self.ok(&[&["list"], args].concat());
        list["cases"].as_array().unwrap_or_else(|| panic!("no cases in {list}")).clone()
    }

    /// A bearer token for scripts.
    #[must_use]
    pub fn token(&self) -> String {
        text(&self.ok(&["token"]), "token")
    }
}

/// Syncs phones one after another, each once.
pub fn sync_all<'p>(phones: impl IntoIterator<Item = &'p Phone>) {
    phones.into_iter().for_each(|phone| drop(phone.sync()));
}

/// The bytes of `.state` in the JSON of a case, as they were printed: a parser would hide a difference of order.
pub(crate) fn state_of(json: &str) -> String {
    let state = json.trim().strip_prefix("{\"state\":").and_then(|rest| rest.split_once(",\"history\":["));
    state.map(|(state, _)| state.to_owned()).unwrap_or_else(|| panic!("no state in {json}"))
}
