//! A whole street from one seed: phones and hub as they ship, on disks, clocks and links of ours, in every weather.
//!
//! **Problem.** What breaks an offline product is the order in which things go wrong, and no hand-written test tries
//! more than a few orders. **Approach.** Real devices with their real encrypted stores and the real hub with its routes
//! run in one thread; disk, clock, randomness and network of each are made here from one seed. While a message is under
//! way other people go on, so that requests lie in each other. Whatever happens is a step of the trace; two runs of a
//! seed give the same hash. Checks stand apart from what happens ([`check`]): they read phones and hub as a person
//! would, and a ledger of what was promised and delivered.
//!
//! **Invariants.** Nothing here asks the machine for time or randomness. A step is one thing that the world did: an act,
//! a message sent, answered or lost, a fault, a write or a sync of a disk.
//!
//! **Rejected.** A model of phone and hub (it would be right where they are wrong); the agent's threads (two runs would
//! differ); sockets (`tests/end_to_end` has them).

pub mod check;
pub mod cli;
pub mod dice;
pub mod drive;
pub mod hostile;
pub mod hub;
pub mod ledger;
pub mod link;
pub mod person;
pub mod phone;
pub mod place;
pub mod run;
pub mod time;
pub mod trace;
pub mod world;
