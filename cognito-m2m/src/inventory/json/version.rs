/// The version of the format that this crate writes and reads.
pub(super) const VERSION: u64 = 1;
