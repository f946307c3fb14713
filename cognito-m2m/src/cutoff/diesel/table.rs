/// The name of the table.
pub(super) const TABLE: &str = "service_client_cutoff";

/// A statement that fails if the table or one of its columns is missing or cannot be read.
pub(super) const CHECK: &str =
    "SELECT client_id, tokens_issued_before, reason, set_at FROM service_client_cutoff WHERE 1 = 0";
