//! Tests of when and how often activity is written. Writers share a table in memory, as the instances of
//! a service do, and a moved clock replaces real time.

mod clocks;
mod fleet;
mod new_clients;
mod outages;
mod restarts;
mod shared_table;
mod update_rate;
mod workers;
