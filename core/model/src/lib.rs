//! What is true: ids, areas, acts, the fold, deadlines, rates and rights, as pure functions.
//!
//! Every rule of the product stands here once. Phone, hub, bindings and pages call these functions
//! with what they have read and show or store what comes out.
//!
//! **Never:** input or output, a clock, randomness, threads, SQL, Automerge.

pub mod act;
pub mod action;
pub mod area;
pub mod calendar;
pub mod case;
pub mod catalogue;
pub mod code;
pub mod day;
pub mod fold;
pub mod ids;
pub mod limit;
pub mod pack;
pub mod rate;
pub mod rights;
pub mod sabotage;
pub mod tally;
pub mod time;
pub mod verdict;
pub mod view;
