//! Conversations between a phone and its hub, as pure state machines.
//!
//! `step(event) -> effects`: clock, socket and disk are events and effects, so that the same code runs on phones, in
//! the hub and in a simulator. Messages are CBOR, packed with zstd behind one version byte.
//!
//! **Never:** a clock, a socket, a disk, async, sleep.

pub mod frame;
pub mod message;
pub mod pull;
pub mod push;
pub mod recover;
