use std::fs;

/// Returns the resident memory of this process in KiB.
pub(crate) fn current() -> u64 {
    kibibytes("VmRSS:")
}

/// Returns the largest resident memory that this process has had, in KiB.
pub(crate) fn peak() -> u64 {
    kibibytes("VmHWM:")
}

/// Reads a field of `/proc/self/status` (`proc(5)`).
fn kibibytes(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the system is Linux");
    let field = status.lines().find_map(|line| line.strip_prefix(name));
    let number = field.and_then(|field| field.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .expect("the field is a number")
}
