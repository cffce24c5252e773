//! Byte vectors and a story, the same for Rust, Kotlin and Swift.
//!
//! `vectors.json` holds what the formats look like byte by byte; this crate makes it and reads it back, and
//! `tests/kotlin` reads it with nothing but the platform's library. `story.json` is a story of several phones and a real
//! hub; every language that runs it must tell `story.expected.json`.

pub mod acts;
pub mod vectors;
