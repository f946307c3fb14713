use std::fmt;

use super::measurement::Measurement;

/// The table that is printed at the end.
#[derive(Default)]
pub(crate) struct Report(Vec<Row>);

/// A window of a run.
pub(crate) struct Row {
    pub(crate) server: &'static str,
    pub(crate) storage: &'static str,
    pub(crate) window: &'static str,
    pub(crate) measurement: Measurement,
}

const HEADINGS: [&str; 17] = [
    "server, storage, window",
    "requests/s",
    "rows/s",
    "statements/s",
    "reads/s",
    "writes/s",
    "deadlocks",
    "lock waits",
    "mean wait, ms",
    "waiting, mean",
    "waiting, max",
    "sessions, max",
    "refused",
    "timeouts / failures",
    "HOT, %",
    "log, KiB/s",
    "processors, % (own)",
];

const NOTES: &str = "\
rows: inserted or updated (MariaDB: updated)
lock waits: of PostgreSQL those over 10 ms, of MariaDB all waits for row locks
waiting: sessions that waited for a lock, looked at every 100 ms
log: write-ahead log or redo log
processors: the share of the machine, and that of the processes that record";

impl Report {
    pub(crate) fn add(&mut self, row: Row) {
        self.0.push(row);
    }
}

impl Row {
    fn cells(&self) -> [String; 17] {
        let Measurement {
            length, counters, ..
        } = &self.measurement;
        let measured = &self.measurement;
        let seconds = length.as_secs_f64();
        let per_second = |count: u64| format!("{:.1}", count as f64 / seconds);
        let mean_wait = counters.lock_wait_millis as f64 / counters.lock_waits.max(1) as f64;
        let heap_only = counters.tuples.map_or_else(
            || "-".to_owned(),
            |it| {
                format!(
                    "{:.0}",
                    100.0 * it.heap_only as f64 / it.updated.max(1) as f64
                )
            },
        );
        [
            format!("{}, {}, {}", self.server, self.storage, self.window),
            per_second(measured.requests),
            per_second(counters.rows),
            per_second(counters.statements),
            per_second(counters.reads),
            per_second(counters.writes),
            counters.deadlocks.to_string(),
            counters.lock_waits.to_string(),
            format!("{mean_wait:.0}"),
            format!("{:.1}", measured.mean_waiting),
            measured.max_waiting.to_string(),
            measured.max_sessions.to_string(),
            counters.refused_connections.to_string(),
            format!("{} / {}", measured.timeouts, measured.failures),
            heap_only,
            per_second(counters.log_bytes / 1_024),
            format!(
                "{:.0} ({:.0})",
                100.0 * measured.processors,
                100.0 * measured.own_processors
            ),
        ]
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.cells();
        for (heading, cell) in HEADINGS.iter().zip(cells) {
            write!(f, "{heading}: {cell}; ")?;
        }
        Ok(())
    }
}

/// A Markdown table, with aligned columns.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self.0.iter().map(Row::cells).collect();
        let widths: Vec<_> = HEADINGS
            .iter()
            .enumerate()
            .map(|(column, heading)| {
                let cells = rows.iter().map(|row| row[column].len());
                cells.chain([heading.len()]).max().unwrap_or_default()
            })
            .collect();
        write_line(f, &widths, &HEADINGS)?;
        let dashes: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
        write_line(f, &widths, &dashes)?;
        for row in &rows {
            write_line(f, &widths, row)?;
        }
        write!(f, "\n{NOTES}")
    }
}

fn write_line(
    f: &mut fmt::Formatter<'_>,
    widths: &[usize],
    cells: &[impl AsRef<str>],
) -> fmt::Result {
    for (width, cell) in widths.iter().zip(cells) {
        write!(f, "| {:<width$} ", cell.as_ref())?;
    }
    writeln!(f, "|")
}
