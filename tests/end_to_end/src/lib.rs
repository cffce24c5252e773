//! What ships, started as a user would: processes, sockets, power cuts. One file per theme, one program for all.
//!
//! `cargo build --release -p gewu && cargo test --release -p gewu-end-to-end`; `CARGO_BIN` names another `gewu`.
//! `GEWU_SEEDS` (such as `5,6,7`) are the exports that `imports` makes, `GEWU_CUTS` the power cuts of `power_cut`.

#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "a test ends where it is surprised")]

mod apart;
mod copied;
mod documents;
mod imports;
mod power_cut;
mod rebuilt;
mod relocated;
mod restored;
mod screens;
mod story;
mod two_grids;
mod weak_link;
