//! A street for tests from outside: the program that ships as hub and as phones, real processes on real sockets.
//!
//! **Approach.** [`Street`] makes a hub's folder in a temporary place, runs `gewu serve` on a free port and kills it
//! as a power cut would; [`Phone`] is a folder that `gewu phone` is run on, one process a command. Nothing here knows
//! what is inside of either, so a test says what a person at a terminal could see.
//!
//! **Invariants.** A child ends with its test, also when the test panics or is killed (the hub ends when its standard
//! input closes); folders go with the street. A command that fails where it must not ends the test with everything
//! that it printed.
//!
//! **Rejected.** The hub and devices in the test's own process: quicker, and blind to argument parsing, exit codes,
//! file locks and everything else that dies with a process.

#![allow(clippy::expect_used, clippy::panic, reason = "a street that does not start ends its test")]

mod cutter;
mod phone;
mod program;
mod street;

pub use cutter::Cutter;
pub use phone::{Phone, Reported, sync_all};
pub use program::{Outcome, gewu, last_line, python, target, workspace};
pub use street::{Street, folder, grid, place};
pub use tempfile::TempDir as Folder;
