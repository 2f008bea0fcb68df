//! What a node does by itself: on commit [`spread`], everything else by the clock. The ticker only ticks; what is due is computed from the table of runs,
//! which is also the lock between replicas.

mod due;
mod run;
mod spread;
mod ticker;

pub use run::{Job, Runner};
pub use spread::spread;
pub use ticker::{TICK, tick_every};
