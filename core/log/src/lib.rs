//! How acts look as bytes, and who vouches for them.
//!
//! Changes and their guard, entries, chains, seals, lines, heads, grants, invitations. Everything here is a pure
//! function of its arguments; keys are given in, randomness too. Layouts byte by byte: `docs/formats.md`.
//!
//! **Never:** SQL, sockets, files, threads.

pub mod change;
pub mod columns;
pub mod entry;
pub mod grant;
pub mod guard;
pub mod invitation;
pub mod keys;
pub mod line;
pub mod record;
pub mod seal;
