use super::listing::ListedRow;
use crate::activity::ClientActivity;

/// A row that was read for a client ID.
pub(super) type StoredRow = ListedRow;

/// Returns the activity of the requested clients, whose IDs are in ascending order.
///
/// The comparison of the database may ignore case or trailing spaces, so other clients are left out. A
/// row with invalid times is left out too: it is written again.
pub(super) fn stored_activity(
    rows: Vec<StoredRow>,
    client_ids: &[Box<str>],
) -> Vec<ClientActivity> {
    rows.into_iter()
        .filter_map(|row| ClientActivity::try_from(row).ok())
        .filter(|client| client_ids.binary_search(&client.client_id).is_ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_other_clients_and_invalid_rows_are_left_out() {
        let row = |client_id: &str, last_seen_micros| StoredRow {
            client_id: client_id.to_owned(),
            first_seen_micros: Some(1),
            last_seen_micros,
        };
        let rows = vec![
            row("sync", Some(2)),
            row("Sync", Some(3)),
            row("sync ", Some(4)),
            row("import", None),
        ];
        let stored = stored_activity(rows, &["import".into(), "sync".into()]);
        let stored: Vec<_> = stored
            .iter()
            .map(|client| (&*client.client_id, client.last_seen_at.as_micros()))
            .collect();
        assert_eq!(stored, [("sync", 2)]);
    }
}
